package rmsproof.adapter;

import java.lang.reflect.Type;

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

    static Accepts of(Type type, Class<?> raw) {
        return known == null ? Accepts.OTHER : known.accepts(type, raw);
    }

    static Object viewed(Object value) {
        return known == null || value == null ? null : known.sequence(value);
    }
}
