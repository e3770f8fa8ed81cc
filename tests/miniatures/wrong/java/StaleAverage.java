import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

class RmsPropOptimizer {
    private final double learningRate;
    private final double beta;
    private final double epsilon;
    private final Map<String, double[]> movingAverage = new HashMap<>();

    RmsPropOptimizer(double learningRate, double beta, double epsilon) {
        this.learningRate = learningRate;
        this.beta = beta;
        this.epsilon = epsilon;
    }

    public Map<String, double[]> optimize(
            Map<String, double[]> weights, Map<String, double[]> gradients) {
        for (String layer : weights.keySet()) {
            double[] w = weights.get(layer);
            double[] g = gradients.get(layer);
            double[] v = movingAverage.getOrDefault(layer, new double[w.length]);
            movingAverage.put(layer, IntStream.range(0, w.length)
                    .mapToDouble(i -> beta * v[i] + (1 - beta) * g[i] * g[i])
                    .toArray());
            weights.put(layer, IntStream.range(0, w.length)
                    .mapToDouble(i -> w[i] - learningRate * g[i] / (Math.sqrt(v[i]) + epsilon))
                    .toArray());
        }
        return weights;
    }
}
