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

    /**
     * Looks for ways to feed a class that its shape does not show; nothing where a language has none.
     *
     * @param deadline of {@link System#nanoTime}
     */
    default Map<String, Object> explore(String className, long deadline) {
        return Map.of();
    }

    /**
     * Makes what steps, as a plan of one of these ways has it.
     *
     * @param loader one of {@link #freshLoader}
     * @param numbers by the path of the parameter that asks for them
     */
    default Graph graph(GraphPlan plan, ClassLoader loader, Map<String, Double> numbers)
            throws ReflectiveOperationException {
        throw new IllegalArgumentException("nothing was explored");
    }

    /** What loads classes that share nothing with those of other ports; null for no classes. */
    default ClassLoader freshLoader() {
        return null;
    }

    /** Settles whether what is opened from now on shares classes with what was opened last. */
    default void beside(boolean same) {
    }

    /** Tells whether a stack frame lies in the port's own source. */
    boolean owns(StackTraceElement frame);
}
