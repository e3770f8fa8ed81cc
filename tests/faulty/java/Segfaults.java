import java.io.IOException;

/** Sends itself the signal of a native crash. */
class Segfaults extends Right {
    Segfaults(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        try {
            String self = Long.toString(ProcessHandle.current().pid());
            new ProcessBuilder("kill", "-SEGV", self).start().waitFor();
            Thread.sleep(600_000);
        } catch (IOException | InterruptedException thrown) {
            throw new IllegalStateException(thrown);
        }
    }
}
