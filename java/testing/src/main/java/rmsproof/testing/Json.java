package rmsproof.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON into maps, lists, texts, doubles and null, so that a test needs no library for it. */
final class Json {
    private final String text;
    private int next;

    private Json(String text) {
        this.text = text;
    }

    static Map<String, Object> object(String text) {
        return asObject(new Json(text).value());
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> asObject(Object value) {
        return (Map<String, Object>) value;
    }

    /** The numbers of an array; those that are not finite are texts, and null is NaN. */
    static double[] numbers(Object value) {
        return ((List<?>) value).stream().mapToDouble(Json::number).toArray();
    }

    static double number(Object value) {
        if (value == null) {
            return Double.NaN;
        }
        return value instanceof Double number ? number : Double.parseDouble((String) value);
    }

    private Object value() {
        switch (peek()) {
            case '{':
                return members();
            case '[':
                return elements();
            case '"':
                return string();
            default:
                int start = next;
                while (next < text.length() && ",]} \n\r\t".indexOf(text.charAt(next)) < 0) {
                    next++;
                }
                String word = text.substring(start, next);
                return switch (word) {
                    case "null" -> null;
                    case "true", "false" -> Boolean.valueOf(word);
                    default -> Double.valueOf(word);
                };
        }
    }

    private Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        next++;
        while (peek() != '}') {
            skip(',');
            peek();
            String key = string();
            peek();
            skip(':');
            members.put(key, value());
        }
        next++;
        return members;
    }

    private List<Object> elements() {
        List<Object> elements = new ArrayList<>();
        next++;
        while (peek() != ']') {
            skip(',');
            elements.add(value());
        }
        next++;
        return elements;
    }

    private String string() {
        StringBuilder string = new StringBuilder();
        for (next++; text.charAt(next) != '"'; next++) {
            if (text.charAt(next) != '\\') {
                string.append(text.charAt(next));
            } else if (text.charAt(++next) == 'u') {
                string.append((char) Integer.parseInt(text.substring(next + 1, next + 5), 16));
                next += 4;
            } else {
                int escape = "bfnrt".indexOf(text.charAt(next));
                string.append(escape < 0 ? text.charAt(next) : "\b\f\n\r\t".charAt(escape));
            }
        }
        next++;
        return string.toString();
    }

    private void skip(char separator) {
        if (text.charAt(next) == separator) {
            next++;
        }
    }

    /** The next character that is no blank. */
    private char peek() {
        while (Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        return text.charAt(next);
    }
}
