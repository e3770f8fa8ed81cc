package jmh;

import java.util.Random;

/** What is fed to all alike. */
final class Numbers {
    private static final int ELEMENTS = 1_000_000;

    private Numbers() {}

    static double[] drawn(long seed) {
        return new Random(seed).doubles(ELEMENTS, -1.0, 1.0).toArray();
    }
}
