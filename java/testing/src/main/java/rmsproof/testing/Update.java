package rmsproof.testing;

import java.util.Map;

/**
 * One step of an optimizer over arrays by name.
 *
 * @param <A> how an array is stored: {@code double[]} or {@code float[]}
 */
@FunctionalInterface
public interface Update<A> {
    /**
     * Goes one step.
     *
     * @param gradients of the arrays that take part in this step
     * @param weights of the same arrays; they may be changed in place
     * @return the weights after the step: those given, or new ones
     */
    Map<String, A> apply(Map<String, A> gradients, Map<String, A> weights);
}
