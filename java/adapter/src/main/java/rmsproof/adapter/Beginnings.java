package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What of the port's own makes that with which something begins: a state is what its maker says, not
 * the zeros that its constructor could be given as well.
 */
final class Beginnings {
    /** What makes an array, or a collection, says so: others that return one compute it. */
    private static final String SAYS = ".*(?:ini|zero|empty|start|begin|fresh|blank|new|create|make"
            + "|state|cache).*|of|apply";
    /** What a compiler wrote, or what only copies. */
    private static final String OTHER = "copy|clone|fromProduct|.*\\$.*";
    /** A function that a variable holds. */
    private static final String FUNCTION = ".*(?:lambda|anonfun)\\$.*";
    private static final String COMPANION = "Companion";

    private final ObjectMaker maker;
    private final ClassLoader loader;
    private final List<String> roots;
    private Object target;
    private boolean busy;

    /** @param roots the paths of what begins so, with all that is in it */
    Beginnings(ObjectMaker maker, ClassLoader loader, List<String> roots) {
        this.maker = maker;
        this.loader = loader;
        this.roots = roots;
    }

    /** Tells what else may make something: the object that steps. */
    void with(Object optimizer) {
        this.target = optimizer;
    }

    /** What a path begins with, as the port makes it; null where it need not, or nothing does. */
    Object made(Type type, Class<?> raw, String path) {
        if (busy || roots.stream().noneMatch(root -> path.equals(root)
                || path.startsWith(root + ".") || path.startsWith(root + "["))) {
            return null;
        }
        busy = true;
        try {
            for (Method method : makers(loader, type, raw)) {
                Object made = maker.attempt(method, () -> on(method, path), path, 1);
                if (made != null) {
                    return made;
                }
            }
            return OwnTypes.owns(raw) ? left(raw, path) : null;
        } finally {
            busy = false;
        }
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
        Object[] given = constructor.isSynthetic() ? null : maker.inner(constructor, path, 1);
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
    private static Object byDefault(Constructor<?> constructor, int place)
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

    /** The methods that make something of weights, sizes and settings; those that say so first. */
    static List<Method> makers(ClassLoader loader, Type type, Class<?> raw) {
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
                    if (!looks(method, raw) && makes(method, type, raw)) {
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

    private static boolean says(Method method) {
        return method.getName().toLowerCase(Locale.ROOT).matches(SAYS);
    }

    private static boolean makes(Method method, Type type, Class<?> raw) {
        boolean own = OwnTypes.owns(raw);
        boolean returns = type == raw ? method.getReturnType() == raw
                : method.getGenericReturnType().getTypeName().equals(type.getTypeName());
        boolean named = !method.isSynthetic() && !method.getName().matches(OTHER);
        return returns && !Modifier.isAbstract(method.getModifiers())
                && (named || own && method.getName().matches(FUNCTION))
                && (own ? !constructs(method, raw) : says(method) && !Makers.steps(method))
                && Arrays.stream(method.getParameters()).noneMatch(one ->
                        own && one.getType() == raw || Names.gradients(one.getName()));
    }

    /** Tells whether a method is told all that is kept, by its names: it only hands that on. */
    private static boolean constructs(Method method, Class<?> raw) {
        long kept = Arrays.stream(raw.getDeclaredFields()).filter(field ->
                !Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()).count();
        return method.getParameterCount() >= Math.max(1, kept)
                && Arrays.stream(method.getParameters()).allMatch(one -> !one.isNamePresent()
                        || Arrays.stream(raw.getDeclaredFields()).anyMatch(field ->
                                field.getName().equals(one.getName())))
                && Arrays.stream(raw.getDeclaredConstructors()).anyMatch(one -> Arrays.equals(
                        one.getParameterTypes(), method.getParameterTypes()));
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
        Object builder = maker.make(owner, "by");
        for (Method told : Ways.telling(method)) {
            Ways.call(told, builder, maker.arguments(told, path));
        }
        return builder;
    }
}
