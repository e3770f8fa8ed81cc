import java.util.HashMap;
import java.util.Map;

class RmsProp {
    private final double lr;
    private final double beta2;
    private final double eps;
    private final Map<String, Slot> slots = new HashMap<>();

    RmsProp(double lr, double beta2, double eps) {
        this.lr = lr;
        this.beta2 = beta2;
        this.eps = eps;
    }

    /** What is remembered of one parameter. */
    private static final class Slot {
        final double[] v;
        int t;

        Slot(int size) {
            v = new double[size];
        }
    }

    void step(Map<String, double[]> params, Map<String, double[]> grads) {
        params.forEach((name, p) -> {
            double[] g = grads.get(name);
            Slot slot = slots.computeIfAbsent(name, n -> new Slot(p.length));
            double scale = 1 - Math.pow(beta2, ++slot.t);
            for (int i = 0; i < p.length; i++) {
                slot.v[i] = beta2 * slot.v[i] + (1 - beta2) * g[i] * g[i];
                p[i] -= lr * g[i] / (Math.sqrt(slot.v[i] / scale) + eps);
            }
        });
    }
}
