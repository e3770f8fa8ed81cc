import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class ListOptimizer {
    private final Double learningRate;
    private final Double decayRate;
    private final Double epsilon;
    private final Map<String, List<Double>> state = new HashMap<>();

    ListOptimizer(Double learningRate, Double decayRate, Double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    Map<String, List<Double>> update(
            Map<String, List<Double>> weights, Map<String, List<Double>> gradients) {
        Map<String, List<Double>> result = new LinkedHashMap<>();
        for (var entry : weights.entrySet()) {
            var before = state.get(entry.getKey());
            List<Double> after = new ArrayList<>();
            List<Double> moved = new ArrayList<>();
            for (int i = 0; i < entry.getValue().size(); i++) {
                double g = gradients.get(entry.getKey()).get(i);
                double v = before == null ? 0 : before.get(i);
                v = decayRate * v + (1 - decayRate) * g * g;
                after.add(v);
                moved.add(entry.getValue().get(i) - learningRate * g / (Math.sqrt(v) + epsilon));
            }
            state.put(entry.getKey(), after);
            result.put(entry.getKey(), moved);
        }
        return result;
    }
}
