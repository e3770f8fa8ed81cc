import java.util.Map;
import java.util.TreeMap;

class RMSProp {
    private final double learningRate;
    private final double decayRate;
    private final double epsilon;
    private final Map<String, float[]> meanSquare = new TreeMap<>();

    RMSProp(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    void update(Map<String, float[]> weights, Map<String, float[]> gradients) {
        gradients.forEach((name, g) -> {
            float[] w = weights.get(name);
            float[] ms = meanSquare.computeIfAbsent(name, n -> new float[g.length]);
            for (int i = 0; i < g.length; i++) {
                ms[i] = (float) (0.9 * ms[i] + 0.1 * g[i] * g[i]);
                w[i] -= learningRate * g[i] / (Math.sqrt(ms[i]) + epsilon);
            }
        });
    }
}
