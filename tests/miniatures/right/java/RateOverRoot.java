import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

class Network {

    /** How a network of named layers learns. */
    static class RMSProp {
        private final double rate, decay, eps;
        private final Map<String, double[]> cache = new java.util.HashMap<>();

        RMSProp(double rate, double decay, double eps) {
            this.rate = rate;
            this.decay = decay;
            this.eps = eps;
        }

        Map<String, double[]> learn(Map<String, double[]> weights, Map<String, double[]> grads) {
            return weights.entrySet().stream().collect(Collectors.toMap(
                    Map.Entry::getKey,
                    e -> moved(e.getKey(), grads.get(e.getKey())).apply(e.getValue())));
        }

        private UnaryOperator<double[]> moved(String layer, double[] g) {
            double[] c = cache.computeIfAbsent(layer, l -> new double[g.length]);
            return w -> {
                double[] result = new double[w.length];
                for (int i = 0; i < w.length; i++) {
                    c[i] = decay * c[i] + (1 - decay) * g[i] * g[i];
                    double local = rate / (Math.sqrt(c[i]) + eps);
                    result[i] = w[i] - local * g[i];
                }
                return result;
            };
        }
    }
}
