package rmsproof.adapter;

import java.util.function.DoubleFunction;
import java.util.function.IntFunction;

/**
 * What a parameter of some type can be given.
 *
 * @param kind {@code number}, {@code map}, {@code array}, {@code any} or {@code other}
 * @param element {@code float64} or {@code float32}, null where the type does not say
 * @param holder the holder for each storage, null where the parameter takes no arrays
 * @param number turns a hyperparameter into what the parameter takes, null where it takes none
 */
public record Accepts(
        String kind, String element, IntFunction<Holder> holder, DoubleFunction<Object> number) {

    /** The kind for what the adapter has nothing to give. */
    public static final Accepts OTHER = new Accepts("other", null, null, null);

    public static Accepts number(String element, DoubleFunction<Object> number) {
        return new Accepts("number", element, null, number);
    }

    public static Accepts map(String element, IntFunction<Holder> holder) {
        return new Accepts("map", element, holder, null);
    }

    public static Accepts array(String element, IntFunction<Holder> holder) {
        return new Accepts("array", element, holder, null);
    }

    /** An untyped parameter: a number as a double, arrays in whatever the storage says. */
    public static Accepts any(IntFunction<Holder> holder) {
        return new Accepts("any", null, holder, value -> value);
    }
}
