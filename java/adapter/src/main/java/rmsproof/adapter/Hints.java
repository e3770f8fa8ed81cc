package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How an object of a class is made, filled and read: what a person wants to know who writes an
 * adapter for something that takes one. Of the types that it is made of, too, two deep.
 */
final class Hints {
    private static final int MOST = 24;
    private static final int MOST_WAYS = 2;
    private static final int MOST_MEMBERS = 6;
    /** Types that are asked for by a type that is asked for. */
    private static final int DEEPEST = 2;
    /** What every record, case class or object has. */
    private static final String DULL = "hashCode|equals|toString|product\\w+|canEqual|clone|finalize"
            + "|_\\d+|component\\d+|.*\\$.*";

    private final ClassLanguage language;
    private final Predicate<Class<?>> mentioned;

    /**
     * @param mentioned tells whether the code of who asks for it names a class
     */
    Hints(ClassLanguage language, Predicate<Class<?>> mentioned) {
        this.language = language;
        this.mentioned = mentioned;
    }

    /** What is imported, how it is made, then what can be called and read; of type after type. */
    List<String> of(Type given) {
        Map<Class<?>, Integer> deep = new LinkedHashMap<>();
        inside(given).forEach(type -> deep.put(type, 0));
        List<String> hints = new ArrayList<>();
        List<Class<?>> open = new ArrayList<>(deep.keySet());
        for (int i = 0; i < open.size() && hints.size() < MOST; i++) {
            Class<?> type = open.get(i);
            List<Type> parts = new ArrayList<>();
            try {
                describe(type, hints, parts);
                Comparator<Class<?>> named = Comparator.comparing(part -> !mentioned.test(part));
                parts.stream().flatMap(this::inside).sorted(named).forEach(part -> {
                    if (deep.get(type) < DEEPEST && !deep.containsKey(part)) {
                        deep.put(part, deep.get(type) + 1);
                        open.add(part);
                    }
                });
            } catch (LinkageError unlinked) {
                continue; // what it is made of is not at hand
            }
        }
        return hints.stream().distinct().limit(MOST).toList();
    }

