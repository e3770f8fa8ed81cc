class RMSProp {
    private final double learningRate, decayRate, epsilon;
    private double[] v;

    RMSProp(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    double[] update(double[] w, double[] g) {
        if (v == null) v = new double[w.length];
        double[] result = w.clone();
        for (int i = 0; i < w.length - 1; i++) {
            v[i] = decayRate * v[i] + (1 - decayRate) * g[i] * g[i];
            result[i] = w[i] - learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);
        }
        return result;
    }
}
