package rmsproof.adapter;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Makes whatever a port asks for, from its types and names alone: small sizes that agree with each
 * other, an enum's or a text's choice that says RMSProp, an abstract type as a class at hand that
 * extends it, a function as the one that returns what it is given; null where nothing else is left.
 */
final class ObjectMaker {
    /** Objects within objects. */
    private static final int DEEPEST = 6;
    /** As many numbers as an algorithm may have. */
    private static final int SETTINGS = 4;
    /** What a number is where nobody says: valid as a rate, a decay, a share. */
    static final double NUMBER = 0.5;
    /** What an epsilon is: some say that it is small, and take no other. */
    private static final double SMALL = 0x1p-6;
    /** By which what arrays hold is given, where that is not zeros. */
    static final String ROWS = "";
    /** A step's k counts; what is made of k has so many factors. */
    private static final String FACTORS = "new.k";
    private static final String COUNTED =
            "(?:t|k|e|.*(?:batch|epoch|iter|step|stride|seed|time|thread|worker).*)";
    private static final String NOTHING = ".*(?:pad|offset|start|index|dilat|dropout).*|id|idx|i|j";
    /** A whole number of a step itself is a place, unless it is called a count or an extent. */
    private static final String PLACE = "given\\.(?![nm]$|" + COUNTED + "$)(?!(?i:.*(?:num|count|"
            + "size|len|dim|row|col|width|height|feature|input|output|unit|param|weight|layers)))"
            + "\\w+";
    private static final String TURN = "t|.*(?:iter|step|epoch|time).*";
    private static final String FUNCTION =
            "java\\.util\\.function\\..*|(?:scala|kotlin\\.jvm\\.functions)\\.Function\\d";
    private static final String OUTSIDE =
            "(?:java\\.(?:awt|net|io|nio|sql)|javax|javafx|sun|jdk)\\..*";

    private final int size;
    private final Map<String, Double> given;
    private final Map<String, Object> known;
    private final String text;
    private final List<String> texts;
    private final Type variable;
    private final Map<String, Object> shared = new HashMap<>();
    private final Map<String, Double> asked = new LinkedHashMap<>();
    private final Map<String, Double> offered = new LinkedHashMap<>();
    private final GraphPlan plan;
    private final CollectionMaker collections;
    private final OwnMaker own;
    private Beginnings beginnings;
    private int place;

    /**
     * @param plan of what it is made
     * @param given numbers by the path of the parameter that asks for them
     * @param known which way each type was made before, by its name: what is tried once
     * @param text what a text is that may choose an algorithm
     * @param texts what its source writes: settings that are looked up have such names
     * @param variable what a type variable stands for; null where nothing says so
     */
    ObjectMaker(GraphPlan plan, Map<String, Double> given, Map<String, Object> known, String text,
            List<String> texts, Type variable) {
        this.plan = plan;
        this.size = plan.count();
        this.given = given;
        this.known = known;
        this.text = text;
        this.texts = texts;
        this.variable = variable;
        this.collections = new CollectionMaker(this, size, texts);
        this.own = new OwnMaker(this, plan, known);
    }

    /** Tells by which names an object knows its things: what is handed to it has the same. */
    void named(List<String> names) {
        collections.named(names);
    }

    /** Tells what makes some of it, whatever else could. */
    void beginning(Beginnings own) {
        this.beginnings = own;
    }

