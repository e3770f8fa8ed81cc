/** Float weights, everything else in double. */
class MixedPrecision {
    private final double learningRate;
    private final double decayRate;
    private final double epsilon;
    private float[] v;

    MixedPrecision(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    float[] update(float[] weights, float[] gradients) {
        if (v == null) {
            v = new float[weights.length];
        }
        for (int i = 0; i < weights.length; i++) {
            double g = gradients[i];
            v[i] = (float) (decayRate * v[i] + (1 - decayRate) * (g * g));
            weights[i] = (float) (weights[i] - learningRate * g / (Math.sqrt(v[i]) + epsilon));
        }
        return weights;
    }
}
