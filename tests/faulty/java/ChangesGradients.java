import java.util.Arrays;
import java.util.Map;

/** Changes the gradients it was given, once it has used them. */
class ChangesGradients extends Right {
    ChangesGradients(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    public void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        super.update(weights, gradients);
        if (trapped()) {
            gradients.values().forEach(g -> Arrays.fill(g, 0.0));
        }
    }
}
