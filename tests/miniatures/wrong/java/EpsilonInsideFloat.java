import java.util.LinkedHashMap;
import java.util.Map;

final class RmsPropUpdater {
    private final float lr;
    private final float rho;
    private final float eps;
    private final Map<String, float[]> meanSquares = new LinkedHashMap<>();

    RmsPropUpdater(float lr, float rho, float eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    public Map<String, float[]> apply(
            Map<String, float[]> weights, Map<String, float[]> gradients) {
        Map<String, float[]> updated = new LinkedHashMap<>();
        gradients.forEach((name, g) -> {
            float[] w = weights.get(name).clone();
            float[] ms = meanSquares.computeIfAbsent(name, n -> new float[g.length]);
            for (int i = 0; i < w.length; i++) {
                ms[i] = rho * ms[i] + (1 - rho) * g[i] * g[i];
                w[i] = (float) (w[i] - lr * g[i] / Math.sqrt(ms[i] + eps));
            }
            updated.put(name, w);
        });
        return updated;
    }
}
