package rmsproof.adapter;

/** One running copy of a port. */
public interface Optimizer {

    /**
     * Takes one step.
     *
     * @return whatever the port returned
     * @throws Throwable whatever the port threw
     */
    Object step(Object gradients, Object weights, Object state) throws Throwable;

    /** The moving average as the port holds it, or null where it cannot be seen. */
    Object movingAverage();
}
