package rmsproof.adapter;

import java.util.List;

/** Builds arrays, and containers of them, as one parameter of a port wants them. */
public interface Holder {

    /** Copies {@code values[offset .. offset + length)} into a new array of the port's kind. */
    Object array(double[] values, int offset, int length);

    /** Puts arrays together in the order given: by name, in a list, or the only one as it is. */
    Object together(String[] names, Object[] arrays);

    /** What {@link #together} makes. */
    Container container();

    /** The value that is left of {@code value} once it is stored. */
    double stored(double value);

    /** False where neither the arrays nor their container can be changed in place. */
    boolean mutable();

    /** What the numbers of an array are read from: the array itself if it is a row of numbers. */
    default Object view(Object array) {
        return array;
    }

    /** The same for the classes of another loading of the port. */
    default Holder in(ClassLoader loader) {
        return this;
    }

    /** The same, of objects that hold weights and biases never looking at these; null for others. */
    default Holder weightsAlone() {
        return null;
    }

    /** Where arrays are objects that hold their gradients too: the holder of these, else null. */
    default Holder gradients() {
        return null;
    }

    /** What else of the port's makes such objects, in which what they remember begins otherwise. */
    default List<String> otherwise() {
        return List.of();
    }

    /** Gives such an object the gradients of a step. */
    default void feed(Object array, Object gradients) throws ReflectiveOperationException {
        throw new UnsupportedOperationException("arrays without gradients of their own");
    }
}
