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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
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

    /** Turns maps, iterables, strings, numbers, booleans, trees and null into a tree. */
    static JsonElement tree(Object value) {
        if (value == null) {
            return JsonNull.INSTANCE;
        } else if (value instanceof JsonElement tree) {
            return tree;
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

    /**
     * An array, as numbers or, packed, as little-endian doubles in base64.
     *
     * @throws IllegalArgumentException naming what is no such array
     */
    static double[] doubles(JsonElement value, String what, boolean packed) {
        if (packed) {
            if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
                throw new IllegalArgumentException(what + " is not a string in base64");
            }
            byte[] bytes = Base64.getDecoder().decode(value.getAsString());
            if (bytes.length % Double.BYTES != 0) {
                throw new IllegalArgumentException(what + " is not of whole doubles");
            }
            double[] numbers = new double[bytes.length / Double.BYTES];
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(numbers);
            return numbers;
        }
        JsonArray array = Stdio.array(value, what);
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(array.get(i));
        }
        return numbers;
    }

    /** Doubles in base64, as {@link #doubles} reads them. */
    static String packed(double[] values, int from, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length * Double.BYTES);
        bytes.order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(values, from, length);
        return Base64.getEncoder().encodeToString(bytes.array());
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
