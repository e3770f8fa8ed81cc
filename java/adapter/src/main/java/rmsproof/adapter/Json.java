package rmsproof.adapter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;

/** JSON in and out: strict reading, and plain values as trees. */
final class Json {
    private Json() {}

    /**
     * Reads an object.
     *
     * @throws IllegalArgumentException where the text is not exactly one JSON object
     */
    static JsonObject object(String text) {
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        try {
            JsonElement tree = JsonParser.parseReader(reader);
            if (tree.isJsonObject() && reader.peek() == JsonToken.END_DOCUMENT) {
                return tree.getAsJsonObject();
            }
        } catch (IOException | RuntimeException malformed) {
            throw new IllegalArgumentException(
                    "malformed JSON: " + malformed.getMessage(), malformed);
        }
        throw new IllegalArgumentException("not one JSON object");
    }

    /** Turns maps, iterables, strings, numbers, booleans and null into a tree. */
    static JsonElement tree(Object value) {
        if (value == null) {
            return JsonNull.INSTANCE;
        } else if (value instanceof Map<?, ?> map) {
            JsonObject object = new JsonObject();
            map.forEach((key, entry) -> object.add(String.valueOf(key), tree(entry)));
            return object;
        } else if (value instanceof Iterable<?> list) {
            JsonArray array = new JsonArray();
            list.forEach(entry -> array.add(tree(entry)));
            return array;
        } else if (value instanceof Boolean flag) {
            return new JsonPrimitive(flag);
        } else if (value instanceof Number number) {
            return new JsonPrimitive(number);
        }
        return new JsonPrimitive(value.toString());
    }

    /** A number, or one of the strings that stand for the non-finite ones. */
    static double number(JsonElement value) {
        if (value instanceof JsonPrimitive primitive) {
            if (primitive.isNumber()) {
                return primitive.getAsDouble();
            }
            switch (primitive.getAsString()) {
                case "NaN":
                    return Double.NaN;
                case "Infinity":
                    return Double.POSITIVE_INFINITY;
                case "-Infinity":
                    return Double.NEGATIVE_INFINITY;
                default:
            }
        }
        throw new IllegalArgumentException(value + " is not a number");
    }
}
