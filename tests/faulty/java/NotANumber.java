import java.util.Map;

/** Leaves NaN in the place of a weight. */
class NotANumber extends Right {
    NotANumber(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    public void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        super.update(weights, gradients);
        if (trapped()) {
            weights.get("b")[0] = Double.NaN;
        }
    }
}
