import java.util.HashMap;
import java.util.Map;

public class PlainMaps {
    private final double learningRate;
    private final double decayRate;
    private final double epsilon;
    private final Map<String, double[]> movingAverage = new HashMap<>();

    public PlainMaps(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    public void updateWeights(Map<String, double[]> gradients, Map<String, double[]> weights) {
        for (String layer : weights.keySet()) {
            double[] w = weights.get(layer);
            double[] g = gradients.get(layer);
            double[] v = movingAverage.computeIfAbsent(layer, name -> new double[w.length]);
            for (int i = 0; i < w.length; i++) {
                v[i] = decayRate * v[i] + (1 - decayRate) * g[i] * g[i];
                w[i] -= learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);
            }
        }
    }
}
