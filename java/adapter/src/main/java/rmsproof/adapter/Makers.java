package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Finds the ways to make an instance of a class, in a fixed order. */
final class Makers {
    /** Methods that are told sizes before the first step. */
    private static final Set<String> SETUP =
            Set.of("init", "initialize", "initialise", "setup", "allocate", "prepare", "build");
    /** The same where sizes are all that they are told, in whatever language they are named. */
    private static final String SIZED = "(?:ini|set_?up|alloc|prepar|build|resize|"
            + "(?:set|with)_?(?:size|dim|len|shape|num|count|param)).*";
    /** Methods that step, and so are not called before the first step. */
    private static final String STEPPING =
            "(?:step|update|apply|optimi|minimi|perform|iterate|descend|train|adjust|learn).*";
    /** Methods that are handed parameters, layers or a model before the first step. */
    private static final String HANDED =
            "(?:init|set_?up|prepare|register|attach|bind|compile|build|add|set)(?![a-z]).*|"
                    + "initiali[sz]e.*";
    /** What a text says that is set: one of several algorithms. */
    private static final String CHOOSING =
            "(?i).*(?:optimi|algorithm|method|kind|type|mode|rule|updater|solver|strategy).*";
    /** Settings may hold settings, but not for ever. */
    private static final int DEEPEST = 3;

    private final ClassLanguage language;

    Makers(ClassLanguage language) {
        this.language = language;
    }

    /** Constructors, then static factories, then builders. */
    List<Maker> of(Class<?> type) {
        List<Maker> makers = new ArrayList<>();
        List<Member> setters = setters(type, type);
        List<Method> setup = setup(type);
        List<Method> handed = handed(type);
        List<Method> told = handed.isEmpty() && setup.isEmpty() ? told(type) : List.of();
        if (!Modifier.isAbstract(type.getModifiers())) {
            for (Constructor<?> constructor : sorted(type.getDeclaredConstructors())) {
                if (callable(constructor)) {
                    makers.add(maker(constructor, setters, null, setup, 0));
                    for (Method one : handed) {
                        makers.add(maker(constructor, setters, null, List.of(one), 0));
                    }
                    if (!told.isEmpty()) {
                        makers.add(maker(constructor, setters, null, told, 0));
                    }
                }
            }
        }
        for (Method method : sorted(type.getDeclaredMethods())) {
            if (!callable(method) || !Modifier.isStatic(method.getModifiers())) {
                continue;
            }
            Class<?> made = method.getReturnType();
            Method build = made == type ? null : build(made, type);
            // One that takes nothing is a way to an object where there is no other.
            if (made == type && (method.getParameterCount() > 0 || makers.isEmpty())) {
                makers.add(maker(method, setters, null, setup, 0));
            } else if (build != null) {
                makers.add(maker(method, setters(made, made), build, setup, 0));
            }
        }
        companions(type, setters, setup, makers);
        built(type, setup, 0).forEach(makers::add);
        return makers;
    }

    /** What a builder makes that is nested in a class. */
    private Stream<Maker> built(Class<?> type, List<Method> setup, int depth) {
        return Arrays.stream(type.getDeclaredClasses())
                .filter(inner -> Modifier.isStatic(inner.getModifiers())
                        && build(inner, type) != null)
                .flatMap(inner -> Arrays.stream(sorted(inner.getDeclaredConstructors()))
                        .filter(Makers::callable)
                        .map(one -> maker(one, setters(inner, inner), build(inner, type), setup,
                                depth)));
    }

    /** The only instance of a class, with what can be set on it; nothing where nothing can. */
    List<Maker> of(Class<?> type, Field singleton) {
        List<Member> setters = setters(type, type);
        return setters.isEmpty() ? List.of() : List.of(new Maker(singleton, setters));
    }

    /** A method, perhaps of an object, that returns what steps. */
    Maker returned(Method method, Field receiver) {
        return maker(method, receiver, List.of(), null, List.of(), 0);
    }

