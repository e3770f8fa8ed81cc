/** Throws what throws again, whatever it is asked. */
class AnswersNothing extends Right {
    AnswersNothing(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        throw new Own();
    }

    private static final class Own extends RuntimeException {
        @Override
        public String getMessage() {
            throw new Own();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new Own();
        }

        @Override
        public synchronized Throwable getCause() {
            throw new Own();
        }

        @Override
        public String toString() {
            throw new Own();
        }
    }
}
