package rmsproof.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** Conformant editions pass at every golden that decides; wrong updates fail, and say where. */
class GoldenTest {
    private static Edition doubles;
    private static Edition floats;

    @BeforeAll
    static void compile(@TempDir Path folder) throws Exception {
        doubles = Edition.compiled("double", double.class, folder);
        floats = Edition.compiled("imported", float.class, folder);
    }

    @ParameterizedTest(name = "{0}")
    @GoldenSource("reference/float64")
    void theEditionInDoubleConforms(Golden golden) {
        golden.checkDoubles(doubles.made(golden));
    }

    @ParameterizedTest(name = "{0}")
    @GoldenSource("reference/float32")
    void theEditionInFloatConforms(Golden golden) {
        golden.checkFloats(floats.made(golden));
    }

    @ParameterizedTest(name = "{0}")
    @GoldenSource("formula/float64")
    void epsilonInsideConformsWhereItIsClaimed(Golden golden) {
        golden.checkDoubles(update(golden, (g, v) -> g / Math.sqrt(v + golden.epsilon())));
    }

    @Test
    void epsilonInsideFailsAndTheMessageSaysWhere() {
        Golden golden = golden("page-one-step");
        AssertionFailedError failed = assertThrows(AssertionFailedError.class, () -> golden
                .checkDoubles(update(golden, (g, v) -> g / Math.sqrt(v + golden.epsilon()))));
        assertEquals("""
                reference/float64/page-one-step, step 1, w1[0]: expected 0.4968377233398313,\
                 observed 0.4968377381511013, 2.7e+08 ULP apart; rounding explains 1.2e-16
                Such a weight comes of: epsilon is added inside the square root [g / sqrt(v + eps)]
                This golden catches: The published example: weights not written, wrong sign, no\
                 root, wrong first average
                Why: rmsproof check FILE names what the optimizer does differently""",
                failed.getMessage());
    }

    @Test
    void whatOnlyRoundsOtherwiseConforms() {
        Golden golden = golden("page-ten-steps");
        golden.checkDoubles(update(golden, (g, v) -> g * (1 / (Math.sqrt(v) + golden.epsilon()))));
    }

    @Test
    void weightsThatAreNeverWrittenFail() {
        assertFails("step 1, w1[0]: expected 0.49", given -> new LinkedHashMap<>(given));
    }

    @Test
    void arraysThatAreMissingOrCutFail() {
        assertFails("step 1: the array w1 is missing", given -> Map.of("w2", given.get("w2")));
        assertFails("step 1: the array w1 is missing", given -> null);
        assertFails("step 1: the array w1 has 1 elements, expected 2",
                given -> Map.of("w1", new double[1], "w2", new double[2]));
    }

    @Test
    void aNumberThatIsNoneFails() {
        assertFails("step 1, w1[0]: expected 0.4968377233398313, observed NaN; rounding",
                given -> Map.of("w1", new double[] {Double.NaN, 0}, "w2", new double[2]));
    }

    @Test
    void differencesAtAnEdgeAbort() {
        List<Golden> undecided = Golden.in("reference/float64").stream()
                .filter(golden -> !golden.kind().equals("core")).toList();
        assertEquals(List.of("edge", "partial"),
                undecided.stream().map(Golden::kind).distinct().sorted().toList());
        for (Golden golden : undecided) {
            String message = assertThrows(TestAbortedException.class, () -> golden.checkDoubles(
                    (gradients, weights) -> {
                        throw new ArithmeticException("an edge");
                    })).getMessage();
            assertTrue(message.contains("decides nothing: java.lang.ArithmeticException: an edge"));
        }
    }

    @Test
    void anotherPrecisionIsRefused() {
        Golden golden = golden("page-one-step");
        assertThrows(IllegalArgumentException.class, () -> golden.checkFloats((g, w) -> w));
        assertThrows(IllegalArgumentException.class, () -> Golden.in("reference/float16"));
    }

    private static Golden golden(String scenario) {
        return Golden.in("reference/float64").stream()
                .filter(golden -> golden.name().endsWith("/" + scenario)).findFirst().orElseThrow();
    }

    private static void assertFails(String words, UnaryOperator<Map<String, double[]>> update) {
        String message = assertThrows(AssertionFailedError.class, () -> golden("page-one-step")
                .checkDoubles((gradients, weights) -> update.apply(weights))).getMessage();
        assertTrue(message.startsWith("reference/float64/page-one-step, " + words), message);
    }

    private interface StepSize {
        double of(double gradient, double average);
    }

    /** An update that is right but for the size of its step. */
    private static Update<double[]> update(Golden golden, StepSize size) {
        Map<String, double[]> averages = new HashMap<>();
        double d = golden.decayRate();
        return (gradients, weights) -> {
            gradients.forEach((name, g) -> {
                double[] w = weights.get(name);
                double[] v = averages.computeIfAbsent(name, absent -> new double[g.length]);
                for (int i = 0; i < g.length; i++) {
                    v[i] = d * v[i] + (1 - d) * (g[i] * g[i]);
                    w[i] -= golden.learningRate() * size.of(g[i], v[i]);
                }
            });
            return weights;
        };
    }
}
