/**
 * Reaches a port of RMSProp on the JVM: describes what a source file offers, binds it, feeds it
 * scenarios and reads the weights back. {@link rmsproof.adapter.Host} is the entry in process,
 * {@link rmsproof.adapter.Stdio} the same over JSON lines.
 *
 * <p>A {@link rmsproof.adapter.Language} loads a {@link rmsproof.adapter.Port}; a port is bound to
 * a {@link rmsproof.adapter.BoundPort}; that opens {@link rmsproof.adapter.Optimizer}s. Nothing
 * here judges: it reports what the port did.
 */
package rmsproof.adapter;
