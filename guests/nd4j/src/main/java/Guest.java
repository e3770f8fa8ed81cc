import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** ND4J's RmsPropUpdater by rmsproof's wire protocol: it returns the update, subtracted here. */
public final class Guest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Guest() {}

    public static void main(String[] arguments) throws IOException {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            JsonNode request = JSON.readTree(line);
            if (request.path("do").asText().equals("quit")) {
                return;
            }
            ObjectNode reply = JSON.createObjectNode();
            reply.set("id", request.get("id"));
            if (request.path("do").asText().equals("describe")) {
                reply.put("protocol", 1).put("name", "nd4j").put("language", "java");
                reply.putArray("precision").add("float64").add("float32");
            } else {
                run(request, reply.putArray("weights"));
            }
            System.out.println(JSON.writeValueAsString(reply));
        }
    }

    private static void run(JsonNode request, ArrayNode steps) {
        boolean wide = request.get("precision").asText().equals("float64");
        DataType type = wide ? DataType.DOUBLE : DataType.FLOAT;
        var settings = new RmsProp(
                request.get("learning_rate").asDouble(),
                request.get("decay_rate").asDouble(),
                request.get("epsilon").asDouble());
        Map<String, INDArray> weights = new LinkedHashMap<>();
        Map<String, GradientUpdater<?>> updaters = new LinkedHashMap<>();
        request.get("weights").fields().forEachRemaining(entry -> {
            INDArray array = array(entry.getValue(), type);
            weights.put(entry.getKey(), array);
            INDArray state = Nd4j.zeros(type, 1, array.length());
            updaters.put(entry.getKey(), settings.instantiate(state, true));
        });
        int step = 0;
        for (JsonNode given : request.get("gradients")) {
            int taken = step++;
            given.fields().forEachRemaining(entry -> {
                INDArray update = array(entry.getValue(), type);
                updaters.get(entry.getKey()).applyUpdater(update, taken, 0);
                weights.get(entry.getKey()).subi(update);
            });
            ObjectNode now = steps.addObject();
            weights.forEach((name, array) -> {
                ArrayNode row = now.putArray(name);
                for (double value : array.toDoubleVector()) {
                    row.add(value);
                }
            });
        }
    }

    private static INDArray array(JsonNode numbers, DataType type) {
        double[] values = new double[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.get(i).asDouble();
        }
        return Nd4j.createFromArray(values).reshape(1, values.length).castTo(type);
    }
}
