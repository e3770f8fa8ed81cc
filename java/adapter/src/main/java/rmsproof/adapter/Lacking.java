package rmsproof.adapter;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells what a port failed for want of: a class of a library that is not there, or that cannot be
 * initialized without something else (a native part), is no fault of whoever uses it.
 */
final class Lacking {
    /** Causes stand in each other a few deep; a port's own may never end. */
    private static final int MOST_CAUSES = 100;
    private static final Pattern RECORDED = Pattern.compile(
            "Exception java\\.lang\\.UnsatisfiedLinkError: (.*?)(?: \\[in thread .*])?");

    private Lacking() {}

    /** The name of the class or native library; null where the port itself failed. */
    static String of(Throwable thrown, Port port) {
        Throwable cause = thrown;
        for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
            String recorded = recorded(cause);
            if (recorded != null) {
                return recorded;
            }
            String name = named(cause);
            boolean linked = !(cause instanceof UnsatisfiedLinkError);
            if (name != null && !(linked && owns(port, name))) {
                return name;
            }
            cause = Failure.asked(cause::getCause);
        }
        return null;
    }

    /** What a class lacked that could not be initialized before: its first failure, in words. */
    private static String recorded(Throwable failed) {
        String message = failed instanceof ExceptionInInitializerError
                ? Failure.asked(failed::getMessage) : null;
        Matcher first = RECORDED.matcher(message == null ? "" : message);
        return first.matches() ? first.group(1) : null;
    }

    private static String named(Throwable failed) {
        if (failed instanceof UnsatisfiedLinkError) {
            return Failure.asked(failed::getMessage);
        }
        if (failed instanceof NoClassDefFoundError) {
            String message = Failure.asked(failed::getMessage);
            // "Could not initialize class a.B", or a/B alone.
            return message == null ? null
                    : message.substring(message.lastIndexOf(' ') + 1).replace('/', '.');
        }
        return failed instanceof ExceptionInInitializerError ? initialized(failed) : null;
    }

    /** The class whose static initializer did not come to its end. */
    private static String initialized(Throwable failed) {
        Throwable cause = Failure.asked(failed::getCause);
        StackTraceElement[] frames = Failure.asked((cause == null ? failed : cause)::getStackTrace);
        for (StackTraceElement frame : frames == null ? new StackTraceElement[0] : frames) {
            if (frame != null && frame.getMethodName().equals("<clinit>")) {
                return frame.getClassName();
            }
        }
        return null;
    }

    private static boolean owns(Port port, String name) {
        return port == null || port.owns(new StackTraceElement(name, "<clinit>", null, -1));
    }
}
