package rmsproof.adapter;

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

    /** True where an array is a matrix that has it for its only row. */
    default boolean matrix() {
        return false;
    }
}
