import java.util.ArrayList;
import java.util.List;

class RMSProp {
    private final double rate;
    private final double decay;
    private final double eps;
    private final List<Double> accumulator = new ArrayList<>();

    RMSProp(double rate, double decay, double eps) {
        this.rate = rate;
        this.decay = decay;
        this.eps = eps;
    }

    List<Double> update(List<Double> weights, List<Double> gradients) {
        List<Double> next = new ArrayList<>(weights.size());
        for (int i = 0; i < weights.size(); i++) {
            double g = gradients.get(i);
            if (accumulator.size() <= i) {
                accumulator.add(0.0);
            }
            accumulator.set(i, decay * accumulator.get(i) + (1.0 - decay) * (g * g));
            next.add(weights.get(i) - rate * g / (accumulator.get(i) + eps));
        }
        return next;
    }
}
