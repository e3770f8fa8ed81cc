package rmsproof.adapter;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import sun.reflect.ReflectionFactory;

/**
 * Makes objects without running a constructor of theirs, which may want a whole network, a file or
 * a screen: numbers that say how many are set, flags that say that it is ready are on, collections
 * are empty, all else is null.
 */
final class Bare {
    private static final Map<Class<?>, Supplier<Object>> EMPTY = Map.of(
            Collection.class, ArrayList::new, List.class, ArrayList::new,
            ArrayList.class, ArrayList::new, Set.class, HashSet::new, HashSet.class, HashSet::new,
            Deque.class, ArrayDeque::new, Map.class, HashMap::new, HashMap.class, HashMap::new,
            Properties.class, Properties::new);

    /** Objects within objects that are made. */
    private static final int DEEPEST = 3;
    private static final Pattern READY = Pattern.compile(
            "init|inici|ready|built|compiled|trainable|learnable|enabled|requires_?grad",
            Pattern.CASE_INSENSITIVE);

    private Bare() {}

    /** The empty collection of a type, or null. */
    static Object empty(Class<?> type) {
        Supplier<Object> supplier = EMPTY.get(type);
        return supplier == null ? null : supplier.get();
    }

    /** What a call is given where nothing is known of what it asks for; null where that is nothing. */
    static Object empty(Executable executable, int position) {
        Object none = none(executable, position);
        return none != null ? none : empty(executable.getParameterTypes()[position]);
    }

    /** None of what a call may be given any number of; null where it asks for something else. */
    static Object none(Executable executable, int position) {
        Class<?> type = executable.getParameterTypes()[position];
        boolean any = executable.isVarArgs() && position == executable.getParameterCount() - 1;
        return any && !type.getComponentType().isPrimitive()
                && !OwnTypes.owns(type.getComponentType())
                ? Array.newInstance(type.getComponentType(), 0) : null;
    }

    /**
     * Tells whether there is something to stand where nothing is known of what is asked for. Numbers
     * that an object keeps may be settings, which somebody would give it.
     */
    static boolean standsIn(Class<?> type) {
        return type.isInterface()
                || OwnTypes.owns(type) && !keepsNumbers(type) && plain(type) != null;
    }

    private static boolean keepsNumbers(Class<?> type) {
        return type != null && OwnTypes.owns(type) && (keepsNumbers(type.getSuperclass())
                || Arrays.stream(type.getDeclaredFields()).anyMatch(field ->
                        !Modifier.isStatic(field.getModifiers())
                        && JavaTypes.accepts(field.getGenericType()).kind().equals("number")));
    }

    /** The constructor that wants nothing, at most as many of something as one likes; or null. */
    private static Constructor<?> plain(Class<?> type) {
        return Modifier.isAbstract(type.getModifiers()) ? null
                : Arrays.stream(type.getDeclaredConstructors())
                        .filter(one -> Makers.callable(one)
                                && one.getParameterCount() == (one.isVarArgs() ? 1 : 0))
                        .min(Comparator.comparingInt(Constructor::getParameterCount)).orElse(null);
    }

    /**
     * An object of an interface that does nothing when it is called, and answers with zeros; one of
     * a class as it makes itself, with its own settings.
     */
    static Object silent(Class<?> type) throws ReflectiveOperationException {
        if (!type.isInterface()) {
            Constructor<?> plain = plain(type);
            plain.setAccessible(true);
            return plain.isVarArgs() ? plain.newInstance(
                    Array.newInstance(plain.getParameterTypes()[0].getComponentType(), 0))
                    : plain.newInstance();
        }
        if (Answers.usual(type)) {
            return Answers.of(type, 0, (asked, answer, name) -> answer.isPrimitive()
                    ? Array.get(Array.newInstance(answer, 1), 0) : empty(answer));
        }
        ClassLoader loader = type.getClassLoader();
        return Proxy.newProxyInstance(loader == null ? Bare.class.getClassLoader() : loader,
                new Class<?>[] {type}, (self, method, given) -> {
                    Class<?> answer = method.getReturnType();
                    if (method.isDefault()) {
                        return byDefault(self, method, given);
                    } else if (method.getDeclaringClass() == Object.class) {
                        return switch (method.getName()) {
                            case "equals" -> self == given[0];
                            case "hashCode" -> System.identityHashCode(self);
                            default -> type.getSimpleName();
                        };
                    }
                    return answer.isPrimitive() && answer != void.class
                            ? Array.get(Array.newInstance(answer, 1), 0) : empty(answer);
                });
    }

    /** What an object of an interface that nobody may see from outside does by default, too. */
    static Object byDefault(Object self, Method method, Object... given) throws Throwable {
        Class<?> owner = method.getDeclaringClass();
        if (owner.getClassLoader() instanceof ClassBytes.Loader) {
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
                    .unreflectSpecial(method, owner).bindTo(self)
                    .invokeWithArguments(given == null ? new Object[0] : given);
        }
        return InvocationHandler.invokeDefault(self, method, given);
    }

    /**
     * An object of a class, in one row of so many numbers.
     *
     * @throws ReflectiveOperationException where it is abstract, or its fields are hidden
     */
    static Object of(Class<?> type, int length) throws ReflectiveOperationException {
        if (Modifier.isAbstract(type.getModifiers()) || type.isRecord()) {
            throw new InstantiationException(type.getName());
        }
        Constructor<?> constructor = ReflectionFactory.getReflectionFactory()
                .newConstructorForSerialization(type, Object.class.getDeclaredConstructor());
        Object made = constructor.newInstance();
        for (Class<?> at = type; at != null && OwnTypes.owns(at); at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    fill(made, field, length);
                }
            }
        }
        return made;
    }

    /** The same with arrays of so many zeros, and with the objects that it holds made likewise. */
    static Object filled(Class<?> type, int length) throws ReflectiveOperationException {
        return filled(type, length, DEEPEST);
    }

    private static Object filled(Class<?> type, int length, int depth)
            throws ReflectiveOperationException {
        Object made = of(type, length);
        for (Class<?> at = type; at != null && OwnTypes.owns(at); at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                Class<?> held = field.getType();
                if (Modifier.isStatic(field.getModifiers())) {
                    continue;
                }
                field.setAccessible(true);
                if (field.get(made) != null) {
                    continue;
                } else if (held == double[].class || held == float[].class) {
                    field.set(made, Array.newInstance(held.getComponentType(), length));
                } else if (depth > 0 && OwnTypes.owns(held) && held != type && !held.isRecord()
                        && !Modifier.isAbstract(held.getModifiers())) {
                    field.set(made, filled(held, length, depth - 1));
                }
            }
        }
        return made;
    }

    private static void fill(Object made, Field field, int length)
            throws IllegalAccessException {
        field.setAccessible(true);
        Class<?> type = field.getType();
        if (type == int.class) {
            field.setInt(made, count(field.getName(), length));
        } else if (type == boolean.class) {
            field.setBoolean(made, READY.matcher(field.getName()).find());
        } else if (type == int[].class) {
            field.set(made, new int[] {length});
        } else if (!type.isPrimitive()) {
            field.set(made, type == String.class ? "" : empty(type));
        }
    }

    private static int count(String name, int length) {
        String plain = name.toLowerCase(Locale.ROOT);
        if (plain.contains("row") || plain.equals("m") || plain.contains("height")) {
            return 1;
        }
        boolean many = plain.matches(".*(?:col|size|len|count|num|dim|width).*|n");
        return many ? length : 0;
    }
}
