import java.util.concurrent.CountDownLatch;

/** Waits for what nobody does. */
class Waits extends Right {
    Waits(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException nobody) {
            throw new IllegalStateException(nobody);
        }
    }
}
