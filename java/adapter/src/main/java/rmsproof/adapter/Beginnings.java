package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What of the port's own makes that with which something begins: a state is what its maker says, not
 * the zeros that its constructor could be given as well.
 */
final class Beginnings {
    /** What makes one of many that are alike says so: others that return one compute it. */
    private static final String SAYS = ".*(?:ini|zero|empty|start|begin|fresh|blank|new|create|make"
            + "|state|cache).*|of|apply";
    /** What a compiler wrote, or what only copies. */
    private static final String OTHER = "copy|clone|fromProduct|.*\\$.*";
    /** A function that a variable holds. */
    private static final String FUNCTION = ".*(?:lambda|anonfun)\\$.*";
    private static final String COMPANION = "Companion";

    private final ObjectMaker maker;
    private final ClassLoader loader;
    private final Method step;
    private final List<String> kept;
    private Object target;
    private boolean busy;

    /**
     * @param step what is handed what begins so, or steps on what it keeps
     * @param kept the paths of numbers that begin so, with all that they lie in
     */
    Beginnings(ObjectMaker maker, ClassLoader loader, Method step, List<String> kept) {
        this.maker = maker;
        this.loader = loader;
        this.step = step;
        this.kept = kept;
    }

    /** Tells what else may make something: the object that steps. */
    void with(Object optimizer) {
        this.target = optimizer;
    }

    /** What a path begins with, as the port makes it; null where it need not, or nothing does. */
    Object made(Type type, Class<?> raw, String path) {
        if (busy || kept.stream().map(Beginnings::root).noneMatch(root -> path.equals(root)
                || path.startsWith(root + ".") || path.startsWith(root + "["))) {
            return null;
        }
        busy = true;
        try {
            Method first = null;
            Object begun = null;
            for (Method method : makers(loader, type, raw, several(step, raw))) {
                Object made = first != null && says(first) && !says(method) ? null
                        : maker.own().attempt(method, () -> on(method, path), path, 1);
                if (made != null && begun != null && !remembered(made).equals(remembered(begun))) {
                    return null; // nobody knows which of them is called
                }
                first = made == null || first != null ? first : method;
                begun = begun == null ? made : begun;
            }
            return begun != null || !OwnTypes.owns(raw) ? begun : left(raw, path);
        } finally {
            busy = false;
        }
    }

    /** The path under which something is made that a number can be reached from afterwards. */
    private static String root(String path) {
        String root = path.replaceAll("[.\\[].*", "");
        return root.equals("this") ? "new" : root.equals("stepping") ? "made"
                : ObjectGraph.GIVEN + "." + root;
    }

    /** The numbers of what was made that a step remembers. */
    private Map<String, Double> remembered(Object made) {
        Map<String, Double> numbers = new TreeMap<>();
        Cells.of(Map.of("", made)).forEach((path, cell) -> {
            if (kept.stream().anyMatch(one -> one.endsWith(path))) {
                numbers.put(path, cell.value());
            }
        });
        return numbers;
    }

    /** Tells whether a step is handed several of a type: then it is no state. */
    static boolean several(Method step, Class<?> raw) {
        return Arrays.stream(step.getParameterTypes()).filter(one ->
                one.getName().equals(raw.getName())).count() > 1;
    }

    /** Made by a constructor that is left to its defaults: of all but the first of what it takes. */
    private Object left(Class<?> raw, String path) {
        for (Constructor<?> constructor : raw.getDeclaredConstructors()) {
            for (int told = 0; told < constructor.getParameterCount(); told++) {
                try {
                    Object made = left(constructor, told, path);
                    if (made != null) {
                        return made;
                    }
                } catch (ReflectiveOperationException | RuntimeException | LinkageError refused) {
                    continue; // what it is not told has no default
                }
            }
        }
        return null;
    }

    private Object left(Constructor<?> constructor, int told, String path)
            throws ReflectiveOperationException {
        Constructor<?> partly = KotlinDefaults.of(constructor);
        Object[] given = constructor.isSynthetic() ? null : maker.own().inner(constructor, path, 1);
        boolean leaves = false;
        for (int i = told; given != null && i < given.length; i++) {
            if (!constructor.getParameterTypes()[i].isPrimitive()) {
                Object left = partly == null ? byDefault(constructor, i) : Maker.ABSENT;
                given[i] = left == null ? given[i] : left;
                leaves |= left != null;
            }
        }
        constructor.setAccessible(true);
        return !leaves ? null : partly == null ? constructor.newInstance(given)
                : KotlinDefaults.make(partly, given);
    }

    /** What Scala's companion says of a parameter that nobody is told; null for nothing. */
    static Object byDefault(Constructor<?> constructor, int place)
            throws ReflectiveOperationException {
        Class<?> owner = constructor.getDeclaringClass();
        for (Method method : owner.getDeclaredMethods()) {
            if (method.getName().equals("$lessinit$greater$default$" + (place + 1))
                    && method.getParameterCount() == 0) {
                return method.invoke(null);
            }
        }
        return null;
    }

