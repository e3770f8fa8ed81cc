import java.util.Map;

record Reciprocal(double learningRate, double decayRate, double epsilon,
        Map<String, double[]> squares) {

    Reciprocal(double learningRate, double decayRate, double epsilon) {
        this(learningRate, decayRate, epsilon, new java.util.HashMap<>());
    }

    void accept(Map<String, double[]> gradients, Map<String, double[]> weights) {
        gradients.forEach((name, g) -> {
            double[] v = squares.computeIfAbsent(name, n -> new double[g.length]);
            double[] w = weights.get(name);
            for (int i = 0; i < g.length; i++) {
                v[i] = v[i] * decayRate + (g[i] * g[i]) * (1 - decayRate);
                double inverse = 1 / (Math.sqrt(v[i]) + epsilon);
                w[i] -= learningRate * g[i] * inverse;
            }
        });
    }
}
