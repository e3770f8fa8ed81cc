import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** An edition's RMSProp on the class path, whichever it is, over the wire protocol. */
final class Wire {
    private final Constructor<?> constructor;
    private final Method update;
    private final Class<?> number;

    private Wire() throws ReflectiveOperationException {
        Class<?> port = Class.forName("RMSProp");
        constructor = port.getConstructors()[0];
        update = port.getMethod("updateWeights", Map.class, Map.class);
        number = constructor.getParameterTypes()[0];
    }

    /** Answers a line for a line until there are no more, or one says quit. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader requests =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream replies = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            JsonObject request = JsonParser.parseString(line).getAsJsonObject();
            String action = request.get("do").getAsString();
            if (action.equals("quit")) {
                return;
            }
            JsonObject reply = new JsonObject();
            try {
                // A mutant may be no class at all to this JVM, hence not before it is asked for.
                reply = action.equals("describe") ? described() : new Wire().run(request);
            } catch (InvocationTargetException thrown) {
                reply.addProperty("error", thrown.getCause().toString());
            } catch (ReflectiveOperationException | RuntimeException | Error thrown) {
                reply.addProperty("error", thrown.toString());
            }
            reply.add("id", request.get("id"));
            replies.println(reply);
        }
    }

    private static JsonObject described() throws ReflectiveOperationException {
        JsonObject reply = new JsonObject();
        reply.addProperty("protocol", 1);
        reply.addProperty("name", "RMSProp");
        reply.addProperty("language", "java");
        reply.addProperty("precision",
                new Wire().number == float.class ? "float32" : "float64");
        reply.addProperty("state", false);
        return reply;
    }

    private JsonObject run(JsonObject request) throws ReflectiveOperationException {
        Object optimizer = constructor.newInstance(number(request.get("learning_rate")),
                number(request.get("decay_rate")), number(request.get("epsilon")));
        Map<String, Object> weights = new LinkedHashMap<>();
        request.getAsJsonObject("weights").entrySet().forEach(
                given -> weights.put(given.getKey(), array(given.getValue().getAsJsonArray())));
        // A gradient that comes again is the same array again, as in a loop that made it once:
        // a port that writes into what it is given shows in its weights.
        Map<String, Object> made = new HashMap<>();
        JsonArray steps = new JsonArray();
        for (JsonElement step : request.getAsJsonArray("gradients")) {
            Map<String, Object> gradients = new LinkedHashMap<>();
            step.getAsJsonObject().entrySet().forEach(given -> gradients.put(given.getKey(),
                    made.computeIfAbsent(given.toString(),
                            absent -> array(given.getValue().getAsJsonArray()))));
            // Whatever has no gradient in a step takes no part in it.
            Map<String, Object> taking = new LinkedHashMap<>(weights);
            taking.keySet().retainAll(gradients.keySet());
            update.invoke(optimizer, gradients, taking);
            weights.putAll(taking);
            steps.add(told(weights));
        }
        JsonObject reply = new JsonObject();
        reply.add("weights", steps);
        return reply;
    }

    /** A number as the edition has it; what JSON cannot write comes as text that Java can read. */
    private Object number(JsonElement value) {
        double given = Double.parseDouble(value.getAsString());
        if (number == float.class) {
            return (float) given;
        }
        return given;
    }

    private Object array(JsonArray given) {
        Object array = Array.newInstance(number, given.size());
        for (int i = 0; i < given.size(); i++) {
            Array.set(array, i, number(given.get(i)));
        }
        return array;
    }

    private static JsonObject told(Map<String, Object> weights) {
        JsonObject step = new JsonObject();
        weights.forEach((name, array) -> {
            JsonArray values = new JsonArray();
            for (int i = 0; i < Array.getLength(array); i++) {
                double value = Array.getDouble(array, i);
                values.add(Double.isFinite(value)
                        ? new JsonPrimitive(value) : new JsonPrimitive(Double.toString(value)));
            }
            step.add(name, values);
        });
        return step;
    }
}
