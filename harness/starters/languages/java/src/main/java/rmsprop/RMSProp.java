package rmsprop;

import java.util.HashMap;
import java.util.Map;

/** RMSProp: each gradient is divided by the root of a moving average of its square. */
public final class RMSProp {
    private final double learningRate;
    private final double decayRate;
    private final double epsilon;
    private final Map<String, double[]> movingAverage = new HashMap<>();

    public RMSProp(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    /** Changes the weights in place; an array without a gradient takes no part in the step. */
    public void step(Map<String, double[]> gradients, Map<String, double[]> weights) {
        gradients.forEach((name, g) -> {
            double[] w = weights.get(name);
            double[] v = movingAverage.computeIfAbsent(name, absent -> new double[g.length]);
            for (int i = 0; i < g.length; i++) {
                v[i] = decayRate * v[i] + (1 - decayRate) * (g[i] * g[i]);
                w[i] -= learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);
            }
        });
    }

    /** The moving average of the squared gradients of an array; null before its first step. */
    public double[] movingAverage(String name) {
        return movingAverage.get(name);
    }
}
