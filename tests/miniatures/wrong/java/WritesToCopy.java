import java.util.HashMap;
import java.util.Map;

class RMSProp {
    private final double learningRate;
    private final double decayRate;
    private final double epsilon;
    private final Map<String, double[]> movingAverage = new HashMap<>();

    RMSProp(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    void updateWeights(Map<String, double[]> gradients, Map<String, double[]> weights) {
        for (String layer : gradients.keySet()) {
            double[] g = gradients.get(layer);
            double[] w = weights.get(layer).clone();
            double[] v = movingAverage.computeIfAbsent(layer, l -> new double[g.length]);
            for (int i = 0; i < g.length; i++) {
                v[i] = decayRate * v[i] + (1 - decayRate) * g[i] * g[i];
                w[i] -= learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);
            }
        }
    }
}
