package rmsproof.adapter;

/** What a port did in a run of steps; N is the number of values in all arrays together. */
public final class Steps {
    /** completed x N: the weights after every step, floats widened exactly. */
    public final double[] weights;

    /** completed x N: the moving average after every step, or null where it is not visible. */
    public final double[] movingAverage;

    /** The number of whole steps done. */
    public final int completed;

    /** Null, or JSON: kind, message and step (from 1, over all runs of the open port). */
    public final String failure;

    /** JSON: where the weights were found, and whether what was given was changed. */
    public final String facts;

    Steps(double[] weights, double[] movingAverage, int completed, String failure, String facts) {
        this.weights = weights;
        this.movingAverage = movingAverage;
        this.completed = completed;
        this.failure = failure;
        this.facts = facts;
    }
}
