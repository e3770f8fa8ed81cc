package rmsproof.adapter;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Makes objects of a class whose numbers are reached by its methods only, as those of matrices of
 * a library are: {@code new Matrix(rows, columns)} or {@code new Matrix(double[][])}, {@code
 * get(i, j)} and {@code set(i, j, value)}, {@code rows()} and {@code columns()}.
 *
 * <p>A way is kept only if, for two lengths, what is read back is what was put in.
 */
final class AccessHolder extends JavaHolders.PlainHolder {
    /** Numbers that no constructor would put in by itself, in rows of two lengths. */
    private static final double[][] PROBES = {{1.5, -2.25, 4.75}, {0.5, 8.25, -3.5, 2.125, 7.75}};
    /** More ways than this are not tried: a class with so many is no matrix. */
    private static final int MOST = 64;
    /** What reads and writes numbers, and what says how many there are: nothing else is called. */
    private static final Pattern ACCESS = Pattern.compile(
            "(?:unsafe_?)?(?:get|set)|apply|update|put|at|(?:get|set|put)?_?"
                    + "(?:entry|element|elem|value|item|quick|double|float|at)(?:at|_?\\$eq)?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern SIZE = Pattern.compile(
            "(?:get|num|n|number_?of)?_?(?:num|n)?_?"
                    + "(?:rows?|cols?|columns?|size|len|length|dim|dims|dimensions?|width|height"
                    + "|elements|row_?dimension|column_?dimension|row_?count|column_?count"
                    + "|row_?size|column_?size)",
            Pattern.CASE_INSENSITIVE);

    private final Class<?> type;
    private final Executable way;
    private final Method get;
    private final Method set;
    private final Method rows;
    private final Method columns;

    private AccessHolder(Class<?> type, Executable way, Method get, Method set, Method rows,
            Method columns) {
        super(get.getReturnType() == float.class);
        this.type = type;
        this.way = way;
        this.get = get;
        this.set = set;
        this.rows = rows;
        this.columns = columns;
    }

