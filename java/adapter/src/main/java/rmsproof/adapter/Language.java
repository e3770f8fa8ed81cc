package rmsproof.adapter;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What differs between the languages: how a port is loaded, and how its values are looked at. */
public interface Language {

    /** Returns the language's name in requests: {@code java}, {@code scala} or {@code clojure}. */
    String name();

    /**
     * Loads a port.
     *
     * @throws LoadException where the source does not compile or throws while it is loaded
     */
    Port load(PortFiles files) throws LoadException;

    /** Views a value as a map, or returns null where it is none. */
    default Map<?, ?> map(Object value) {
        return value instanceof Map<?, ?> map ? map : null;
    }

    /**
     * Views a value as a sequence: a Java array or an {@link Iterable} in a fixed order. Returns
     * null where it is none.
     */
    default Object sequence(Object value) {
        if (value == null || value instanceof Map || value instanceof Set) {
            return null;
        }
        return value instanceof Iterable || value.getClass().isArray() ? value : null;
    }

    /** Takes a value of exactly two parts apart, or returns null where it is none. */
    default Object[] pair(Object value) {
        if (value instanceof Object[] parts) {
            return parts.length == 2 ? parts : null;
        }
        if (value instanceof List<?> parts) {
            return parts.size() == 2 ? parts.toArray() : null;
        }
        if (value instanceof Map.Entry<?, ?> entry) {
            return new Object[] {entry.getKey(), entry.getValue()};
        }
        return null;
    }

    /** Looks into a reference cell such as an atom; any other value is returned as it is. */
    default Object dereference(Object value) {
        return value;
    }
}
