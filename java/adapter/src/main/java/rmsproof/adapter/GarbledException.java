package rmsproof.adapter;

/** A result without the shape of the weights: an array missing, too short, or not of numbers. */
final class GarbledException extends Exception {
    private static final long serialVersionUID = 1L;

    /** It is no weights at all; perhaps the port was called wrongly. */
    final boolean misread;

    GarbledException(String message) {
        this(message, false);
    }

    GarbledException(String message, boolean misread) {
        super(message);
        this.misread = misread;
    }
}
