import java.util.HashMap;
import java.util.Map;

class RMSProp {
    private static final double MOMENTUM = 0.9;
    private final double lr, alpha, eps;
    private final Map<String, double[]> squareAvg = new HashMap<>();
    private final Map<String, double[]> buffer = new HashMap<>();

    RMSProp(double lr, double alpha, double eps) {
        this.lr = lr;
        this.alpha = alpha;
        this.eps = eps;
    }

    void step(Map<String, double[]> params, Map<String, double[]> grads) {
        for (String name : params.keySet()) {
            double[] p = params.get(name), g = grads.get(name);
            double[] v = squareAvg.computeIfAbsent(name, n -> new double[p.length]);
            double[] b = buffer.computeIfAbsent(name, n -> new double[p.length]);
            for (int i = 0; i < p.length; i++) {
                v[i] = alpha * v[i] + (1 - alpha) * g[i] * g[i];
                b[i] = MOMENTUM * b[i] + g[i] / (Math.sqrt(v[i]) + eps);
                p[i] -= lr * b[i];
            }
        }
    }
}
