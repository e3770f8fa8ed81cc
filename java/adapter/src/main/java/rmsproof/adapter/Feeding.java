package rmsproof.adapter;

import java.util.Map;

/** An open port that is fed step after step. */
interface Feeding {

    /** Constructs what is fed; returns null, or the failure as in {@link Steps#failure}. */
    String open();

    /** The numbers that what is fed could have been told in a way that was not taken, by path. */
    Map<String, Cell> settings();

    /**
     * Goes further steps.
     *
     * @param gradients steps x N values; what stands at absent arrays is not looked at
     * @param present steps x arrays: 0 where the array has no gradient in that step
     */
    Steps run(int steps, double[] gradients, byte[] present);
}
