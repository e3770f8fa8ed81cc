package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A library's pair of weights and their gradients, as in {@code List<Pair<DoubleArray,
 * DoubleArray>>}; which of the two is first, its type does not say.
 */
final class TupleHolder extends JavaHolders.PlainHolder {
    private static final Set<String> PAIRS =
            Set.of("kotlin.Pair", "scala.Tuple2", "java.util.AbstractMap$SimpleEntry");
    /** How pairs are asked for their first, and their second. */
    private static final List<Set<String>> GETTERS =
            List.of(Set.of("getFirst", "_1", "getKey"), Set.of("getSecond", "_2", "getValue"));

    private final Class<?> type;
    private final List<Holder> parts;
    private final int weight;

    /**
     * @param type the class of pairs that are made
     * @param parts how the first and the second are wanted
     * @param weight which of them is the weights, 0 or 1
     */
    private TupleHolder(Class<?> type, List<Holder> parts, int weight) {
        super(parts.get(weight).stored(0.1) != 0.1);
        this.type = type;
        this.parts = parts;
        this.weight = weight;
    }

    /** What a parameter of such a type can be given; OTHER for any other. */
    static Accepts accepts(Class<?> raw, Type[] arguments) {
        Class<?> made = raw == Map.Entry.class ? java.util.AbstractMap.SimpleEntry.class : raw;
        if (!PAIRS.contains(made.getName()) || arguments.length != 2) {
            return Accepts.OTHER;
        }
        List<Accepts> parts = Arrays.stream(arguments).map(JavaTypes::accepts).toList();
        // A pair stays as it is: only what can be filled is given the gradients of a step.
        boolean arrays = parts.stream().allMatch(part -> part.holder() != null && !part.carries()
                && (part.kind().equals("array") || part.kind().equals("list")))
                && Arrays.stream(arguments).allMatch(part -> JavaTypes.erased(part).isArray());
        if (!arrays) {
            return Accepts.OTHER;
        }
        List<Holder> holders = parts.stream().map(Accepts::one).toList();
        return Accepts.held("array", parts.get(0).element(), null)
                .open(List.of("weights and gradients", "gradients and weights"),
                        storage -> new TupleHolder(made, holders, storage))
                .carrying(true);
    }

    @Override
    public Object array(double[] values, int offset, int length) {
        Object[] both = new Object[2];
        both[weight] = parts.get(weight).array(values, offset, length);
        both[1 - weight] = parts.get(1 - weight).array(new double[length], 0, length);
        try {
            Constructor<?> constructor = type.getConstructor(Object.class, Object.class);
            return constructor.newInstance(both);
        } catch (ReflectiveOperationException hidden) {
            throw new IllegalStateException(hidden);
        }
    }

    private Object part(Object tuple, int which) {
        try {
            for (Method method : tuple.getClass().getMethods()) {
                if (GETTERS.get(which).contains(method.getName())
                        && method.getParameterCount() == 0) {
                    return method.invoke(tuple);
                }
            }
            throw new IllegalStateException(Numbers.describe(tuple) + " is no pair");
        } catch (ReflectiveOperationException hidden) {
            throw new IllegalStateException(hidden);
        }
    }

    @Override
    public Object view(Object array) {
        return parts.get(weight).view(type.isInstance(array) ? part(array, weight) : array);
    }

    @Override
    public Holder gradients() {
        return parts.get(1 - weight);
    }

    @Override
    public void feed(Object tuple, Object gradients) {
        Flat.write(Flat.of(gradients().view(gradients)), part(tuple, 1 - weight));
    }
}
