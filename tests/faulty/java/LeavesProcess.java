import java.io.IOException;
import java.io.UncheckedIOException;

/** Does its work rightly, and leaves a process that could write where the next port answers. */
class LeavesProcess extends Right {
    LeavesProcess(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        if (calls == 1) {
            try {
                new ProcessBuilder("sh", "-c", "setsid sleep 100 &").inheritIO().start();
            } catch (IOException noSuchProgram) {
                throw new UncheckedIOException(noSuchProgram);
            }
        }
    }
}
