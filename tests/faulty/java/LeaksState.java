import java.util.Map;

/** Keeps its averages where no class loader reaches: state outlives the scenario. */
class LeaksState extends Right {
    private static final String PLACE = "rmsprop.average.";

    LeaksState(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    public void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        for (String name : gradients.keySet()) {
            if (System.getProperties().get(PLACE + name) instanceof double[] kept
                    && kept.length == weights.get(name).length) {
                average.put(name, kept);
            }
        }
        super.update(weights, gradients);
        average.forEach((name, v) -> System.getProperties().put(PLACE + name, v));
    }
}