    /** What stands in an array before anybody has written to it. */
    double row() {
        return given.getOrDefault(ROWS, 0.0);
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
        Map<String, Cell> cells = Cells.of(Map.of(path, made));
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
            Object none = Bare.none(executable, i);
            if (none == null && left(executable, i, path + "." + name)) {
                continue;
            }
            if (none != null) {
                made[i] = none;
                continue;
            }
            Type type = types.length == made.length ? types[i] : raw[i];
            boolean settings = i == made.length - 1 && executable.isVarArgs()
                    && executable instanceof Constructor && raw[i] == double[].class;
            if (settings) {
                made[i] = settings(path + "." + name);
                continue;
            }
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

    /** Tells whether a number is left to what the source has by default: others are given. */
    private boolean left(Executable executable, int place, String path)
            throws ReflectiveOperationException {
        return executable instanceof Constructor<?> constructor && !given.isEmpty()
                && executable.getParameterTypes()[place] == double.class
                && !given.containsKey(path) && (KotlinDefaults.of(constructor) != null
                        || Beginnings.byDefault(constructor, place) != null);
    }

    /** Numbers that a constructor takes any number of, each by its place. */
    private double[] settings(String path) {
        double[] settings = new double[SETTINGS];
        Arrays.setAll(settings, place -> number(path + "." + place));
        return settings;
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

    /** What a type asks for, at some depth within what is made. */
    Object make(Type type, Class<?> raw, String path, int depth)
            throws ReflectiveOperationException {
        String name = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        Object begun = beginnings == null ? null : beginnings.made(type, raw, path);
        if (begun != null) {
            return begun;
        } else if (raw == double.class || raw == Double.class || raw == Number.class) {
            return number(path);
        } else if (raw == float.class || raw == Float.class) {
            return (float) number(path);
        } else if (raw == int.class || raw == Integer.class) {
            return path.endsWith(FACTORS) ? size : path.matches(PLACE) ? 0 : whole(name);
        } else if (raw == long.class || raw == Long.class) {
            return (long) whole(name);
        } else if (raw == boolean.class || raw == Boolean.class) {
            return name.matches(".*(?:init|enabled|ready|trainable|require).*");
        } else if (raw.isPrimitive()) {
            return Array.get(Array.newInstance(raw, 1), 0);
        } else if (raw == String.class) {
            // What several things are called tells them apart.
            return path.contains("[]") ? name + place : text.isEmpty() ? name : text;
        } else if (raw.isEnum()) {
            Object algorithm = ClassLanguage.algorithm(raw);
            Object[] constants = raw.getEnumConstants();
            return algorithm != null ? algorithm : constants.length > 0 ? constants[0] : null;
        } else if (raw.isArray()) {
            int length = plan.column() && path.endsWith("[]") ? 1 : size;
            Object made = Array.newInstance(raw.getComponentType(), length);
            if (raw == double[].class || raw == float[].class) {
                for (int i = 0; i < length; i++) {
                    Array.set(made, i, element(i, raw, raw == double[].class ? Double.class
                            : Float.class, path, depth));
                }
                return made;
            }
            Type inner = type instanceof java.lang.reflect.GenericArrayType generic
                    ? generic.getGenericComponentType() : raw.getComponentType();
            for (int i = 0; i < length; i++) {
                Array.set(made, i, element(i, inner, raw.getComponentType(), path, depth));
            }
            return made;
        } else if (raw == Random.class) {
            return new Random(1);
        } else if (raw == Object.class) {
            boolean said = type instanceof TypeVariable && variable != null && depth <= DEEPEST;
            return said ? make(variable, JavaTypes.erased(variable), path, depth + 1)
                    : (Object) 0; // a key, a place: what it is that somebody else would know
        } else if (raw == Optional.class && type instanceof ParameterizedType some) {
            Type held = some.getActualTypeArguments()[0];
            return Optional.ofNullable(make(held, JavaTypes.erased(held), path, depth + 1));
        } else if (Map.class.isAssignableFrom(raw) || Iterable.class == raw
                || Collection.class.isAssignableFrom(raw)) {
            return collections.make(type, raw, path, depth);
        } else if (raw.getName().startsWith("scala.") && !raw.getName().matches(FUNCTION)) {
            return collections.foreign(type, raw, path, depth);
        } else if (raw.isInterface() && !OwnTypes.owns(raw)) {
            return raw.getName().matches(FUNCTION) ? StandIn.function(raw) : null;
        } else if (raw.getName().matches(OUTSIDE) || !OwnTypes.owns(raw) || depth > DEEPEST) {
            return null;
        }
        return own.make(raw, path, depth);
    }

    /** What makes objects of the port's classes. */
    OwnMaker own() {
        return own;
    }

    /** The same that is given no numbers; null where it is given none as it is. */
    ObjectMaker untold() {
        return given.isEmpty() ? null : new ObjectMaker(plan, Map.of(), known, text, texts,
                variable);
    }

    /** One of several things of a kind. */
    Object element(int i, Type type, Class<?> raw, String path, int depth)
            throws ReflectiveOperationException {
        if (raw == Double.class) {
            return row();
        } else if (raw == Float.class) {
            return (float) row();
        }
        int outer = place;
        place = outer * size + i;
        try {
            return make(type, raw, path + "[]", depth);
        } finally {
            place = outer;
        }
    }

    private double number(String path) {
        String name = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        double number = given.getOrDefault(path, name.startsWith("eps") ? SMALL : NUMBER);
        asked.put(path, number);
        return number;
    }

    int whole(String name) {
        return name.matches(COUNTED) ? 1 : name.matches(NOTHING) ? 0 : size;
    }
}
