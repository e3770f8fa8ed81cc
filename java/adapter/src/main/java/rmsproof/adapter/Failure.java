package rmsproof.adapter;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.lang.reflect.InvocationTargetException;
import java.util.function.Supplier;

/** Puts what went wrong in a port into words, with the line of its own source. */
final class Failure {
    /** Enough for any message meant for people; a port may put a whole array into one. */
    private static final int LONGEST_MESSAGE = 2000;

    /** Wrappers of reflection stand in each other a few deep; a port's own may never end. */
    private static final int MOST_WRAPPERS = 100;

    private Failure() {}

    static String crash(int step, Throwable thrown, Port port) {
        Throwable cause = unwrap(thrown);
        String lacking = Lacking.of(thrown, port);
        JsonObject failure = lacking == null ? json("crashes", step, explain(thrown, port))
                : json("not-run", step, explain(thrown, port) + "; " + lacking + " is none of the"
                        + " port's own: add what it lacks, perhaps a native part, with --classpath");
        failure.addProperty("error", known(cause.getClass()).getSimpleName());
        StackTraceElement frame = own(cause, port);
        if (frame != null) {
            failure.addProperty("line", frame.getLineNumber());
        }
        // Memory or stack at its end strikes wherever it happens to: a class of the platform that
        // was being initialized then stays broken, so nothing in this process is to be trusted
        // any more.
        if (cause instanceof VirtualMachineError) {
            failure.addProperty("spent", true);
        }
        return failure.toString();
    }

    /** The same of a step before which something may have to be called that was not. */
    static String untold(String crash) {
        JsonObject failure = JsonParser.parseString(crash).getAsJsonObject();
        failure.addProperty("own", false);
        return failure.toString();
    }

    static String garbled(int step, GarbledException what) {
        JsonObject failure = json("garbled", step, what.getMessage());
        failure.addProperty("misread", what.misread);
        return failure.toString();
    }

    private static JsonObject json(String kind, int step, String message) {
        JsonObject failure = new JsonObject();
        failure.addProperty("kind", kind);
        failure.addProperty("message",
                step == 0 ? "constructing: " + message : "step " + step + ": " + message);
        failure.addProperty("step", step);
        return failure;
    }

    /** Exception class and message, and the first stack frame that the port owns. */
    static String explain(Throwable thrown, Port port) {
        Throwable cause = unwrap(thrown);
        StringBuilder text = new StringBuilder(cause.getClass().getName());
        String message = message(cause);
        if (message != null && !message.isBlank()) {
            text.append(": ").append(message);
        }
        StackTraceElement frame = own(cause, port);
        if (frame != null) {
            text.append(" (").append(frame.getFileName());
            text.append(':').append(frame.getLineNumber()).append(')');
        }
        return text.toString();
    }

    /**
     * The nearest class that the platform has: a port's own exceptions extend one of those. What a
     * language has for what nobody has written yet is as good.
     */
    private static Class<?> known(Class<?> type) {
        return type.getClassLoader() == null || type.getSimpleName().equals("NotImplementedError")
                ? type : known(type.getSuperclass());
    }

    /** The innermost stack frame that the port owns, or null. */
    private static StackTraceElement own(Throwable cause, Port port) {
        StackTraceElement[] frames = asked(cause::getStackTrace);
        for (StackTraceElement frame : frames == null ? new StackTraceElement[0] : frames) {
            // A compiler's own checks stand in no line.
            if (port != null && frame != null && frame.getFileName() != null
                    && frame.getLineNumber() >= 0 && port.owns(frame)) {
                return frame;
            }
        }
        return null;
    }

    /** The exception itself, without the wrappers of reflection and static initializers. */
    static Throwable unwrap(Throwable thrown) {
        Throwable cause = thrown;
        for (int i = 0; i < MOST_WRAPPERS; i++) {
            boolean wraps = cause instanceof InvocationTargetException
                    || cause instanceof ExceptionInInitializerError;
            Throwable inner = wraps ? asked(cause::getCause) : null;
            if (inner == null) {
                break;
            }
            cause = inner;
        }
        return cause;
    }

    /** The message to some length, with what no text can hold shown. */
    private static String message(Throwable thrown) {
        String message = asked(thrown::getLocalizedMessage);
        if (message == null) {
            return null;
        }
        boolean whole = message.length() <= LONGEST_MESSAGE;
        StringBuilder text = new StringBuilder();
        message.codePoints().limit(LONGEST_MESSAGE).forEach(point -> {
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                text.append(String.format("\\u%04x", point)); // half of a pair
            } else {
                text.appendCodePoint(point);
            }
        });
        return whole ? text.toString() : text + "...";
    }

    /** What a stranger's exception answers, which may throw whatever it is asked; then null. */
    static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (Throwable again) {
            return null;
        }
    }
}
