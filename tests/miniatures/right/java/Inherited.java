import java.util.HashMap;
import java.util.Map;

/** Walks over the parameters; subclasses know the rule. */
abstract class Optimizer<S> {
    private final Map<String, S> states = new HashMap<>();

    public final void update(Map<String, double[]> params, Map<String, double[]> grads) {
        for (Map.Entry<String, double[]> param : params.entrySet()) {
            S state = states.computeIfAbsent(param.getKey(), k -> initial(param.getValue().length));
            apply(state, grads.get(param.getKey()), param.getValue());
        }
    }

    abstract S initial(int size);

    abstract void apply(S state, double[] g, double[] w);
}

class RMSProp extends Optimizer<double[]> {
    private final double learningRate;
    private final double decayRate;
    private final double epsilon;

    RMSProp(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    @Override
    double[] initial(int size) {
        return new double[size];
    }

    @Override
    protected void apply(double[] v, double[] g, double[] w) {
        for (int i = 0; i < w.length; i++) {
            v[i] = decayRate * v[i] + (1 - decayRate) * g[i] * g[i];
            w[i] -= learningRate * g[i] / (Math.sqrt(v[i]) + epsilon);
        }
    }
}
