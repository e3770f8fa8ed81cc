package rmsproof.adapter;

/** A result without the shape of the weights: an array missing, too short, or not of numbers. */
final class GarbledException extends Exception {
    private static final long serialVersionUID = 1L;

    GarbledException(String message) {
        super(message);
    }
}
