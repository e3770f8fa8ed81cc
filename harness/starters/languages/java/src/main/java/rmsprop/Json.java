package rmsprop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as the wire protocol has it: objects are maps, arrays lists, numbers doubles. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** Reads one value; throws IllegalArgumentException where the text is not JSON. */
    static Object read(String text) {
        var reader = new Json(text);
        Object value = reader.value();
        if (reader.next() != 0) {
            throw reader.fault();
        }
        return value;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    static List<?> list(Object value) {
        return (List<?>) value;
    }

    /** A number, or one of the texts NaN, Infinity and -Infinity. */
    static double number(Object value) {
        return Double.parseDouble(value.toString());
    }

    /** Writes maps, lists, arrays of numbers, texts, whole numbers and booleans. */
    static String written(Object value) {
        var made = new StringBuilder();
        write(value, made);
        return made.toString();
    }

    private static void write(Object value, StringBuilder to) {
        if (value instanceof Map<?, ?> map) {
            String between = "{";
            for (var entry : map.entrySet()) {
                writeText(entry.getKey().toString(), to.append(between));
                write(entry.getValue(), to.append(':'));
                between = ",";
            }
            to.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> items) {
            String between = "[";
            for (Object item : items) {
                write(item, to.append(between));
                between = ",";
            }
            to.append(items.isEmpty() ? "[]" : "]");
        } else if (value instanceof double[] numbers) {
            String between = "[";
            for (double number : numbers) {
                String quote = Double.isFinite(number) ? "" : "\"";
                to.append(between).append(quote).append(number).append(quote);
                between = ",";
            }
            to.append(numbers.length == 0 ? "[]" : "]");
        } else if (value instanceof String word) {
            writeText(word, to);
        } else {
            to.append(value);
        }
    }

    private static void writeText(String word, StringBuilder to) {
        to.append('"');
        for (char letter : word.toCharArray()) {
            if (letter == '"' || letter == '\\') {
                to.append('\\').append(letter);
            } else if (letter < ' ') {
                to.append(String.format("\\u%04x", (int) letter));
            } else {
                to.append(letter);
            }
        }
        to.append('"');
    }

    private Object value() {
        switch (next()) {
            case '{':
                return members();
            case '[':
                return items();
            case '"':
                return string();
            default:
                int start = at;
                while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
                return word(text.substring(start, at));
        }
    }

    private static Object word(String word) {
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> null;
            default -> Double.valueOf(word);
        };
    }

    private Map<String, Object> members() {
        var made = new LinkedHashMap<String, Object>();
        at++;
        while (!skip('}')) {
            String key = string();
            expect(skip(':'));
            made.put(key, value());
            expect(skip(',') || next() == '}');
        }
        return made;
    }

    private List<Object> items() {
        var made = new ArrayList<>();
        at++;
        while (!skip(']')) {
            made.add(value());
            expect(skip(',') || next() == ']');
        }
        return made;
    }

    private String string() {
        expect(skip('"'));
        var made = new StringBuilder();
        while (letter() != '"') {
            if (letter() == '\\') {
                at++;
                made.append(escape());
            } else {
                made.append(letter());
            }
            at++;
        }
        at++;
        return made.toString();
    }

    private char escape() {
        if (letter() == 'u') {
            expect(at + 4 < text.length());
            at += 4;
            return (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
        }
        int place = "\"\\/bfnrt".indexOf(letter());
        expect(place >= 0);
        return "\"\\/\b\f\n\r\t".charAt(place);
    }

    private char letter() {
        expect(at < text.length());
        return text.charAt(at);
    }

    /** The next character that is no blank, not passed; 0 at the end. */
    private char next() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private boolean skip(char wanted) {
        if (next() != wanted) {
            return false;
        }
        at++;
        return true;
    }

    private void expect(boolean right) {
        if (!right) {
            throw fault();
        }
    }

    private IllegalArgumentException fault() {
        return new IllegalArgumentException("not JSON at character " + at + ": " + text);
    }
}
