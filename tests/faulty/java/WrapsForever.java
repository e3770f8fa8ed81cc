import java.lang.reflect.InvocationTargetException;

/** Throws what wraps another of its kind, without end. */
class WrapsForever extends Right {
    WrapsForever(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        WrapsForever.<RuntimeException>thrown(new Own());
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void thrown(Throwable what) throws T {
        throw (T) what;
    }

    private static final class Own extends InvocationTargetException {
        @Override
        public Throwable getCause() {
            return new Own();
        }
    }
}
