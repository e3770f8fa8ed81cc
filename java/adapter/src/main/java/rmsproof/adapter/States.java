package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The first state of a step whose state is an object of a class of the port's own: made by a
 * function that makes one of weights or sizes, as {@code init(params)}, or without anything, as
 * {@code State.empty}; else by its constructor, of empty maps and zeros.
 */
final class States {
    /** A whole number that says how many steps were taken. */
    private static final Pattern COUNTER = Pattern.compile(
            "t|.*(?:step|iter|epoch|time|count).*", Pattern.CASE_INSENSITIVE);

    private final ClassLanguage language;
    private final Holder weights;

    /**
     * @param weights how the port is given weights
     */
    States(ClassLanguage language, Holder weights) {
        this.language = language;
        this.weights = weights;
    }

    /**
     * Makes a state.
     *
     * @param names the arrays that it is for
     * @param lengths how many numbers each has
     * @param loader of the classes that the optimizer is made of
     */
    Optional<Object> of(Class<?> type, String[] names, int[] lengths, ClassLoader loader) {
        if (!OwnTypes.owns(type) || !(loader instanceof ClassBytes.Loader classes)) {
            return Optional.empty();
        }
        Class<?> own = OwnTypes.in(type, loader);
        Layout layout = Layout.of(names, lengths);
        List<Method> makers = new ArrayList<>();
        for (String name : classes.names()) {
            try {
                makers.addAll(Arrays.asList(
                        Class.forName(name, false, loader).getDeclaredMethods()));
            } catch (ClassNotFoundException | LinkageError unlinked) {
                continue; // what cannot be loaded makes no state
            }
        }
        Optional<Object> made = makers.stream()
                .filter(method -> method.getReturnType() == own && Makers.callable(method)
                        && !Makers.steps(method) && method.getParameterCount() < 2)
                .sorted(Comparator.comparing(Method::getParameterCount).reversed()
                        .thenComparing(Method::toString))
                .map(method -> called(method, layout))
                .flatMap(Optional::stream).findFirst();
        return made.isPresent() ? made : Arrays.stream(own.getDeclaredConstructors())
                .filter(Makers::callable)
                .sorted(Comparator.comparing(Constructor::toString))
                .map(constructor -> constructed(constructor, layout))
                .flatMap(Optional::stream).findFirst();
    }

    private Optional<Object> called(Method method, Layout layout) {
        try {
            Field singleton = language.singleton(method.getDeclaringClass());
            if (singleton == null && !Modifier.isStatic(method.getModifiers())) {
                return Optional.empty();
            }
            Object[] arguments = new Object[method.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = argument(method.getParameters()[i], layout);
                if (arguments[i] == null) {
                    return Optional.empty();
                }
            }
            method.setAccessible(true);
            return Optional.ofNullable(
                    method.invoke(singleton == null ? null : singleton.get(null), arguments));
        } catch (ReflectiveOperationException | RuntimeException failed) {
            return Optional.empty();
        }
    }

    private Optional<Object> constructed(Constructor<?> constructor, Layout layout) {
        try {
            Object[] arguments = new Object[constructor.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                Class<?> raw = constructor.getParameterTypes()[i];
                Object empty = language.emptyMap(raw);
                Object value = empty != null ? empty
                        : argument(constructor.getParameters()[i], layout);
                arguments[i] = value == null ? language.nothing(raw) : value;
            }
            constructor.setAccessible(true);
            return Optional.of(constructor.newInstance(arguments));
        } catch (ReflectiveOperationException | RuntimeException failed) {
            return Optional.empty();
        }
    }

    /** Zeros as the weights are handed over, how many there are, or zero; null for anything else. */
    private Object argument(Parameter parameter, Layout layout) {
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
