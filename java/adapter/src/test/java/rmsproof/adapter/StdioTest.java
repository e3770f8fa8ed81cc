package rmsproof.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The wire: every line is answered, under its own id. */
class StdioTest {
    private static final String BIND = "{\"id\":1,\"do\":\"bind\","
            + "\"binding\":{\"class\":\"RMSProp\","
            + "\"construct\":[\"learning_rate\",\"decay_rate\",\"epsilon\"],"
            + "\"call\":[\"gradients\",\"weights\"]}}";

    private static List<JsonObject> converse(String... requests) throws Exception {
        String[] classpath = Ports.compile(
                Ports.base().resolve("editions/double/RMSProp.java"));
        StringWriter replies = new StringWriter();
        new Stdio("java", new PortFiles(classpath, ""), replies)
                .serve(new BufferedReader(new StringReader(String.join("\n", requests))));
        return replies.toString().lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    }

    @Test
    void runsAScenario() throws Exception {
        List<JsonObject> replies = converse("{\"id\":0,\"do\":\"shape\"}", BIND,
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
    void describesTheBoundPort() throws Exception {
        JsonObject description = converse("{\"id\":0,\"do\":\"shape\"}", BIND,
                "{\"id\":2,\"do\":\"describe\"}").get(2);
        assertEquals(JsonParser.parseString("{\"id\":2,\"protocol\":1,\"name\":\"RMSProp\","
                + "\"language\":\"java\",\"precision\":\"float64\",\"state\":true}"), description);
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
