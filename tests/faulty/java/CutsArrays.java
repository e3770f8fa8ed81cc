import java.util.Arrays;
import java.util.Map;

/** Leaves arrays that are one element short. */
class CutsArrays extends Right {
    CutsArrays(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    public void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        super.update(weights, gradients);
        if (trapped()) {
            weights.replaceAll((name, w) -> Arrays.copyOf(w, w.length - 1));
        }
    }
}
