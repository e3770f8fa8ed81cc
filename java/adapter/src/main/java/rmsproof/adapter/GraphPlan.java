package rmsproof.adapter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * How what steps is made.
 *
 * @param type its class; a function
 * @param constructor which of {@link Ways#of} of its class; which arity of the function
 * @param via what makes the object that steps, a method as reflection writes it, empty where that
 *     is the object itself; how a function's arguments are made, of what could be
 * @param first what is called on it before each step, likewise, and empty for none: it is handed
 *     the gradients of which the step is made
 * @param method the step, likewise
 * @param prepared whether what says that it prepares is called first
 * @param completed whether its fields that are null, and those of what it is given, are filled
 * @param answered whether interfaces are answered for, whoever implements them
 * @param left of these the ones that are not: the port does without, or fills them itself
 * @param begun the paths of numbers that begin as something of the port's makes it
 * @param size how many there are of anything; below 0 where what has rows and columns has one column
 */
public record GraphPlan(String type, int constructor, String via, String first, String method,
        boolean prepared, boolean completed, boolean answered, List<String> left,
        List<String> begun, int size) {

    /** One in which all is filled that can be. */
    public GraphPlan(String type, int constructor, String via, String method, boolean prepared,
            boolean completed, int size) {
        this(type, constructor, via, "", method, prepared, completed, false, List.of(),
                List.of(), size);
    }

    /** How many there are of anything. */
    int count() {
        return Math.abs(size);
    }

    /** Tells whether what has rows and columns has one column. */
    boolean column() {
        return size < 0;
    }

    /** The same where one more field is left as it is. */
    GraphPlan leaving(String field) {
        List<String> more = new ArrayList<>(left);
        more.add(field);
        return new GraphPlan(type, constructor, via, first, method, prepared, completed, answered,
                more, begun, size);
    }

    /** The same where what these paths lead to begins as something of the port's makes it. */
    GraphPlan beginning(Collection<String> paths) {
        return new GraphPlan(type, constructor, via, first, method, prepared, completed, answered,
                left, List.copyOf(paths), size);
    }
}
