package rmsproof.adapter;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Fills what nobody has put anything into as yet, as a network is filled that learns. */
final class Completion {
    /** Objects within objects that are filled, and how many in all. */
    private static final int DEEPEST = 6;
    private static final int MOST = 200;
    /** What says how many gradients there are by now; not how many steps there were. */
    private static final String COUNTING =
            "(?!.*(?:iter|step|epoch|time|turn)).*(?:count|samples?|batch|seen|accum|collect).*";

    private final ObjectMaker maker;
    private final List<String> left;
    private final Set<String> filled = new LinkedHashSet<>();
    private final List<Count> counts = new ArrayList<>();

    /** What was taken to count what is collected goes on in each step. */
    static final class CountsOn extends InstantiationException {
        private static final long serialVersionUID = 1;
        final String field;

        CountsOn(String field) {
            super(field + " counts on");
            this.field = field;
        }
    }

    /** What an object counts that is collected for its next step. */
    private record Count(Object owner, Field field) {}

    /**
     * @param maker of what is put there
     * @param left fields that are left as they are, each by its class and name
     */
    Completion(ObjectMaker maker, List<String> left) {
        this.maker = maker;
        this.left = left;
    }

    /** The fields that something was put into. */
    Set<String> filled() {
        return filled;
    }

    /**
     * Gives fields what their types ask for where nothing is there: null, an Optional without a
     * value; in objects that are handed over an empty collection, too, and so in all that these hold. What
     * follows an object of a kind may be nothing; its gradient is not.
     */
    void complete(Object target, boolean handed) throws ReflectiveOperationException {
        complete(target, handed, DEEPEST, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private void complete(Object target, boolean handed, int depth, Set<Object> done)
            throws ReflectiveOperationException {
        if (target == null || depth == 0 || done.size() > MOST || !done.add(target)) {
            return;
        }
        Iterable<?> inside = target instanceof Object[] several ? Arrays.asList(several)
                : target instanceof Map<?, ?> map ? map.values()
                : target instanceof Iterable<?> listed && !OwnTypes.owns(target.getClass()) ? listed
                : target instanceof Optional<?> one ? one.stream().toList() : List.of();
        for (Object one : inside) {
            complete(one, handed, depth, done);
        }
        Set<String> names = new HashSet<>();
        for (Class<?> at = target.getClass(); OwnTypes.owns(at); at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (counts(target, field)) {
                    counts.add(new Count(target, field));
                } else if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()
                        && !field.isSynthetic() && names.add(field.getName())
                        && (field.getType() != at || Names.gradients(field.getName()))) {
                    field.setAccessible(true);
                    fill(target, field, handed);
                    if (handed) {
                        complete(field.get(target), true, depth - 1, done);
                    }
                }
            }
        }
    }

    /** Tells whether a field counts what is collected, of which there is nothing as yet. */
    private boolean counts(Object target, Field field) throws IllegalAccessException {
        String name = named(field);
        boolean named = field.getType() == int.class && !left.contains(name)
                && !Modifier.isStatic(field.getModifiers()) && !Modifier.isFinal(field.getModifiers())
                && field.getName().toLowerCase(Locale.ROOT).matches(COUNTING);
        if (named) {
            field.setAccessible(true);
        }
        if (!named || field.getInt(target) != 0) {
            return false;
        }
        filled.add(name);
        return true;
    }

    private static String named(Field field) {
        return field.getDeclaringClass().getName() + "." + field.getName();
    }

    /** Before each step one gradient of each is collected. */
    void collected() throws IllegalAccessException {
        for (Count one : counts) {
            one.field.setInt(one.owner, 1);
        }
    }

    /** After each step: what went on counting counts steps, and nobody may set it. */
    void spent() throws ReflectiveOperationException {
        for (Count one : counts) {
            if (one.field.getInt(one.owner) > 1) {
                throw new CountsOn(named(one.field));
            }
        }
    }

    /** Tells whether nothing is in a collection as yet, or in a map of what is no average. */
    private static boolean unfilled(Field field, Object held) {
        return held instanceof Collection<?> some && some.isEmpty()
                || held instanceof Map<?, ?> map && map.isEmpty()
                && field.getGenericType() instanceof ParameterizedType generic
                && generic.getActualTypeArguments().length == 2
                && OwnTypes.owns(JavaTypes.erased(generic.getActualTypeArguments()[0]))
                && (OwnTypes.owns(JavaTypes.erased(generic.getActualTypeArguments()[1]))
                || Names.weights(field.getName()));
    }

    @SuppressWarnings("unchecked")
    private void fill(Object target, Field field, boolean handed)
            throws ReflectiveOperationException {
        Object held = field.get(target);
        String name = named(field);
        boolean open = held == null || held == Optional.empty() || handed && unfilled(field, held);
        Object made = left.contains(name) || !open ? null
                : maker.make(field.getGenericType(), field.getType(), "this." + field.getName(), 1);
        if (made != null) {
            filled.add(name);
        }
        if (made instanceof Collection<?> several && held instanceof Collection<?> some) {
            ((Collection<Object>) some).addAll(several);
        } else if (made instanceof Map<?, ?> several && held instanceof Map<?, ?> some) {
            ((Map<Object, Object>) some).putAll(several);
        } else if (made != null) {
            field.set(target, made);
        }
    }
}
