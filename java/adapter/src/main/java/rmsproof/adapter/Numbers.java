package rmsproof.adapter;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Iterator;

/** Reads sequences of numbers, in whatever form a port left them, into flat buffers. */
final class Numbers {
    private final Language language;

    Numbers(Language language) {
        this.language = language;
    }

    /**
     * Copies a sequence of exactly {@code length} numbers; floats are widened exactly.
     *
     * @param name the array's name, for the message
     * @throws GarbledException where it is no sequence, has another length or holds no numbers
     */
    void read(String name, Object value, double[] into, int offset, int length)
            throws GarbledException {
        if (value instanceof double[] array) {
            demand(name, length, array.length);
            System.arraycopy(array, 0, into, offset, length);
        } else if (value instanceof float[] array) {
            demand(name, length, array.length);
            for (int i = 0; i < length; i++) {
                into[offset + i] = array[i];
            }
        } else {
            readBoxed(name, value, into, offset, length);
        }
    }

    private void readBoxed(String name, Object value, double[] into, int offset, int length)
            throws GarbledException {
        Object sequence = language.sequence(value);
        if (sequence == null) {
            throw new GarbledException(
                    "array " + name + " is " + describe(value) + ", not a sequence of numbers");
        }
        Iterator<?> numbers = iterator(sequence);
        int n = 0;
        // A lazy sequence may have no end: one element too many is enough to know.
        for (; numbers.hasNext() && n <= length; n++) {
            Object next = numbers.next();
            if (!(next instanceof Number number)) {
                throw new GarbledException(
                        name + "[" + n + "] is " + describe(next) + ", not a number");
            }
            if (n < length) {
                into[offset + n] = number.doubleValue();
            }
        }
        if (n > length) {
            throw new GarbledException(
                    "array " + name + ": expected length " + length + ", observed more");
        }
        demand(name, length, n);
    }

    /** Tells whether {@link #read} would succeed. */
    boolean fits(Object value, int length) {
        if (value instanceof double[] array) {
            return array.length == length;
        }
        try {
            read("", value, new double[length], 0, length);
            return true;
        } catch (GarbledException misfit) {
            return false;
        }
    }

    /** Tells whether the value is a sequence that begins with a number. */
    boolean begins(Object value) {
        Object sequence = language.sequence(value);
        if (sequence == null) {
            return false;
        }
        Iterator<?> elements = iterator(sequence);
        return elements.hasNext() && elements.next() instanceof Number;
    }

    static Iterator<?> iterator(Object sequence) {
        if (sequence instanceof Iterable<?> iterable) {
            return iterable.iterator();
        }
        if (sequence instanceof Object[] array) {
            return Arrays.asList(array).iterator();
        }
        int length = Array.getLength(sequence);
        return new Iterator<Object>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < length;
            }

            @Override
            public Object next() {
                return Array.get(sequence, next++);
            }
        };
    }

    private static void demand(String name, int expected, int observed) throws GarbledException {
        if (expected != observed) {
            throw new GarbledException(
                    "array " + name + ": expected length " + expected + ", observed " + observed);
        }
    }

    static String describe(Object value) {
        return value == null ? "null" : "a " + value.getClass().getTypeName();
    }
}
