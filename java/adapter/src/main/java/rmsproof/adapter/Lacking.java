package rmsproof.adapter;

/**
 * Tells what a port failed for want of: a class of a library that is not there, or that cannot be
 * initialized without something else (a native part), is no fault of whoever uses it.
 */
final class Lacking {
    /** Causes stand in each other a few deep; a port's own may never end. */
    private static final int MOST_CAUSES = 100;

    private Lacking() {}

    /** The name of the class or native library; null where the port itself failed. */
    static String of(Throwable thrown, Port port) {
        Throwable cause = thrown;
        for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
            String name = named(cause);
            boolean linked = !(cause instanceof UnsatisfiedLinkError);
            if (name != null && !(linked && owns(port, name))) {
                return name;
            }
            cause = Failure.asked(cause::getCause);
        }
        return null;
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
