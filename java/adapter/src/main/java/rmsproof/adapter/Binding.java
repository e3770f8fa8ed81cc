package rmsproof.adapter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The caller's choice: what is constructed and called, and which role each parameter plays.
 *
 * @param className the class to use, or null where a function is bound
 * @param constructor index of the constructor in the shape
 * @param construct a role for each parameter of the constructor, null for its default; null where
 *     nothing is constructed
 * @param method index of the method in the shape
 * @param call a role for each parameter of the method or function, null for its default
 * @param function the function to use, or null where a class is bound
 * @param arity index of the function's argument vector
 * @param inner index of the argument vector of the closure that the function returns
 * @param result {@code auto}, {@code entries} or {@code returned}
 * @param step what is done with a step that the port returns in place of weights: {@code
 *     subtract}, {@code add}, {@code rate} (subtract times the learning rate); empty where it
 *     returns none
 * @param pair {@code auto}, {@code first} or {@code second}
 * @param initial which of the port's initial states its first call is handed
 * @param prepare the function that is called before the first step; empty for none
 * @param begun the number that all of a state begins as which is made up
 * @param storage index into the shape's {@code storages}
 * @param loop whether a call takes all steps by itself, and asks for gradients
 * @param placed by their paths the numbers that are set once it is made, and the role of each
 */
