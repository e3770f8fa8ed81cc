package rmsproof.adapter;

import java.util.Arrays;

/**
 * The arrays of a scenario, or of one step: their names, where each lies in flat buffers, and
 * which of the scenario's it is.
 */
record Layout(String[] names, int[] offsets, int[] lengths, int[] places) {

    static Layout of(String[] names, int[] lengths) {
        if (names.length != lengths.length) {
            throw new IllegalArgumentException(
                    names.length + " names, but " + lengths.length + " lengths");
        }
        int[] offsets = new int[names.length];
        int size = 0;
        for (int j = 0; j < names.length; j++) {
            offsets[j] = size;
            size = Math.addExact(size, lengths[j]);
        }
        int[] places = new int[names.length];
        Arrays.setAll(places, j -> j);
        return new Layout(names.clone(), offsets, lengths.clone(), places);
    }

    int count() {
        return names.length;
    }

    /** The number of values in all arrays together. */
    int size() {
        return Arrays.stream(lengths).sum();
    }

    /** The arrays marked with a value other than 0 in {@code present[from ..)}. */
    Layout select(byte[] present, int from) {
        int[] kept = new int[count()];
        int n = 0;
        for (int j = 0; j < count(); j++) {
            if (present[from + j] != 0) {
                kept[n++] = j;
            }
        }
        return n == count() ? this : pick(Arrays.copyOf(kept, n));
    }

    /** One array alone. */
    Layout single(int j) {
        return pick(new int[] {j});
    }

    /** Every value as an array of its own; its place is its index among all. */
    Layout exploded() {
        int size = size();
        String[] each = new String[size];
        int[] at = new int[size];
        int[] ones = new int[size];
        int next = 0;
        for (int j = 0; j < count(); j++) {
            for (int i = 0; i < lengths[j]; i++) {
                each[next] = names[j];
                at[next] = offsets[j] + i;
                ones[next++] = 1;
            }
        }
        return new Layout(each, at, ones, at);
    }

    private Layout pick(int[] kept) {
        return new Layout(
                Arrays.stream(kept).mapToObj(j -> names[j]).toArray(String[]::new),
                Arrays.stream(kept).map(j -> offsets[j]).toArray(),
                Arrays.stream(kept).map(j -> lengths[j]).toArray(),
                kept);
    }
}
