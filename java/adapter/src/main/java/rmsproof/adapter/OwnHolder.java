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
 * <p>A way to make one is kept only if what is read back from it is what was put in.
 */
final class OwnHolder extends JavaHolders.PlainHolder {
    /** Numbers that no constructor would put in by itself. */
    private static final double[] PROBE = {1.5, -2.25, 4.75};

    private final Class<?> type;
    private final Structure structure;
    private final Executable way;
    private final Map<Class<?>, Structure> structures = new HashMap<>();

    private OwnHolder(Class<?> type, Structure structure, Executable way) {
        super(structure.holder(structure.weights()).stored(0.1) != 0.1);
        this.type = type;
        this.structure = structure;
        this.way = way;
        structures.put(type, structure);
    }

    /** A holder of objects of this class, or null where none can be made and read back. */
    static OwnHolder of(Class<?> type) {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            return null;
        }
        Structure structure = Structure.of(type);
        if (structure.weights() == null) {
            return null;
        }
        for (Executable way : ways(type)) {
            OwnHolder holder = new OwnHolder(type, structure, way);
            if (holder.works()) {
                return holder;
            }
        }
        return null;
    }

    /** Tells whether the objects keep gradients beside the array. */
    boolean carries() {
        return structure.gradients() != null;
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
        return given != type && (given == int[].class || isArray(accepts(parameter))
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
            way.setAccessible(true);
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
            Object made = make(row);
            complete(made, row);
            return made;
        } catch (InvocationTargetException thrown) {
            throw new IllegalStateException(thrown.getCause());
        } catch (ReflectiveOperationException hidden) {
            throw new IllegalStateException(hidden);
        }
    }

    private Object make(double[] row) throws ReflectiveOperationException {
        Parameter[] parameters = way.getParameters();
        Object[] arguments = new Object[parameters.length];
        int counts = 0;
        int last = (int) Arrays.stream(parameters)
                .filter(p -> accepts(p).kind().equals("count")).count();
        for (int i = 0; i < arguments.length; i++) {
            Accepts accepts = accepts(parameters[i]);
            if (parameters[i].getType() == int[].class) {
                arguments[i] = new int[] {row.length};
            } else if (isArray(accepts)) {
                boolean zero = Names.gradients(parameters[i].getName())
                        || Names.biases(parameters[i].getName());
                arguments[i] = accepts.whole().array(
                        zero ? new double[row.length] : row, 0, row.length);
            } else {
                // Rows before columns, what comes in before what goes out: one row of all.
                counts += accepts.kind().equals("count") ? 1 : 0;
                boolean flag = accepts.kind().equals("flag");
                arguments[i] = accepts.number().apply(
                        flag ? 0 : counts == last ? row.length : 1);
            }
        }
        return way instanceof Constructor<?> constructor
                ? constructor.newInstance(arguments) : ((Method) way).invoke(null, arguments);
    }

    /** Puts the numbers in where the object was made without, and zeros where arrays are null. */
    private void complete(Object made, double[] row) throws ReflectiveOperationException {
        put(made, structure.weights(), row);
        for (Field field : structure.accepts().keySet()) {
            if (field != structure.weights() && field.get(made) == null
                    && !Modifier.isFinal(field.getModifiers())) {
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
        try {
            Object held = own.weights().get(object);
            double[] flat = Flat.of(own.holder(own.weights()).view(held));
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
        Field field = structure(object).gradients();
        if (!Modifier.isFinal(field.getModifiers())) {
            field.set(object, gradients);
            return;
        }
        Object there = field.get(object);
        double[] row = Flat.of(structure.holder(structure.gradients()).view(gradients));
        if (!there.getClass().isArray() || !Flat.write(row, there)) {
            throw new IllegalAccessException("the gradients of " + type.getName() + " are final");
        }
    }

    @Override
    public Holder in(ClassLoader loader) {
        if (type.getClassLoader() == loader) {
            return this;
        }
        OwnHolder other = of(OwnTypes.in(type, loader));
        if (other == null) {
            throw new IllegalStateException("a " + type.getName() + " cannot be made again");
        }
        return other;
    }
}
