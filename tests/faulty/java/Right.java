import java.util.HashMap;
import java.util.Map;

/**
 * RMSProp, done rightly. Its subclasses are right too, but for the one scenario whose decay rate
 * is {@link #TRAP}, where each does something of its own.
 */
class Right {
    static final double TRAP = 0.75;

    final double learningRate;
    final double decayRate;
    final double epsilon;
    final Map<String, double[]> average = new HashMap<>();
    int calls;

    Right(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    public void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        calls++;
        if (trapped()) {
            strike();
        }
        step(weights, gradients);
    }

    final boolean trapped() {
        return decayRate == TRAP;
    }

    void strike() {}

    private void step(Map<String, double[]> weights, Map<String, double[]> gradients) {
        gradients.forEach((name, g) -> {
            double[] w = weights.get(name);
            double[] v = average.computeIfAbsent(name, absent -> new double[g.length]);
            for (int i = 0; i < g.length; i++) {
                v[i] = decayRate * v[i] + (1 - decayRate) * (g[i] * g[i]);
                w[i] -= learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);
            }
        });
    }
}
