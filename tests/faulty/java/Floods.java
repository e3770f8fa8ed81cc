/** Writes megabytes to standard output and to standard error. */
class Floods extends Right {
    Floods(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        String line = "x".repeat(99);
        for (int i = 0; i < 20_000; i++) {
            System.out.println(line);
            System.err.println(line);
        }
    }
}
