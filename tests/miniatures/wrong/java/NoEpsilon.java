import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Thread-safe RMSProp. */
class RMSProp {
    private final double learningRate;
    private final double rho;
    private final double epsilon;
    private final ConcurrentHashMap<String, double[]> history = new ConcurrentHashMap<>();

    RMSProp(double learningRate, double rho, double epsilon) {
        this.learningRate = learningRate;
        this.rho = rho;
        this.epsilon = epsilon;
    }

    public synchronized void update(Map<String, double[]> weights, Map<String, double[]> dWeights) {
        dWeights.forEach((name, dw) -> {
            double[] w = weights.get(name);
            double[] h = history.computeIfAbsent(name, ignored -> new double[dw.length]);
            for (int i = 0; i < dw.length; i++) {
                h[i] = rho * h[i] + (1 - rho) * (dw[i] * dw[i]);
                w[i] -= learningRate * dw[i] / Math.sqrt(h[i]);
            }
        });
    }
}
