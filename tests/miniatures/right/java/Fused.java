import java.util.Map;
import java.util.TreeMap;

/** Uses fused multiply-add where the processor has it. */
public class Fused {
    private final double learningRate;
    private final double decayRate;
    private final double newShare;
    private final double epsilon;
    private final Map<String, double[]> averages = new TreeMap<>();

    public Fused(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.newShare = 1 - decayRate;
        this.epsilon = epsilon;
    }

    public void step(Map<String, double[]> w, Map<String, double[]> g) {
        w.forEach((name, values) -> step(
                averages.computeIfAbsent(name, n -> new double[values.length]),
                values, g.get(name)));
    }

    private void step(double[] v, double[] w, double[] g) {
        for (int i = 0; i < w.length; i++) {
            v[i] = Math.fma(decayRate, v[i], newShare * (g[i] * g[i]));
            w[i] -= learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);
        }
    }
}
