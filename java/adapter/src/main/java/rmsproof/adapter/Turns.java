package rmsproof.adapter;

import java.util.IdentityHashMap;
import java.util.Map;

/** Of objects that hold two arrays, which is read: the first one's or, of later ones, the second. */
final class Turns {
    /** A scenario has fewer arrays; what one before it left is not asked for again. */
    private static final int MOST = 4096;

    private final Map<Object, Boolean> second = new IdentityHashMap<>();

    /**
     * Notes an object.
     *
     * @param offset where its numbers begin among those of all arrays
     */
    void made(Object object, int offset) {
        if (second.size() > MOST) {
            second.clear();
        }
        second.put(object, offset > 0);
    }

    boolean second(Object object) {
        return second.getOrDefault(object, false);
    }
}
