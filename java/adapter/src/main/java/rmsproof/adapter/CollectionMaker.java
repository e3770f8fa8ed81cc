package rmsproof.adapter;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;

/** Makes collections for an {@link ObjectMaker}, with two or three of everything in them. */
final class CollectionMaker {
    private final ObjectMaker maker;
    private final int size;
    private final List<String> texts;
    private List<String> names = List.of();

    /** @param texts what a source writes: settings that are looked up have such names */
    CollectionMaker(ObjectMaker maker, int size, List<String> texts) {
        this.maker = maker;
        this.size = size;
        this.texts = texts;
    }

    /** Tells by which names things are known that a map holds: the places of others are numbered. */
    void named(List<String> names) {
        this.names = names;
    }

    /** Tells whether a type holds single numbers by their names. */
    static boolean settings(Type type) {
        return type instanceof ParameterizedType generic
                && Map.class.isAssignableFrom((Class<?>) generic.getRawType())
                && generic.getActualTypeArguments().length == 2
                && generic.getActualTypeArguments()[0] == String.class
                && List.<Type>of(Double.class, Float.class, Number.class)
                        .contains(generic.getActualTypeArguments()[1]);
    }

    /** One of Java's; null where another stands for it that is not known. */
    Object make(Type type, Class<?> raw, String path, int depth)
            throws ReflectiveOperationException {
        Type[] inner = type instanceof ParameterizedType generic
                ? generic.getActualTypeArguments() : new Type[0];
        if (Map.class.isAssignableFrom(raw)) {
            if (!raw.isAssignableFrom(LinkedHashMap.class)) {
                return null;
            }
            Map<Object, Object> map = new LinkedHashMap<>();
            if (path.startsWith("new.") && settings(type)) {
                for (String name : texts) {
                    map.put(name,
                            maker.make(inner[1], (Class<?>) inner[1], path + "." + name, depth));
                }
                return map;
            }
            boolean known = inner.length == 2 && inner[0] == String.class && !names.isEmpty();
            for (int i = 0; inner.length == 2 && i < (known ? names.size() : size); i++) {
                Class<?> key = JavaTypes.erased(inner[0]);
                Object at = known ? names.get(i) : key == Integer.class ? (Object) i
                        : key == String.class ? (Object) ("w" + i)
                        : maker.make(inner[0], key, path + "[]", depth + 1);
                map.put(at, maker.element(i, inner[1], JavaTypes.erased(inner[1]), path, depth + 1));
            }
            return map;
        }
        List<Object> list = new ArrayList<>();
        for (int i = 0; inner.length == 1 && i < size; i++) {
            list.add(maker.element(i, inner[0], JavaTypes.erased(inner[0]), path, depth + 1));
        }
        return raw.isAssignableFrom(ArrayList.class) ? list
                : raw.isAssignableFrom(LinkedList.class) ? new LinkedList<>(list)
                : raw.isAssignableFrom(HashSet.class) ? new HashSet<Object>() : null;
    }

    /** A collection of another language; numbers are erased in it where they are its elements. */
    Object foreign(Type type, Class<?> raw, String path, int depth)
            throws ReflectiveOperationException {
        Type[] inner = type instanceof ParameterizedType generic
                ? generic.getActualTypeArguments() : new Type[0];
        List<Object> keys = new ArrayList<>();
        List<Object> elements = new ArrayList<>();
        // Numbers by their names, in a map or as any number of pairs, are settings.
        Type[] pair = inner.length == 1 && inner[0] instanceof ParameterizedType two
                ? two.getActualTypeArguments() : inner;
        if (path.startsWith("new.") && pair.length == 2 && pair[0] == String.class
                && pair[1] == Object.class && !texts.isEmpty()) {
            for (String name : texts) {
                Object number = maker.make(double.class, path + "." + name);
                keys.add(name);
                elements.add(pair == inner ? number : JavaTypes.erased(inner[0])
                        .getConstructor(Object.class, Object.class).newInstance(name, number));
            }
            return ForeignTypes.make(raw, keys, elements);
        }
        for (int i = 0; inner.length > 0 && i < size; i++) {
            Type element = inner[inner.length - 1];
            Class<?> held = JavaTypes.erased(element);
            keys.add(JavaTypes.erased(inner[0]) == String.class ? (Object) ("w" + i) : (Object) i);
            elements.add(held == Object.class ? (Object) maker.row()
                    : maker.element(i, element, held, path, depth + 1));
        }
        return ForeignTypes.make(raw, keys, elements);
    }
}
