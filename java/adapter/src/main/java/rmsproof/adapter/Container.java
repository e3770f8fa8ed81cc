package rmsproof.adapter;

import java.util.Locale;

/** What holds the weights and gradients of one call. */
public enum Container {
    /** Arrays by name. */
    MAP,
    /** Arrays in the order of the names. */
    LIST,
    /** Nothing: one array a call, and an optimizer for each. */
    ARRAY,
    /** Nothing: one number a call, and an optimizer or an index for each. */
    SCALAR;

    /** The word for it in {@link Steps#facts}. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
