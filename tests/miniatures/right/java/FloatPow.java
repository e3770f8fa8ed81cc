import java.util.HashMap;
import java.util.Map;

class RMSprop {
    private float learningRate = 0.001f;
    private float rho = 0.9f;
    private float epsilon = 1e-7f;
    private Map<String, float[]> accumulators = new HashMap<>();

    RMSprop() {}

    RMSprop(float learningRate, float rho, float epsilon) {
        this.learningRate = learningRate;
        this.rho = rho;
        this.epsilon = epsilon;
    }

    void applyGradients(Map<String, float[]> gradients, Map<String, float[]> variables) {
        for (String name : gradients.keySet()) {
            float[] g = gradients.get(name);
            float[] x = variables.get(name);
            float[] a = accumulators.getOrDefault(name, new float[g.length]);
            for (int i = 0; i < g.length; i++) {
                a[i] = (float) (rho * a[i] + (1 - rho) * Math.pow(g[i], 2));
                x[i] -= learningRate * g[i] / (Math.sqrt(a[i]) + epsilon);
            }
            accumulators.put(name, a);
        }
    }
}