    /** The arrays, and what has them, that an object of a class keeps: whoever has to fill it. */
    List<String> kept(Class<?> type) {
        List<String> kept = new ArrayList<>();
        for (Class<?> at = type; at != null && OwnTypes.owns(at); at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                Type value = field.getGenericType();
                boolean holds = List.of("array", "list", "map")
                        .contains(language.accepts(value, type).kind());
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()
                        && (holds || inside(value).findAny().isPresent())) {
                    kept.add((Modifier.isPrivate(field.getModifiers()) ? "private " : "")
                            + language.typeName(value, type) + " " + field.getName());
                }
            }
        }
        return kept.stream().limit(MOST_MEMBERS).toList();
    }

    private void describe(Class<?> type, List<String> hints, List<Type> parts) {
        if (type.isEnum()) {
            hints.add("import " + outermost(type).getName());
            hints.add(Arrays.stream(type.getFields()).filter(Field::isEnumConstant)
                    .map(constant -> name(type) + "." + constant.getName())
                    .collect(Collectors.joining(", ")));
            return;
        }
        boolean isAbstract = Modifier.isAbstract(type.getModifiers());
        hints.add("import " + outermost(type).getName());
        List<Class<?>> made = isAbstract ? implementers(type) : List.of(type);
        for (Class<?> one : made) {
            if (isAbstract) {
                parts.addAll(0, named(one, type));
            }
            ways(one).limit(MOST_WAYS).forEach(way -> {
                String opening = way instanceof Constructor ? "new " + name(one)
                        : name(one) + "." + way.getName();
                hints.add("import " + outermost(one).getName());
                hints.add(opening + given(way, type));
                parts.addAll(List.of(way.getGenericParameterTypes()));
            });
        }
        boolean asked = made.isEmpty() && Arrays.stream(type.getMethods())
                .anyMatch(method -> Modifier.isAbstract(method.getModifiers()));
        members(type, asked).limit(MOST_MEMBERS).forEach(member -> {
            Type value = member instanceof Method method ? method.getGenericReturnType()
                    : ((Field) member).getGenericType();
            String parameters = member instanceof Method method ? given(method, type) : "";
            hints.add(name(type) + ": " + language.typeName(value, type) + " "
                    + member.getName() + parameters);
            parts.add(value);
            if (member instanceof Method method) {
                parts.addAll(List.of(method.getGenericParameterTypes()));
            }
        });
    }

    /** A class as code writes it that imports the outermost one. */
    private static String name(Class<?> type) {
        return type.getName().substring(type.getPackageName().isEmpty() ? 0
                : type.getPackageName().length() + 1).replace('$', '.');
    }

    private static Class<?> outermost(Class<?> type) {
        return type.getEnclosingClass() == null ? type : outermost(type.getEnclosingClass());
    }

    /** Classes at hand that can stand where an abstract one is asked for, in order of name. */
    private List<Class<?>> implementers(Class<?> type) {
        List<Class<?>> found = new ArrayList<>();
        if (type.getClassLoader() instanceof ClassBytes.Loader loader) {
            for (String name : loader.names()) {
                try {
                    Class<?> one = Class.forName(name, false, loader);
                    if (type.isAssignableFrom(one) && !Modifier.isAbstract(one.getModifiers())
                            && !one.isAnonymousClass() && ways(one).findAny().isPresent()) {
                        found.add(one);
                    }
                } catch (ClassNotFoundException | LinkageError absent) {
                    continue;
                }
            }
        }
        Comparator<Class<?>> asked = Comparator.comparing(one -> named(one, type).isEmpty());
        return found.stream().sorted(asked.thenComparing(Class::getName)).limit(MOST_WAYS)
                .toList();
    }

    /** A class and what it extends and implements that is named by who asks for another of them. */
    private List<Class<?>> named(Class<?> type, Class<?> other) {
        List<Class<?>> named = new ArrayList<>();
        for (Class<?> one = type; one != null && one != Object.class; one = one.getSuperclass()) {
            Stream.concat(Stream.of(one), Arrays.stream(one.getInterfaces()))
                    .filter(each -> each != other && OwnTypes.owns(each) && mentioned.test(each))
                    .forEach(named::add);
        }
        return named;
    }

    /** Constructors, then factories; those that take arrays, and least else, first. */
    private static Stream<Executable> ways(Class<?> type) {
        Stream<Executable> factories = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers())
                        && method.getReturnType() == type && !method.getName().matches(DULL))
                .map(Executable.class::cast);
        return Stream.concat(Arrays.stream(type.getDeclaredConstructors()), factories)
                .filter(way -> Makers.callable(way)
                        && !List.of(way.getParameterTypes()).contains(type))
                .sorted(Comparator.comparing((Executable way) -> !takesArray(way))
                        .thenComparing(way -> way instanceof Method)
                        .thenComparing(Executable::getParameterCount)
                        .thenComparing(Executable::toString));
    }

    private static boolean takesArray(Executable way) {
        return Arrays.stream(way.getParameterTypes()).anyMatch(given ->
                given.isArray() && given != int[].class || Iterable.class.isAssignableFrom(given));
    }

    /**
     * Fields and methods that read or write numbers, or lead to what does.
     *
     * @param asked whoever stands in for it has to answer these
     */
    private Stream<Member> members(Class<?> type, boolean asked) {
        Stream<Field> fields = Arrays.stream(type.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers())
                        && !Modifier.isPrivate(field.getModifiers()) && !field.isSynthetic());
        Stream<Method> methods = Stream.concat(Arrays.stream(type.getDeclaredMethods()),
                Arrays.stream(type.getMethods())).distinct()
                .filter(method -> !Modifier.isStatic(method.getModifiers())
                        && !Modifier.isPrivate(method.getModifiers()) && !method.isSynthetic()
                        && OwnTypes.owns(method.getDeclaringClass())
                        && !method.getName().matches(DULL)
                        && (asked ? Modifier.isAbstract(method.getModifiers()) || single(method, type)
                                : weight(method, type) < 4));
        return Stream.<Member>concat(fields, methods).sorted(
                Comparator.comparing((Member member) -> member instanceof Method method
                        ? weight(method, type) : 0).thenComparing(Member::getName)
                        .thenComparing(Object::toString));
    }

    /** Tells whether a method answers with one number of its own. */
    private boolean single(Method method, Class<?> type) {
        return method.getParameterCount() == 0
                && language.accepts(method.getGenericReturnType(), type).kind().equals("number");
    }

    /** How little a method is about numbers: arrays first, single ones, other objects, the rest. */
    private int weight(Method method, Class<?> type) {
        Type[] given = method.getGenericParameterTypes();
        boolean sets = method.getReturnType() == void.class && given.length > 0;
        Type value = sets ? given[given.length - 1] : method.getGenericReturnType();
        if (!sets && JavaTypes.erased(value) == type) {
            return 4; // another of it
        }
        String kind = value == void.class ? "" : language.accepts(value, type).kind();
        if (List.of("array", "list", "map").contains(kind) && (sets || given.length == 0)) {
            return 0;
        }
        boolean indexed = Arrays.stream(method.getParameterTypes())
                .anyMatch(place -> place == int.class || place == String.class);
        if (kind.equals("number") && (sets || given.length == 0 || indexed)) {
            return 1;
        }
        if (inside(value).findAny().isPresent() && (sets || given.length == 0)) {
            return 2;
        }
        return sets ? 3 : 4;
    }

    /** The port's own types in a type: itself, or what a list, a map or an array has in it. */
    private Stream<Class<?>> inside(Type given) {
        if (given instanceof ParameterizedType generic) {
            return Stream.concat(inside(generic.getRawType()),
                    Arrays.stream(generic.getActualTypeArguments()).flatMap(this::inside));
        }
        if (given instanceof WildcardType any) {
            return Arrays.stream(any.getUpperBounds()).flatMap(this::inside);
        }
        if (given instanceof GenericArrayType array) {
            return inside(array.getGenericComponentType());
        }
        Class<?> type = JavaTypes.erased(given);
        if (type.isArray()) {
            return inside(type.getComponentType());
        }
        boolean owned = type.getClassLoader() instanceof ClassBytes.Loader && type.isEnum();
        return owned || OwnTypes.owns(type) ? Stream.of(type) : Stream.empty();
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
