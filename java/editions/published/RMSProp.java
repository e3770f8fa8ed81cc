import java.util.LinkedHashMap;
import java.util.Map;

public class RMSProp {
    private final float learningRate;
    private final float decayRate;
    private final float epsilon;
    private final Map<String, float[]> movingAverage = new LinkedHashMap<>();

    public RMSProp(float learningRate, float decayRate, float epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    public void updateWeights(Map<String, float[]> gradients, Map<String, float[]> weights) {
        weights.forEach((name, w) -> {
            float[] g = gradients.get(name);
            float[] v = movingAverage.computeIfAbsent(name, absent -> new float[w.length]);
            for (int i = 0; i < w.length; i++) {
                v[i] = decayRate * v[i] + (1 - decayRate) * g[i] * g[i];
                w[i] -= learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);
            }
        });
    }

    public static void main(String[] args) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        weights.put("hidden", new float[] {1.5f, -0.75f, 0.25f});
        weights.put("output", new float[] {-2f});

        Map<String, float[]> gradients = new LinkedHashMap<>();
        gradients.put("hidden", new float[] {0.125f, 3f, -0.0625f});
        gradients.put("output", new float[] {-1.25f});

        new RMSProp(0.01f, 0.95f, 1e-6f).updateWeights(gradients, weights);
        weights.forEach((name, w) -> System.out.println(name + " = " + Arrays.toString(w)));
    }
}
