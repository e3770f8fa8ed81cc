package rmsproof.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The wire: every line is answered, under its own id. */
class StdioTest {
    private static final String BIND = "{\"id\":1,\"do\":\"bind\","
            + "\"binding\":{\"class\":\"RMSProp\","
            + "\"construct\":[\"learning_rate\",\"decay_rate\",\"epsilon\"],"
            + "\"call\":[\"gradients\",\"weights\"]}}";

    private static String shape(String edition) throws Exception {
        String[] classpath = Ports.compile(
                Ports.base().resolve("editions/" + edition + "/RMSProp.java"));
        return "{\"id\":0,\"do\":\"shape\",\"port\":" + Json.tree(Map.of("language", "java",
                "classpath", List.of(classpath), "source", "", "libraries", List.of(),
                "own", List.of())) + "}";
    }

    private static List<JsonObject> converse(String... requests) throws Exception {
        StringWriter replies = new StringWriter();
        new Stdio(replies)
                .serve(new BufferedReader(new StringReader(String.join("\n", requests))));
        return replies.toString().lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    }

    @Test
    void runsAScenario() throws Exception {
        List<JsonObject> replies = converse(shape("double"), BIND,
                "{\"id\":\"x\",\"do\":\"run\",\"precision\":\"float64\",\"learning_rate\":0.5,"
                        + "\"decay_rate\":0,\"epsilon\":0,\"weights\":{\"a\":[1,\"-Infinity\"]},"
                        + "\"gradients\":[{\"a\":[3,0]},{}]}");
        assertEquals("{\"id\":1,\"bound\":true}", replies.get(1).toString());
        assertEquals("\"x\"", replies.get(2).get("id").toString());
        assertEquals("[{\"a\":[0.5,\"NaN\"]},{\"a\":[0.5,\"NaN\"]}]",
                replies.get(2).get("weights").toString());
        assertEquals("[{\"a\":[9.0,0.0]},{\"a\":[9.0,0.0]}]",
                replies.get(2).get("moving_average").toString());
    }

    @Test
    void packsWhatCameInBase64() throws Exception {
        List<JsonObject> replies = converse(shape("double"), BIND,
                "{\"id\":2,\"do\":\"run\",\"precision\":\"float64\",\"learning_rate\":0.5,"
                        + "\"decay_rate\":0,\"epsilon\":0,\"arrays\":\"base64\","
                        + "\"weights\":{\"a\":\"" + Json.packed(new double[] {0, 1, 2}, 1, 2)
                        + "\"},\"gradients\":[{\"a\":\""
                        + Json.packed(new double[] {3, -3}, 0, 2) + "\"},{}]}",
                "{\"id\":3,\"do\":\"run\",\"precision\":\"float64\",\"learning_rate\":0.5,"
                        + "\"decay_rate\":0,\"epsilon\":0,\"arrays\":\"base64\","
                        + "\"weights\":{\"a\":\"AAAA\"},\"gradients\":[]}");
        String after = Json.packed(new double[] {0.5, 2.5}, 0, 2);
        assertEquals("[{\"a\":\"" + after + "\"},{\"a\":\"" + after + "\"}]",
                replies.get(2).get("weights").toString());
        assertEquals(
                "weights.a is not of whole doubles", replies.get(3).get("error").getAsString());
    }

    @Test
    void describesTheBoundPort() throws Exception {
        JsonObject description = converse(shape("double"), BIND,
                "{\"id\":2,\"do\":\"describe\"}").get(2);
        assertEquals(JsonParser.parseString("{\"id\":2,\"protocol\":1,\"name\":\"RMSProp\","
                + "\"language\":\"java\",\"precision\":\"float64\",\"state\":true}"), description);
    }

    @Test
    void servesOnePortAfterAnother() throws Exception {
        List<JsonObject> replies = converse(shape("double"), BIND,
                "{\"id\":2,\"do\":\"describe\"}", shape("imported"),
                "{\"id\":4,\"do\":\"describe\"}", BIND, "{\"id\":6,\"do\":\"describe\"}");
        assertEquals("float64", replies.get(2).get("precision").getAsString());
        assertEquals("the port is not bound", replies.get(4).get("error").getAsString());
        assertEquals("float32", replies.get(6).get("precision").getAsString());
    }

    @Test
    void saysWhetherThreadsWereLeft() throws Exception {
        Leftovers.begin();
        String left = "{\"id\":0,\"do\":\"left\"}";
        assertEquals("{\"id\":0,\"left\":false}", converse(left).get(0).toString());
        Thread thread = new Thread(() -> LockSupport.park());
        thread.setDaemon(true);
        thread.start();
        try {
            assertEquals("{\"id\":0,\"left\":true}", converse(left).get(0).toString());
        } finally {
            LockSupport.unpark(thread);
        }
    }

    @Test
    void answersWhatItCannotDo() throws Exception {
        List<JsonObject> replies = converse(
                BIND,
                "{\"id\":2,\"do\":\"sing\"}",
                "{\"id\":3,\"do\":\"run\"}",
                "{\"id\":4,",
                "{\"id\":5,\"do\":\"describe\"}{}",
                "{\"id\":6,\"do\":\"quit\"}",
                "{\"id\":7,\"do\":\"describe\"}");
        assertEquals("no port is loaded: ask for its shape first",
                replies.get(0).get("error").getAsString());
        assertEquals("no request called sing", replies.get(1).get("error").getAsString());
        assertEquals("\"learning_rate\" is missing", replies.get(2).get("error").getAsString());
        assertTrue(replies.get(3).get("id").isJsonNull());
        assertTrue(replies.get(4).has("error"));
        assertEquals(5, replies.size());
    }
}
