/** Throws what says half a surrogate pair, a whole one, and a mark. */
class HalfACharacter extends Right {
    HalfACharacter(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        throw new Own();
    }

    private static final class Own extends RuntimeException {
        @Override
        public String getMessage() {
            return "a\ud800b\ud83d\ude00c\u202e";
        }
    }
}
