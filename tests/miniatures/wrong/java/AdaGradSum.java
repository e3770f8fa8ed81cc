import java.util.HashMap;
import java.util.Map;

/** Root mean square propagation. Weights are changed in place. */
class RMSProp {
    static class Builder {
        double learningRate = 0.001;
        double decayRate = 0.9;
        double epsilon = 1e-8;
    }

    private final Builder settings = new Builder();
    private final Map<String, double[]> sums = new HashMap<>();

    RMSProp(double learningRate, double decayRate, double epsilon) {
        settings.learningRate = learningRate;
        settings.decayRate = decayRate;
        settings.epsilon = epsilon;
    }

    void update(Map<String, double[]> weights, Map<String, double[]> grads) {
        weights.forEach((name, w) -> {
            double[] g = grads.get(name);
            double[] s = sums.computeIfAbsent(name, k -> new double[g.length]);
            for (int i = 0; i < g.length; i++) {
                s[i] += g[i] * g[i];
                w[i] -= settings.learningRate / (Math.sqrt(s[i]) + settings.epsilon) * g[i];
            }
        });
    }
}
