package rmsproof.adapter;

/** Builds arrays, and maps of them, as one parameter of a port wants them. */
public interface Holder {

    /** Copies {@code values[offset .. offset + length)} into a new array of the port's kind. */
    Object array(double[] values, int offset, int length);

    /** Maps the names to the arrays, in the order given. */
    Object map(String[] names, Object[] arrays);

    /** The value that is left of {@code value} once it is stored. */
    double stored(double value);

    /** False where neither the arrays nor the map can be changed in place. */
    boolean mutable();
}