    /** The call of a method that is given settings as an object of them; null for any other. */
    Maker caller(Method method) {
        Maker caller = maker(method, null, List.of(), null, List.of(), 0);
        return caller.slots().size() == method.getParameterCount() && caller.slots().stream()
                .allMatch(slot -> slot.member() == method) ? null : caller;
    }

    /** Methods of a companion object, which Kotlin keeps in a static field, that make the class. */
    private void companions(Class<?> type, List<Member> setters, List<Method> setup,
            List<Maker> makers) {
        for (Field field : type.getDeclaredFields()) {
            boolean companion = Modifier.isStatic(field.getModifiers())
                    && field.getType().getEnclosingClass() == type;
            if (!companion) {
                continue;
            }
            for (Method method : sorted(field.getType().getDeclaredMethods())) {
                if (callable(method) && method.getReturnType() == type
                        && !Modifier.isStatic(method.getModifiers())
                        && (method.getParameterCount() > 0 || makers.isEmpty())) {
                    makers.add(maker(method, field, setters, null, setup, 0));
                }
            }
        }
    }

    private Maker maker(Executable base, List<Member> setters, Method build, List<Method> setup,
            int depth) {
        return maker(base, null, setters, build, setup, depth);
    }

    private Maker maker(Executable base, Field receiver, List<Member> setters, Method build,
            List<Method> setup, int depth) {
        Parameter[] parameters = base.getParameters();
        Maker[] nested = new Maker[parameters.length];
        for (int i = 0; i < nested.length; i++) {
            nested[i] = settings(parameters[i], base.getDeclaringClass(), depth);
        }
        Maker[] told = setup.stream().flatMap(method -> Arrays.stream(method.getParameterTypes()))
                .map(given -> isTold(given) ? new Maker(given, setters(given, given)) : null)
                .toArray(Maker[]::new);
        return new Maker(base, receiver, nested, setters, build, setup, told);
    }

    /** How an object of settings is made: of numbers alone; null for any other parameter. */
    private Maker settings(Parameter parameter, Class<?> owner, int depth) {
        Class<?> type = parameter.getType();
        boolean plain = !OwnTypes.owns(type) || type == owner || depth == DEEPEST
                || Modifier.isAbstract(type.getModifiers())
                || !language.accepts(parameter.getParameterizedType(), owner).kind()
                        .equals("other");
        if (plain) {
            return null;
        }
        List<Member> setters = setters(type, type);
        Stream<Maker> made = Arrays.stream(sorted(type.getDeclaredConstructors()))
                .filter(one -> callable(one) || !one.isSynthetic() && KotlinDefaults.opens(one))
                .map(constructor -> maker(constructor, setters, null, List.of(), depth + 1));
        return Stream.concat(made, built(type, List.of(), depth + 1))
                .filter(maker -> !maker.slots().isEmpty() && maker.slots().stream().allMatch(
                        slot -> takesNumber(slot) && Names.average(slot.name()) < 0))
                .max(Comparator.comparingInt(maker -> maker.slots().size()))
                .orElse(null);
    }

    private boolean takesNumber(Maker.Slot slot) {
        String kind = language.accepts(
                slot.type(), slot.owner()).kind();
        return Set.of("number", "flag", "text").contains(kind)
                || slot.follows() && ClassLanguage.meant(slot.raw()) != null;
    }

    /**
     * Methods that take one number, or choose an algorithm, and return nothing, or what they were
     * called on; then fields that have no such method.
     */
    private List<Member> setters(Class<?> type, Class<?> answered) {
        List<Member> setters = new ArrayList<>();
        for (Class<?> at = type; at != null && OwnTypes.owns(at); at = at.getSuperclass()) {
            for (Method method : sorted(at.getDeclaredMethods())) {
                Class<?> returned = method.getReturnType();
                // A copy of a case or data class changes what was made, and is no setting of it.
                boolean sets = callable(method) && method.getParameterCount() == 1
                        && !method.getName().equals("copy")
                        && !Modifier.isAbstract(method.getModifiers())
                        && (returned == void.class && method.getName().matches("set.*|.*_\\$eq")
                                || returned != void.class && returned.isAssignableFrom(answered)
                                        && returned != Object.class
                                        && !Modifier.isStatic(method.getModifiers()));
                String kind = sets
                        ? language.accepts(method.getGenericParameterTypes()[0], at).kind() : "";
                if (sets && (kind.equals("number") || chooses(method, kind))) {
                    setters.add(method);
                }
            }
        }
        for (Field field : OpenFields.of(type)) {
            if (setters.stream().noneMatch(one -> plain(one).equals(plain(field))
                    || one instanceof Method method && OpenFields.told(method, field) != null)) {
                setters.add(field);
            }
        }
        return setters;
    }

