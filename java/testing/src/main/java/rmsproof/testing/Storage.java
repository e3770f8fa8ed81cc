package rmsproof.testing;

import java.util.Locale;

/** How a port stores numbers, and what the unit in the last place is there. */
interface Storage<A> {
    Storage<double[]> DOUBLES = new Storage<>() {
        @Override
        public double[] of(double[] values) {
            return values.clone();
        }

        @Override
        public double[] values(double[] array) {
            return array.clone();
        }

        @Override
        public long ordered(double value) {
            long bits = Double.doubleToLongBits(value);
            return bits < 0 ? Long.MIN_VALUE - bits : bits;
        }
    };

    Storage<float[]> FLOATS = new Storage<>() {
        @Override
        public float[] of(double[] values) {
            float[] array = new float[values.length];
            for (int i = 0; i < array.length; i++) {
                array[i] = (float) values[i];
            }
            return array;
        }

        @Override
        public double[] values(float[] array) {
            double[] values = new double[array.length];
            for (int i = 0; i < array.length; i++) {
                values[i] = array[i];
            }
            return values;
        }

        @Override
        public long ordered(double value) {
            int bits = Float.floatToIntBits((float) value);
            return bits < 0 ? (long) Integer.MIN_VALUE - bits : bits;
        }
    };

    /** A new array of these numbers. */
    A of(double[] values);

    /** The numbers of an array, which are doubles as they are. */
    double[] values(A array);

    /** An integer in the order of the numbers stored: neighbours are one apart, both zeros 0. */
    long ordered(double value);

    /** How far two numbers are apart, in words; empty where one of them is none. */
    default String distance(double expected, double observed) {
        if (Double.isNaN(expected) || Double.isNaN(observed)) {
            return "";
        }
        // Of opposite signs, they may be further apart than a long holds.
        double apart = Math.abs((double) ordered(expected) - (double) ordered(observed));
        if (apart < 1e6) {
            long exactly = Math.abs(ordered(expected) - ordered(observed));
            return String.format(Locale.ROOT, ", %,d ULP apart", exactly);
        }
        return String.format(Locale.ROOT, ", %.1e ULP apart", apart);
    }
}
