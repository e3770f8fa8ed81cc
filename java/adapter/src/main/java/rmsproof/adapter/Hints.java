package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How an object of a class is made of numbers and read: what a person wants to know who writes an
 * adapter for something that takes one.
 */
final class Hints {
    private static final int MOST_WAYS = 3;
    private static final int MOST_METHODS = 5;
    private static final int MOST_PARAMETERS = 3;
    /** Types that are asked for by the constructor of a type that is asked for. */
    private static final int DEEPEST = 2;

    private final ClassLanguage language;

    Hints(ClassLanguage language) {
        this.language = language;
    }

    /** Constructors and factories, then methods that read or write numbers; of what is inside. */
    List<String> of(Type given) {
        return of(given, DEEPEST).stream().distinct().toList();
    }

    private List<String> of(Type given, int deep) {
        Class<?> type = JavaTypes.erased(given);
        if (type.isArray() || !OwnTypes.owns(type)) {
            return inside(given).map(part -> of(part, deep)).filter(hints -> !hints.isEmpty())
                    .findFirst().orElse(List.of());
        }
        try {
            List<String> hints = new ArrayList<>();
            ways(type).stream().limit(MOST_WAYS).forEach(hints::add);
            List<String> parts = new ArrayList<>();
            if (hints.isEmpty() && deep > 0) {
                shortest(type).ifPresent(constructor -> {
                    hints.add("new " + type.getSimpleName() + given(constructor, type));
                    for (Type part : constructor.getGenericParameterTypes()) {
                        parts.addAll(of(part, deep - 1));
                    }
                });
            }
            if (Modifier.isAbstract(type.getModifiers()) && deep > 0) {
                asked(type).limit(MOST_METHODS).forEach(method -> {
                    hints.add(told(method, type));
                    parts.addAll(of(method.getGenericReturnType(), deep - 1));
                });
            }
            methods(type).stream().limit(MOST_METHODS).forEach(hints::add);
            hints.addAll(parts);
            return hints;
        } catch (LinkageError unlinked) {
            return List.of(); // what it is made of is not at hand
        }
    }

    /** The constructor that asks for least, where none is content with numbers. */
    private static Optional<Constructor<?>> shortest(Class<?> type) {
        return Arrays.stream(type.getDeclaredConstructors())
                .filter(one -> Makers.callable(one) && !Modifier.isAbstract(type.getModifiers())
                        && !List.of(one.getParameterTypes()).contains(type))
                .min(Comparator.comparingInt(Constructor::getParameterCount));
    }

    /** What whoever stands in for an abstract class has to answer, in order of name. */
    private static Stream<Method> asked(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .sorted(Comparator.comparing(Method::toString));
    }

    private String told(Method method, Class<?> type) {
        return language.typeName(method.getGenericReturnType(), type) + " " + method.getName()
                + given(method, type);
    }

    /** What a list, a map or an array has for its elements. */
    private static Stream<Type> inside(Type container) {
        if (container instanceof ParameterizedType generic) {
            return Arrays.stream(generic.getActualTypeArguments());
        }
        if (container instanceof WildcardType any) {
            return Arrays.stream(any.getUpperBounds());
        }
        if (container instanceof GenericArrayType array) {
            return Stream.of(array.getGenericComponentType());
        }
        return Stream.ofNullable(JavaTypes.erased(container).getComponentType());
    }

    private List<String> ways(Class<?> type) {
        List<String> ways = new ArrayList<>();
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (Makers.callable(constructor) && isPlain(constructor, type)
                    && !Modifier.isAbstract(type.getModifiers())) {
                ways.add("new " + type.getSimpleName() + given(constructor, type));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (Makers.callable(method) && Modifier.isStatic(method.getModifiers())
                    && method.getReturnType() == type && isPlain(method, type)) {
                ways.add(type.getSimpleName() + "." + method.getName() + given(method, type));
            }
        }
        ways.sort(Comparator.comparing((String way) -> !way.contains("["))
                .thenComparing(way -> way));
        return ways;
    }

    private List<String> methods(Class<?> type) {
        List<String> methods = new ArrayList<>();
        for (Method method : type.getMethods()) {
            Accepts answer = language.accepts(method.getGenericReturnType(), type);
            boolean reads = !method.isBridge() && List.of("array", "list").contains(answer.kind())
                    && method.getReturnType() != type && method.getParameterCount() == 0;
            boolean one = method.getParameterCount() > 0 && isPlain(method, type)
                    && Arrays.stream(method.getParameterTypes()).anyMatch(int.class::equals)
                    && (answer.kind().equals("number") || method.getReturnType() == void.class);
            if (method.getDeclaringClass() != Object.class && (reads || one)
                    && !Modifier.isStatic(method.getModifiers())) {
                methods.add(told(method, type));
            }
        }
        methods.sort(Comparator.comparing((String one) -> !one.contains("()"))
                .thenComparing(one -> one));
        return methods.stream().distinct().toList();
    }

    /** Tells whether it takes numbers, and arrays of them, and few. */
    private boolean isPlain(Executable executable, Class<?> type) {
        return executable.getParameterCount() <= MOST_PARAMETERS
                && Arrays.stream(executable.getGenericParameterTypes()).allMatch(given ->
                        given == int[].class || List.of("count", "number", "array", "list", "flag")
                                .contains(language.accepts(given, type).kind())
                                && !OwnTypes.owns(JavaTypes.erased(given)));
    }

    private String given(Executable executable, Class<?> type) {
        Type[] types = executable.getGenericParameterTypes();
        Parameter[] parameters = executable.getParameters();
        List<String> words = new ArrayList<>();
        for (int i = 0; i < types.length; i++) {
            words.add(language.typeName(types[i], type) + " " + parameters[i].getName());
        }
        return words.stream().collect(Collectors.joining(", ", "(", ")"));
    }
}
