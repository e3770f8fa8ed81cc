package rmsproof.adapter;

import java.util.List;

/**
 * The weights that a port is handed from its first step to its last, as a training loop does it:
 * the same arrays, changed in place, or those that took their place or were returned. So a port
 * may find its state by an array's identity.
 */
final class LiveWeights {
    private final BoundPort bound;
    private final Layout layout;
    private final Object[] arrays;
    private Object whole;

    LiveWeights(BoundPort bound, Layout layout) {
        this.bound = bound;
        this.layout = layout;
        this.arrays = new Object[layout.count()];
    }

    /** What is handed over: the container, and the arrays in it. */
    record Handed(Object whole, Object[] arrays) {}

    /**
     * Hands over the arrays that take part.
     *
     * @param values what an array is made of that is not there yet; flat, as {@code now} says
     * @param holder makes it
     */
    Handed hand(Layout now, double[] values, Holder holder) {
        Object[] handed = new Object[now.count()];
        for (int j = 0; j < handed.length; j++) {
            int place = now.places()[j];
            if (arrays[place] == null) {
                arrays[place] = holder.array(values, now.offsets()[j], now.lengths()[j]);
            }
            handed[j] = arrays[place];
        }
        if (now.count() < layout.count()) {
            return new Handed(holder.together(now.names(), handed), handed);
        }
        if (whole == null) {
            whole = holder.together(now.names(), handed);
        }
        return new Handed(whole, handed);
    }

    /**
     * Keeps what a step left, as far as the port can be handed it again.
     *
     * @param handed what the port was handed
     * @param container where its weights are now
     * @param left the arrays in it
     */
    void keep(Layout now, Handed handed, Object container, Object[] left) {
        boolean all = true;
        boolean same = true;
        for (int j = 0; j < left.length; j++) {
            boolean kept = left[j] == handed.arrays[j] || alike(left[j], handed.arrays[j]);
            all &= kept;
            same &= left[j] == handed.arrays[j];
            arrays[now.places()[j]] = kept ? left[j] : null;
        }
        if (container == whole && all) {
            return;
        }
        if (now.count() == layout.count()) {
            whole = all && bound.takes(container) ? container : null;
        } else if (!same) {
            whole = null;
        }
    }

    /** Tells whether an array can stand where another stood. */
    private static boolean alike(Object array, Object other) {
        return array != null && (array.getClass() == other.getClass()
                || array instanceof List && other instanceof List);
    }
}
