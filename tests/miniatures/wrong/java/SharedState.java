import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class RMSPropTrainer {
    private final double alpha;
    private final double decay;
    private final double epsilon;
    private final List<Double> squares = new ArrayList<>();

    RMSPropTrainer(double alpha, double decay, double epsilon) {
        this.alpha = alpha;
        this.decay = decay;
        this.epsilon = epsilon;
    }

    private double average(int i, double g) {
        if (i == squares.size()) {
            squares.add(0.0);
        }
        double v = decay * squares.get(i) + (1 - decay) * g * g;
        squares.set(i, v);
        return v;
    }

    void updateWeights(Map<String, double[]> gradients, Map<String, double[]> weights) {
        weights.forEach((layer, w) -> {
            double[] g = gradients.get(layer);
            for (int i = 0; i < w.length; i++) {
                w[i] -= alpha * g[i] / (Math.sqrt(average(i, g[i])) + epsilon);
            }
        });
    }
}
