package rmsproof.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * A golden: what an optimizer is given, and the weights that the reference makes of it.
 *
 * <p>A weight is right where it equals the golden's, or lies within the envelope around it: the
 * bound that rounding keeps, whatever the order of evaluation. Where the envelope is null, only an
 * equal weight is right. Goldens of the class {@code core} decide; a port that differs at an
 * {@code edge} (overflow, division by zero), or where a step leaves arrays out ({@code partial}),
 * aborts its test with what differs, and does not fail it.
 */
public final class Golden {
    private static final String ROOT = "rmsproof/goldens/";
    private static final Map<String, Object> DEVIATIONS =
            Json.object(resource(ROOT + "deviations.json"));

    private final Map<String, Object> document;
    private final Map<String, Object> hyperparameters;

    private Golden(String path) {
        document = Json.object(resource(ROOT + path));
        hyperparameters = Json.asObject(document.get("hyperparameters"));
    }

    /**
     * The goldens of a folder on the class path, as {@code rmsproof golden export} wrote them.
     *
     * @param folder the dialect and the precision, such as {@code reference/float64}
     * @throws IllegalArgumentException if there are none
     */
    public static List<Golden> in(String folder) {
        List<Golden> goldens = resource(ROOT + "SHA256SUMS").lines()
                .map(line -> line.substring(line.indexOf("  ") + 2))
                .filter(path -> path.startsWith(folder + "/"))
                .map(Golden::new)
                .toList();
        if (goldens.isEmpty()) {
            throw new IllegalArgumentException("there are no goldens in " + ROOT + folder
                    + " on the class path; rmsproof golden export writes them");
        }
        return goldens;
    }

    /** Its name: dialect, precision and scenario. */
    public String name() {
        return (String) document.get("name");
    }

    /** {@code core}, {@code edge} or {@code partial}. */
    public String kind() {
        return (String) document.get("class");
    }

    /** The learning rate to use. */
    public double learningRate() {
        return Json.number(hyperparameters.get("learning_rate"));
    }

    /** The decay rate of the moving average. */
    public double decayRate() {
        return Json.number(hyperparameters.get("decay_rate"));
    }

    /** The epsilon to use. */
    public double epsilon() {
        return Json.number(hyperparameters.get("epsilon"));
    }

    /** An option of the dialect, such as {@code momentum}. */
    public double option(String option) {
        return Json.number(Json.asObject(hyperparameters.get("options")).get(option));
    }

    /** Holds an optimizer in double precision against every step. */
    public void checkDoubles(Update<double[]> optimizer) {
        check(optimizer, Storage.DOUBLES, "float64");
    }

    /** Holds an optimizer in single precision against every step. */
    public void checkFloats(Update<float[]> optimizer) {
        check(optimizer, Storage.FLOATS, "float32");
    }

    private <A> void check(Update<A> optimizer, Storage<A> storage, String precision) {
        if (!((String) document.get("precision")).startsWith(precision)) {
            throw new IllegalArgumentException(
                    name() + " is in " + document.get("precision") + ", not in " + precision);
        }
        String difference;
        try {
            difference = firstDifference(optimizer, storage);
        } catch (RuntimeException raised) {
            if (kind().equals("core")) {
                throw raised;
            }
            throw new TestAbortedException(undecided(raised.toString()), raised);
        }
        if (difference != null) {
            if (kind().equals("core")) {
                throw new AssertionFailedError(name() + ", " + difference
                        + "\nThis golden catches: " + document.get("catches")
                        + "\nWhy: rmsproof check FILE names what the optimizer does differently");
            }
            throw new TestAbortedException(undecided(difference));
        }
    }

    private String undecided(String difference) {
        return name() + ", which is " + kind() + " and decides nothing: " + difference;
    }

    private <A> String firstDifference(Update<A> optimizer, Storage<A> storage) {
        Map<String, A> weights = new LinkedHashMap<>();
        arrays(document.get("weights")).forEach((name, w) -> weights.put(name, storage.of(w)));
        List<?> gradients = (List<?>) document.get("gradients");
        for (int step = 0; step < gradients.size(); step++) {
            Map<String, A> given = new LinkedHashMap<>();
            Map<String, A> taking = new LinkedHashMap<>();
            arrays(gradients.get(step)).forEach((name, g) -> {
                given.put(name, storage.of(g));
                taking.put(name, weights.get(name));
            });
            List<String> names = List.copyOf(given.keySet());
            Map<String, A> after = optimizer.apply(given, taking);
            for (String name : names) {
                if (after == null || after.get(name) == null) {
                    return String.format("step %d: the array %s is missing", step + 1, name);
                }
                weights.put(name, after.get(name));
            }
            String difference = differenceAfter(step, weights, storage);
            if (difference != null) {
                return difference;
            }
        }
        return null;
    }

    private <A> String differenceAfter(int step, Map<String, A> weights, Storage<A> storage) {
        Map<String, double[]> expected = weightsOf("trajectory", step);
        Map<String, double[]> envelope = weightsOf("envelope", step);
        for (String name : expected.keySet()) {
            double[] right = expected.get(name);
            double[] observed = storage.values(weights.get(name));
            if (observed.length != right.length) {
                return String.format("step %d: the array %s has %d elements, expected %d",
                        step + 1, name, observed.length, right.length);
            }
            for (int i = 0; i < right.length; i++) {
                double radius = envelope.get(name)[i];
                if (!isRight(right[i], observed[i], radius)) {
                    return String.format(Locale.ROOT,
                            "step %d, %s[%d]: expected %s, observed %s%s; rounding explains %s%s",
                            step + 1, name, i, right[i], observed[i],
                            storage.distance(right[i], observed[i]),
                            Double.isNaN(radius) ? "nothing" : String.format("%.2g", radius),
                            deviations(step + 1, name, i, observed[i], radius));
                }
            }
        }
        return null;
    }

    /** The known deviations that first show in this weight and make it what it is, in a line. */
    private String deviations(int step, String array, int index, double observed, double radius) {
        List<?> known = (List<?>) DEVIATIONS.getOrDefault(name(), List.of());
        List<String> sentences = known.stream()
                .map(Json::asObject)
                .filter(of -> Json.number(of.get("step")) == step
                        && of.get("array").equals(array)
                        && Json.number(of.get("index")) == index
                        && isRight(Json.number(of.get("weight")), observed, radius))
                .map(of -> (String) of.get("deviation"))
                .toList();
        if (sentences.isEmpty()) {
            return "";
        }
        int shown = Math.min(sentences.size(), 3);
        String more = sentences.size() > shown
                ? "; or " + (sentences.size() - shown) + " more deviations" : "";
        return "\nSuch a weight comes of: "
                + String.join("; or ", sentences.subList(0, shown)) + more;
    }

    private static boolean isRight(double expected, double observed, double radius) {
        boolean equal = expected == observed || Double.isNaN(expected) && Double.isNaN(observed);
        return equal || Math.abs(observed - expected) <= radius; // no number is <= NaN
    }

    private Map<String, double[]> weightsOf(String key, int step) {
        Object at = ((List<?>) document.get(key)).get(step);
        return arrays(Json.asObject(at).get("weights"));
    }

    private static Map<String, double[]> arrays(Object value) {
        Map<String, double[]> arrays = new LinkedHashMap<>();
        Json.asObject(value).forEach((name, array) -> arrays.put(name, Json.numbers(array)));
        return arrays;
    }

    private static String resource(String path) {
        try (InputStream stream = Golden.class.getClassLoader().getResourceAsStream(path)) {
            if (stream == null) {
                throw new IllegalArgumentException(path + " is not on the class path");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(path, failure);
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
