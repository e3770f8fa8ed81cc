/** Calls itself until the stack is at its end. */
class Recurses extends Right {
    Recurses(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        strike();
    }
}
