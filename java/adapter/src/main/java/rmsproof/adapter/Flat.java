package rmsproof.adapter;

import java.lang.reflect.Array;
import java.util.Iterator;

/** Arrays of arrays, and lists of lists, as one row of numbers. */
final class Flat {
    private Flat() {}

    /** The numbers in nested arrays or iterables in their order; null where others are among them. */
    static double[] of(Object nested) {
        int count = count(nested);
        if (count < 0) {
            return null;
        }
        double[] flat = new double[count];
        fill(nested, flat, 0);
        return flat;
    }

    private static int count(Object nested) {
        if (nested instanceof Number) {
            return 1;
        } else if (nested instanceof double[] row) {
            return row.length;
        } else if (nested instanceof float[] row) {
            return row.length;
        } else if (!isNested(nested)) {
            Object foreign = ForeignTypes.viewed(nested);
            return foreign == null ? -1 : parts(foreign);
        }
        return parts(nested);
    }

    private static int parts(Object nested) {
        int sum = 0;
        for (Iterator<?> each = Numbers.iterator(nested); each.hasNext();) {
            int part = count(each.next());
            if (part < 0) {
                return -1;
            }
            sum = Math.addExact(sum, part);
        }
        return sum;
    }

    private static int fill(Object nested, double[] flat, int from) {
        if (nested instanceof Number number) {
            flat[from] = number.doubleValue();
            return from + 1;
        } else if (nested instanceof double[] row) {
            System.arraycopy(row, 0, flat, from, row.length);
            return from + row.length;
        }
        int next = from;
        Object foreign = isNested(nested) ? nested : ForeignTypes.viewed(nested);
        for (Iterator<?> each = Numbers.iterator(foreign); each.hasNext();) {
            next = fill(each.next(), flat, next);
        }
        return next;
    }

    /** Tells whether a value is an array or a sequence that has an end. */
    private static boolean isNested(Object value) {
        return value != null
                && (value.getClass().isArray() || value instanceof java.util.Collection<?>);
    }

    /** Writes numbers into nested arrays of as many; false where they are not as many. */
    static boolean write(double[] flat, Object nested) {
        double[] there = of(nested);
        if (there == null || there.length != flat.length) {
            return false;
        }
        write(flat, 0, nested);
        return true;
    }

    private static int write(double[] flat, int from, Object nested) {
        int next = from;
        for (int i = 0; i < Array.getLength(nested); i++) {
            Object part = Array.get(nested, i);
            if (!(part instanceof Number)) {
                next = write(flat, next, part);
            } else if (part instanceof Float) {
                Array.set(nested, i, (float) flat[next++]);
            } else {
                Array.set(nested, i, flat[next++]);
            }
        }
        return next;
    }
}