    /** Tells whether what a method is told chooses RMSProp among several algorithms, or may. */
    private static boolean chooses(Method method, String kind) {
        return ClassLanguage.meant(method.getParameterTypes()[0]) != null
                || kind.equals("text") && Maker.property(method).matches(CHOOSING);
    }

    private static String plain(Member setter) {
        return Maker.property(setter).replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** What sets the numbers of a class that nobody makes an instance of; null for nothing. */
    Maker globals(Class<?> type) {
        List<Member> shared = setters(type, type).stream()
                .filter(setter -> OpenFields.isShared(setter, type)).toList();
        return shared.isEmpty() ? null : new Maker((Field) null, shared);
    }

    /** Tells whether a class is to be told something before its first step that is not known. */
    boolean unprepared(Class<?> type) {
        return forgotten(type) != null || Arrays.stream(type.getDeclaredMethods())
                .filter(method -> callable(method) && !Modifier.isStatic(method.getModifiers()))
                .filter(method -> SETUP.contains(method.getName().toLowerCase(Locale.ROOT)))
                .flatMap(method -> Arrays.stream(method.getGenericParameterTypes()))
                .anyMatch(given -> !language.accepts(given, type).kind().equals("count"));
    }

    /** What says that it is called before the first step, and is called by nobody; null for none. */
    String forgotten(Class<?> type) {
        return Arrays.stream(sorted(type.getDeclaredMethods()))
                .filter(method -> callable(method) && method.getReturnType() == void.class)
                .filter(method -> Modifier.isStatic(method.getModifiers())
                        ? Ways.preparing(method) && !steps(method)
                        : SETUP.contains(method.getName().toLowerCase(Locale.ROOT))
                                && method.getParameterCount() == 0)
                .filter(method -> !calls(type, method)).map(Method::getName)
                .findFirst().orElse(null);
    }

    /**
     * Tells whether something beside a step may have to be told first of what is stepped: it is
     * handed objects, arrays or collections, and nobody has called it.
     */
    boolean untold(Class<?> type, Method step, Maker made) {
        return ObjectGraph.methods(type).stream().anyMatch(method -> !method.equals(step)
                && callable(method) && !Modifier.isStatic(method.getModifiers()) && !steps(method)
                && (method.getReturnType() == void.class || method.getReturnType() == type)
                && Arrays.stream(method.getParameters()).anyMatch(one -> !Names.gradients(one.getName())
                        && (OwnTypes.owns(one.getType()) || one.getType().isArray()
                                || Iterable.class.isAssignableFrom(one.getType())))
                && (made == null || made.places().stream().noneMatch(one ->
                        method.equals(one.told())))
                && !calls(type, method));
    }

    /** Tells whether the code of a class itself calls one of its methods. */
    private static boolean calls(Class<?> type, Method method) {
        return type.getClassLoader() instanceof ClassBytes.Loader own
                && own.pool(type.getName()).members()
                        .contains(type.getName() + "." + method.getName());
    }

    /** The one method that is told nothing but sizes, before anything is fed. */
    private List<Method> setup(Class<?> type) {
        List<Method> found = new ArrayList<>();
        for (Method method : sorted(type.getDeclaredMethods())) {
            boolean sizes = method.getParameterCount() > 0
                    && Arrays.stream(method.getGenericParameterTypes()).allMatch(
                            given -> language.accepts(given, type).kind().equals("count"));
            Class<?> returned = method.getReturnType();
            // Some make a copy of themselves that has the size.
            boolean copies = returned != Object.class && returned.isAssignableFrom(type);
            boolean named = method.getName().toLowerCase(Locale.ROOT).matches(SIZED);
            if (sizes && callable(method) && !Modifier.isStatic(method.getModifiers())
                    && (copies || named)) {
                found.add(method);
            }
        }
        return found.size() == 1 ? found : List.of();
    }

    /**
     * The methods that are handed, before the first step, what is to be optimized, each instead of
     * the others: told by their names, else the only one of a class that steps without being given
     * anything.
     */
    private List<Method> handed(Class<?> type) {
        List<Method> named = new ArrayList<>();
        List<Method> others = new ArrayList<>();
        boolean stepsAlone = false;
        for (Class<?> at = type; at != null && OwnTypes.owns(at); at = at.getSuperclass()) {
            for (Method method : sorted(at.getDeclaredMethods())) {
                String name = method.getName();
                boolean steps = name.toLowerCase(Locale.ROOT).matches(STEPPING);
                stepsAlone |= steps && method.getParameterCount() == 0 && callable(method);
                boolean overridden = Stream.of(named, others).flatMap(List::stream)
                        .anyMatch(other -> other.getName().equals(name));
                // What is protected is called by what is not.
                if (!callable(method) || Modifier.isStatic(method.getModifiers())
                        || Modifier.isProtected(method.getModifiers())
                        || overridden || !handed(method)) {
                    continue;
                } else if (name.matches(HANDED)) {
                    named.add(method);
                } else if (!steps) {
                    others.add(method);
                }
            }
        }
        return !named.isEmpty() ? named : stepsAlone && others.size() == 1 ? others : List.of();
    }

    /**
     * The one method that is told, before the first step, of what it is part: a training, a
     * network, which has settings for it.
     */
    private List<Method> told(Class<?> type) {
        List<Method> found = new ArrayList<>();
        for (Method method : sorted(type.getDeclaredMethods())) {
            boolean tells = method.getParameterCount() > 0
                    && Arrays.stream(method.getParameterTypes()).allMatch(this::isTold);
            if (tells && callable(method) && !Modifier.isStatic(method.getModifiers())
                    && method.getName().matches(HANDED)) {
                found.add(method);
            }
        }
        return found.size() == 1 ? found : List.of();
    }

    private boolean isTold(Class<?> given) {
        return OwnTypes.owns(given) && !Modifier.isAbstract(given.getModifiers())
                && !given.isRecord() && !language.accepts(given, given).carries()
                && !setters(given, given).isEmpty();
    }

    private boolean handed(Method method) {
        List<Accepts> given = Arrays.stream(method.getGenericParameterTypes())
                .map(one -> language.accepts(one, method.getDeclaringClass())).toList();
        return given.stream().anyMatch(Accepts::carries) && given.stream()
                .allMatch(one -> one.carries() || one.kind().equals("count"));
    }

    /** The method without parameters by which a builder makes the class, or null. */
    private static Method build(Class<?> builder, Class<?> type) {
        if (!OwnTypes.owns(builder)) {
            return null;
        }
        return Arrays.stream(sorted(builder.getDeclaredMethods()))
                .filter(method -> method.getParameterCount() == 0 && callable(method)
                        && method.getReturnType() == type
                        && !Modifier.isStatic(method.getModifiers()))
                .findFirst().orElse(null);
    }

    /** Reflection promises no order; a class loaded again has all in the same places. */
    private static <E extends Executable> E[] sorted(E[] executables) {
        E[] sorted = executables.clone();
        Arrays.sort(sorted, Comparator.comparing(Executable::toString));
        return sorted;
    }

    /** Tells whether a method is called as what takes a step. */
    static boolean steps(Method method) {
        String name = method.getName().toLowerCase(Locale.ROOT);
        return name.matches(STEPPING) || Names.algorithm(name);
    }

    static boolean callable(Executable executable) {
        return !executable.isSynthetic() && !Modifier.isPrivate(executable.getModifiers());
    }
}
