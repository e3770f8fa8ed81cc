package rmsproof.adapter;

import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** The entry in process: one port, loaded, described, bound, and run scenario after scenario. */
public final class Host {
    private static final double NANOSECONDS = 1e9;
    private final Language language;
    private final Port port;
    private Binding binding;
    private BoundPort bound;
    private Feeding session;
    private GraphWay way;
    private Map<String, String> told;
    private Map<String, String> placed;

    private Host(Language language, Port port) {
        this.language = language;
        this.port = port;
    }

    /**
     * Loads a port.
     *
     * @param language {@code java}, {@code scala} or {@code clojure}
     * @throws LoadException where the source does not compile, or throws while it is loaded
     * @throws IllegalArgumentException where the language has no adapter on the class path
     */
    public static Host load(String language, PortFiles files) throws LoadException {
        Streams.renew();
        return inContext(() -> {
            Language found = language(language);
            return new Host(found, found.load(files));
        });
    }

    /** Describes what the port offers, as JSON. */
    public String shape() {
        return Json.tree(port.shape()).toString();
    }

    /**
     * Looks for ways to feed a class that its shape does not show, by running it.
     *
     * @param seconds what that may take
     * @return JSON: {@code ways}, each as a binding has it under {@code graph}, and why there are no
     *     others under {@code refused}
     */
    public String explore(String className, double seconds) {
        long deadline = System.nanoTime() + (long) (seconds * NANOSECONDS);
        return Json.tree(inContext(() -> port.explore(className, deadline))).toString();
    }

    /**
     * Settles what is constructed and called.
     *
     * @throws IllegalArgumentException where the binding does not fit the shape
     */
    public void bind(String bindingJson) {
        JsonObject json = Json.object(bindingJson);
        session = null;
        way = null;
        if (json.has("graph")) {
            told = Binding.words(json, "roles");
            placed = Binding.words(json, "placed");
            way = GraphWay.of(json.getAsJsonObject("graph"));
            return;
        }
        Binding chosen = Binding.of(json);
        bound = inContext(() -> port.bind(chosen));
        binding = chosen;
    }

    /** Settles whether what is opened next is another object in the classes of the last one. */
    public void beside(boolean same) {
        port.beside(same);
    }

    /**
     * Opens a fresh port, which shares no state with any opened before.
     *
     * @param precision {@code float64} or {@code float32}: what the values are representable in
     * @param roles the hyperparameters and options offered
     * @param values their values, in the same order
     * @param names the names of the arrays
     * @param lengths their lengths
     * @param weights the initial weights of all arrays, one after another
     * @return null, or a failure as in {@link Steps#failure}
     */
    public String open(String precision, String[] roles, double[] values, String[] names,
            int[] lengths, double[] weights) {
        if (bound == null && way == null) {
            throw new IllegalStateException("the port is not bound");
        }
        if (!precision.equals("float64") && !precision.equals("float32")) {
            throw new IllegalArgumentException("no precision called " + precision);
        }
        if (roles.length != values.length) {
            throw new IllegalArgumentException(
                    roles.length + " roles, but " + values.length + " values");
        }
        Map<String, Double> hyperparameters = new HashMap<>();
        for (int i = 0; i < roles.length; i++) {
            hyperparameters.put(roles[i], values[i]);
        }
        Feeding opened;
        if (way != null) {
            demand(List.copyOf(told.values()), hyperparameters);
            demand(List.copyOf(placed.values()), hyperparameters);
            opened = new GraphSession(
                    port, way, told, placed, hyperparameters, Layout.of(names, lengths), weights);
        } else {
            demand(binding.construct(), hyperparameters);
            demand(binding.call(), hyperparameters);
            demand(List.copyOf(binding.placed().values()), hyperparameters);
            opened = new Session(language, port, bound, binding, hyperparameters,
                    Layout.of(names, lengths), weights);
        }
        String failure = inContext(opened::open);
        port.beside(false);
        session = failure == null ? opened : null;
        return failure;
    }

