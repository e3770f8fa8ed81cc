package rmsproof.adapter;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Consumer;

/**
 * The single numbers that can be reached from some objects, by the path that leads to each: through
 * fields of the port's own classes and of its libraries', arrays, lists and maps. Enums that have a
 * constant for RMSProp are set to it on the way.
 */
final class Cells {
    /** Objects within objects, and numbers in all: more than this is no optimizer's. */
    private static final int DEEPEST = 9;
    private static final int MOST = 2000;
    private static final String LOGGING = "(?:org\\.slf4j|org\\.apache\\.log|ch\\.qos|java).*";
    private static final Map<Class<?>, List<Field>> FIELDS =
            Collections.synchronizedMap(new WeakHashMap<>());

    private final Map<String, Cell> cells = new LinkedHashMap<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Looks at what can be reached from named objects, in their order. */
    static Map<String, Cell> of(Map<String, Object> roots) {
        Cells found = new Cells();
        roots.forEach((name, root) -> found.visit(name, root, 0));
        return found.cells;
    }

    /** The same of one object alone. */
    static int count(Object root) {
        Cells found = new Cells();
        found.visit("", root, 0);
        return found.cells.size();
    }

    /** The numbers in fields that no object at hand has, by class and name. */
    static Map<String, Cell> shared(List<Field> fields) {
        Cells found = new Cells();
        for (Field field : fields) {
            try {
                found.field(field.getDeclaringClass().getSimpleName(), field,
                        OpenFields.owner(field, null), 0);
            } catch (ReflectiveOperationException hidden) {
                continue;
            }
        }
        return found.cells;
    }

    /** Tells whether a path leads to one of several: an element of an array, a list or a map. */
    static boolean several(String path) {
        return path.indexOf('[') >= 0;
    }

    /** A path without the places of elements: of one kind are those that have the same. */
    static String kind(String path) {
        return path.replaceAll("\\[[^\\]]*]", "[]");
    }

    /** What a path calls the number, for people: the last name that is in it. */
    static String name(String path) {
        String plain = path.replaceAll("\\[[^\\]]*]", "");
        return plain.substring(plain.lastIndexOf('.') + 1);
    }

    private void visit(String path, Object value, int depth) {
        if (value == null || depth > DEEPEST || cells.size() >= MOST || !seen.add(value)) {
            return;
        }
        Class<?> type = value.getClass();
        if (type.isArray()) {
            for (int i = 0; i < Array.getLength(value) && cells.size() < MOST; i++) {
                int place = i;
                element(path + "[" + i + "]", Array.get(value, i), depth,
                        number -> Array.set(value, place, number));
            }
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size() && cells.size() < MOST; i++) {
                int place = i;
                element(path + "[" + i + "]", list.get(i), depth,
                        number -> Cells.<List<Object>>any(list).set(place, number));
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : new ArrayList<>(map.entrySet())) {
                element(path + "[" + key(entry.getKey(), map) + "]", entry.getValue(), depth,
                        number -> Cells.<Map<Object, Object>>any(map)
                                .put(entry.getKey(), number));
            }
        } else if (value instanceof Collection<?> others) {
            int i = 0;
            for (Object other : others) {
                visit(path + "[" + i++ + "]", other, depth + 1);
            }
        } else if (OwnTypes.owns(type) && !type.getName().matches(LOGGING)) {
            fields(type).forEach(field -> field(path, field, value, depth));
        } else {
            visit(path, ForeignTypes.java(value), depth);
        }
    }

    /** A key as it is the same in every run: an object's hash is not. */
    private static String key(Object key, Map<?, ?> map) {
        boolean plain = key instanceof String || key instanceof Number || key instanceof Enum;
        return plain ? key.toString().replaceAll("[\\[\\].]", "_")
                : "#" + new ArrayList<Object>(map.keySet()).indexOf(key);
    }

    @SuppressWarnings("unchecked")
    private static <T> T any(Object container) {
        return (T) container;
    }

    private void element(String path, Object held, int depth, Consumer<Object> setter) {
        element(path, held, depth, true, setter);
    }

    private void element(String path, Object held, int depth, boolean open,
            Consumer<Object> setter) {
        if (held instanceof Double || held instanceof Float) {
            double value = ((Number) held).doubleValue();
            cells.put(path, new Cell(value, held instanceof Float, open, setter));
        } else {
            visit(path, held, depth + 1);
        }
    }

    private void field(String path, Field field, Object owner, int depth) {
        try {
            Object held = field.get(owner);
            if (field.getType().isEnum() && ClassLanguage.algorithm(field.getType()) != null
                    && !Modifier.isStatic(field.getModifiers())) {
                field.set(owner, ClassLanguage.algorithm(field.getType()));
                return;
            }
            boolean isStatic = Modifier.isStatic(field.getModifiers());
            String name = isStatic ? field.getDeclaringClass().getSimpleName() + "." + field.getName()
                    : path + "." + field.getName();
            boolean fixed = isStatic && Modifier.isFinal(field.getModifiers());
            if (fixed && (held == null || !held.getClass().isArray())) {
                return;
            }
            element(name, held, depth, OpenFields.isOpen(field), number -> put(field, owner, number));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError hidden) {
            return; // what cannot be looked at is none of the numbers
        }
    }

    private static void put(Field field, Object owner, Object number) {
        try {
            field.set(owner, number);
        } catch (IllegalAccessException fixed) {
            throw new IllegalStateException(fixed);
        }
    }

    private static List<Field> fields(Class<?> type) {
        return FIELDS.computeIfAbsent(type, Cells::opened);
    }

    private static List<Field> opened(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> at = type; at != null && OwnTypes.owns(at); at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                Class<?> held = field.getType();
                boolean whole = held.isPrimitive() && held != double.class && held != float.class;
                try {
                    // What a lambda or an inner class has caught is in fields that nobody wrote.
                    if (!whole && held != String.class) {
                        field.setAccessible(true);
                        fields.add(field);
                    }
                } catch (InaccessibleObjectException | SecurityException hidden) {
                    continue;
                }
            }
        }
        return fields;
    }
}
