import java.util.HashMap;
import java.util.Map;

/** RMSProp optimizer. */
class RMSProp {
    private final double learningRate;
    private final double decayRate;
    private final double epsilon;
    private final Map<String, double[]> cache = new HashMap<>();

    RMSProp(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    void update(Map<String, double[]> params, Map<String, double[]> grads) {
        for (String key : params.keySet()) {
            double[] w = params.get(key);
            double[] g = grads.get(key);
            double[] v = cache.computeIfAbsent(key, k -> new double[w.length]);
            for (int i = 0; i < w.length; i++) {
                v[i] = decayRate * v[i] + (1 - decayRate) * Math.pow(g[i], 2);
                w[i] -= learningRate * g[i] / Math.sqrt(v[i] + epsilon);
            }
        }
    }
}
