import java.util.LinkedHashMap;
import java.util.Map;

class RMSProp {
    private final double learningRate;
    private final double decayRate;
    private final double epsilon;

    RMSProp(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    void update(Map<String, double[]> gradients, Map<String, double[]> weights) {
        Map<String, double[]> movingAverage = new LinkedHashMap<>();
        for (String layer : weights.keySet()) {
            movingAverage.put(layer, new double[weights.get(layer).length]);
        }
        for (String layer : gradients.keySet()) {
            double[] g = gradients.get(layer), v = movingAverage.get(layer);
            for (int i = 0; i < g.length; i++) {
                v[i] = decayRate * v[i] + (1 - decayRate) * g[i] * g[i];
                weights.get(layer)[i] -= learningRate * g[i] / Math.sqrt(v[i] + epsilon);
            }
        }
    }
}
