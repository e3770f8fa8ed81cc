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

    private Layout pick(int[] kept) {
        return new Layout(
                Arrays.stream(kept).mapToObj(j -> names[j]).toArray(String[]::new),
                Arrays.stream(kept).map(j -> offsets[j]).toArray(),
                Arrays.stream(kept).map(j -> lengths[j]).toArray(),
                kept);
    }
}
