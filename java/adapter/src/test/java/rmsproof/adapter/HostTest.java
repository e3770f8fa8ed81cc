package rmsproof.adapter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the host sees of a port, gives it, and reads back. */
class HostTest {
    private static final double[] WEIGHTS = {1, 2, 3};
    private static final double[] ONES = {1, 1, 1};
    private static final double[] HALVED = {0.5, 1.5, 2.5};

    /** A static port whose body sees maps g and w of the given array type. */
    private static String onMaps(String array, String returns, String body) {
        String map = "Map<String, " + array + ">";
        return "class P { static " + returns + " step("
                + map + " gradients, " + map + " weights) { " + body + " } }";
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static String where(Steps steps) {
        return json(steps.facts).get("where").getAsString();
    }

    // Conversions: every port takes half a gradient off each weight.

    @ParameterizedTest
    @ValueSource(strings = {"double[]", "float[]", "Double[]", "Float[]"})
    void givesArraysOfTheTypeAskedFor(String type) throws Exception {
        String element = type.substring(0, type.length() - 2).toLowerCase();
        Steps steps = Ports.run(Ports.bound(onMaps(type, "void",
                "weights.forEach((k, w) -> { for (int i = 0; i < w.length; i++) "
                        + "w[i] = w[i] - (" + element + ") 0.5 * gradients.get(k)[i]; });")),
                WEIGHTS, ONES);
        assertNull(steps.failure);
        assertArrayEquals(HALVED, steps.weights);
        assertEquals("in place", where(steps));
    }

    @ParameterizedTest
    @ValueSource(strings = {"List<Double>", "ArrayList<Double>", "Collection<Double>",
        "List<? extends Number>", "LinkedList<Number>", "List"})
    void givesListsOfTheTypeAskedFor(String type) throws Exception {
        Steps steps = Ports.run(Ports.bound(onMaps(type, "Object",
                "Map<String, double[]> made = new HashMap<>();"
                        + "weights.forEach((k, w) -> made.put(k, ((Collection<?>) w).stream()"
                        + ".mapToDouble(x -> ((Number) x).doubleValue() - 0.5).toArray()));"
                        + "return made;")),
                WEIGHTS, ONES);
        assertNull(steps.failure);
        assertArrayEquals(HALVED, steps.weights);
        assertEquals("returned", where(steps));
    }

    @Test
    void narrowsToFloatWhatAFloatPortIsGiven() throws Exception {
        Steps steps = Ports.run(Ports.bound(onMaps("float[]", "void", "")),
                new double[] {0.1, 2, 3}, ONES);
        assertEquals("nowhere", where(steps));
        assertEquals((double) 0.1f, steps.weights[0]);
    }

    @Test
    void keepsTheOrderOfTheNames() throws Exception {
        Host host = Ports.bound(onMaps("double[]", "void",
                "double n = 0; for (double[] w : weights.values()) w[0] = n++;"));
        String[] names = {"z", "a", "m", "k", "b"};
        assertNull(host.open("float64", Ports.ROLES, Ports.VALUES, names,
                new int[] {1, 1, 1, 1, 1}, new double[5]));
        Steps steps = host.run(1, new double[5], new byte[] {1, 1, 1, 1, 1});
        assertArrayEquals(new double[] {0, 1, 2, 3, 4}, steps.weights);
    }

    @Test
    void leavesArraysWithoutAGradientOut() throws Exception {
        Host host = Ports.bound(onMaps("double[]", "void",
                "if (!gradients.keySet().equals(weights.keySet())) throw new Error();"
                        + "weights.values().forEach(w -> Arrays.fill(w, weights.size()));"));
        assertNull(host.open("float64", Ports.ROLES, Ports.VALUES, new String[] {"a", "b"},
                new int[] {2, 1}, WEIGHTS));
        Steps steps = host.run(3, new double[9], new byte[] {0, 1, 0, 0, 1, 1});
        assertNull(steps.failure);
        assertArrayEquals(new double[] {1, 2, 1, 1, 2, 1, 2, 2, 2}, steps.weights);
    }

    // The same arrays from the first step to the last

    /** A port whose step sees the arrays w and, of the same kind, counts them by identity. */
    private static double[] counted(String type, String arrays, String after) throws Exception {
        Host host = Ports.bound("class P { IdentityHashMap<Object, Integer> seen ="
                + " new IdentityHashMap<>(); Object step(" + type + " gradients, " + type
                + " weights) { for (double[] w : " + arrays + ")"
                + " Arrays.fill(w, seen.merge(w, 1, Integer::sum)); " + after + " } }");
        Steps steps = Ports.run(host, WEIGHTS, ONES, ONES, ONES);
        assertNull(steps.failure);
        return steps.weights;
    }

    private static final double[] COUNTED = {1, 1, 1, 2, 2, 2, 3, 3, 3};

    @Test
    void handsOverTheSameArraysAgain() throws Exception {
        assertArrayEquals(COUNTED, counted("double[]", "List.of(weights)", "return null;"));
        assertArrayEquals(COUNTED,
                counted("Map<String, double[]>", "weights.values()", "return null;"));
        assertArrayEquals(COUNTED, counted("List<double[]>", "weights", "return null;"));
        assertArrayEquals(COUNTED, counted("double[][]", "weights", "return null;"));
    }

    @Test
    void handsOverWhatWasReturned() throws Exception {
        String copy = "double[] made = w.clone(); seen.put(made, seen.get(w));";
        assertArrayEquals(COUNTED, counted("double[]", "List.of(weights)",
                "double[] made = weights.clone(); seen.put(made, seen.get(weights)); return made;"));
        assertArrayEquals(COUNTED, counted("List<double[]>", "weights",
                "List<double[]> all = new ArrayList<>(); for (double[] w : weights) { " + copy
                        + " all.add(made); } return all;"));
    }

    @Test
    void handsOverWhatTookTheirPlace() throws Exception {
        assertArrayEquals(COUNTED, counted("Map<String, double[]>", "weights.values()",
                "weights.replaceAll((k, w) -> { double[] made = w.clone();"
                        + " seen.put(made, seen.get(w)); return made; }); return null;"));
        assertArrayEquals(COUNTED, counted("List<double[]>", "weights",
                "weights.replaceAll(w -> { double[] made = w.clone();"
                        + " seen.put(made, seen.get(w)); return made; }); return null;"));
    }

    @Test
    void handsOverTheSameContainerAgain() throws Exception {
        Host host = Ports.bound("class P { Object first; void step("
                + "Map<String, double[]> gradients, Map<String, double[]> weights) {"
                + " first = first == null ? weights : first;"
                + " weights.values().forEach(w -> Arrays.fill(w, first == weights ? 1 : 0)); } }");
        assertArrayEquals(
                new double[] {1, 1, 1, 1, 1, 1}, Ports.run(host, WEIGHTS, ONES, ONES).weights);
    }

    @Test
    void arraysLeftOutKeepTheirIdentity() throws Exception {
        Host host = Ports.bound("class P { IdentityHashMap<Object, Integer> seen ="
                + " new IdentityHashMap<>(); void step(Map<String, double[]> gradients, "
                + "Map<String, double[]> weights) { weights.values().forEach("
                + "w -> Arrays.fill(w, seen.merge(w, 1, Integer::sum))); } }");
        assertNull(host.open("float64", Ports.ROLES, Ports.VALUES, new String[] {"a", "b"},
                new int[] {2, 1}, WEIGHTS));
        Steps steps = host.run(3, new double[9], new byte[] {1, 1, 0, 1, 1, 1});
        assertNull(steps.failure);
        assertArrayEquals(new double[] {1, 1, 1, 1, 1, 2, 2, 2, 3}, steps.weights);
    }

    @Test
    void whatIsOpenedBesideAnotherSharesItsClassesAndNoLaterOneDoes() throws Exception {
        Host host = Ports.bound("class P { static int steps; void step(double[] gradients,"
                + " double[] weights) { Arrays.fill(weights, ++steps); } }");
        assertArrayEquals(new double[] {1, 1, 1}, Ports.run(host, WEIGHTS, ONES).weights);
        host.beside(true);
        assertArrayEquals(new double[] {2, 2, 3}, Ports.run(host, WEIGHTS, ONES).weights);
        assertArrayEquals(new double[] {1, 1, 1}, Ports.run(host, WEIGHTS, ONES).weights);
    }

    @Test
    void listsWhatSomebodyMayTell() throws Exception {
        Host host = Ports.bound("class P { private double told = 1, own = 2, either;"
                + " P() { String set = System.getProperty(\"none\");"
                + " either = set == null ? 3 : Double.parseDouble(set); }"
                + " void tell(int k, double number) { switch (k) { case 1: k = 2; break;"
                + " case 2: k = 3; break; default: k = 4; } switch (k) { case 4: told = number;"
                + " break; case 4000: own = 5; } }"
                + " void step(double[] gradients, double[] weights) {} }");
        Ports.run(host, WEIGHTS, ONES);
        assertEquals("{\"this.either\":3.0,\"this.told\":1.0}", host.settings());
    }

    @Test
    void givesGradientsOfTheirOwnAtEveryStep() throws Exception {
        Host host = Ports.bound("class P { Set<Object> seen ="
                + " Collections.newSetFromMap(new IdentityHashMap<>());"
                + " void step(double[] gradients, double[] weights) {"
                + " Arrays.fill(weights, seen.add(gradients) ? 1 : 0); } }");
        assertArrayEquals(
                new double[] {1, 1, 1, 1, 1, 1}, Ports.run(host, WEIGHTS, ONES, ONES).weights);
    }

    // Lists of arrays, and matrices

    @ParameterizedTest
    @ValueSource(strings = {"List<double[]>", "ArrayList<double[]>", "Collection<double[]>",
        "double[][]", "List<? extends double[]>"})
    void givesAllArraysInAList(String type) throws Exception {
        Host host = Ports.bound("class P { static void step(" + type + " gradients, " + type
                + " weights) { Iterator<?> g = (Object) gradients instanceof Collection<?> c"
                + " ? c.iterator() : Arrays.asList((Object[]) (Object) gradients).iterator();"
                + " for (double[] w : weights) { double[] h = (double[]) g.next();"
                + " for (int i = 0; i < w.length; i++) w[i] -= 0.5 * h[i]; } } }");
        Steps steps = Ports.run(host, WEIGHTS, ONES);
        assertNull(steps.failure);
        assertArrayEquals(HALVED, steps.weights);
        assertEquals("list", json(steps.facts).get("container").getAsString());
    }

    @Test
    void givesEachArrayAsAMatrixOfOneRow() throws Exception {
        String port = "class P { double[][] v; double[][] step("
                + "double[][] gradients, double[][] weights) {"
                + " if (v == null) v = new double[weights.length][weights[0].length];"
                + " double[][] made = new double[1][weights[0].length];"
                + " for (int i = 0; i < made[0].length; i++)"
                + " made[0][i] = weights[0][i] - 0.5 * gradients[0][i] - 0 * v[0][i];"
                + " return made; } }";
        Host host = Ports.load(port);
        host.bind("{\"class\":\"P\",\"construct\":[],\"call\":[\"gradients\",\"weights\"],"
                + "\"storage\":1}");
        Steps steps = Ports.run(host, WEIGHTS, ONES);
        assertNull(steps.failure);
        assertArrayEquals(HALVED, steps.weights);
        assertEquals("array", json(steps.facts).get("container").getAsString());
    }

    @Test
    void namesAnArrayTooFew() throws Exception {
        Steps steps = Ports.run(Ports.bound("class P { static List<double[]> step("
                + "List<double[]> gradients, List<double[]> weights) {"
                + " return weights.subList(0, 1); } }"), WEIGHTS, ONES);
        assertTrue(steps.failure.contains("a list of 1 arrays, expected 2"), steps.failure);
    }

    @Test
    void saysThatMoreCameBackThanAFloatHolds() throws Exception {
        String port = "class P { static double[] step(float[] gradients, float[] weights) {"
                + " double[] made = new double[weights.length];"
                + " for (int i = 0; i < made.length; i++) made[i] = weights[i] - VALUE;"
                + " return made; } }";
        Steps wide = Ports.run(Ports.bound(port.replace("VALUE", "0.1")), WEIGHTS, ONES);
        assertTrue(json(wide.facts).get("widened").getAsBoolean());
        assertEquals(1 - 0.1, wide.weights[0]);
        Steps narrow = Ports.run(Ports.bound(port.replace("VALUE", "0.5")), WEIGHTS, ONES);
        assertFalse(json(narrow.facts).get("widened").getAsBoolean());
    }

    // Where the result is

    @Test
    void seesEntriesThatWereReplaced() throws Exception {
        Steps steps = Ports.run(Ports.bound(onMaps("double[]", "void",
                "weights.replaceAll((k, w) -> Arrays.stream(w).map(x -> x - 0.5).toArray());")),
                WEIGHTS, ONES);
        assertArrayEquals(HALVED, steps.weights);
        assertEquals("replaced", where(steps));
    }

    @ParameterizedTest
    @ValueSource(strings = {"new Object[] {made, gradients}", "new Object[] {gradients, made}",
        "List.of(made, gradients)", "Map.entry(gradients, made)",
        "Map.of(\"weights\", made, \"state\", gradients)", "new Both(gradients, made)",
        "new Fields(made, gradients)"})
    void takesAReturnedPairApart(String pair) throws Exception {
        Host host = Ports.load("class P { record Both(Object s, Object w) {} "
                + "static class Fields { final Object w; private Object s; "
                + "Fields(Object w, Object s) { this.w = w; this.s = s; } } "
                + "static Object step("
                + "Map<String, double[]> gradients, Map<String, double[]> weights) {"
                + " Map<String, double[]> made = new HashMap<>(weights); made.replaceAll("
                + "(k, w) -> Arrays.stream(w).map(x -> x - 0.5).toArray());"
                + " return " + pair + "; } }");
        host.bind("{\"class\":\"P\",\"call\":[\"gradients\",\"weights\"]}");
        Steps steps = Ports.run(host, new double[] {1000, 2000, 3000}, ONES);
        assertNull(steps.failure);
        assertArrayEquals(new double[] {999.5, 1999.5, 2999.5}, steps.weights);
    }

    /** Weights may be in what nobody can look into; a mere number, or itself, says nothing. */
    @ParameterizedTest
    @CsvSource({"new Later(), true", "gradients.length, false", "'\"done\"', false"})
    void whatNobodyCanLookIntoIsNotSaidToHoldNoWeights(String returned, boolean fails)
            throws Exception {
        Steps steps = Ports.run(Ports.bound("class P { static class Later { double[] a, b, c; } "
                + "static Object step(double[] gradients, double[] weights) {"
                + " return " + returned + "; } }"), WEIGHTS, ONES);
        assertEquals(fails, steps.failure != null);
        assertEquals(fails, String.valueOf(steps.failure).contains("\"misread\":true"));
    }

    @Test
    void handsTheReturnedStateBack() throws Exception {
        String port = "class P { static Object[] step("
                + "double[] gradients, double[] weights, Object state) {"
                + " int calls = state == null ? 1 : (Integer) ((Map) state).get(\"calls\") + 1;"
                + " double[] made = weights.clone(); Arrays.fill(made, 100 + calls);"
                + " return new Object[] {made, Map.of(\"calls\", calls)}; } }";
        Steps steps = Ports.run(Ports.bound(port), WEIGHTS, ONES, ONES);
        assertNull(steps.failure);
        // One state for each array: the second counts its own calls.
        assertArrayEquals(new double[] {101, 101, 101, 102, 102, 102}, steps.weights);
    }

    @Test
    void startsWithTheInitialStateThatIsAskedFor() throws Exception {
        Host host = Ports.load(
                "class P { static void step(Map<String, double[]> gradients, "
                + "Map<String, double[]> weights, Map<String, Integer> state) {"
                + " state.merge(\"calls\", 1, Integer::sum);"
                + " weights.values().forEach(w -> Arrays.fill(w, state.get(\"calls\"))); } }");
        String binding = "{\"class\":\"P\",\"call\":[\"gradients\",\"weights\",\"state\"]";
        host.bind(binding + "}");
        assertNotNull(Ports.run(host, WEIGHTS, ONES).failure);
        host.bind(binding + ",\"initial\":1}");
        Steps steps = Ports.run(host, WEIGHTS, ONES, ONES);
        assertNull(steps.failure);
        assertArrayEquals(new double[] {1, 1, 1, 2, 2, 2}, steps.weights);
    }

    @Test
    void saysThatGradientsWereChanged() throws Exception {
        Steps steps = Ports.run(
                Ports.bound(onMaps("double[]", "void", "gradients.get(\"b\")[0] *= 2;")),
                WEIGHTS, ONES);
        assertTrue(json(steps.facts).get("gradients_changed").getAsBoolean());
    }

    @Test
    void showsThePrivateMovingAverage() throws Exception {
        Host host = Ports.bound("class P {"
                + " private Map<String, double[]> moving_average = new HashMap<>();"
                + " void step(Map<String, double[]> gradients, Map<String, double[]> weights)"
                + " { moving_average.putAll(gradients); } }");
        Steps steps = Ports.run(host, WEIGHTS, new double[] {7, 8, 9});
        assertArrayEquals(new double[] {7, 8, 9}, steps.movingAverage);
    }

    // Fresh ports

    @Test
    void staticsStartAnewWithEveryScenario() throws Exception {
        Host host = Ports.bound("class P { static int calls; static void step("
                + "Map<String, double[]> gradients, Map<String, double[]> weights)"
                + " { calls++; weights.values().forEach(w -> Arrays.fill(w, calls)); } }");
        assertArrayEquals(
                new double[] {1, 1, 1, 2, 2, 2}, Ports.run(host, WEIGHTS, ONES, ONES).weights);
        assertArrayEquals(new double[] {1, 1, 1}, Ports.run(host, WEIGHTS, ONES).weights);
    }

    @Test
    void aScenarioCanBeRunInParts() throws Exception {
        Host host = Ports.bound("class P { int calls; void step("
                + "Map<String, double[]> gradients, Map<String, double[]> weights)"
                + " { if (++calls == 3) throw new IllegalStateException(\"enough\");"
                + " weights.values().forEach(w -> Arrays.fill(w, calls)); } }");
        Ports.run(host, WEIGHTS, ONES);
        Steps rest = host.run(2, new double[6], new byte[] {1, 1, 1, 1});
        assertArrayEquals(new double[] {2, 2, 2}, rest.weights);
        assertEquals(1, rest.completed);
        assertEquals("{\"kind\":\"crashes\",\"message\":\"step 3: java.lang.IllegalStateException: "
                + "enough (Port.java:2)\",\"step\":3,\"error\":\"IllegalStateException\","
                + "\"line\":2}", rest.failure);
    }

    // Failures

    private static String failure(String body) throws Exception {
        Steps steps = Ports.run(Ports.bound(onMaps("double[]", "Object", body)), WEIGHTS, ONES);
        assertEquals(0, steps.completed);
        return json(steps.failure).get("kind").getAsString() + " "
                + json(steps.failure).get("message").getAsString();
    }

    @Test
    void namesAMissingArray() throws Exception {
        assertEquals("garbled step 1: missing array b",
                failure("weights.remove(\"b\"); return null;"));
        assertEquals("garbled step 1: missing array b",
                failure("return Map.of(\"a\", new double[2]);"));
    }

    @Test
    void namesBothLengths() throws Exception {
        assertEquals("garbled step 1: array a: expected length 2, observed 1",
                failure("weights.put(\"a\", new double[1]); return null;"));
    }

    @Test
    void namesWhatIsNoNumber() throws Exception {
        assertEquals("garbled step 1: a[1] is null, not a number",
                failure("return Map.of(\"a\", Arrays.asList(1, null), \"b\", List.of(1));"));
    }

    @Test
    void survivesAnEndlessRecursion() throws Exception {
        Host host = Ports.bound("class P { static int step(Map<String, double[]> gradients, "
                + "Map<String, double[]> weights) { return step(gradients, weights) + 1; } }");
        assertTrue(Ports.run(host, WEIGHTS, ONES).failure
                .contains("step 1: java.lang.StackOverflowError (Port.java:2)"));
    }

    @Test
    void aThrowingStaticInitializerIsACrash() throws Exception {
        Host host = Ports.bound("class P { static int[] n = new int[-1]; static void step("
                + "Map<String, double[]> gradients, Map<String, double[]> weights) {} }");
        Steps steps = Ports.run(host, WEIGHTS, ONES);
        assertEquals("crashes", json(steps.failure).get("kind").getAsString());
        assertTrue(steps.failure.contains("NegativeArraySizeException: -1 (Port.java:2)"));
    }

    // Shapes and bindings

    @Test
    void saysWhatNobodyCallsBeforeAFirstStep() throws Exception {
        String port = "public class Port { double[] v; public Port(double lr) { %s }"
                + " public void initialize() {} public void step(double[] g, double[] w) {} }";
        assertEquals("initialize", Ports.shape(Ports.load(port.formatted("")))
                .getAsJsonArray("candidates").get(0).getAsJsonObject().get("forgotten").getAsString());
        assertFalse(Ports.shape(Ports.load(port.formatted("initialize();")))
                .getAsJsonArray("candidates").get(0).getAsJsonObject().has("forgotten"));
    }

    @Test
    void listsOnlyWhatCanBeCalled() throws Exception {
        JsonObject shape = Ports.shape(Ports.load("public class Port { static class Inner { "
                + "Inner(float eta) {} void go(double[] g, Map<String, List<Float>> w) {} }"
                + " class Bound { void no(int n) {} } private void hidden(int n) {}"
                + " interface Shown { void abstractly(int n); }"
                + " public static void main(String[] args) { Runnable r = () -> {}; } }"));
        assertEquals(1, shape.getAsJsonArray("candidates").size());
        assertEquals("{\"class\":\"Port$Inner\",\"kind\":\"class\",\"public\":false,"
                + "\"constructors\":["
                + "{\"parameters\":[{\"name\":\"eta\",\"kind\":\"number\","
                + "\"element\":\"float32\",\"type\":\"float\",\"default\":false,"
                + "\"omissible\":false,\"argument\":0}],\"called\":\"Port$Inner\"}],"
                + "\"methods\":[{\"name\":\"go\",\"static\":false,"
                + "\"parameters\":["
                + "{\"name\":\"g\",\"kind\":\"array\",\"element\":\"float64\","
                + "\"type\":\"double[]\",\"default\":false,\"omissible\":false},"
                + "{\"name\":\"w\",\"kind\":\"map\",\"element\":\"float32\","
                + "\"type\":\"Map<String, List<Float>>\",\"default\":false,\"omissible\":false}],"
                + "\"returns\":\"void\",\"result\":\"nothing\",\"line\":null}],"
                + "\"bare\":[],\"kept\":[]}",
                shape.getAsJsonArray("candidates").get(0).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"class\":\"Q\",\"call\":[\"gradients\",\"weights\"]}",
        "{\"class\":\"P\",\"call\":[\"gradients\"]}",
        "{\"class\":\"P\",\"call\":[\"gradients\",\"weights\",\"state\"]}",
        "{\"class\":\"P\",\"call\":[\"gradients\",\"weights\"],\"method\":1}",
        "{\"class\":\"P\",\"call\":[\"gradients\",\"weights\"],\"result\":\"somewhere\"}",
        "{\"class\":\"P\",\"function\":\"f\",\"call\":[\"gradients\",\"weights\"]}",
        "{\"class\":\"P\",\"call\":[\"gradients\",\"speed\"]}",
        "[]", "{"})
    void rejectsABindingThatDoesNotFit(String binding) throws Exception {
        Host host = Ports.load(onMaps("double[]", "void", ""));
        assertThrows(IllegalArgumentException.class, () -> host.bind(binding));
    }

    @Test
    void rejectsGradientsThatDoNotFitTheArrays() throws Exception {
        Host host = Ports.bound(onMaps("double[]", "void", ""));
        Ports.run(host, WEIGHTS, ONES);
        assertThrows(IllegalArgumentException.class,
                () -> host.run(1, new double[2], new byte[] {1, 1}));
    }
}
