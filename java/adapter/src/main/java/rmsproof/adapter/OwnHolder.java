package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes objects of a class of the port's own that hold one array, and reads it back from them.
 *
 * <p>A way to make one is kept only if what is read back from it is what was put in. An object
 * that holds weights and biases is given the array as both, and the first array of a scenario is
 * read from its weights, the others from its biases: so both are judged.
 */
final class OwnHolder extends JavaHolders.PlainHolder {
    /** Numbers that no constructor would put in by itself. */
    private static final double[] PROBE = {1.5, -2.25, 4.75};

    /** What stands for zeros where these could be anybody's. */
    private static final double SPARE = 0.375;

    /** What an object is looked at for. */
    private enum View { WEIGHTS, IN_TURN }

    private final Class<?> type;
    private final Structure structure;
    private final Executable way;
    private final int sized;
    private final View view;
    private final Map<Class<?>, Structure> structures = new HashMap<>();
    private final Turns turns;

    /**
     * @param way makes an object; null for none, without a constructor
     * @param sized which of the whole numbers that it takes is how many there are; the others are 1
     */
    private OwnHolder(Class<?> type, Structure structure, Executable way, int sized, View view,
            Turns turns) {
        super(structure.holder(structure.weights()).stored(0.1) != 0.1);
        this.type = type;
        this.structure = structure;
        this.way = way;
        this.sized = sized;
        this.view = view;
        this.turns = turns;
        structures.put(type, structure);
    }

    /** A holder of objects of this class, or null where none can be made and read back. */
    static OwnHolder of(Class<?> type) {
        return of(type, new Turns());
    }

