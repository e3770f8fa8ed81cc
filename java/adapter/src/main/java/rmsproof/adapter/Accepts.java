package rmsproof.adapter;

import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;

/**
 * What a parameter of some type can be given.
 *
 * @param kind {@code number}, {@code map}, {@code list} (of arrays), {@code array}, {@code any},
 *     {@code count} (a whole number), {@code sizes} (several), {@code flag}, {@code text}, {@code
 *     source} (what is asked for gradients) or {@code other}
 * @param element {@code float64} or {@code float32}, null where the type does not say
 * @param storages the ways to hold arrays that the type leaves open, by name; a holder for each
 * @param holder the holder for a storage, null where the parameter takes no arrays
 * @param number turns a hyperparameter or a count into what the parameter takes, null where it
 *     takes none
 * @param carries true where the objects given hold weights together with their gradients, or a
 *     source hands out both
 */
public record Accepts(String kind, String element, List<String> storages,
        IntFunction<Holder> holder, DoubleFunction<Object> number, boolean carries) {

    /** The kind for what the adapter has nothing to give. */
    public static final Accepts OTHER = new Accepts("other", null, List.of(), null, null, false);

    public static Accepts number(String element, DoubleFunction<Object> number) {
        boolean single = "float32".equals(element);
        return new Accepts("number", element, List.of(),
                storage -> JavaHolders.scalars(single), number, false);
    }

    /** A whole number, a flag or a text: a size, an index, a step, a switch, a name. */
    static Accepts plain(String kind, DoubleFunction<Object> number) {
        return new Accepts(kind, null, List.of(), null, number, false);
    }

    /** A parameter whose type says how it wants arrays. */
    public static Accepts held(String kind, String element, IntFunction<Holder> holder) {
        return new Accepts(kind, element, List.of(), holder, null, false);
    }

    /** An untyped parameter: a number as a double, arrays in whatever the storage says. */
    public static Accepts any(List<String> storages, IntFunction<Holder> holder) {
        return new Accepts("any", null, storages, holder, value -> value, false);
    }

    /** The same with storages that the type leaves open. */
    public Accepts open(List<String> names, IntFunction<Holder> holders) {
        return new Accepts(kind, element, names, holders, number, carries);
    }

    /** The same where arrays come with their gradients, if {@code carrying}. */
    Accepts carrying(boolean carrying) {
        return new Accepts(kind, element, storages, holder, number, carrying);
    }

    /** The last way to hold arrays: of an array of arrays the one that is a single matrix. */
    Holder whole() {
        return holder.apply(Math.max(0, storages.size() - 1));
    }

    /** The way to hold one array: in a list of arrays as its only one. */
    Holder one() {
        Holder whole = whole();
        return whole.container() == Container.LIST ? JavaHolders.oneRow(whole) : whole;
    }
}
