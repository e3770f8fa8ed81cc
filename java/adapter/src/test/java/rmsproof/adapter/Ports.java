package rmsproof.adapter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.tools.ToolProvider;

/** Small Java ports for tests: compiled, loaded, bound by their parameters' names, and run. */
final class Ports {
    static final String[] ROLES = {"learning_rate", "decay_rate", "epsilon"};
    static final double[] VALUES = {0.01, 0.9, 1e-8};

    private static final List<String> KNOWN = List.of("learningRate", "decayRate", "epsilon",
            "gradients", "weights", "state");
    private static final List<String> MEANT = List.of("learning_rate", "decay_rate", "epsilon",
            "gradients", "weights", "state");

    private Ports() {}

    /** The folder of this build. */
    static Path base() {
        return Path.of(System.getProperty("basedir", ".")).toAbsolutePath();
    }

    /** A temporary folder that is there until the tests end. */
    private static Path folder(String prefix) throws IOException {
        Path folder = Files.createTempDirectory(prefix);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder.toFile())));
        return folder;
    }

    private static void delete(File file) {
        for (File inner : Objects.requireNonNullElse(file.listFiles(), new File[0])) {
            delete(inner);
        }
        file.delete();
    }

    /** Compiles a source file into a folder. */
    static String[] compile(Path source) throws IOException {
        Path classes = folder("port");
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler().run(null, messages, messages,
                "-parameters", "-g", "-d", classes.toString(), source.toString());
        if (status != 0) {
            throw new IllegalArgumentException(messages.toString());
        }
        return new String[] {classes.toString()};
    }

    /** Loads a class given as text. */
    static Host load(String text) throws Exception {
        Path source = folder("source").resolve("Port.java");
        Files.writeString(source, "import java.util.*;\n" + text);
        return Host.load("java", new PortFiles(compile(source), ""));
    }

    static JsonObject shape(Host host) {
        return JsonParser.parseString(host.shape()).getAsJsonObject();
    }

    /** Loads a port with one class and one method, and binds both by name. */
    static Host bound(String text) throws Exception {
        Host host = load(text);
        bind(host);
        return host;
    }

    static void bind(Host host) {
        JsonObject candidate =
                shape(host).getAsJsonArray("candidates").get(0).getAsJsonObject();
        JsonObject binding = new JsonObject();
        binding.add("class", candidate.get("class"));
        if (candidate.has("constructors")) {
            binding.add("construct",
                    roles(candidate.getAsJsonArray("constructors").get(0).getAsJsonObject()));
        }
        binding.add("call", roles(candidate.getAsJsonArray("methods").get(0).getAsJsonObject()));
        host.bind(binding.toString());
    }

    private static JsonArray roles(JsonObject callable) {
        JsonArray roles = new JsonArray();
        for (JsonElement parameter : callable.getAsJsonArray("parameters")) {
            String name = parameter.getAsJsonObject().get("name").getAsString();
            roles.add(MEANT.get(KNOWN.indexOf(name)));
        }
        return roles;
    }

    /** Runs a bound port on arrays a (two values) and b (one value), all present. */
    static Steps run(Host host, double[] weights, double[]... gradients) {
        String failure = host.open("float64", ROLES, VALUES,
                new String[] {"a", "b"}, new int[] {2, 1}, weights);
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
        byte[] present = new byte[2 * gradients.length];
        Arrays.fill(present, (byte) 1);
        return host.run(gradients.length, Arrays.stream(gradients)
                .flatMapToDouble(Arrays::stream).toArray(), present);
    }

    /** The goldens of the reference in double precision. */
    static List<Path> goldens() throws IOException {
        Path folder = base().resolve("../python_ref/golden/reference/float64");
        try (var files = Files.list(folder)) {
            List<Path> goldens = new ArrayList<>(files.filter(f -> f.toString().endsWith(".json"))
                    .sorted().toList());
            if (goldens.isEmpty()) {
                throw new IOException("no goldens in " + folder);
            }
            return goldens;
        }
    }

    /** A golden's scenario as a {@code run} request. */
    static JsonObject request(JsonObject golden) {
        JsonObject request = golden.getAsJsonObject("hyperparameters").deepCopy();
        for (String key : List.of("precision", "weights", "gradients")) {
            request.add(key, golden.get(key));
        }
        return request;
    }

    /** What the golden expects after each step, in the layout of {@link Steps#weights}. */
    static double[] expected(JsonObject golden, Layout layout) {
        JsonArray trajectory = golden.getAsJsonArray("trajectory");
        double[] values = new double[trajectory.size() * layout.size()];
        int next = 0;
        for (JsonElement step : trajectory) {
            JsonObject weights = step.getAsJsonObject().getAsJsonObject("weights");
            for (String name : layout.names()) {
                for (JsonElement value : weights.getAsJsonArray(name)) {
                    values[next++] = Json.number(value);
                }
            }
        }
        return values;
    }
}
