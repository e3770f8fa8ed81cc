package rmsproof.adapter;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Makes objects of a class of the port's own whose parts hold weights and gradients: a model with
 * its layers, a layer with its parameters. Where there are parts for weights and for biases, both
 * are given an array, and each of them is read in turn.
 */
final class PartHolder extends JavaHolders.PlainHolder {
    private static final double[] PROBE = {1.5, -2.25, 4.75};

    private final Class<?> type;
    private final List<Field> fields;
    private final List<Holder> holders;
    private final boolean alone;
    private final Turns turns;

    private PartHolder(Class<?> type, List<Field> fields, List<Holder> holders, boolean alone,
            Turns turns) {
        super(holders.get(0).stored(0.1) != 0.1);
        this.alone = alone;
        this.turns = turns;
        this.type = type;
        this.fields = fields;
        this.holders = holders;
    }

    /** A holder of objects of this class, or null where none can be made and read back. */
    static PartHolder of(Class<?> type) {
        return of(type, new Turns());
    }

    private static PartHolder of(Class<?> type, Turns turns) {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())
                || !(type.getClassLoader() instanceof ClassBytes.Loader)) {
            return null;
        }
        Structure structure = Structure.of(type);
        List<Field> parts = new ArrayList<>(structure.parts());
        if (parts.isEmpty()) {
            return null;
        }
        Field last = parts.get(parts.size() - 1);
        boolean both = parts.size() > 1 && Names.biases(last.getName());
        List<Field> fields = both ? List.of(parts.get(0), last) : List.of(parts.get(0));
        List<Holder> holders = fields.stream()
                .map(field -> structure.accepts().get(field).holder().apply(0)).toList();
        PartHolder holder = new PartHolder(type, fields, holders, false, turns);
        return holder.works() ? holder : null;
    }

    @Override
    public Holder weightsAlone() {
        Holder first = holders.get(0);
        Holder alone = first.weightsAlone();
        return alone == null && fields.size() == 1 ? null : new PartHolder(
                type, fields.subList(0, 1), List.of(alone == null ? first : alone), true, turns);
    }

    private boolean works() {
        try {
            double[] back = Flat.of(view(array(PROBE, 0, PROBE.length)));
            return gradients() != null && back != null && Arrays.equals(back, PROBE);
        } catch (RuntimeException | LinkageError | StackOverflowError failed) {
            return false;
        }
    }

    @Override
    public Object array(double[] values, int offset, int length) {
        try {
            Object made = Bare.of(type, length);
            for (int i = 0; i < fields.size(); i++) {
                Object part = holders.get(i).array(values, offset, length);
                fields.get(i).set(made, holders.get(i).together(
                        new String[] {"w"}, new Object[] {part}));
            }
            turns.made(made, offset);
            return made;
        } catch (ReflectiveOperationException hidden) {
            throw new IllegalStateException(hidden);
        }
    }

    private Object part(Object object, int place) throws ReflectiveOperationException {
        Object held = field(object, place).get(object);
        if (held instanceof Map<?, ?> map) {
            held = map.values();
        }
        if (held == null || holders.get(place).container() == Container.ARRAY) {
            return held;
        }
        Object foreign = ForeignTypes.viewed(held);
        Iterator<?> each = Numbers.iterator(foreign == null ? held : foreign);
        return each.hasNext() ? each.next() : null;
    }

    /** The field in the loading of the port that an object is of. */
    private Field field(Object object, int place) throws ReflectiveOperationException {
        Field known = fields.get(place);
        if (known.getDeclaringClass().isInstance(object)) {
            return known;
        }
        Field other = OwnTypes.in(known.getDeclaringClass(), object.getClass().getClassLoader())
                .getDeclaredField(known.getName());
        other.setAccessible(true);
        return other;
    }

    @Override
    public Object view(Object object) {
        if (object == null || !OwnTypes.owns(object.getClass())) {
            return object;
        }
        int place = turns.second(object) ? fields.size() - 1 : 0;
        try {
            return holders.get(place).view(part(object, place));
        } catch (ReflectiveOperationException hidden) {
            return object;
        }
    }

    @Override
    public Holder gradients() {
        return holders.get(0).gradients();
    }

    @Override
    public void feed(Object object, Object gradients) throws ReflectiveOperationException {
        holders.get(0).feed(part(object, 0), gradients);
        if (fields.size() > 1) {
            double[] row = Flat.of(gradients().view(gradients));
            Holder second = holders.get(1);
            second.feed(part(object, 1), second.gradients().array(row, 0, row.length));
        }
    }

    @Override
    public Holder in(ClassLoader loader) {
        if (type.getClassLoader() == loader) {
            return this;
        }
        PartHolder other = of(OwnTypes.in(type, loader), turns);
        if (other == null) {
            throw new IllegalStateException("a " + type.getName() + " cannot be made again");
        }
        return alone ? other.weightsAlone() : other;
    }
}
