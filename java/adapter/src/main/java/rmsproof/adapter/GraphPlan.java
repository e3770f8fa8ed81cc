package rmsproof.adapter;

/**
 * How what steps is made.
 *
 * @param type its class; a function
 * @param constructor which of {@link Ways#of} of its class; which arity of the function
 * @param via what makes the object that steps, a method as reflection writes it, empty where that
 *     is the object itself; how a function's arguments are made, of what could be
 * @param method the step, likewise
 * @param prepared whether what says that it prepares is called first
 * @param completed whether its fields that are null, and those of what its step is given, are
 *     filled then
 * @param size how many there are of anything
 */
public record GraphPlan(String type, int constructor, String via, String method, boolean prepared,
        boolean completed, int size) {}
