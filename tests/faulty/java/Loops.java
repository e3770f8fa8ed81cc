/** Never comes to an end. */
class Loops extends Right {
    Loops(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        for (long turns = 0; turns >= 0; turns = (turns + 1) & Long.MAX_VALUE) {
            average.size();
        }
    }
}
