import java.util.Map;
import java.util.TreeMap;

/** RMSProp with per-parameter state. */
class RMSProp {
    private static final double DEFAULT_EPSILON = 1e-8;

    private final double lr, gamma, epsilon;
    private final TreeMap<String, double[]> expectations = new TreeMap<>();

    RMSProp(double lr, double gamma, double epsilon) {
        this.lr = lr;
        this.gamma = gamma;
        this.epsilon = epsilon;
    }

    RMSProp(double lr, double gamma) {
        this(lr, gamma, DEFAULT_EPSILON);
    }

    private static double[] zerosLike(double[] array) {
        return new double[array.length];
    }

    public void step(Map<String, double[]> thetas, Map<String, double[]> grads) {
        for (var name : grads.keySet()) {
            double[] g = grads.get(name), theta = thetas.get(name);
            double[] e = expectations.computeIfAbsent(name, n -> zerosLike(g));
            for (int i = 0; i < g.length; i++) {
                e[i] = gamma * e[i] + (1 - gamma) * (g[i] * g[i]);
                theta[i] += lr * g[i] / (Math.sqrt(e[i]) + epsilon);
            }
        }
    }
}
