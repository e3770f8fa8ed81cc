import java.lang.reflect.Field;
import sun.misc.Unsafe;

/** Writes to an address that is not its own, as native code would. */
class WritesNowhere extends Right {
    WritesNowhere(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    @Override
    void strike() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            ((Unsafe) field.get(null)).putLong(8L, 1L);
        } catch (ReflectiveOperationException absent) {
            throw new IllegalStateException(absent);
        }
    }
}
