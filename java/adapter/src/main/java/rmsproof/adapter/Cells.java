package rmsproof.adapter;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The single numbers that can be reached from some objects, by the path that leads to each: through
 * fields of the port's own classes and of its libraries', arrays, lists and maps. Enums that have a
 * constant for RMSProp are set to it on the way, and flags that ask for it are on.
 */
final class Cells {
    /** Objects within objects, and numbers in all: more than this is no optimizer's. */
    private static final int DEEPEST = 9;
    private static final int MOST = 2000;
    private static final String LOGGING = "(?:org\\.slf4j|org\\.apache\\.log|ch\\.qos|java).*";
    private static final Pattern ASKING =
            Pattern.compile("(?i)(?:use|is|with|do|enable|apply)?_?rms_?prop(?:_?enabled|_?on)?");
    private static final Map<Class<?>, List<Field>> FIELDS =
            Collections.synchronizedMap(new WeakHashMap<>());

    private final Map<String, Cell> cells = new LinkedHashMap<>();
    /** The path that leads to each object. */
    private final Map<Object, String> seen = new IdentityHashMap<>();
    private final Set<String> names = new TreeSet<>();
    /** Maps by objects: these are named by where else they are. */
    private final List<Runnable> later = new ArrayList<>();
    /** Those that somebody could have told, where only these are looked for. */
    private Set<String> told;

    /** Looks at what can be reached from named objects, in their order. */
    static Map<String, Cell> of(Map<String, Object> roots) {
        return of(roots, Map.of());
    }

    /** @param places put other objects where some of them are */
    static Map<String, Cell> of(Map<String, Object> roots, Map<String, Consumer<Object>> places) {
        return looked(roots, places).cells;
    }

    private static Cells looked(Map<String, Object> roots, Map<String, Consumer<Object>> places) {
        Cells found = new Cells();
        roots.forEach((name, root) -> found.visit(name, root, 0,
                places.getOrDefault(name, fixed -> { })));
        for (int i = 0; i < found.later.size(); i++) {
            found.later.get(i).run();
        }
        return found;
    }

    /**
     * Those that somebody could have told what is reached from here: they are in fields, or in maps
     * by a name. Nothing is changed on the way; where one is set, others may stand elsewhere.
     */
    static Map<String, Cell> settings(Map<String, Object> roots) {
        Cells found = new Cells();
        found.told = new HashSet<>();
        roots.forEach((name, root) -> found.visit(name, root, 0, fixed -> { }));
        found.cells.keySet().retainAll(found.told);
        return found.cells;
    }

    /** The objects that lead to a number. */
    static List<Object> holders(Map<String, Object> roots, String path) {
        return looked(roots, Map.of()).seen.entrySet().stream()
                .filter(one -> path.startsWith(one.getValue() + ".")
                        || path.startsWith(one.getValue() + "["))
                .map(Map.Entry::getKey).toList();
    }

    /** How many there are in one object alone. */
    static int count(Object root) {
        return of(Map.of("", root)).size();
    }

    /** How many of these are in rows. */
    static long rows(Object root) {
        return of(Map.of("", root)).keySet().stream().filter(Cells::several).count();
    }

    /** The names by which maps in an object know what they hold, but for single numbers. */
    static List<String> names(Object root) {
        Cells found = new Cells();
        found.visit("", root, 0, fixed -> { });
        return List.copyOf(found.names);
    }

