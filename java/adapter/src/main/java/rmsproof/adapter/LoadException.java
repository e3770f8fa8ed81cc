package rmsproof.adapter;

/** A port that cannot be loaded; {@link #kind} is {@code does-not-compile} or {@code crashes}. */
public final class LoadException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The verdict's word for what happened. */
    public final String kind;

    public LoadException(String kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public String kind() {
        return kind;
    }
}