    /** A holder of objects of this class, or null where none can be made and read back. */
    static AccessHolder of(Class<?> type) {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            return null;
        }
        List<Method> methods = methods(type);
        int tried = 0;
        for (Method get : methods) {
            int places = places(get, 0);
            boolean reads = places > 0 && get.getReturnType() != void.class
                    && isNumber(get.getReturnType());
            for (Method set : reads ? methods : List.<Method>of()) {
                boolean writes = places(set, 1) == places
                        && set.getParameterTypes()[places] == get.getReturnType();
                for (Executable way : writes ? ways(type, places) : List.<Executable>of()) {
                    AccessHolder holder = ++tried > MOST ? null
                            : measured(type, way, get, set, methods);
                    if (holder != null) {
                        return holder;
                    }
                }
            }
        }
        return null;
    }

    /** The methods that anybody may call, names that say what they do first. */
    private static List<Method> methods(Class<?> type) {
        List<Method> methods = new ArrayList<>();
        for (Method method : type.getMethods()) {
            boolean usable = !Modifier.isStatic(method.getModifiers()) && !method.isBridge()
                    && (method.getParameterCount() == 0 ? SIZE : ACCESS)
                            .matcher(method.getName()).matches()
                    && opened(method);
            if (usable) {
                methods.add(method);
            }
        }
        methods.sort(Comparator.<Method, Boolean>comparing(
                        method -> !method.getName().matches("(?:unsafe_?)?[gs]et|apply|update"))
                .thenComparing(method -> !method.getName().matches("[gs]et.*"))
                .thenComparing(Method::getName).thenComparing(Method::toString));
        return methods;
    }

    /** How many places a method takes, with so many more values of another kind; -1 for others. */
    private static int places(Method method, int values) {
        int places = method.getParameterCount() - values;
        boolean whole = places > 0 && places < 3 && Arrays.stream(method.getParameterTypes())
                .limit(places).allMatch(given -> given == int.class);
        return whole ? places : -1;
    }

    private static boolean isNumber(Class<?> type) {
        return type == double.class || type == float.class;
    }

    /** Constructors and factories that take sizes, or the numbers in as many dimensions. */
    private static List<Executable> ways(Class<?> type, int places) {
        List<Executable> ways = new ArrayList<>();
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (Makers.callable(constructor)) {
                ways.add(constructor);
            }
        }
        for (Method method : type.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) && method.getReturnType() == type) {
                ways.add(method);
            }
        }
        ways.removeIf(way -> !opened(way) || dimensions(way, places) < 0);
        ways.sort(Comparator.<Executable, Boolean>comparing(way -> way instanceof Method)
                .thenComparing(Executable::toString));
        return ways;
    }

    /** The dimensions of the one array that a way takes, 0 for sizes; -1 for any other way. */
    private static int dimensions(Executable way, int places) {
        Class<?>[] given = way.getParameterTypes();
        if (given.length == places && Arrays.stream(given).allMatch(one -> one == int.class)) {
            return 0;
        }
        Class<?> only = given.length == 1 ? given[0] : void.class;
        boolean row = only.isArray() && isNumber(only.getComponentType());
        boolean matrix = only.isArray() && only.getComponentType().isArray()
                && isNumber(only.getComponentType().getComponentType());
        return matrix && places == 2 ? 2 : row && places == 1 ? 1 : -1;
    }

    /** The same with methods that say how large an object is. */
    private static AccessHolder measured(Class<?> type, Executable way, Method get, Method set,
            List<Method> methods) {
        AccessHolder open = new AccessHolder(type, way, get, set, null, null);
        Object[] made = new Object[PROBES.length];
        try {
            for (int i = 0; i < made.length; i++) {
                made[i] = open.array(PROBES[i], 0, PROBES[i].length);
            }
        } catch (RuntimeException | LinkageError | StackOverflowError failed) {
            return null;
        }
        Method columns = size(made, methods, "col", true);
        Method rows = get.getParameterCount() == 1 ? null : size(made, methods, "row", false);
        if (columns == null || rows == null && get.getParameterCount() == 2) {
            return null;
        }
        AccessHolder holder = new AccessHolder(type, way, get, set, rows, columns);
        for (int i = 0; i < made.length; i++) {
            if (!Arrays.equals(holder.read(made[i]), PROBES[i])) {
                return null;
            }
        }
        return holder;
    }

    /** A method that answers with 1, or with how many numbers there are; one so named first. */
    private static Method size(Object[] made, List<Method> methods, String name, boolean many) {
        Method found = null;
        for (Method method : methods) {
            boolean fits = method.getParameterCount() == 0
                    && method.getReturnType() == int.class;
            for (int i = 0; fits && i < made.length; i++) {
                Object size = called(method, made[i]);
                fits = size instanceof Integer && (int) size == (many ? PROBES[i].length : 1);
            }
            if (fits && method.getName().toLowerCase(Locale.ROOT).contains(name)) {
                return method;
            }
            found = fits && found == null ? method : found;
        }
        return found;
    }

    private static boolean opened(Executable executable) {
        try {
            executable.setAccessible(true);
            return true;
        } catch (InaccessibleObjectException hidden) {
            return false;
        }
    }

    private static Object called(Method method, Object target, Object... given) {
        try {
            return method.invoke(target, given);
        } catch (ReflectiveOperationException failed) {
            throw new IllegalStateException(
                    failed instanceof InvocationTargetException thrown
                            ? thrown.getCause() : failed);
        }
    }

    @Override
    public Object array(double[] values, int offset, int length) {
        double[] row = Arrays.copyOfRange(values, offset, offset + length);
        try {
            Object made = make(row);
            boolean flat = set.getParameterCount() == 2;
            for (int i = 0; i < length; i++) {
                Object value = box(row[i]);
                if (flat) {
                    set.invoke(made, i, value);
                } else {
                    set.invoke(made, 0, i, value);
                }
            }
            return made;
        } catch (ReflectiveOperationException failed) {
            throw new IllegalStateException(
                    failed instanceof InvocationTargetException thrown
                            ? thrown.getCause() : failed);
        }
    }

    private Object make(double[] row) throws ReflectiveOperationException {
        int dimensions = dimensions(way, places(get, 0));
        Object[] given;
        if (dimensions == 0) {
            given = way.getParameterCount() == 1 ? new Object[] {row.length}
                    : new Object[] {1, row.length};
        } else {
            Class<?> taken = way.getParameterTypes()[0];
            Class<?> number = dimensions == 2
                    ? taken.getComponentType().getComponentType() : taken.getComponentType();
            Object one = Array.newInstance(number, row.length);
            Flat.write(row, one);
            Object all = one;
            if (dimensions == 2) {
                all = Array.newInstance(taken.getComponentType(), 1);
                Array.set(all, 0, one);
            }
            given = new Object[] {all};
        }
        return way instanceof Constructor<?> constructor
                ? constructor.newInstance(given) : ((Method) way).invoke(null, given);
    }

    private double[] read(Object object) {
        int across = (int) called(columns, object);
        int down = rows == null ? 1 : (int) called(rows, object);
        double[] flat = new double[Math.multiplyExact(across, down)];
        for (int i = 0; i < flat.length; i++) {
            Object value = rows == null ? called(get, object, i)
                    : called(get, object, i / across, i % across);
            flat[i] = ((Number) value).doubleValue();
        }
        return flat;
    }

    /** The numbers in an object of this class, in whichever loading of the port it was made. */
    @Override
    public Object view(Object object) {
        if (object == null || !OwnTypes.owns(object.getClass())) {
            return object;
        }
        if (type.isInstance(object)) {
            return read(object);
        }
        ClassLoader loader = object.getClass().getClassLoader();
        return loader instanceof ClassBytes.Loader && in(loader) instanceof AccessHolder other
                && other.type.isInstance(object) ? other.read(object) : object;
    }

    @Override
    public Holder in(ClassLoader loader) {
        boolean library = !(type.getClassLoader() instanceof ClassBytes.Loader);
        if (type.getClassLoader() == loader || library) {
            return this;
        }
        AccessHolder other = of(OwnTypes.in(type, loader));
        if (other == null) {
            throw new IllegalStateException("a " + type.getName() + " cannot be made again");
        }
        return other;
    }
}
