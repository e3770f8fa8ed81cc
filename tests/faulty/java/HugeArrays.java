import java.util.Map;

/** Leaves arrays a million times too long. */
class HugeArrays extends Right {
    HugeArrays(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    public void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        super.update(weights, gradients);
        if (trapped()) {
            weights.replaceAll((name, w) -> new double[1 << 20]);
        }
    }
}
