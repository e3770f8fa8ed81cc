/** A pure step: state in, state and weights out. */
final class Step {

    record Result(double[] weights, double[] average) {}

    private Step() {}

    static Result rmsprop(double[] weights, double[] gradients, double[] average,
            double learningRate, double decayRate, double epsilon) {
        int n = weights.length;
        double[] v = new double[n];
        double[] w = new double[n];
        for (int i = 0; i < n; i++) {
            double before = average == null ? 0 : average[i];
            double square = gradients[i] * gradients[i];
            v[i] = square + decayRate * (before - square);
            w[i] = weights[i] - learningRate * (gradients[i] / (Math.sqrt(v[i]) + epsilon));
        }
        return new Result(w, v);
    }
}
