import java.util.HashMap;
import java.util.Map;

class RecursiveRMSProp {
    private final double alpha, beta, epsilon;
    private final Map<String, double[]> s = new HashMap<>();

    RecursiveRMSProp(double alpha, double beta, double epsilon) {
        this.alpha = alpha;
        this.beta = beta;
        this.epsilon = epsilon;
    }

    public Map<String, double[]> update(Map<String, double[]> params, Map<String, double[]> grads) {
        params.forEach((key, p) -> {
            s.putIfAbsent(key, new double[p.length]);
            from(0, p, grads.get(key), s.get(key));
        });
        return params;
    }

    private void from(int i, double[] p, double[] g, double[] s) {
        if (i == p.length) {
            return;
        }
        s[i] = beta * s[i] + (1 - beta) * g[i] * g[i];
        p[i] = p[i] - alpha * g[i] / (Math.sqrt(s[i]) + epsilon);
        from(i + 1, p, g, s);
    }
}
