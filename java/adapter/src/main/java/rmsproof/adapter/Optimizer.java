package rmsproof.adapter;

import java.util.Map;

/** One running copy of a port. */
public interface Optimizer {

    /**
     * Takes one step.
     *
     * @return whatever the port returned
     * @throws Throwable whatever the port threw
     */
    Object step(Step step) throws Throwable;

    /** The numbers that it could have been told in a way that was not taken, by path. */
    default Map<String, Cell> settings() {
        return Map.of();
    }

    /** The loader of the classes that it is made of, null where none are its own. */
    default ClassLoader loader() {
        return null;
    }

    /** The moving average as the port holds it, or null where it cannot be seen. */
    Object movingAverage();
}
