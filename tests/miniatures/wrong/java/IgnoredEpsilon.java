import java.util.HashMap;
import java.util.Map;

class RMSProp {
    private final double learningRate;
    private final double decayRate;
    private final double epsilon = 1e-3;
    private final Map<String, double[]> v = new HashMap<>();

    RMSProp(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
    }

    void apply(Map<String, double[]> gradients, Map<String, double[]> weights) {
        gradients.forEach((key, g) -> v.merge(key, square(g), this::blend));
        weights.replaceAll((key, w) -> {
            double[] moved = new double[w.length];
            for (int i = 0; i < w.length; i++) {
                double root = Math.sqrt(v.get(key)[i]);
                moved[i] = w[i] - learningRate * gradients.get(key)[i] / (root + epsilon);
            }
            return moved;
        });
    }

    private double[] square(double[] g) {
        double[] fresh = new double[g.length];
        for (int i = 0; i < g.length; i++) {
            fresh[i] = (1 - decayRate) * g[i] * g[i];
        }
        return fresh;
    }

    private double[] blend(double[] old, double[] fresh) {
        for (int i = 0; i < old.length; i++) {
            old[i] = decayRate * old[i] + fresh[i];
        }
        return old;
    }
}
