package rmsproof.adapter;

import com.google.gson.JsonObject;
import java.lang.reflect.InvocationTargetException;

/** Puts what went wrong in a port into words, with the line of its own source. */
final class Failure {
    /** Enough for any message meant for people; a port may put a whole array into one. */
    private static final int LONGEST_MESSAGE = 2000;

    private Failure() {}

    static String crash(int step, Throwable thrown, Port port) {
        Throwable cause = unwrap(thrown);
        JsonObject failure = json("crashes", step, explain(thrown, port));
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

    static String garbled(int step, GarbledException what) {
        return json("garbled", step, what.getMessage()).toString();
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

    /** The nearest class that the platform has: a port's own exceptions extend one of those. */
    private static Class<?> known(Class<?> type) {
        return type.getClassLoader() == null ? type : known(type.getSuperclass());
    }

    /** The innermost stack frame that the port owns, or null. */
    private static StackTraceElement own(Throwable cause, Port port) {
        for (StackTraceElement frame : cause.getStackTrace()) {
            if (port != null && frame.getFileName() != null && port.owns(frame)) {
                return frame;
            }
        }
        return null;
    }

    /** The exception itself, without the wrappers of reflection and static initializers. */
    static Throwable unwrap(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof InvocationTargetException
                        || cause instanceof ExceptionInInitializerError)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** A stranger's exception may throw while it is asked for its message. */
    private static String message(Throwable thrown) {
        try {
            String message = thrown.getLocalizedMessage();
            return message == null || message.length() <= LONGEST_MESSAGE ? message
                    : message.substring(0, LONGEST_MESSAGE) + "...";
        } catch (Throwable again) {
            return null;
        }
    }
}
