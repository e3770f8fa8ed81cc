package rmsproof.adapter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The editions are what their port.toml says. */
class EditionsTest {

    private static Path edition(String name) {
        return Ports.base().resolve("editions").resolve(name).resolve("RMSProp.java");
    }

    private static Host load(String name) throws Exception {
        Host host = Host.load("java", new PortFiles(Ports.compile(edition(name)), ""));
        Ports.bind(host);
        return host;
    }

    @TestFactory
    List<DynamicTest> doubleEqualsEveryGoldenBitForBit() throws Exception {
        Host host = load("double");
        return Ports.goldens().stream().map(file -> DynamicTest.dynamicTest(
                file.getFileName().toString(), () -> {
                    JsonObject golden =
                            JsonParser.parseString(Files.readString(file)).getAsJsonObject();
                    Scenario scenario = Scenario.of(Ports.request(golden));
                    Layout layout = scenario.layout();
                    assertNull(host.open("float64", scenario.roles(), scenario.values(),
                            layout.names(), layout.lengths(), scenario.weights()));
                    Steps steps =
                            host.run(scenario.steps(), scenario.gradients(), scenario.present());
                    assertNull(steps.failure);
                    assertArrayEquals(Ports.expected(golden, layout), steps.weights);
                })).toList();
    }

    /** Float storage, sums and products in float, root and quotient in double. */
    @Test
    void importedKeepsItsStatedArithmetic() throws Exception {
        Random random = new Random(7);
        float[] w = {1.5f, -0.25f, 3f};
        float[] v = new float[3];
        double[][] gradients = new double[40][3];
        double[] expected = new double[120];
        for (int s = 0; s < 40; s++) {
            for (int i = 0; i < 3; i++) {
                float g = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(9) - 4));
                gradients[s][i] = g;
                float scaled = (1 - (float) 0.9) * g;
                v[i] = (float) 0.9 * v[i] + scaled * g;
                double change = (float) 0.01 * g / (Math.sqrt((double) v[i]) + (float) 1e-8);
                w[i] = (float) (w[i] - change);
                expected[3 * s + i] = w[i];
            }
        }
        Steps steps = Ports.run(load("imported"), new double[] {1.5, -0.25, 3}, gradients);
        assertNull(steps.failure);
        assertEquals(40, steps.completed);
        assertArrayEquals(expected, steps.weights);
    }

    @Test
    void publishedDoesNotCompile() {
        Exception refused = assertThrows(
                IllegalArgumentException.class, () -> Ports.compile(edition("published")));
        assertTrue(refused.getMessage().contains("Arrays"), refused.getMessage());
    }
}
