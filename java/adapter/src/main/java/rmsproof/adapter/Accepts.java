package rmsproof.adapter;

import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;

/**
 * What a parameter of some type can be given.
 *
 * @param kind {@code number}, {@code map}, {@code list} (of arrays), {@code array}, {@code any} or
 *     {@code other}
 * @param element {@code float64} or {@code float32}, null where the type does not say
 * @param storages the ways to hold arrays that the type leaves open, by name; a holder for each
 * @param holder the holder for a storage, null where the parameter takes no arrays
 * @param number turns a hyperparameter into what the parameter takes, null where it takes none
 */
public record Accepts(String kind, String element, List<String> storages,
        IntFunction<Holder> holder, DoubleFunction<Object> number) {

    /** The kind for what the adapter has nothing to give. */
    public static final Accepts OTHER = new Accepts("other", null, List.of(), null, null);

    public static Accepts number(String element, DoubleFunction<Object> number) {
        return new Accepts("number", element, List.of(), null, number);
    }

    /** A parameter whose type says how it wants arrays. */
    public static Accepts held(String kind, String element, IntFunction<Holder> holder) {
        return new Accepts(kind, element, List.of(), holder, null);
    }

    /** An untyped parameter: a number as a double, arrays in whatever the storage says. */
    public static Accepts any(List<String> storages, IntFunction<Holder> holder) {
        return new Accepts("any", null, storages, holder, value -> value);
    }

    /** The same with storages that the type leaves open. */
    public Accepts open(List<String> names, IntFunction<Holder> holders) {
        return new Accepts(kind, element, names, holders, number);
    }
}