    /**
     * Goes further steps with the open port.
     *
     * @param gradients steps x N values; what stands at absent arrays is not looked at
     * @param present steps x arrays: 0 where the array has no gradient in that step
     */
    public Steps run(int steps, double[] gradients, byte[] present) {
        if (session == null) {
            throw new IllegalStateException("no port is open");
        }
        Feeding open = session;
        return inContext(() -> open.run(steps, gradients, present));
    }

    /** The numbers that the open port could have been told in a way that was not taken, as JSON. */
    public String settings() {
        Map<String, Double> settings = new TreeMap<>();
        if (session != null) {
            inContext(session::settings).forEach((path, cell) -> settings.put(path, cell.value()));
        }
        return Json.tree(settings).toString();
    }

    /** Lets go of the open port. */
    public void close() {
        session = null;
    }

    /** What {@code describe} answers about the bound port. */
    Map<String, Object> description() {
        if (bound == null) {
            throw new IllegalStateException("the port is not bound");
        }
        String name = binding.className() != null ? binding.className() : binding.function();
        // The holder knows what is left of a value that float cannot hold.
        boolean narrows = bound.weights().stored(0.1) != 0.1;
        return Map.of("protocol", 1, "name", name, "language", language.name(),
                "precision", narrows ? "float32" : "float64", "state", bound.showsAverage());
    }

    private static void demand(List<String> roles, Map<String, Double> offered) {
        for (String role : roles == null ? List.<String>of() : roles) {
            if (role != null && Binding.HYPERPARAMETERS.contains(role)
                    && !offered.containsKey(role)) {
                throw new IllegalArgumentException("the binding needs a value for " + role);
            }
        }
    }

    private static Language language(String name) throws ReflectiveOperationException {
        switch (name) {
            case "java":
                return new JavaLanguage();
            case "scala":
                return (Language) adapter("rmsproof.adapter.ScalaLanguage", name)
                        .getDeclaredConstructor().newInstance();
            case "clojure":
                // Through Clojure's own entry for Java, so that Java needs no Clojure to compile.
                Class<?> entry = adapter("clojure.java.api.Clojure", name);
                var find = entry.getMethod("var", Object.class, Object.class);
                var read = entry.getMethod("read", String.class);
                Object namespace = read.invoke(null, "rmsproof.adapter");
                apply(find.invoke(null, "clojure.core", "require"), namespace);
                return (Language) apply(find.invoke(null, "rmsproof.adapter", "language"));
            default:
                throw new IllegalArgumentException("no adapter for the language " + name);
        }
    }

    private static Object apply(Object function, Object... arguments)
            throws ReflectiveOperationException {
        Class<?>[] types = new Class<?>[arguments.length];
        java.util.Arrays.fill(types, Object.class);
        Class<?> callable = Class.forName(
                "clojure.lang.IFn", true, function.getClass().getClassLoader());
        return callable.getMethod("invoke", types).invoke(function, arguments);
    }

    private static Class<?> adapter(String className, String language) {
        try {
            return Class.forName(className, true, Host.class.getClassLoader());
        } catch (ClassNotFoundException absent) {
            throw new IllegalArgumentException(
                    "the adapter for " + language + " is not on the class path", absent);
        }
    }

    /** Runs with a context class loader: threads attached from outside come without one. */
    private static <T> T inContext(Callable<T> task) {
        Thread thread = Thread.currentThread();
        ClassLoader previous = thread.getContextClassLoader();
        thread.setContextClassLoader(Host.class.getClassLoader());
        try {
            return task.call();
        } catch (Exception thrown) {
            throw Host.<RuntimeException>sneak(Failure.unwrap(thrown));
        } finally {
            // Nor is an interrupt that one port left standing for the next one to meet.
            Thread.interrupted();
            thread.setContextClassLoader(previous);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
