import java.util.Map;

/** Leaves null in the place of an array. */
class NullArray extends Right {
    NullArray(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    public void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        super.update(weights, gradients);
        if (trapped()) {
            weights.put("b", null);
        }
    }
}
