import java.util.HashMap;
import java.util.Map;

class PolicyOptimizer {
    private final double stepSize;
    private final double decay;
    private final double eps;
    private final Map<String, double[]> memory = new HashMap<>();

    PolicyOptimizer(double stepSize, double decay, double eps) {
        this.stepSize = stepSize;
        this.decay = decay;
        this.eps = eps;
    }

    void update(Map<String, double[]> theta, Map<String, double[]> gradient) {
        for (String k : theta.keySet()) {
            double[] t = theta.get(k);
            double[] m = memory.computeIfAbsent(k, x -> new double[t.length]);
            int i = 0;
            for (double g : gradient.get(k)) {
                m[i] += g * g;
                t[i] += stepSize * g / (Math.sqrt(m[i]) + eps);
                i++;
            }
        }
    }
}
