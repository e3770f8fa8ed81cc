package rmsproof.adapter;

import java.util.Locale;

/** What holds the weights and gradients of one call. */
public enum Container {
    /** Arrays by name. */
    MAP,
    /** Arrays in the order of the names. */
    LIST,
    /** Nothing: one array a call, and an optimizer for each. */
    ARRAY;

    /** The word for it in {@link Steps#facts}. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
