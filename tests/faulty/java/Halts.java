/** Ends the machine at once and says why on standard error. */
class Halts extends Right {
    Halts(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        System.err.println("no licence left");
        Runtime.getRuntime().halt(1);
    }
}
