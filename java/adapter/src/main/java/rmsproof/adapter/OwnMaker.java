package rmsproof.adapter;

import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes objects of the port's classes for an {@link ObjectMaker}, each in the way that tells most. */
final class OwnMaker {
    private final ObjectMaker maker;
    private final GraphPlan plan;
    private final Map<String, Object> known;
    private final Set<Class<?>> open = new HashSet<>();
    private InvocationTargetException refusal;

    /** @param known which way each type was made before, by its name */
    OwnMaker(ObjectMaker maker, GraphPlan plan, Map<String, Object> known) {
        this.maker = maker;
        this.plan = plan;
        this.known = known;
    }

    /** One of a class, or of what can stand for it. */
    Object make(Class<?> type, String path, int depth) throws ReflectiveOperationException {
        if (!Modifier.isAbstract(type.getModifiers())) {
            Class<?> doubles = OwnTypes.ofDoubles(type);
            return concrete(doubles == null ? type : doubles, path, depth);
        }
        boolean own = type.isInterface() && type.getClassLoader() instanceof ClassBytes.Loader;
        if (own && plan.answered()) {
            return answering(type, path, depth);
        }
        Object before = known.get(type.getName());
        List<Class<?>> candidates = before instanceof String name
                ? List.of(Class.forName(name, true, type.getClassLoader())) : Ways.implementations(type);
        Object best = null;
        for (Class<?> candidate : candidates) {
            Object made = concrete(candidate, path, depth);
            boolean more = made != null
                    && (best == null || Cells.rows(made) > Cells.rows(best));
            if (more) {
                best = made;
                known.put(type.getName(), candidate.getName());
            }
            if (more && Names.algorithm(candidate.getSimpleName())) {
                break;
            }
        }
        // One that holds nothing answers with what it computes, of what nobody gives it.
        if (best != null && !(own && plan.completed() && Cells.rows(best) == 0)) {
            return best;
        } else if (!type.isInterface()) {
            return null;
        }
        Method turning = Answers.usual(type) ? null : StandIn.turning(type);
        return turning == null ? answering(type, path, depth)
                : StandIn.saying(type, turning, maker.make(turning.getReturnType(), path));
    }

    /** What answers for an interface; within what it answers for already, what is silent. */
    private Object answering(Class<?> type, String path, int depth)
            throws ReflectiveOperationException {
        if (type.isSealed() || !open.add(type)) {
            return Bare.silent(type);
        }
        try {
            // Whatever it is of, arrays are the likeliest.
            return Answers.of(type, plan.count(), (asked, raw, name) ->
                    asked instanceof TypeVariable && raw == Object.class
                            ? maker.make(double[].class, double[].class, path, depth)
                            : maker.make(asked, raw, path + "." + name, depth + 1));
        } finally {
            open.remove(type);
        }
    }

    /** Made in the way that leaves most numbers to be reached. */
    private Object concrete(Class<?> type, String path, int depth)
            throws InvocationTargetException {
        if (!open.add(type)) {
            return null; // it would ask for itself for ever
        }
        try {
            Field only = Beginnings.singleton(type);
            if (only != null) { // there is no other
                only.setAccessible(true);
                return only.get(null);
            }
            return fullest(type, path, depth);
        } catch (IllegalAccessException closed) {
            return null;
        } finally {
            open.remove(type);
        }
    }

    private Object fullest(Class<?> type, String path, int depth)
            throws InvocationTargetException {
        List<Executable> ways = Ways.of(type);
        if (known.get(type.getName()) instanceof Integer place) {
            return place < 0 ? bare(type) : again(ways.get(place), path, depth);
        }
        int best = -1;
        int most = -1;
        for (int i = 0; i < ways.size() && i < Ways.MOST; i++) {
            Object made = attempt(ways.get(i), path, depth);
            int numbers = made == null ? -1 : Cells.count(made);
            // Settings are told what they are, rather than left with what they have.
            if (numbers > most || numbers == most && numbers > 0 && Cells.rows(made) == 0) {
                most = numbers;
                best = i;
            }
        }
        known.put(type.getName(), best);
        return best < 0 ? bare(type) : again(ways.get(best), path, depth);
    }

    /** Made by no constructor, where each asks for what is not there, as a file is. */
    private Object bare(Class<?> type) {
        try {
            return plan.completed() ? Bare.of(type, plan.count()) : null;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError hidden) {
            return null;
        }
    }

    /**
     * Makes something as it was made before.
     *
     * @throws InvocationTargetException where it refuses the numbers that it is given
     */
    private Object again(Executable way, String path, int depth) throws InvocationTargetException {
        Object made = attempt(way, path, depth);
        InvocationTargetException refused = made == null ? refusal : null;
        ObjectMaker untold = refused == null ? null : maker.untold();
        if (untold != null && untold.own().attempt(way, path, depth) != null) {
            throw refused;
        }
        return made;
    }

    /** Makes something in one way, of a builder where it needs that; null where that fails. */
    private Object attempt(Executable way, String path, int depth) {
        return attempt(way, () -> builder(way, told -> inner(told, path, depth)), path, depth);
    }

    /** What something has to be called on. */
    interface On {
        Object made() throws ReflectiveOperationException;
    }

    /** What a call is given. */
    interface Told {
        Object[] by(Executable call) throws ReflectiveOperationException;
    }

    /** What makes something, told all that it may be; null for what is made of nothing. */
    Object builder(Executable way, Told told) throws ReflectiveOperationException {
        Class<?> owner = way.getDeclaringClass();
        Object builder = Ways.built(way) ? maker.make(owner, "by") : null;
        for (Method one : builder == null ? List.<Method>of() : Ways.telling(owner)) {
            Ways.call(one, builder, told.by(one));
        }
        return builder;
    }

    /** Makes something in one way; null where that fails. */
    Object attempt(Executable way, On on, String path, int depth) {
        Map<String, Double> before = new LinkedHashMap<>(maker.asked());
        try {
            Object made = Ways.call(way, on.made(), inner(way, path, depth));
            if (made != null && plan.prepared()) {
                Ways.prepare(made, maker::whole);
            }
            return made;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError
                | StackOverflowError failed) {
            refusal = failed instanceof InvocationTargetException own ? own : null;
            maker.asked().clear();
            maker.asked().putAll(before);
            return null;
        }
    }

    /** What a way to make something is given. */
    Object[] inner(Executable way, String path, int depth)
            throws ReflectiveOperationException {
        Type[] types = way.getGenericParameterTypes();
        Class<?>[] raw = way.getParameterTypes();
        Object[] made = new Object[raw.length];
        int sizes = 0;
        for (int i = 0; i < made.length; i++) {
            String name = way.getParameters()[i].getName().toLowerCase(Locale.ROOT);
            boolean sized = raw[i] == int.class && maker.whole(name) == plan.count();
            sizes += sized ? 1 : 0;
            if (sized && sizes > 1 && plan.column()) {
                made[i] = 1;
                continue;
            }
            made[i] = maker.make(types.length == made.length ? types[i] : raw[i], raw[i],
                    path + "." + way.getParameters()[i].getName(), depth + 1);
        }
        return made;
    }
}