public record Binding(
        String className,
        int constructor,
        List<String> construct,
        int method,
        List<String> call,
        String function,
        int arity,
        int inner,
        String result,
        String step,
        String pair,
        int initial,
        String prepare,
        double begun,
        int storage,
        boolean loop,
        Map<String, String> placed) {

    /** The roles that are single numbers. */
    public static final Set<String> HYPERPARAMETERS =
            Set.of("learning_rate", "decay_rate", "epsilon",
                    "momentum", "weight_decay", "clip", "mean_decay");

    /** The roles that are whole numbers: how many there are, which it is, how often. */
    static final Set<String> COUNTS =
            Set.of("size", "rows", "columns", "index", "start", "length", "iteration");

    /** Weights and biases with their gradients, handed over in one call. */
    static final Set<String> PAIR = Set.of("weights", "gradients", "biases", "bias_gradients");

    private static final Set<String> ARRAYS = Set.of("gradients", "weights", "state", "biases",
            "bias_gradients", "parameters", "name", "source", "silent");

    /** What a constant has before it that a parameter is given in place of a role, as JSON. */
    private static final String CONSTANT = "=";

    /**
     * Reads a binding.
     *
     * @throws IllegalArgumentException naming the field that is wrong
     */
    static Binding of(JsonObject json) {
        Binding binding = new Binding(
                string(json, "class", null), integer(json, "constructor"),
                roles(json, "construct"), integer(json, "method"), roles(json, "call"),
                string(json, "function", null), integer(json, "arity"), integer(json, "inner"),
                string(json, "result", "auto"), string(json, "step", ""),
                string(json, "pair", "auto"),
                integer(json, "initial"), string(json, "prepare", ""),
                json.has("begun") ? json.get("begun").getAsDouble() : 0,
                integer(json, "storage"),
                json.has("loop") && json.get("loop").getAsBoolean(), words(json, "placed"));
        if ((binding.className == null) == (binding.function == null)) {
            throw new IllegalArgumentException("a binding names either a class or a function");
        }
        if (binding.call == null) {
            throw new IllegalArgumentException("a binding needs the roles of its \"call\"");
        }
        if (!binding.carries() && !binding.call.contains("source")) {
            binding.demand("gradients", binding.call);
            if (binding.step.isEmpty()) {
                binding.demand("weights", binding.all());
            }
        }
        oneOf("step", binding.step, Set.of("", "subtract", "add", "rate"));
        oneOf("result", binding.result, Set.of("auto", "entries", "returned"));
        oneOf("pair", binding.pair, Set.of("auto", "first", "second"));
        return binding;
    }

    private void demand(String role, List<String> among) {
        if (Collections.frequency(among, role) != 1) {
            throw new IllegalArgumentException("\"call\" needs the role " + role + " once");
        }
    }

    private List<String> all() {
        List<String> all = new ArrayList<>(call);
        all.addAll(construct == null ? List.of() : construct);
        return all;
    }

    /** True where the weights come in objects that hold their gradients, too. */
    boolean carries() {
        return all().contains("parameters") || paired();
    }

    /** True where weights and biases are handed over in one call. */
    public boolean paired() {
        return call.containsAll(PAIR);
    }

    private static List<String> roles(JsonObject json, String key) {
        JsonElement value = json.get(key);
        if (value == null || value.isJsonNull()) {
            return null;
        }
        if (!(value instanceof JsonArray array)) {
            throw new IllegalArgumentException("\"" + key + "\" is not a list of roles");
        }
        List<String> roles = new ArrayList<>();
        for (JsonElement role : array) {
            String name = role.isJsonNull() ? null : role.getAsString();
            if (name != null && !isValue(name) && !ARRAYS.contains(name)
                    && !COUNTS.contains(name)) {
                throw new IllegalArgumentException("\"" + key + "\" has no role called " + name);
            }
            roles.add(name);
        }
        return Collections.unmodifiableList(roles);
    }

    /** The words that stand under a key, by theirs. */
    static Map<String, String> words(JsonObject json, String key) {
        Map<String, String> words = new LinkedHashMap<>();
        if (json.has(key)) {
            json.getAsJsonObject(key).entrySet().forEach(
                    entry -> words.put(entry.getKey(), entry.getValue().getAsString()));
        }
        return words;
    }

    private static String string(JsonObject json, String key, String absent) {
        JsonElement value = json.get(key);
        return value == null || value.isJsonNull() ? absent : value.getAsString();
    }

    private static int integer(JsonObject json, String key) {
        JsonElement value = json.get(key);
        int number = value == null || value.isJsonNull() ? 0 : value.getAsInt();
        if (number < 0) {
            throw new IllegalArgumentException("\"" + key + "\" is negative");
        }
        return number;
    }

    private static void oneOf(String key, String value, Set<String> allowed) {
        if (!allowed.contains(value)) {
            throw new IllegalArgumentException("\"" + key + "\" cannot be " + value);
        }
    }

    /** Tells whether a role is a single value: a hyperparameter's, or a constant of its own. */
    public static boolean isValue(String role) {
        return HYPERPARAMETERS.contains(role) || isConstant(role);
    }

    /** Tells whether a constant stands in a role's place. */
    public static boolean isConstant(String role) {
        return role != null && role.startsWith(CONSTANT);
    }

    /** Tells whether a constant may be of a type. */
    static boolean admits(Class<?> type, String role) {
        return MethodType.methodType(type).wrap().returnType().isInstance(constant(role, type));
    }

    /** The constant that stands in a role's place, as a type takes it. */
    public static Object constant(String role, Class<?> type) {
        JsonPrimitive value = JsonParser.parseString(role.substring(CONSTANT.length()))
                .getAsJsonPrimitive();
        if (value.isBoolean()) {
            return value.getAsBoolean();
        } else if (value.isString()) {
            return value.getAsString();
        } else if (type == int.class || type == Integer.class) {
            return value.getAsInt();
        } else if (type == float.class || type == Float.class) {
            return value.getAsFloat();
        }
        boolean whole = value.getAsDouble() == Math.rint(value.getAsDouble())
                && !value.getAsString().contains(".");
        boolean wide = type == long.class || type == Long.class || type == Object.class;
        return whole && wide ? (Object) value.getAsLong() : (Object) value.getAsDouble();
    }

    /** The element at {@code index}; otherwise the exception says how many there are. */
    public static <T> T choose(String what, List<T> offered, int index) {
        if (index >= offered.size()) {
            throw new IllegalArgumentException(
                    "no " + what + " " + index + ": the shape has " + offered.size());
        }
        return offered.get(index);
    }
}