    /**
     * The methods that make something of weights, sizes and settings; those that say so first.
     *
     * @param several whether there are many that are alike, and may be made for anything
     */
    static List<Method> makers(ClassLoader loader, Type type, Class<?> raw, boolean several) {
        List<Method> makers = new ArrayList<>();
        boolean known = OwnTypes.owns(raw) || raw.isArray()
                || raw.getName().matches("(?:java\\.util|scala|kotlin)\\..*");
        if (!known || raw.isEnum() || !(loader instanceof ClassBytes.Loader classes)) {
            return makers;
        }
        for (String name : classes.names()) {
            try {
                Class<?> owner = Class.forName(name, false, loader);
                for (Method method : owner.getDeclaredMethods()) {
                    if (!looks(method, raw) && makes(method, type, raw)
                            && (says(method) || OwnTypes.owns(raw) && !several)) {
                        makers.add(method);
                    }
                }
            } catch (ClassNotFoundException | LinkageError unlinked) {
                continue; // what cannot be loaded makes nothing
            }
        }
        makers.sort(Comparator.comparing((Method method) -> !says(method))
                .thenComparing(method -> -method.getParameterCount())
                .thenComparing(Method::toString));
        return makers;
    }

    /** Adds the port's own classes that a type is made of, to those that are known. */
    static void inside(Type type, Set<Class<?>> known) {
        if (type instanceof ParameterizedType generic) {
            for (Type one : generic.getActualTypeArguments()) {
                inside(one, known);
            }
        }
        Class<?> raw = JavaTypes.erased(type);
        if (raw.isArray()) {
            inside(raw.getComponentType(), known);
        } else if (OwnTypes.owns(raw) && !raw.isEnum() && known.add(raw)) {
            for (Field field : raw.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    inside(field.getGenericType(), known);
                }
            }
        }
    }

    private static boolean says(Method method) {
        return method.getName().toLowerCase(Locale.ROOT).matches(SAYS);
    }

    private static boolean makes(Method method, Type type, Class<?> raw) {
        boolean own = OwnTypes.owns(raw);
        Class<?> made = method.getReturnType();
        boolean returns = type == raw ? made == raw || own && raw.isAssignableFrom(made)
                : method.getGenericReturnType().getTypeName().equals(type.getTypeName());
        boolean named = !method.isSynthetic() && !method.getName().matches(OTHER);
        return returns && !Modifier.isAbstract(method.getModifiers())
                && (named || own && method.getName().matches(FUNCTION))
                && !(own && constructs(method, raw))
                && (!Makers.steps(method) || own && (method.getName().equals("apply")
                        || Names.algorithm(method.getName())))
                && Arrays.stream(method.getParameters()).noneMatch(one ->
                        own && one.getType() == raw || Names.gradients(one.getName()));
    }

    /** Tells whether a method is told all that is kept, as a constructor is: it makes nothing up. */
    private static boolean constructs(Method method, Class<?> raw) {
        List<Field> kept = Arrays.stream(raw.getDeclaredFields()).filter(field ->
                !Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()).toList();
        List<Parameter> told = Arrays.stream(method.getParameters())
                .filter(one -> !one.getType().isPrimitive()).toList();
        List<Parameter> left = new ArrayList<>(told);
        for (Field field : kept) {
            Parameter handed = left.stream().filter(one ->
                    field.getType().isAssignableFrom(one.getType())).findFirst().orElse(null);
            if (handed == null) {
                return false;
            }
            left.remove(handed);
        }
        // What is told one array may make another one for it, unless it is called the same.
        return !kept.isEmpty() && (kept.size() > 1
                || !told.get(0).isNamePresent()
                || told.get(0).getName().equals(kept.get(0).getName()));
    }

    /** Tells whether a method only hands out what an object has, or is one of what is made itself. */
    private static boolean looks(Method method, Class<?> raw) {
        Class<?> owner = method.getDeclaringClass();
        return !alone(method) && (owner == raw || method.getName().startsWith("get")
                || Arrays.stream(owner.getDeclaredFields()).anyMatch(field ->
                        field.getName().equals(method.getName())));
    }

    /** Tells whether a method needs no object that could be another one. */
    static boolean alone(Method method) {
        return Modifier.isStatic(method.getModifiers())
                || singleton(method.getDeclaringClass()) != null;
    }

    /** The field with the one object of a class, as Kotlin and Scala have it; null for none. */
    static Field singleton(Class<?> type) {
        Class<?> outer = type.getSimpleName().equals(COMPANION) ? type.getDeclaringClass() : type;
        return Arrays.stream(outer.getDeclaredFields()).filter(field -> field.getType() == type
                && List.of("MODULE$", "INSTANCE", COMPANION).contains(field.getName()))
                .findFirst().orElse(null);
    }

    /** The one object that a method needs; null for none. */
    static Object only(Method method) throws IllegalAccessException {
        if (Modifier.isStatic(method.getModifiers())) {
            return null;
        }
        Field field = singleton(method.getDeclaringClass());
        field.setAccessible(true);
        return field.get(null);
    }

    /** What a method is called on: the object that steps, if it is one of its own. */
    private Object on(Method method, String path) throws ReflectiveOperationException {
        Class<?> owner = method.getDeclaringClass();
        if (alone(method) || owner.isInstance(target)) {
            return alone(method) ? only(method) : target;
        }
        return maker.own().builder(method, told -> maker.arguments(told, path));
    }
}
