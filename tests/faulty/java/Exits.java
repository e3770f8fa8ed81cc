/** Ends the whole machine as if all were well. */
class Exits extends Right {
    Exits(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        System.exit(0);
    }
}
