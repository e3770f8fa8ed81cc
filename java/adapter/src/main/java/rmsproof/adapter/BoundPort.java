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
    boolean plain();

    /** True where a moving average can be seen from outside, in a field or a variable. */
    boolean showsAverage();

    /** True where the port is handed its state at every call. */
    boolean takesState();

    /**
     * The values to try as the state of the first call, the likeliest first.
     *
     * @param length the array's length for a plain port, -1 for one on maps
     */
    List<Object> initialStates(int length);

    /**
     * Makes an optimizer that shares nothing with any opened before.
     *
     * @param hyperparameters values by role
     * @throws Throwable whatever the port throws while it is constructed
     */
    Optimizer open(Map<String, Double> hyperparameters) throws Throwable;
}
