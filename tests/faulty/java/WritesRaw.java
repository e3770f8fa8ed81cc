import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;

/** Writes to the descriptor of standard output, past System.out. */
class WritesRaw extends Right {
    WritesRaw(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        try {
            new FileOutputStream(FileDescriptor.out).write("computing\n".getBytes());
        } catch (IOException thrown) {
            throw new IllegalStateException(thrown);
        }
    }
}
