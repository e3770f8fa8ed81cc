import java.util.HashMap;
import java.util.Map;

/** RMSProp as the mobile app has it. */
class RMSProp {
    private final float lr;
    private final float decay;
    private final float eps;
    private final Map<String, float[]> averages = new HashMap<>();

    RMSProp(double lr, double decay, double eps) {
        this.lr = (float) lr;
        this.decay = (float) decay;
        this.eps = (float) eps;
    }

    private static float sqrt(float x) {
        return (float) Math.sqrt(x);
    }

    void step(Map<String, double[]> params, Map<String, double[]> grads) {
        params.forEach((name, p) -> {
            double[] g = grads.get(name);
            float[] v = averages.computeIfAbsent(name, n -> new float[p.length]);
            for (int i = 0; i < p.length; i++) {
                float gi = (float) g[i];
                v[i] = decay * v[i] + (1 - decay) * (gi * gi);
                p[i] = (float) p[i] - lr * gi / (sqrt(v[i]) + eps);
            }
        });
    }
}
