package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import sun.reflect.ReflectionFactory;

/**
 * Makes objects without running a constructor of theirs, which may want a whole network, a file or
 * a screen: numbers that say how many are set, collections are empty, all else is null.
 */
final class Bare {
    private static final Map<Class<?>, Supplier<Object>> EMPTY = Map.of(
            Collection.class, ArrayList::new, List.class, ArrayList::new,
            ArrayList.class, ArrayList::new, Set.class, HashSet::new, HashSet.class, HashSet::new,
            Deque.class, ArrayDeque::new, Map.class, HashMap::new, HashMap.class, HashMap::new);

    private Bare() {}

    /** The empty collection of a type, or null. */
    static Object empty(Class<?> type) {
        Supplier<Object> supplier = EMPTY.get(type);
        return supplier == null ? null : supplier.get();
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

    private static void fill(Object made, Field field, int length)
            throws IllegalAccessException {
        field.setAccessible(true);
        Class<?> type = field.getType();
        if (type == int.class) {
            field.setInt(made, count(field.getName(), length));
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
