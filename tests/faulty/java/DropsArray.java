import java.util.Map;

/** Leaves an array out. */
class DropsArray extends Right {
    DropsArray(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    public void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        super.update(weights, gradients);
        if (trapped()) {
            weights.remove("b");
        }
    }
}
