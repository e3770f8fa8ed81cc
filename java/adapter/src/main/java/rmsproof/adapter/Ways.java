package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** The ways to make an object of a class, or of one that stands for it, whoever may go them. */
final class Ways {
    /** Ways to make an object, and classes that can stand for an abstract one, that are tried. */
    static final int MOST = 6;
    /** What a class file says of an enum and its constants. */
    private static final int ENUM = 0x4000;
    private static final String PREPARING =
            "(?:ini|set_?up|alloc|prepar|build|compile|register|attach|reset).*";
    /** Where Kotlin has what belongs to a class. */
    private static final String COMPANION = "Companion";
    private static final String SIZE = ".*(?:size|dim|len|count|num|row|col|width|height|shape"
            + "|input|output|unit|feature|hidden|layer|param|weight).*|[nmkd]|in|out|n[a-z]+s";
    private static final String BEGINNING = "(?:start|begin|init|zero|empty|fresh).*";

    private Ways() {}

    /**
     * Constructors, and static methods, or those of a companion, that say that they begin one; where
     * nobody else may call constructors, all static methods that make one, or what a builder builds.
     */
    static List<Executable> of(Class<?> type) {
        List<Executable> ways = new ArrayList<>();
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (!constructor.isSynthetic()
                    && !List.of(constructor.getParameterTypes()).contains(type)) {
                ways.add(constructor);
            }
        }
        // Reflection makes no case of an enum, as Scala has them with numbers of their own.
        boolean shut = (type.getModifiers() & ENUM) != 0
                || ways.stream().allMatch(way -> Modifier.isPrivate(way.getModifiers()));
        List<Executable> factories = new ArrayList<>();
        for (Method method : type.getDeclaredMethods()) {
            if (Modifier.isStatic(method.getModifiers()) && method.getReturnType() == type
                    && !List.of(method.getParameterTypes()).contains(type)) {
                if (shut) {
                    factories.add(method);
                } else if (begins(method)) {
                    ways.add(method);
                }
            }
        }
        for (Class<?> inner : type.getDeclaredClasses()) {
            if (inner.getSimpleName().equals(COMPANION)) {
                Arrays.stream(inner.getDeclaredMethods()).filter(method ->
                        method.getReturnType() == type && begins(method)).forEach(ways::add);
            }
        }
        // What a builder alone may make would have numbers that nobody leaves it with.
        List<Executable> built = Arrays.stream(shut ? type.getDeclaredClasses() : new Class<?>[0])
                .filter(inner -> !inner.getSimpleName().equals(COMPANION))
                .flatMap(inner -> Arrays.stream(inner.getDeclaredMethods()))
                .filter(method -> method.getReturnType() == type)
                .map(Executable.class::cast).toList();
        if (!built.isEmpty() || !factories.isEmpty()) {
            ways = new ArrayList<>(built.isEmpty() ? factories : built);
        }
        ways.sort(Comparator.comparing(Executable::getParameterCount)
                .thenComparing(Executable::toString));
        return ways;
    }

    private static boolean begins(Method method) {
        return method.getName().toLowerCase(Locale.ROOT).matches(BEGINNING)
                && !method.getName().contains("$");
    }

    /** Classes of the port's that can stand for an abstract one: those that hold numbers first. */
    static List<Class<?>> implementations(Class<?> type) {
        List<Class<?>> found = new ArrayList<>();
        boolean ours = type.getClassLoader() instanceof ClassBytes.Loader;
        Iterable<String> names = ours ? ((ClassBytes.Loader) type.getClassLoader()).names()
                : OwnTypes.beside(type).toList();
        for (String name : names) {
            try {
                Class<?> other = Class.forName(name, false, type.getClassLoader());
                if (type.isAssignableFrom(other) && !Modifier.isAbstract(other.getModifiers())
                        && !other.isAnonymousClass() && !other.isLocalClass() && !other.isEnum()) {
                    found.add(other);
                }
            } catch (ClassNotFoundException | LinkageError broken) {
                continue;
            }
        }
        found.sort(Comparator.comparing((Class<?> one) -> !Names.algorithm(one.getSimpleName()))
                .thenComparing(one -> -rows(one)).thenComparing(Class::getName));
        return found.subList(0, Math.min(MOST, found.size()));
    }

    /** How many fields of a class, or of what it extends, hold rows of numbers, or what may. */
    private static long rows(Class<?> type) {
        return Stream.<Class<?>>iterate(type, one -> one != null && OwnTypes.owns(one),
                        Class::getSuperclass)
                .flatMap(one -> Arrays.stream(one.getDeclaredFields()))
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .filter(field -> field.getType().isArray() || OwnTypes.owns(field.getType())
                        || field.getType().getName().matches("(?:java\\.util|scala\\.collection)\\..*"))
                .count();
    }

    /**
     * Calls what says that it prepares an object, and needs nothing for that but sizes.
     *
     * @param whole the whole number for a parameter of a name
     */
    static void prepare(Object made, ToIntFunction<String> whole) {
        for (Method method : ObjectGraph.methods(made.getClass())) {
            boolean alone = !Modifier.isStatic(method.getModifiers())
                    && Arrays.stream(method.getParameterTypes()).allMatch(int.class::equals);
            if (alone && method.getReturnType() == void.class && preparing(method)) {
                try {
                    call(method, made, Arrays.stream(method.getParameters()).map(one ->
                            whole.applyAsInt(one.getName().toLowerCase(Locale.ROOT))).toArray());
                } catch (ReflectiveOperationException | RuntimeException refused) {
                    continue; // it may serve as it is
                }
            }
        }
    }

    /** Tells whether a method says that it is called before others. */
    static boolean preparing(Method method) {
        return method.getName().toLowerCase(Locale.ROOT).matches(PREPARING);
    }

    /** Tells whether a method makes something of what it is called on, as a builder's does. */
    static boolean built(Executable way) {
        return way instanceof Method && !Modifier.isStatic(way.getModifiers())
                && !way.getDeclaringClass().getSimpleName().equals(COMPANION);
    }

    /** The methods that tell a builder something. */
    static List<Method> telling(Class<?> builder) {
        return ObjectGraph.methods(builder).stream()
                .filter(method -> method.getParameterCount() > 0
                        && !Modifier.isStatic(method.getModifiers())
                        && (method.getReturnType() == builder
                                || method.getReturnType() == void.class)).toList();
    }

    /** Tells whether what a parameter has by default is no size of what it is fed: a setting. */
    private static boolean keepsDefault(Parameter parameter) {
        Class<?> type = parameter.getType();
        return type == boolean.class || (type == int.class || type == long.class)
                && !parameter.getName().toLowerCase(Locale.ROOT).matches(SIZE);
    }

    /** Calls a constructor or a method, whoever may. */
    static Object call(Executable executable, Object target, Object[] arguments)
            throws ReflectiveOperationException {
        executable.setAccessible(true);
        if (executable instanceof Constructor<?> constructor) {
            // What nothing is known of is left to its default, where Kotlin has one.
            Constructor<?> partly = KotlinDefaults.of(constructor);
            Object[] given = arguments.clone();
            for (int i = 0; i < given.length; i++) {
                // A flag that is on by default is on for whoever says nothing of it.
                boolean ofIts = given[i] == null || keepsDefault(constructor.getParameters()[i]);
                Object left = partly == null && ofIts ? Beginnings.byDefault(constructor, i) : null;
                given[i] = partly != null && ofIts ? Maker.ABSENT
                        : left == null ? given[i] : left;
            }
            return partly == null ? constructor.newInstance(given)
                    : KotlinDefaults.make(partly, given);
        }
        Class<?> owner = executable.getDeclaringClass();
        boolean free = Modifier.isStatic(executable.getModifiers());
        Object on = target;
        if (!free && target == null && owner.getSimpleName().equals(COMPANION)) {
            Field companion = owner.getDeclaringClass().getDeclaredField(COMPANION);
            companion.setAccessible(true);
            on = companion.get(null);
        }
        return ((Method) executable).invoke(free ? null : on, arguments);
    }
}
