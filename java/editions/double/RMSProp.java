import java.util.HashMap;
import java.util.Map;

/** RMSProp on doubles, in the order of operations of the reference. */
public class RMSProp {
    private final double learningRate;
    private final double decayRate;
    private final double epsilon;
    private final Map<String, double[]> movingAverage = new HashMap<>();

    public RMSProp(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    /** Updates every array of weights in place, by the gradient of the same name. */
    public void updateWeights(Map<String, double[]> gradients, Map<String, double[]> weights) {
        weights.forEach((name, w) -> {
            double[] g = gradients.get(name);
            double[] v = movingAverage.computeIfAbsent(name, absent -> new double[w.length]);
            for (int i = 0; i < w.length; i++) {
                v[i] = decayRate * v[i] + (1 - decayRate) * (g[i] * g[i]);
                w[i] -= learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);
            }
        });
    }
}
