package rmsproof.adapter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * The wire over standard input and output: one JSON object a line, answered in order under the
 * request's id.
 *
 * <p>{@code shape} loads a port, in place of the one before, and describes it; {@code bind} settles
 * what is called, {@code describe} names it, {@code run} takes a scenario, {@code left} says whether
 * a port left threads running, {@code quit} or the end of input ends. What a port prints goes to
 * standard error, and it finds its own standard input empty.
 */
public final class Stdio {
    private static final int FAILED = 70;

    private final Writer out;
    private Host host;

    Stdio(Writer out) {
        this.out = out;
    }

    /** Serves until the input ends. */
    public static void main(String[] arguments) {
        InputStream requests = System.in;
        // A stream of its own, and none that a port is given: what a port prints is no reply.
        Writer replies = new BufferedWriter(new OutputStreamWriter(
                new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8), 1 << 16);
        Streams.renew();
        Leftovers.begin();
        try {
            new Stdio(replies).serve(
                    new BufferedReader(new InputStreamReader(requests, StandardCharsets.UTF_8)));
        } catch (Throwable thrown) {
            // Without a word, threads that a port left running would keep us silent for ever.
            thrown.printStackTrace();
            Runtime.getRuntime().halt(FAILED);
        }
        // A port may have left threads running.
        System.exit(0);
    }

    /** Answers requests until one says {@code quit} or there are no more. */
    void serve(BufferedReader requests) throws IOException {
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            if (line.isBlank()) {
                continue;
            }
            JsonElement id = JsonNull.INSTANCE;
            try {
                JsonObject request = Json.object(line);
                id = request.has("id") ? request.get("id") : JsonNull.INSTANCE;
                String action = text(request, "do");
                if (action.equals("quit")) {
                    return;
                }
                answer(id, action, request);
            } catch (IllegalArgumentException | IllegalStateException
                    | UnsupportedOperationException refused) {
                reply(id, "error", Json.tree(refused.getMessage()));
            }
        }
    }

    private void answer(JsonElement id, String action, JsonObject request) throws IOException {
        switch (action) {
            case "shape":
                shape(id, object(member(request, "port"), "port"));
                break;
            case "left":
                reply(id, "left", Json.tree(Leftovers.any()));
                break;
            case "bind":
                loaded().bind(member(request, "binding").toString());
                reply(id, "bound", Json.tree(true));
                break;
            case "describe":
                JsonObject description = Json.tree(loaded().description()).getAsJsonObject();
                description.add("id", id);
                write(description.toString());
                break;
            case "run":
                run(id, Scenario.of(request));
                break;
            default:
                throw new IllegalArgumentException("no request called " + action);
        }
    }

    private void shape(JsonElement id, JsonObject port) throws IOException {
        host = null;
        PortFiles files = new PortFiles(texts(port, "classpath"), text(port, "source"),
                texts(port, "libraries"), texts(port, "own"));
        try {
            host = Host.load(text(port, "language"), files);
        } catch (LoadException failed) {
            JsonObject failure = new JsonObject();
            failure.addProperty("kind", failed.kind());
            failure.addProperty("message", failed.getMessage());
            reply(id, "failure", failure);
            return;
        }
        reply(id, "shape", JsonParser.parseString(host.shape()));
    }

    private Host loaded() {
        if (host == null) {
            throw new IllegalStateException("no port is loaded: ask for its shape first");
        }
        return host;
    }

    private void run(JsonElement id, Scenario scenario) throws IOException {
        String failure = loaded().open(scenario.precision(), scenario.roles(), scenario.values(),
                scenario.layout().names(), scenario.layout().lengths(), scenario.weights());
        Steps steps = failure == null
                ? host.run(scenario.steps(), scenario.gradients(), scenario.present())
                : new Steps(new double[0], null, 0, failure, null);
        host.close();
        StringBuilder reply = new StringBuilder("{\"id\":").append(id);
        trajectory(reply, "weights", steps.weights, steps.completed, scenario);
        if (steps.movingAverage != null) {
            trajectory(reply, "moving_average", steps.movingAverage, steps.completed, scenario);
        }
        if (steps.failure != null) {
            reply.append(",\"failure\":").append(steps.failure);
        }
        if (steps.facts != null) {
            reply.append(",\"facts\":").append(steps.facts);
        }
        write(reply.append('}').toString());
    }

    /** Doubles as Java prints them, which read back as the same values; or packed. */
    private static void trajectory(
            StringBuilder reply, String name, double[] values, int steps, Scenario scenario) {
        Layout layout = scenario.layout();
        reply.append(",\"").append(name).append("\":[");
        int next = 0;
        for (int s = 0; s < steps; s++) {
            reply.append(s == 0 ? "{" : ",{");
            for (int j = 0; j < layout.count(); j++) {
                reply.append(j == 0 ? "" : ",").append(Json.tree(layout.names()[j])).append(':');
                if (scenario.packed()) {
                    int length = layout.lengths()[j];
                    reply.append('"').append(Json.packed(values, next, length)).append('"');
                    next += length;
                    continue;
                }
                reply.append('[');
                for (int i = 0; i < layout.lengths()[j]; i++, next++) {
                    reply.append(i == 0 ? "" : ",");
                    if (Double.isFinite(values[next])) {
                        reply.append(values[next]);
                    } else {
                        reply.append('"').append(values[next]).append('"');
                    }
                }
                reply.append(']');
            }
            reply.append('}');
        }
        reply.append(']');
    }

    private void reply(JsonElement id, String key, JsonElement value) throws IOException {
        JsonObject reply = new JsonObject();
        reply.add("id", id);
        reply.add(key, value);
        write(reply.toString());
    }

    private void write(String line) throws IOException {
        out.write(line);
        out.write('\n');
        out.flush();
    }

    static JsonElement member(JsonObject object, String key) {
        JsonElement value = object.get(key);
        if (value == null) {
            throw new IllegalArgumentException("\"" + key + "\" is missing");
        }
        return value;
    }

    static String text(JsonObject object, String key) {
        JsonElement value = member(object, key);
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
            throw new IllegalArgumentException("\"" + key + "\" is not a string");
        }
        return value.getAsString();
    }

    private static String[] texts(JsonObject object, String key) {
        JsonArray values = array(member(object, key), key);
        String[] texts = new String[values.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = values.get(i).getAsString();
        }
        return texts;
    }

    static JsonObject object(JsonElement value, String what) {
        if (!value.isJsonObject()) {
            throw new IllegalArgumentException(what + " is not an object");
        }
        return value.getAsJsonObject();
    }

    static JsonArray array(JsonElement value, String what) {
        if (!value.isJsonArray()) {
            throw new IllegalArgumentException(what + " is not a list");
        }
        return value.getAsJsonArray();
    }
}
