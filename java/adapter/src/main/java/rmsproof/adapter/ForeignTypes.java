package rmsproof.adapter;

import java.lang.reflect.Type;
import java.util.List;

/**
 * Collections of another language, as they stand in fields of a port's own classes. A language
 * that has some says so once.
 */
public abstract class ForeignTypes {
    private static volatile ForeignTypes known;

    /** Makes collections known from now on. */
    public static void add(ForeignTypes types) {
        known = types;
    }

    /** What a field or a parameter of a type can be given; OTHER for what is no such collection. */
    protected abstract Accepts accepts(Type type, Class<?> raw);

    /** Views a value as an array or an Iterable; null for what is no such collection. */
    protected abstract Object sequence(Object value);

    /** Makes such a collection of elements, those of a map by a key each; null for what is none. */
    protected abstract Object made(Class<?> raw, List<Object> keys, List<Object> elements);

    /**
     * Views such a collection as a List or a Map of Java's if it can be changed in place, else as
     * another Collection; null for what is none.
     */
    protected abstract Object view(Object value);

    /** An unchangeable collection of the same kind with other elements; null for what is none. */
    protected Object remade(Object value, List<Object> elements) {
        return null;
    }

    static Object again(Object value, List<Object> elements) {
        return known == null ? null : known.remade(value, elements);
    }

    static Object make(Class<?> raw, List<Object> keys, List<Object> elements) {
        return known == null ? null : known.made(raw, keys, elements);
    }

    static Object java(Object value) {
        return known == null ? null : known.view(value);
    }

    static Accepts of(Type type, Class<?> raw) {
        return known == null ? Accepts.OTHER : known.accepts(type, raw);
    }

    static Object viewed(Object value) {
        return known == null || value == null ? null : known.sequence(value);
    }
}
