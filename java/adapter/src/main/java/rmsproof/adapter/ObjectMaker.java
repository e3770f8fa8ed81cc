package rmsproof.adapter;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Makes whatever a port asks for, from its types and names alone: small sizes that agree with each
 * other, an enum's or a text's choice that says RMSProp, an abstract type as a class at hand that
 * extends it, a function as the one that returns what it is given; null where nothing else is left.
 */
final class ObjectMaker {
    /** Objects within objects. */
    private static final int DEEPEST = 6;
    /** Ways to make an object, and classes that can stand for an abstract one, that are tried. */
    private static final int MOST_WAYS = 6;
    /** What a number is where nobody says: valid as a rate, a decay, a share. */
    static final double NUMBER = 0.5;
    private static final String COUNTED = "(?:t|k|e|.*(?:batch|epoch|iter|step|stride|seed|time).*)";
    private static final String NOTHING = ".*(?:pad|offset|start|index|dilat|dropout).*|id|idx|i|j";
    private static final String TURN = "t|.*(?:iter|step|epoch|time).*";
    private static final String PREPARING =
            "(?:ini|set_?up|alloc|prepar|build|compile|register|attach|reset).*";
    private static final String FUNCTION =
            "java\\.util\\.function\\..*|(?:scala|kotlin\\.jvm\\.functions)\\.Function\\d";
    private static final String OUTSIDE =
            "(?:java\\.(?:awt|net|io|nio|sql)|javax|javafx|sun|jdk)\\..*";

    private final int size;
    private final boolean prepares;
    private final Map<String, Double> given;
    private final Map<String, Object> known;
    private final String text;
    private final Map<String, Object> shared = new HashMap<>();
    private final Map<String, Double> asked = new LinkedHashMap<>();
    private final Map<String, Double> offered = new LinkedHashMap<>();
    private final Set<Class<?>> open = new HashSet<>();

    /**
     * @param size how many there are of anything
     * @param prepares whether what says that it prepares an object is called once that is made
     * @param given numbers by the path of the parameter that asks for them
     * @param known which way each type was made before, by its name: what is tried once
     * @param text what a text is that may choose an algorithm
     */
    ObjectMaker(int size, boolean prepares, Map<String, Double> given, Map<String, Object> known,
            String text) {
        this.size = size;
        this.prepares = prepares;
        this.given = given;
        this.known = known;
        this.text = text;
    }

    /** The numbers that parameters asked for so far, by path, and what they were given. */
    Map<String, Double> asked() {
        return asked;
    }

    /** The numbers that objects handed over have and that whoever makes them can set, by path. */
    Map<String, Double> offered() {
        return offered;
    }

    /** Notes the settings of an object that is handed over, and sets those that are given. */
    private void settle(Object made, String path) {
        Map<String, Cells.Cell> cells = Cells.of(Map.of(path, made));
        // What is there for its numbers alone, as a builder, is told them somehow.
        boolean settings = cells.keySet().stream().noneMatch(Cells::several);
        cells.forEach((name, cell) -> {
            if (!(cell.open() || settings) || Cells.several(name)) {
                return;
            }
            double value = given.getOrDefault(name, cell.value());
            try {
                cell.set(value);
                offered.put(name, value);
            } catch (IllegalStateException fixed) {
                return; // a record's, which its constructor was given
            }
        });
    }

    /**
     * What a call is given. An own type, or an array, of the same name is the same object in every
     * call of one maker, as a model is that is handed over first and in every step.
     */
    Object[] arguments(Executable executable, String path) throws ReflectiveOperationException {
        Object[] made = new Object[executable.getParameterCount()];
        Type[] types = executable.getGenericParameterTypes();
        Class<?>[] raw = executable.getParameterTypes();
        for (int i = 0; i < made.length; i++) {
            String name = executable.getParameters()[i].getName();
            Type type = types.length == made.length ? types[i] : raw[i];
            boolean kept = OwnTypes.owns(raw[i]) || raw[i].isArray()
                    || Collection.class.isAssignableFrom(raw[i]) || Map.class == raw[i];
            String key = type.getTypeName() + " " + name;
            made[i] = kept && shared.containsKey(key) ? shared.get(key)
                    : make(type, raw[i], path + "." + name, 0);
            if (kept && made[i] != null && !shared.containsKey(key)
                    && executable instanceof Constructor && OwnTypes.owns(raw[i])) {
                settle(made[i], path + "." + name);
            }
            if (kept) {
                shared.put(key, made[i]);
            }
        }
        return made;
    }

