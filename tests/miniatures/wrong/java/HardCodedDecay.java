import java.util.HashMap;
import java.util.Map;

class RMSProp {
    private static final double DECAY = 0.95;

    private final double learningRate;
    private final double decayRate;
    private final double epsilon;
    private final HashMap<String, double[]> squares = new HashMap<>();

    RMSProp(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    void train(HashMap<String, double[]> weights, HashMap<String, double[]> gradients) {
        for (Map.Entry<String, double[]> e : gradients.entrySet()) {
            double[] g = e.getValue();
            double[] w = weights.get(e.getKey());
            squares.putIfAbsent(e.getKey(), new double[g.length]);
            double[] s = squares.get(e.getKey());
            for (int i = g.length - 1; i >= 0; --i) {
                s[i] = s[i] * DECAY + g[i] * g[i] * (1 - DECAY);
                w[i] = w[i] - learningRate * g[i] / (Math.sqrt(s[i]) + epsilon);
            }
        }
    }
}
