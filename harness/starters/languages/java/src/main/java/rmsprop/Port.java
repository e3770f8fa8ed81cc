package rmsprop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered on
 * standard output, a line each, flushed. What is not finite is written as text.
 */
public final class Port {
    private Port() {}

    /** Answers requests until standard input ends, or one says quit. */
    public static void main(String[] arguments) throws IOException {
        var requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var replies = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            Map<String, Object> request = Json.object(Json.read(line));
            if (request.get("do").equals("quit")) {
                break;
            }
            var reply = new LinkedHashMap<String, Object>();
            reply.put("id", ((Double) request.get("id")).intValue());
            try {
                reply.putAll(answered(request));
            } catch (RuntimeException error) {
                reply.put("error", error.toString());
            }
            replies.print(Json.written(reply) + "\n");
            replies.flush();
        }
    }

    private static Map<String, Object> answered(Map<String, Object> request) {
        if (request.get("do").equals("describe") && request.containsKey("echo")) {
            return Map.of("echo", numbers(request.get("echo")));
        }
        if (request.get("do").equals("describe")) {
            return Map.of(
                    "protocol", 1, "name", "rmsprop", "language", "java", "precision", "float64",
                    "echo", true, "state", true);
        }
        if (!request.get("do").equals("run")) {
            return Map.of("error", "unknown request " + request.get("do"));
        }
        for (String name : Json.object(request.get("options")).keySet()) {
            return Map.of("unsupported", "it takes no option " + name);
        }
        if (!request.get("precision").equals("float64")) {
            return Map.of("unsupported", "it does not compute in " + request.get("precision"));
        }
        return run(request);
    }

    private static Map<String, Object> run(Map<String, Object> request) {
        var optimizer = new RMSProp(
                Json.number(request.get("learning_rate")),
                Json.number(request.get("decay_rate")),
                Json.number(request.get("epsilon")));
        Map<String, double[]> weights = arrays(request.get("weights"));
        List<Object> after = new ArrayList<>();
        List<Object> averages = new ArrayList<>();
        for (Object gradients : Json.list(request.get("gradients"))) {
            optimizer.step(arrays(gradients), weights);
            Map<String, double[]> weightsNow = new LinkedHashMap<>();
            Map<String, double[]> averagesNow = new LinkedHashMap<>();
            weights.forEach((name, w) -> {
                double[] v = optimizer.movingAverage(name);
                weightsNow.put(name, w.clone());
                averagesNow.put(name, v == null ? new double[w.length] : v.clone());
            });
            after.add(weightsNow);
            averages.add(averagesNow);
        }
        return Map.of("weights", after, "moving_average", averages);
    }

    private static Map<String, double[]> arrays(Object arrays) {
        Map<String, double[]> made = new LinkedHashMap<>();
        Json.object(arrays).forEach((name, row) -> made.put(name, numbers(row)));
        return made;
    }

    private static double[] numbers(Object row) {
        return Json.list(row).stream().mapToDouble(Json::number).toArray();
    }
}
