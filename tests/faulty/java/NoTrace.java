/** Throws what has no stack trace, not even an empty one. */
class NoTrace extends Right {
    NoTrace(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        throw new Own();
    }

    private static final class Own extends RuntimeException {
        @Override
        public StackTraceElement[] getStackTrace() {
            return null;
        }
    }
}
