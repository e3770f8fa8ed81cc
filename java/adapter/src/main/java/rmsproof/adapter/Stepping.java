package rmsproof.adapter;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A step; what makes the object that it is a method of, null where that is ours; what is called
 * before it, null for nothing.
 */
record Stepping(Method via, Method first, Method step) {
    private static final int MOST_METHODS = 8;
    private static final String GETS = "(?:get|is|has|to|load|save|read|write|print|main|equals|hash|"
            + "clone|copy|describe|reset|init|zero|clear|canequal|product|fromproduct).*";
    /** What a compiler wrote, of a function within another, of a variable. */
    private static final String COMPILED = ".*(?:lambda|anonfun|default)\\$.*|.*_\\$eq";

    /** Tells whether it is handed what somebody of the port's implements. */
    boolean asks() {
        return Arrays.stream(step.getParameterTypes()).anyMatch(one -> one.isInterface()
                && one.getClassLoader() instanceof ClassBytes.Loader
                && !Ways.implementations(one).isEmpty());
    }

    String said() {
        return (first == null ? "" : first.getName() + " and ") + step.getName();
    }

    /** Methods that may be a step: called so, or of a class that says RMSProp; then what is made. */
    static List<Stepping> named(Class<?> type) {
        List<Stepping> steps = new ArrayList<>();
        own(type).forEach(method -> steps.add(new Stepping(null, null, method)));
        for (Method via : ObjectGraph.methods(type)) {
            Class<?> made = via.getReturnType();
            if (OwnTypes.owns(made) && !made.isAssignableFrom(type)) {
                List<Method> asked = Arrays.stream(made.getMethods()).filter(one ->
                        OwnTypes.owns(one.getDeclaringClass()) && !one.isSynthetic()
                                && !gets(one)).toList();
                asked.stream().filter(one -> Makers.steps(one) || asked.size() == 1)
                        .sorted(Comparator.comparing(Method::toString)).limit(1)
                        .forEach(one -> steps.add(new Stepping(via, null, one)));
            }
        }
        return steps.subList(0, Math.min(MOST_METHODS, steps.size()));
    }

    /** Tells whether a method only looks something up: one that is told gradients computes. */
    private static boolean gets(Method method) {
        String name = method.getName().toLowerCase(Locale.ROOT);
        boolean told = name.startsWith("get") && Arrays.stream(method.getParameters()).anyMatch(
                one -> Names.gradients(one.getName()) || OwnTypes.owns(one.getType())
                        || one.getType().isArray());
        return name.matches(GETS) && !told;
    }

    private static List<Method> own(Class<?> type) {
        boolean said = Names.algorithm(type.getSimpleName());
        List<Method> steps = new ArrayList<>();
        for (Method method : ObjectGraph.methods(type)) {
            String name = method.getName().toLowerCase(Locale.ROOT);
            boolean named = Makers.steps(method) || name.matches(".*(?:update|optimi|step|rms).*");
            boolean other = said && !gets(method) && !name.startsWith("set");
            if ((named || other) && may(method)) {
                steps.add(method);
            }
        }
        steps.sort(Comparator.comparing((Method method) -> !Names.algorithm(method.getName()))
                .thenComparing(method -> !Makers.steps(method))
                // What trains computes gradients, too, of what is there.
                .thenComparing(method -> method.getName().toLowerCase(Locale.ROOT)
                        .matches("(?:train|fit|learn).*"))
                .thenComparing(method -> Modifier.isPrivate(method.getModifiers())));
        return steps.subList(0, Math.min(MOST_METHODS, steps.size()));
    }

    /** Tells whether a method can step: it may say whether it went down, or how far. */
    private static boolean may(Method method) {
        return (method.getParameterCount() > 0 || method.getReturnType().isPrimitive())
                && !method.getName().toLowerCase(Locale.ROOT).matches(COMPILED);
    }

    /**
     * Methods that may be one under another name: what becomes another first, then what returns
     * nothing.
     */
    static List<Stepping> others(Class<?> type, List<Stepping> tried) {
        List<Stepping> steps = new ArrayList<>();
        ObjectGraph.methods(type).stream()
                .filter(method -> becomesAnother(method) || may(method) && !gets(method)
                        && !method.getName().startsWith("set"))
                .sorted(Comparator.comparing((Method method) -> !becomesAnother(method))
                        .thenComparing(method -> method.getReturnType() != void.class))
                .map(method -> new Stepping(null, null, method))
                .filter(one -> !tried.contains(one)).limit(MOST_METHODS).forEach(steps::add);
        return steps;
    }

    /** Tells whether what comes back may be what the object, or an argument, has become by others. */
    private static boolean becomesAnother(Method method) {
        Stream<Class<?>> from = Stream.concat(Arrays.stream(method.getParameterTypes()),
                Modifier.isStatic(method.getModifiers()) ? Stream.of()
                        : Stream.of(method.getDeclaringClass()));
        List<Class<?>> types = from.toList();
        return types.size() > 1 && OwnTypes.owns(method.getReturnType())
                && types.contains(method.getReturnType());
    }
}