    /** Tells whether a whole number counts the calls. */
    static boolean isTurn(Class<?> type, String name) {
        return (type == int.class || type == long.class)
                && name.toLowerCase(Locale.ROOT).matches(TURN);
    }

    /** The object of a class, or of one that can stand for it. */
    Object make(Class<?> type, String path) throws ReflectiveOperationException {
        return make(type, type, path, 0);
    }

    private Object make(Type type, Class<?> raw, String path, int depth)
            throws ReflectiveOperationException {
        String name = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (raw == double.class || raw == Double.class || raw == Number.class) {
            return number(path);
        } else if (raw == float.class || raw == Float.class) {
            return (float) number(path);
        } else if (raw == int.class || raw == Integer.class) {
            return whole(name);
        } else if (raw == long.class || raw == Long.class) {
            return (long) whole(name);
        } else if (raw == boolean.class || raw == Boolean.class) {
            return name.matches(".*(?:init|enabled|ready|trainable|require).*");
        } else if (raw.isPrimitive()) {
            return Array.get(Array.newInstance(raw, 1), 0);
        } else if (raw == String.class) {
            return text.isEmpty() ? name : text;
        } else if (raw.isEnum()) {
            Object algorithm = ClassLanguage.algorithm(raw);
            Object[] constants = raw.getEnumConstants();
            return algorithm != null ? algorithm : constants.length > 0 ? constants[0] : null;
        } else if (raw.isArray()) {
            Object made = Array.newInstance(raw.getComponentType(), size);
            if (raw == double[].class || raw == float[].class) {
                return made; // zeros are what nobody has written to yet
            }
            Type inner = type instanceof java.lang.reflect.GenericArrayType generic
                    ? generic.getGenericComponentType() : raw.getComponentType();
            for (int i = 0; i < size; i++) {
                Array.set(made, i, make(inner, raw.getComponentType(), path + "[]", depth));
            }
            return made;
        } else if (raw == Random.class) {
            return new Random(1);
        } else if (raw == Object.class) {
            return 0; // a key, a place: what it is that somebody else would know
        } else if (Map.class.isAssignableFrom(raw) || Iterable.class == raw
                || Collection.class.isAssignableFrom(raw)) {
            return collection(type, raw, path, depth);
        } else if (raw.getName().startsWith("scala.") && !raw.getName().matches(FUNCTION)) {
            return foreign(type, raw, path, depth);
        } else if (raw.isInterface() && !OwnTypes.owns(raw)) {
            return raw.getName().matches(FUNCTION) ? function(raw) : null;
        } else if (raw.getName().matches(OUTSIDE) || !OwnTypes.owns(raw) || depth > DEEPEST) {
            return null;
        }
        return own(raw, path, depth);
    }

    private double number(String path) {
        double number = given.getOrDefault(path, NUMBER);
        asked.put(path, number);
        return number;
    }

    private int whole(String name) {
        return name.matches(COUNTED) ? 1 : name.matches(NOTHING) ? 0 : size;
    }

