import java.io.IOException;

/** Ends, and leaves a process of its own that holds the output open. */
class LeavesChild extends Right {
    LeavesChild(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        try {
            new ProcessBuilder("sleep", "600").inheritIO().start();
        } catch (IOException thrown) {
            throw new IllegalStateException(thrown);
        }
        System.exit(0);
    }
}
