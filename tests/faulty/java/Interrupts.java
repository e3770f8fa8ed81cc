import java.util.Map;

/** Sleeps at every step, and leaves its thread interrupted at the end of a scenario. */
class Interrupts extends Right {
    private static final int LAST_CALL = 4;

    Interrupts(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    public void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        try {
            Thread.sleep(1);
        } catch (InterruptedException left) {
            throw new IllegalStateException(left);
        }
        super.update(weights, gradients);
        if (trapped() && calls == LAST_CALL) {
            Thread.currentThread().interrupt();
        }
    }
}
