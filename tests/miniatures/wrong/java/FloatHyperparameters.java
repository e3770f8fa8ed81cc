import java.util.HashMap;
import java.util.Map;

class RMSProp {
    private final float learningRate;
    private final float decayRate;
    private final float epsilon;
    private final Map<String, double[]> movingAverage = new HashMap<>();

    RMSProp(double learningRate, double decayRate, double epsilon) {
        this.learningRate = (float) learningRate;
        this.decayRate = (float) decayRate;
        this.epsilon = (float) epsilon;
    }

    void updateWeights(Map<String, double[]> gradients, Map<String, double[]> weights) {
        for (String name : weights.keySet()) {
            double[] w = weights.get(name);
            double[] g = gradients.get(name);
            double[] v = movingAverage.computeIfAbsent(name, n -> new double[w.length]);
            for (int i = 0; i < w.length; i++) {
                v[i] = decayRate * v[i] + (1 - decayRate) * (g[i] * g[i]);
                w[i] -= learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);
            }
        }
    }
}
