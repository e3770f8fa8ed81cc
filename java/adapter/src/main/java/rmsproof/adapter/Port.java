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
     * Opens one of these ways.
     *
     * @param roles of numbers, by their paths: those that a hyperparameter is given
     */
    default Feeding feeding(GraphWay way, Map<String, String> roles,
            Map<String, Double> hyperparameters, Layout layout, double[] weights) {
        throw new IllegalArgumentException("nothing was explored");
    }

    /** Tells whether a stack frame lies in the port's own source. */
    boolean owns(StackTraceElement frame);
}
