/** Throws at its third call only. */
class ThrowsThirdTime extends Right {
    ThrowsThirdTime(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        if (calls == 3) {
            throw new IllegalStateException("the third time");
        }
    }
}
