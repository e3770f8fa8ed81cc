package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The first state of a step that is handed its state: made by a function of the port's that makes
 * one of weights, of sizes or of nothing, as {@code init(params)} or {@code State.empty}; of a class
 * of the port's own else by its constructor, of empty maps and zeros.
 */
final class States {
    /** What a method is called that makes a state: others that return one may do anything. */
    private static final Pattern MAKES = Pattern.compile(
            "(?:init|initiali[sz]e|initial|zeros?|empty)"
                    + "(?:_?(?:state|cache|like|for|of|average|square|accum|moment|history).*)?"
                    + "|(?:new|create|make|fresh|blank|start).*(?:state|cache).*",
            Pattern.CASE_INSENSITIVE);

    /** A whole number that says how many steps were taken. */
    private static final Pattern COUNTER = Pattern.compile(
            "t|.*(?:step|iter|epoch|time|count).*", Pattern.CASE_INSENSITIVE);

    private final ClassLanguage language;
    private final Class<?> type;
    private final ClassLoader loader;
    private final Method step;

    /**
     * @param step what is handed the state
     * @param type of the parameter that it is handed to
     * @param loader of the classes that the optimizer is made of
     */
    States(ClassLanguage language, Method step, Class<?> type, ClassLoader loader) {
        this.step = step;
        this.language = language;
        this.loader = loader;
        this.type = OwnTypes.owns(type) && loader instanceof ClassBytes.Loader
                ? OwnTypes.in(type, loader) : type;
    }

    /** The methods that make one, those that are told most first. */
    List<Method> makers() {
        boolean own = OwnTypes.owns(type);
        return Beginnings.makers(loader, type, type, Beginnings.several(step, type)).stream()
                .filter(method -> Beginnings.alone(method)
                && method.getParameterCount() < 2
                && (own || Makers.callable(method) && MAKES.matcher(method.getName()).matches()))
                .toList();
    }

    /** Tells whether the port has something that makes one, or part of it, known how to call or not. */
    boolean elsewhere(Type whole) {
        Set<Class<?>> inside = new LinkedHashSet<>();
        Beginnings.inside(whole, inside);
        return loader instanceof ClassBytes.Loader && inside.stream()
                .map(one -> (Class<?>) OwnTypes.in(one, loader))
                .flatMap(one -> Beginnings.makers(loader, one, one,
                        Beginnings.several(step, one)).stream())
                // One of nothing is what has no size as yet.
                .anyMatch(method -> method.getParameterCount() > 0);
    }

    /** Makes one by the first method that can. */
    Optional<Object> made(Layout layout, Holder weights) {
        return makers().stream().map(method -> called(method, layout, weights))
                .flatMap(Optional::stream).findFirst();
    }

    /**
     * Makes one of a class of the port's own by a constructor.
     *
     * @param told whether that is told arrays or maps, which are ours
     */
    Optional<Object> constructed(Layout layout, Holder weights, boolean told) {
        return !OwnTypes.owns(type) ? Optional.empty()
                : Arrays.stream(type.getDeclaredConstructors()).filter(Makers::callable)
                        .filter(one -> told != Arrays.stream(one.getParameterTypes())
                                .allMatch(Class::isPrimitive))
                        .sorted(Comparator.comparing(Constructor::toString))
                        .map(constructor -> constructed(constructor, layout, weights))
                        .flatMap(Optional::stream).findFirst();
    }

    private Optional<Object> called(Method method, Layout layout, Holder weights) {
        try {
            Object[] arguments = new Object[method.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = argument(method.getParameters()[i], layout, weights);
                if (arguments[i] == null) {
                    return Optional.empty();
                }
            }
            method.setAccessible(true);
            return Optional.ofNullable(method.invoke(Beginnings.only(method), arguments));
        } catch (ReflectiveOperationException | RuntimeException failed) {
            return Optional.empty();
        }
    }

    private Optional<Object> constructed(Constructor<?> constructor, Layout layout,
            Holder weights) {
        try {
            Object[] arguments = new Object[constructor.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                Class<?> raw = constructor.getParameterTypes()[i];
                Object empty = language.emptyMap(raw);
                Object value = empty != null ? empty
                        : argument(constructor.getParameters()[i], layout, weights);
                arguments[i] = value == null ? language.nothing(raw) : value;
            }
            constructor.setAccessible(true);
            Object made = constructor.newInstance(arguments);
            if (Cells.rows(made) == 0) { // what fills it may be called later
                Ways.prepare(made, name -> layout.size());
            }
            return Optional.of(made);
        } catch (ReflectiveOperationException | RuntimeException failed) {
            return Optional.empty();
        }
    }

    /** Zeros as the weights are handed over, how many there are, or zero; null for anything else. */
    private Object argument(Parameter parameter, Layout layout, Holder weights) {
        Accepts accepts = language.accepts(parameter.getParameterizedType(),
                parameter.getDeclaringExecutable().getDeclaringClass());
        if (accepts.kind().equals("count")) {
            boolean steps = COUNTER.matcher(parameter.getName()).matches();
            return accepts.number().apply(steps ? 0 : layout.size());
        } else if (accepts.kind().equals("number")) {
            return accepts.number().apply(0);
        } else if (accepts.holder() == null) {
            return null;
        }
        Holder holder = accepts.holder().apply(0);
        if (holder.container() != weights.container()) {
            return null;
        }
        Object[] zeros = Arrays.stream(layout.lengths())
                .mapToObj(length -> holder.array(new double[length], 0, length)).toArray();
        return holder.together(layout.names(), zeros);
    }
}
