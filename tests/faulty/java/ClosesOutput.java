/** Closes its standard output. */
class ClosesOutput extends Right {
    ClosesOutput(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        System.out.close();
    }
}