    private static OwnHolder of(Class<?> type, Turns turns) {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            return null;
        }
        Structure structure = Structure.of(type);
        if (structure.weights() == null || !structure.accepts().containsKey(structure.weights())) {
            return null;
        }
        View view = structure.biases() == null ? View.WEIGHTS : View.IN_TURN;
        List<Executable> ways = ways(type);
        if (type.getClassLoader() instanceof ClassBytes.Loader) {
            ways.add(null); // without any constructor
        }
        // What it remembers besides begins as something of the port's makes it, if anything does.
        List<Method> makers = structure.others().isEmpty() ? List.of()
                : Beginnings.makers(type.getClassLoader(), type, type, false);
        makers.stream().filter(way -> Beginnings.alone(way) && !ways.contains(way)
                && Arrays.stream(way.getParameters()).allMatch(one -> fits(type, one)))
                .forEach(ways::add);
        for (Executable way : ways) {
            OwnHolder first = null;
            // Rows before columns, what comes in before what goes out: one row of all.
            for (int sized = Math.max(0, counts(way) - 1); sized >= 0; sized--) {
                OwnHolder holder = new OwnHolder(type, structure, way, sized, view, turns);
                if (holder.works() && (makers.isEmpty() || holder.begins())) {
                    if (holder.fits()) {
                        return holder;
                    }
                    first = first == null ? holder : first;
                }
            }
            if (first != null) {
                return first;
            }
        }
        return null;
    }

    private static int counts(Executable way) {
        return way == null ? 0 : (int) Arrays.stream(way.getParameters())
                .filter(p -> accepts(p).kind().equals("count")).count();
    }

    /** Tells whether what it remembers is the same, whatever it is made of. */
    private boolean begins() {
        try {
            double[][] begun = way == null ? null : kept(make(PROBE, 0));
            return begun != null && !Arrays.asList(begun).contains(null)
                    && Arrays.deepEquals(begun, kept(make(new double[PROBE.length], SPARE)));
        } catch (ReflectiveOperationException | RuntimeException failed) {
            return false;
        }
    }

    @Override
    public List<String> otherwise() {
        return ways(type).stream().filter(other -> other instanceof Method && !other.equals(way))
                .filter(other -> differs(new OwnHolder(type, structure, other,
                        Math.max(0, counts(other) - 1), view, turns)))
                .map(other -> type.getSimpleName() + "." + other.getName()).distinct().toList();
    }

    /** Tells whether objects of another holder are made, and remember something else at first. */
    private boolean differs(OwnHolder other) {
        try {
            return other.works() && other.begins() && !Arrays.deepEquals(
                    kept(array(PROBE, 0, PROBE.length)), kept(other.array(PROBE, 0, PROBE.length)));
        } catch (ReflectiveOperationException | RuntimeException failed) {
            return false;
        }
    }

    /** What an object remembers beside weights and gradients. */
    private double[][] kept(Object made) throws IllegalAccessException {
        double[][] kept = new double[structure.others().size()][];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = flat(structure.others().get(i), made);
        }
        return kept;
    }

    private double[] flat(Field field, Object made) throws IllegalAccessException {
        Object there = field.get(made);
        return there == null ? null : Flat.of(structure.holder(field).view(there));
    }

    /** Tells whether what an object makes itself for weights and gradients has so many numbers. */
    private boolean fits() {
        try {
            Object made = way == null ? null : make(PROBE, 0);
            for (Field field : structure.numbers()) {
                double[] numbers = made == null ? null : flat(field, made);
                if (numbers != null && numbers.length != PROBE.length) {
                    return false;
                }
            }
            return true;
        } catch (ReflectiveOperationException | RuntimeException failed) {
            return false;
        }
    }

    /** Tells whether the objects keep gradients beside the array. */
    boolean carries() {
        return structure.gradients() != null;
    }

    @Override
    public Holder weightsAlone() {
        return view == View.IN_TURN ? with(View.WEIGHTS) : null;
    }

    private OwnHolder with(View other) {
        return other == view ? this : new OwnHolder(type, structure, way, sized, other, turns);
    }

    private static List<Executable> ways(Class<?> type) {
        List<Executable> ways = new ArrayList<>(List.of(type.getDeclaredConstructors()));
        for (Method method : type.getDeclaredMethods()) {
            boolean makes = Modifier.isStatic(method.getModifiers())
                    && method.getReturnType() == type && !method.isSynthetic();
            if (makes) {
                ways.add(method);
            }
        }
        ways.removeIf(way -> way.isSynthetic() || !Arrays.stream(way.getParameters())
                .allMatch(parameter -> fits(type, parameter)));
        // Arrays before sizes, and no more of anything than it takes.
        ways.sort(Comparator.<Executable, Boolean>comparing(way -> !takesArray(way))
                .thenComparing(way -> way instanceof Method)
                .thenComparing(Executable::getParameterCount)
                .thenComparing(Executable::toString));
        return ways;
    }

    private static boolean fits(Class<?> type, Parameter parameter) {
        Class<?> given = parameter.getType();
        return given != type && (given == int[].class || given.isEnum()
                || isArray(accepts(parameter))
                || List.of("count", "flag", "text").contains(accepts(parameter).kind()));
    }

    private static Accepts accepts(Parameter parameter) {
        return JavaTypes.accepts(parameter.getParameterizedType());
    }

    private static boolean isArray(Accepts accepts) {
        return accepts.kind().equals("array") || accepts.kind().equals("list");
    }

    private static boolean takesArray(Executable way) {
        return Arrays.stream(way.getParameters()).anyMatch(p -> isArray(accepts(p)));
    }

    private boolean works() {
        try {
            if (way != null) {
                way.setAccessible(true);
            }
            double[] back = Flat.of(view(array(PROBE, 0, PROBE.length)));
            return back != null && Arrays.equals(back, PROBE);
        } catch (RuntimeException | LinkageError | StackOverflowError failed) {
            return false;
        }
    }

    @Override
    public Object array(double[] values, int offset, int length) {
        double[] row = Arrays.copyOfRange(values, offset, offset + length);
        try {
            Object made = way == null ? Bare.of(type, row.length) : make(row, 0);
            complete(made, row);
            if (view == View.IN_TURN) {
                turns.made(made, offset);
            }
            return made;
        } catch (InvocationTargetException thrown) {
            throw new IllegalStateException(thrown.getCause());
        } catch (ReflectiveOperationException hidden) {
            throw new IllegalStateException(hidden);
        }
    }

    /** Of an algorithm RMSProp, of activations and the like any. */
    private static Object constant(Class<?> type) {
        Object algorithm = ClassLanguage.algorithm(type);
        return algorithm != null ? algorithm : type.getEnumConstants()[0];
    }

    /** @param rest what arrays hold that are not the weights */
    private Object make(double[] row, double rest) throws ReflectiveOperationException {
        Parameter[] parameters = way.getParameters();
        Object[] arguments = new Object[parameters.length];
        int counts = 0;
        for (int i = 0; i < arguments.length; i++) {
            Accepts accepts = accepts(parameters[i]);
            if (parameters[i].getType() == int[].class) {
                arguments[i] = new int[] {row.length};
            } else if (parameters[i].getType().isEnum()) {
                arguments[i] = constant(parameters[i].getType());
            } else if (isArray(accepts)) {
                String name = parameters[i].getName();
                boolean average = Names.average(name) >= 0
                        && !name.equals(structure.weights().getName());
                boolean zero = Names.gradients(name) || Names.biases(name) || average;
                double[] others = new double[row.length];
                Arrays.fill(others, rest);
                arguments[i] = accepts.one().array(zero ? others : row, 0, row.length);
            } else {
                boolean size = accepts.kind().equals("count") && counts++ == sized;
                boolean flag = accepts.kind().equals("flag");
                arguments[i] = accepts.number().apply(flag ? 0 : size ? row.length : 1);
            }
        }
        return way instanceof Constructor<?> constructor
                ? constructor.newInstance(arguments)
                : ((Method) way).invoke(Beginnings.only((Method) way), arguments);
    }

    /** Puts the numbers in where the object was made without, and zeros where arrays are null. */
    private void complete(Object made, double[] row) throws ReflectiveOperationException {
        put(made, structure.weights(), row);
        if (view == View.IN_TURN) {
            put(made, structure.biases(), row);
        }
        for (Field field : structure.accepts().keySet()) {
            boolean open = way == null || !Modifier.isFinal(field.getModifiers())
                    && structure.numbers().contains(field); // the port fills others itself
            if (open && field.get(made) == null && !structure.parts().contains(field)) {
                field.set(made, structure.holder(field)
                        .array(new double[row.length], 0, row.length));
            }
        }
    }

    private void put(Object made, Field field, double[] row) throws ReflectiveOperationException {
        Holder holder = structure.holder(field);
        Object there = field.get(made);
        double[] now = there == null ? null : Flat.of(holder.view(there));
        if (now != null && Arrays.equals(now, row)) {
            return;
        }
        if (there == null || !there.getClass().isArray() || !Flat.write(row, there)) {
            field.set(made, holder.array(row, 0, row.length));
        }
    }

    /** The numbers in an object of this class, in whichever loading of the port it was made. */
    @Override
    public Object view(Object object) {
        if (object == null || object.getClass().isArray()) {
            return object;
        }
        Structure own = structure(object);
        if (own == null || own.weights() == null) {
            return object;
        }
        Field field = view == View.IN_TURN && turns.second(object) && own.biases() != null
                ? own.biases() : own.weights();
        try {
            Object held = field.get(object);
            double[] flat = Flat.of(own.holder(field).view(held));
            return flat == null ? held : flat;
        } catch (IllegalAccessException hidden) {
            return object;
        }
    }

    private Structure structure(Object object) {
        Class<?> given = object.getClass();
        if (!OwnTypes.owns(given)) {
            return null;
        }
        return structures.computeIfAbsent(given, Structure::of);
    }

    @Override
    public Holder gradients() {
        return carries() ? structure.holder(structure.gradients()) : null;
    }

    @Override
    public void feed(Object object, Object gradients) throws ReflectiveOperationException {
        Structure own = structure(object);
        double[] row = Flat.of(structure.holder(structure.gradients()).view(gradients));
        give(object, own.gradients(), gradients, row);
        if (view == View.IN_TURN) {
            Holder holder = structure.holder(structure.biasGradients());
            give(object, own.biasGradients(), holder.array(row, 0, row.length), row);
        }
    }

    private void give(Object object, Field field, Object gradients, double[] row)
            throws ReflectiveOperationException {
        Object there = field.get(object);
        boolean stays = Modifier.isFinal(field.getModifiers()) && there != null
                && there.getClass().isArray() && Flat.write(row, there);
        if (!stays) {
            field.set(object, gradients);
        }
    }

    @Override
    public Holder in(ClassLoader loader) {
        if (type.getClassLoader() == loader) {
            return this;
        }
        OwnHolder other = of(OwnTypes.in(type, loader), turns);
        if (other == null) {
            throw new IllegalStateException("a " + type.getName() + " cannot be made again");
        }
        return other.with(view);
    }
}
