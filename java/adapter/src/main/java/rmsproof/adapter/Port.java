package rmsproof.adapter;

import java.util.Map;

/** A port's program, loaded but not yet bound to one of the things it offers. */
public interface Port {

    /** Describes what could be called, in maps, lists and strings ready to become JSON. */
    Map<String, Object> shape();

    /**
     * Binds one of the things described.
     *
     * @throws IllegalArgumentException where the binding does not fit the shape
     */
    BoundPort bind(Binding binding);

    /** Tells whether a stack frame lies in the port's own source. */
    boolean owns(StackTraceElement frame);
}