    private Object collection(Type type, Class<?> raw, String path, int depth)
            throws ReflectiveOperationException {
        Type[] inner = type instanceof ParameterizedType generic
                ? generic.getActualTypeArguments() : new Type[0];
        if (Map.class.isAssignableFrom(raw)) {
            if (!raw.isAssignableFrom(LinkedHashMap.class)) {
                return null;
            }
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; inner.length == 2 && i < size; i++) {
                Class<?> key = JavaTypes.erased(inner[0]);
                Object at = key == Integer.class ? (Object) i : key == String.class
                        ? (Object) ("w" + i) : make(inner[0], key, path + "[]", depth + 1);
                map.put(at, make(inner[1], JavaTypes.erased(inner[1]), path + "[]", depth + 1));
            }
            return map;
        }
        List<Object> list = new ArrayList<>();
        for (int i = 0; inner.length == 1 && i < size; i++) {
            list.add(make(inner[0], JavaTypes.erased(inner[0]), path + "[]", depth + 1));
        }
        return raw.isAssignableFrom(ArrayList.class) ? list
                : raw.isAssignableFrom(HashSet.class) ? new HashSet<Object>() : null;
    }

    /** A collection of another language; numbers are erased in it where they are its elements. */
    private Object foreign(Type type, Class<?> raw, String path, int depth)
            throws ReflectiveOperationException {
        Type[] inner = type instanceof ParameterizedType generic
                ? generic.getActualTypeArguments() : new Type[0];
        List<Object> keys = new ArrayList<>();
        List<Object> elements = new ArrayList<>();
        for (int i = 0; inner.length > 0 && i < size; i++) {
            Type element = inner[inner.length - 1];
            Class<?> held = JavaTypes.erased(element);
            keys.add(JavaTypes.erased(inner[0]) == String.class ? (Object) ("w" + i) : (Object) i);
            elements.add(held == Object.class ? (Object) number(path + "[]")
                    : make(element, held, path + "[]", depth + 1));
        }
        return ForeignTypes.make(raw, keys, elements);
    }

    /** The function that returns what it is given; what is given nothing answers with a number. */
    private static Object function(Class<?> type) {
        return Proxy.newProxyInstance(ObjectMaker.class.getClassLoader(), new Class<?>[] {type},
                (self, method, given) -> {
                    if (method.isDefault()) {
                        return InvocationHandler.invokeDefault(
                                self, method, given);
                    }
                    Class<?> answer = method.getReturnType();
                    Object first = given == null || given.length == 0 ? (Object) NUMBER : given[0];
                    return answer == boolean.class ? (Object) true
                            : answer == int.class ? (Object) 1
                            : answer == double.class && !(first instanceof Double)
                                    ? (Object) NUMBER : answer == void.class ? null : first;
                });
    }

    private Object own(Class<?> type, String path, int depth) throws ReflectiveOperationException {
        if (!Modifier.isAbstract(type.getModifiers())) {
            return concrete(type, path, depth);
        }
        Object before = known.get(type.getName());
        List<Class<?>> candidates = before instanceof String name
                ? List.of(Class.forName(name, true, type.getClassLoader())) : implementations(type);
        for (Class<?> candidate : candidates) {
            Object made = concrete(candidate, path, depth);
            if (made != null) {
                known.put(type.getName(), candidate.getName());
                return made;
            }
        }
        return type.isInterface() ? answering(type, path) : null;
    }

    /** What says the same number at every turn, as a schedule may; what is silent for the rest. */
    private Object answering(Class<?> type, String path) throws ReflectiveOperationException {
        Object silent = Bare.silent(type);
        List<Method> open = Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers())).toList();
        Class<?> answer = open.size() == 1 ? open.get(0).getReturnType() : void.class;
        boolean turns = (answer == double.class || answer == float.class)
                && Arrays.stream(open.get(0).getParameterTypes())
                        .allMatch(asked -> asked == int.class || asked == long.class);
        if (!turns) {
            return silent;
        }
        Object number = make(answer, path);
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, given) -> method.equals(open.get(0)) ? number
                        : method.isDefault() ? InvocationHandler.invokeDefault(self, method, given)
                                : method.invoke(silent, given));
    }

    /** Classes of the port's that can stand for an abstract one: those that hold numbers first. */
    private List<Class<?>> implementations(Class<?> type) {
        List<Class<?>> found = new ArrayList<>();
        boolean ours = type.getClassLoader() instanceof ClassBytes.Loader;
        Iterable<String> names = ours ? ((ClassBytes.Loader) type.getClassLoader()).names()
                : OwnTypes.beside(type).toList();
        for (String name : names) {
            try {
                Class<?> other = Class.forName(name, false, type.getClassLoader());
                if (type.isAssignableFrom(other) && !Modifier.isAbstract(other.getModifiers())
                        && !other.isAnonymousClass() && !other.isLocalClass() && !other.isEnum()) {
                    found.add(other);
                }
            } catch (ClassNotFoundException | LinkageError broken) {
                continue;
            }
        }
        found.sort(Comparator.comparing((Class<?> one) -> !Names.algorithm(one.getSimpleName()))
                .thenComparing(one -> -rows(one)).thenComparing(Class::getName));
        return found.subList(0, Math.min(MOST_WAYS, found.size()));
    }

    /** How many fields of a class hold rows of numbers, or what may. */
    private static long rows(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .filter(field -> field.getType().isArray() || OwnTypes.owns(field.getType())).count();
    }

    /** Made in the way that leaves most numbers to be reached. */
    private Object concrete(Class<?> type, String path, int depth) {
        if (!open.add(type)) {
            return null; // it would ask for itself for ever
        }
        try {
            return fullest(type, path, depth);
        } finally {
            open.remove(type);
        }
    }

    private Object fullest(Class<?> type, String path, int depth) {
        List<Executable> ways = ways(type);
        if (known.get(type.getName()) instanceof Integer place) {
            return place < 0 ? null : attempt(ways.get(place), path, depth);
        }
        int best = -1;
        int most = -1;
        for (int i = 0; i < ways.size() && i < MOST_WAYS; i++) {
            Object made = attempt(ways.get(i), path, depth);
            int numbers = made == null ? -1 : Cells.count(made);
            if (numbers > most) {
                most = numbers;
                best = i;
            }
        }
        known.put(type.getName(), best);
        return best < 0 ? null : attempt(ways.get(best), path, depth);
    }

    /** Constructors; where nobody else may call these, static methods that make one. */
    static List<Executable> ways(Class<?> type) {
        List<Executable> ways = new ArrayList<>();
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (!constructor.isSynthetic()
                    && !List.of(constructor.getParameterTypes()).contains(type)) {
                ways.add(constructor);
            }
        }
        boolean shut = ways.stream().allMatch(way -> Modifier.isPrivate(way.getModifiers()));
        List<Executable> factories = new ArrayList<>();
        for (Method method : shut ? type.getDeclaredMethods() : new Method[0]) {
            if (Modifier.isStatic(method.getModifiers()) && method.getReturnType() == type
                    && !List.of(method.getParameterTypes()).contains(type)) {
                factories.add(method);
            }
        }
        // What a builder alone may make would have numbers that nobody leaves it with.
        boolean built = shut && Arrays.stream(type.getDeclaredClasses())
                .flatMap(inner -> Arrays.stream(inner.getDeclaredMethods()))
                .anyMatch(method -> method.getReturnType() == type);
        if (built || !factories.isEmpty()) {
            ways = built ? new ArrayList<>() : factories;
        }
        ways.sort(Comparator.comparing(Executable::getParameterCount)
                .thenComparing(Executable::toString));
        return ways;
    }

    private Object attempt(Executable way, String path, int depth) {
        Map<String, Double> before = new LinkedHashMap<>(asked);
        try {
            Object made = call(way, null, inner(way, path, depth));
            if (prepares) {
                prepare(made);
            }
            return made;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError
                | StackOverflowError failed) {
            asked.clear();
            asked.putAll(before);
            return null;
        }
    }

    private Object[] inner(Executable way, String path, int depth)
            throws ReflectiveOperationException {
        Type[] types = way.getGenericParameterTypes();
        Class<?>[] raw = way.getParameterTypes();
        Object[] made = new Object[raw.length];
        for (int i = 0; i < made.length; i++) {
            made[i] = make(types.length == made.length ? types[i] : raw[i], raw[i],
                    path + "." + way.getParameters()[i].getName(), depth + 1);
        }
        return made;
    }

    private static void prepare(Object made) {
        for (Method method : ObjectGraph.methods(made.getClass())) {
            boolean alone = method.getParameterCount() == 0 && !Modifier.isStatic(
                    method.getModifiers());
            if (alone && method.getReturnType() == void.class && preparing(method)) {
                try {
                    call(method, made, new Object[0]);
                } catch (ReflectiveOperationException | RuntimeException refused) {
                    continue; // it may serve as it is
                }
            }
        }
    }

    /** Tells whether a method says that it is called before others. */
    static boolean preparing(Method method) {
        return method.getName().toLowerCase(Locale.ROOT).matches(PREPARING);
    }

    /** Calls a constructor or a method, whoever may. */
    static Object call(Executable executable, Object target, Object[] arguments)
            throws ReflectiveOperationException {
        executable.setAccessible(true);
        return executable instanceof Constructor<?> constructor
                ? constructor.newInstance(arguments)
                : ((Method) executable).invoke(
                        Modifier.isStatic(executable.getModifiers()) ? null : target, arguments);
    }

    /** Gives the fields of an object that are null what their types ask for. */
    void complete(Object target) throws ReflectiveOperationException {
        Set<String> done = new HashSet<>();
        if (target instanceof Object[] several) {
            for (Object one : several) {
                complete(one);
            }
        }
        for (Class<?> at = target == null ? null : target.getClass(); at != null && OwnTypes.owns(at);
                at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()
                        || field.isSynthetic() || !done.add(field.getName())) {
                    continue;
                }
                field.setAccessible(true);
                if (field.get(target) == null) {
                    field.set(target, make(field.getGenericType(), field.getType(),
                            "this." + field.getName(), 1));
                }
            }
        }
    }
}
