package rmsproof.adapter;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Looks into the containers that a port is given and returns, as one holder makes them. */
final class Contents {
    private final Language language;
    private final Numbers numbers;
    private final Holder holder;
    private final boolean narrow;
    private boolean widened;

    Contents(Language language, Holder holder) {
        this.language = language;
        this.numbers = new Numbers(language);
        this.holder = holder;
        // The holder knows what is left of a value that float cannot hold.
        this.narrow = holder.stored(0.1) != 0.1;
    }

    Holder holder() {
        return holder;
    }

    /** Tells whether something came back that the holder's arrays cannot store. */
    boolean widened() {
        return widened;
    }

    /**
     * The arrays in a container.
     *
     * @throws GarbledException where it is no such container, or one of the arrays is missing
     */
    Object[] arrays(Layout layout, Object whole) throws GarbledException {
        return switch (holder.container()) {
            case MAP -> named(layout, whole);
            case LIST -> listed(layout, whole);
            case ARRAY, SCALAR -> new Object[] {whole};
        };
    }

    private Object[] named(Layout layout, Object whole) throws GarbledException {
        Map<?, ?> map = language.map(whole);
        if (map == null) {
            throw new GarbledException(Numbers.describe(whole) + " is not a map of arrays");
        }
        Object[] arrays = new Object[layout.count()];
        for (int j = 0; j < arrays.length; j++) {
            arrays[j] = map.get(layout.names()[j]);
            if (arrays[j] == null) {
                throw new GarbledException("missing array " + layout.names()[j]);
            }
        }
        return arrays;
    }

    private Object[] listed(Layout layout, Object whole) throws GarbledException {
        Object sequence = language.sequence(whole);
        if (sequence == null) {
            throw new GarbledException(Numbers.describe(whole) + " is not a list of arrays");
        }
        List<Object> arrays = new ArrayList<>();
        // A lazy sequence may have no end: one array too many is enough to know.
        for (Iterator<?> each = Numbers.iterator(sequence);
                each.hasNext() && arrays.size() <= layout.count();) {
            arrays.add(each.next());
        }
        if (arrays.size() != layout.count()) {
            throw new GarbledException("a list of " + (arrays.size() > layout.count() ? "more than "
                    + layout.count() : arrays.size()) + " arrays, expected " + layout.count());
        }
        return arrays.toArray();
    }

    /**
     * Reads the values in a container, flat, as the layout says.
     *
     * @throws GarbledException where they are not as many numbers as there should be
     */
    void read(Layout layout, Object whole, double[] into) throws GarbledException {
        Object[] arrays = arrays(layout, whole);
        for (int j = 0; j < arrays.length; j++) {
            int offset = layout.offsets()[j];
            int length = layout.lengths()[j];
            numbers.read(layout.names()[j], holder.view(arrays[j]), into, offset, length);
            for (int i = offset; narrow && !widened && i < offset + length; i++) {
                widened = Double.compare(holder.stored(into[i]), into[i]) != 0;
            }
        }
    }

    /** Tells whether a value is meant as such a container, though it may be incomplete. */
    boolean resembled(Layout layout, Object value) {
        switch (holder.container()) {
            case MAP:
                Map<?, ?> map = language.map(value);
                if (map == null || layout.count() == 0) {
                    return map != null;
                }
                for (String name : layout.names()) {
                    if (language.sequence(map.get(name)) != null) {
                        return true;
                    }
                }
                return false;
            case LIST:
                Object sequence = language.sequence(value);
                Iterator<?> each = sequence == null ? null : Numbers.iterator(sequence);
                return each != null && each.hasNext() && isArray(layout, 0, each.next());
            default:
                return isArray(layout, 0, value);
        }
    }

    private boolean isArray(Layout layout, int j, Object value) {
        Object row = holder.view(value);
        return numbers.begins(row) || layout.lengths()[j] == 0 && numbers.fits(row, 0);
    }
}
