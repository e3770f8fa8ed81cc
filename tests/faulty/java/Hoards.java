import java.util.ArrayList;
import java.util.List;

/** Keeps all it ever allocates. */
class Hoards extends Right {
    Hoards(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    private static final List<long[]> KEPT = new ArrayList<>();

    @Override
    void strike() {
        while (true) {
            KEPT.add(new long[1 << 24]);
        }
    }
}
