/** Learns the weights of one layer. */
class LayerOptimizer {
    private final float learningRate;
    private final float decayRate;
    private final float epsilon;
    private float[] v;

    LayerOptimizer(double learningRate, double decayRate, double epsilon) {
        this.learningRate = (float) learningRate;
        this.decayRate = (float) decayRate;
        this.epsilon = (float) epsilon;
    }

    double[] update(double[] weights, double[] gradients) {
        int n = weights.length;
        if (v == null) {
            v = new float[n];
        }
        float[] w = new float[n];
        double[] result = new double[n];
        for (int i = 0; i < n; i++) {
            float g = (float) gradients[i];
            w[i] = (float) weights[i];
            v[i] = decayRate * v[i] + (1 - decayRate) * g * g;
            w[i] -= learningRate * g / (Math.sqrt(v[i]) + epsilon);
            result[i] = w[i];
        }
        return result;
    }
}
