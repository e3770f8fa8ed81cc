package rmsproof.adapter;

import java.util.List;
import java.util.Map;

/** A port of which it is settled what is constructed and called, and with what. */
public interface BoundPort {

    /** An initial state that stands for the default value of the port's own parameter. */
    Object DEFAULT = new Object();

    /** How the port is given gradients. */
    Holder gradients();

    /** How the port is given weights. */
    Holder weights();

    /** True where the port takes one plain array a call: then each array has its own optimizer. */
    default boolean plain() {
        return weights().container() == Container.ARRAY;
    }

    /** True where the port takes one number a call and is told which. */
    default boolean indexed() {
        return false;
    }

    /** True where another call may have to come before the first step, and does not. */
    default boolean untold() {
        return false;
    }

    /** True where the objects that hold the weights hold the gradients, too. */
    default boolean carries() {
        return false;
    }

    /** True where a container that the port returned can be handed to it as its weights. */
    default boolean takes(Object container) {
        return false;
    }

    /** True where a moving average can be seen from outside, in a field or a variable. */
    boolean showsAverage();

    /** True where the port is handed its state at every call. */
    boolean takesState();

    /**
     * The values that the state of the first call may have, the likeliest first: the default or
     * nothing, nothing yet by name, zeros.
     *
     * @param names the arrays that the state is for; one for a plain port
     * @param lengths how many values each has
     * @param loader of the classes that the optimizer is made of, null where none are its own
     */
    List<Object> initialStates(String[] names, int[] lengths, ClassLoader loader);

    /**
     * Makes an optimizer that shares nothing with any opened before.
     *
     * @param hyperparameters values by role
     * @param start sizes, and weights for a port that is made with them
     * @throws Throwable whatever the port throws while it is constructed
     */
    Optimizer open(Map<String, Double> hyperparameters, Start start) throws Throwable;
}
