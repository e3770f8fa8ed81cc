import java.util.LinkedHashMap;
import java.util.Map;

public class FloatArrays {
    private final float alpha;
    private final float gamma;
    private final float eps;
    private final Map<String, float[]> squares = new LinkedHashMap<>();

    public FloatArrays(float alpha, float gamma, float eps) {
        this.alpha = alpha;
        this.gamma = gamma;
        this.eps = eps;
    }

    public void update(Map<String, float[]> theta, Map<String, float[]> grads) {
        theta.forEach((key, t) -> {
            float[] s = squares.computeIfAbsent(key, k -> new float[t.length]);
            float[] g = grads.get(key);
            for (int i = 0; i < t.length; i++) {
                s[i] = gamma * s[i] + (1 - gamma) * (g[i] * g[i]);
                t[i] -= alpha * g[i] / ((float) Math.sqrt(s[i]) + eps);
            }
        });
    }
}
