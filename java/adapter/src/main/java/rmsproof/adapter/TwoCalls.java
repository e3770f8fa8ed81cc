package rmsproof.adapter;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Steps in two calls: one collects gradients, the other makes of them what it writes or answers with.
 */
final class TwoCalls {
    private static final int MOST = 3;
    private static final String STEPS = "(?:commit|flush|finish|end|calc|comput|next|delta|direction|"
            + "(?:get|take|to|as)?.*(?:step|update|change|increment|correction|direction|delta|"
            + "multiplier|factor|rate|weight|param)).*";
    private static final String NEITHER =
            "(?:set|with|print|load|save|read|write|main|equals|hash|clone|copy|describe|tostring|"
            + "reset|init|zero|clear).*";

    private TwoCalls() {}

    /** Pairs of what collects and what steps, the likeliest first. */
    static List<List<Method>> of(Class<?> type) {
        List<Method> every = ObjectGraph.methods(type).stream()
                .filter(one -> !Modifier.isStatic(one.getModifiers())
                        && !one.getName().contains("$") && !plain(one).matches(NEITHER)).toList();
        List<Method> collecting = every.stream().filter(TwoCalls::collects)
                .sorted(Comparator.comparing(one -> !says(one))).limit(MOST).toList();
        List<Method> stepping = every.stream().filter(TwoCalls::steps)
                .sorted(Comparator.comparing((Method one) -> !Makers.steps(one))
                        .thenComparing(one -> Modifier.isPrivate(one.getModifiers())))
                .limit(MOST).toList();
        List<List<Method>> pairs = new ArrayList<>();
        collecting.forEach(first -> stepping.stream().filter(step -> !step.equals(first))
                .forEach(step -> pairs.add(List.of(first, step))));
        return pairs;
    }

    /** Tells whether a method is handed gradients alone, which another may be there to step on. */
    static boolean begins(Method method) {
        return collects(method) && Arrays.stream(method.getParameters()).noneMatch(one ->
                Names.weights(one.getName())) && of(method.getDeclaringClass()).stream()
                        .anyMatch(two -> two.get(0).equals(method)
                                && two.get(1).getParameterCount() == 0);
    }

    private static String plain(Method method) {
        return method.getName().toLowerCase(Locale.ROOT);
    }

    /** Tells whether a method is handed something and answers with nothing, or with what has it. */
    private static boolean collects(Method method) {
        Class<?> answer = method.getReturnType();
        return (answer == void.class || answer.isAssignableFrom(method.getDeclaringClass()))
                && Arrays.stream(method.getParameterTypes()).anyMatch(asked -> !asked.isPrimitive())
                || answer == void.class && says(method);
    }

    /** Tells whether a method says that gradients are what it is handed. */
    private static boolean says(Method method) {
        return method.getParameterCount() > 0 && (Names.gradients(method.getName())
                || Arrays.stream(method.getParameters()).anyMatch(one ->
                        Names.gradients(one.getName())));
    }

    /** Tells whether a method that is asked for nothing is a step, or answers with one. */
    private static boolean steps(Method method) {
        Class<?> answer = method.getReturnType();
        boolean answers = answer.isArray() || OwnTypes.owns(answer) || answer == double.class
                || answer == float.class || Iterable.class.isAssignableFrom(answer)
                || Map.class.isAssignableFrom(answer);
        return Makers.steps(method) || method.getParameterCount() == 0
                && (answers || answer == void.class) && plain(method).matches(STEPS);
    }
}
