import java.io.IOException;

/** Reads all of its standard input. */
class ReadsInput extends Right {
    ReadsInput(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        try {
            System.in.readAllBytes();
        } catch (IOException thrown) {
            throw new IllegalStateException(thrown);
        }
    }
}