    /** The numbers in fields that no object at hand has, by class and name. */
    static Map<String, Cell> shared(List<Field> fields) {
        Cells found = new Cells();
        for (Field field : fields) {
            try {
                found.field(field.getDeclaringClass().getSimpleName(), field,
                        OpenFields.owner(field, null), 0, fixed -> { });
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

    /** A path up to its first place: a number's row, or layer, of all that there are. */
    static String row(String path) {
        return path.substring(0, path.indexOf(']') + 1);
    }

    /** What a path calls the number, for people: the last name that is in it. */
    static String name(String path) {
        String plain = path.replaceAll("\\[[^\\]]*]", "");
        return plain.substring(plain.lastIndexOf('.') + 1);
    }

    /** @param replace puts something else where the value is */
    private void visit(String path, Object value, int depth, Consumer<Object> replace) {
        if (value == null || depth > DEEPEST || cells.size() >= MOST
                || seen.putIfAbsent(value, path) != null) {
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
            if (map.keySet().stream().allMatch(Cells::plain)) {
                entries(path, map, depth);
            } else {
                later.add(() -> entries(path, map, depth));
            }
        } else if (value instanceof Optional<?> one) {
            visit(path, one.orElse(null), depth, fixed -> { });
        } else if (value instanceof Collection<?> others) {
            List<Object> elements = new ArrayList<>(others);
            for (int i = 0; i < elements.size() && cells.size() < MOST; i++) {
                int place = i;
                element(path + "[" + i + "]", elements.get(i), depth, number -> {
                    elements.set(place, number);
                    others.clear();
                    Cells.<Collection<Object>>any(others).addAll(elements);
                });
            }
        } else if (Answers.in(value) != null) {
            Map<String, Object> answers = Answers.in(value);
            answers.forEach((name, held) -> {
                String at = path + "." + name.replaceAll(" (\\d+)", "[$1]");
                if (told != null) {
                    told.add(at);
                }
                element(at, held, depth, number -> answers.put(name, number));
            });
        } else if (OwnTypes.owns(type) && !type.getName().matches(LOGGING)) {
            fields(type).forEach(field -> field(path, field, value, depth, replace));
        } else {
            foreign(path, value, depth, replace);
        }
    }

    /** A collection of another language: one that is unchangeable is made anew with other elements. */
    private void foreign(String path, Object value, int depth, Consumer<Object> replace) {
        Object viewed = ForeignTypes.java(value);
        if (!(viewed instanceof Collection<?> others) || viewed instanceof List) {
            visit(path, viewed, depth, replace);
            return;
        }
        List<Object> elements = new ArrayList<>(others);
        for (int i = 0; i < elements.size() && cells.size() < MOST; i++) {
            int at = i;
            element(path + "[" + i + "]", elements.get(i), depth, other -> {
                elements.set(at, other);
                Object again = ForeignTypes.again(value, elements);
                if (again == null) {
                    throw new IllegalStateException("nothing else can stand there");
                }
                replace.accept(again);
            });
        }
    }

    private void entries(String path, Map<?, ?> map, int depth) {
        map.forEach((key, held) -> {
            if (key instanceof String name && held != null && !(held instanceof Number)
                    && !(held instanceof String)) {
                names.add(name);
            }
        });
        Map<String, Object> order = new TreeMap<>();
        map.keySet().forEach(one -> order.put(key(one, map), one));
        order.forEach((name, key) -> {
            if (told != null && key instanceof String) {
                told.add(path + "[" + name + "]");
            }
            element(path + "[" + name + "]", map.get(key), depth,
                    number -> Cells.<Map<Object, Object>>any(map).put(key, number));
            if (!plain(key)) {
                visit(path + "[" + name + "].key", key, depth + 1, other -> { });
            }
        });
    }

    private static boolean plain(Object key) {
        return key instanceof String || key instanceof Number || key instanceof Enum;
    }

    /** A key as it is the same in every run: an object's hash is not, nor is what follows it. */
    private String key(Object key, Map<?, ?> map) {
        String at = plain(key) ? key.toString() : seen.containsKey(key) ? "#" + seen.get(key)
                : "#" + new ArrayList<Object>(map.keySet()).indexOf(key);
        return at.replaceAll("[\\[\\].]", "_");
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
            visit(path, held, depth + 1, setter);
        }
    }

    private void field(String path, Field field, Object owner, int depth,
            Consumer<Object> replace) {
        try {
            Object held = field.get(owner);
            if (field.getType() == boolean.class) {
                field.setBoolean(owner, told == null || field.getBoolean(owner));
                return;
            } else if (told == null && field.getType().isEnum()
                    && ClassLanguage.algorithm(field.getType()) != null
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
            if (told != null && held instanceof Number && OpenFields.mayBeTold(field)) {
                told.add(name);
            }
            element(name, held, depth, OpenFields.isOpen(field), owner instanceof Record record
                    ? number -> replace.accept(again(record, field, number))
                    : number -> put(field, owner, number));
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

    /** A record like another, but for what one of its fields holds. */
    private static Object again(Record record, Field changed, Object held) {
        try {
            RecordComponent[] parts = record.getClass().getRecordComponents();
            Class<?>[] types = new Class<?>[parts.length];
            Object[] values = new Object[parts.length];
            for (int i = 0; i < parts.length; i++) {
                Field field = record.getClass().getDeclaredField(parts[i].getName());
                field.setAccessible(true);
                types[i] = parts[i].getType();
                values[i] = field.equals(changed) ? held : field.get(record);
            }
            Constructor<?> all = record.getClass().getDeclaredConstructor(types);
            all.setAccessible(true);
            return all.newInstance(values);
        } catch (ReflectiveOperationException refused) {
            throw new IllegalStateException(refused);
        }
    }

    private static List<Field> fields(Class<?> type) {
        return FIELDS.computeIfAbsent(type, Cells::opened);
    }

    private static List<Field> opened(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> at = type; at != null && OwnTypes.written(at); at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                Class<?> held = field.getType();
                boolean whole = held.isPrimitive() && held != double.class && held != float.class
                        || at.isEnum() && Modifier.isStatic(field.getModifiers());
                try {
                    // What a lambda or an inner class has caught is in fields that nobody wrote.
                    boolean asks = held == boolean.class && !Modifier.isStatic(field.getModifiers())
                            && ASKING.matcher(field.getName()).matches();
                    if (asks || !whole && held != String.class) {
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

    /** Another array of the same numbers; anything else as it is. */
    static Object copied(Object array) {
        if (array == null || !array.getClass().isArray()) {
            return array;
        }
        int length = Array.getLength(array);
        Object copy = Array.newInstance(array.getClass().getComponentType(), length);
        for (int i = 0; i < length; i++) {
            Array.set(copy, i, copied(Array.get(array, i)));
        }
        return copy;
    }
}
