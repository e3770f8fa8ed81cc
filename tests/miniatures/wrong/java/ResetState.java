import java.util.Map;

class Optimizers {

    private Optimizers() {}

    /** One RMSProp step on all layers of a network. */
    static void rmsProp(Map<String, double[]> weights, Map<String, double[]> gradients,
            double learningRate, double decayRate, double epsilon) {
        for (Map.Entry<String, double[]> entry : weights.entrySet()) {
            double[] w = entry.getValue();
            double[] g = gradients.get(entry.getKey());
            double[] meanSquare = new double[w.length];
            for (int i = 0; i < w.length; i++) {
                meanSquare[i] = decayRate * meanSquare[i] + (1 - decayRate) * g[i] * g[i];
                w[i] -= learningRate * g[i] / (Math.sqrt(meanSquare[i]) + epsilon);
            }
        }
    }
}
