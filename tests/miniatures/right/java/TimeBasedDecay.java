import java.util.HashMap;
import java.util.Map;

/** RMSProp whose learning rate may fall with time; by default it does not. */
public class TimeBasedDecay {
    private final double initialLearningRate;
    private final double rho;
    private final double epsilon;
    private final double decay;
    private int iteration;
    private final Map<String, double[]> gradsAndSquares = new HashMap<>();

    public TimeBasedDecay(double learningRate, double rho, double epsilon, double decay) {
        this.initialLearningRate = learningRate;
        this.rho = rho;
        this.epsilon = epsilon;
        this.decay = decay;
    }

    public TimeBasedDecay(double learningRate, double rho, double epsilon) {
        this(learningRate, rho, epsilon, 0.0);
    }

    public void step(Map<String, double[]> weights, Map<String, double[]> grads) {
        double learningRate = initialLearningRate / (1 + decay * iteration++);
        for (String name : grads.keySet()) {
            double[] g = grads.get(name);
            double[] squares = gradsAndSquares.computeIfAbsent(name, n -> new double[g.length]);
            double[] w = weights.get(name);
            for (int i = 0; i < g.length; i++) {
                squares[i] = rho * squares[i] + (1.0 - rho) * g[i] * g[i];
                w[i] -= learningRate * g[i] / (Math.sqrt(squares[i]) + epsilon);
            }
        }
    }
}
