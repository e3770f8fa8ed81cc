/** Loops at the bottom of more calls than a thread dump has lines. */
class LoopsDeep extends Right {
    LoopsDeep(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        down(2000);
    }

    private long down(long levels) {
        while (levels == 0) {
            average.size();
        }
        return down(levels - 1) + 1;
    }
}
