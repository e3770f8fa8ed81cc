package rmsproof.adapter;

import java.util.HashSet;
import java.util.Set;

/** The threads that ports started and left running: what they do could strike the next port. */
public final class Leftovers {
    private static Set<Thread> ours = Set.of();

    private Leftovers() {}

    /** Takes the threads that run now for ours. */
    public static void begin() {
        ours = running();
    }

    /** Tells whether there are others. */
    public static boolean any() {
        Set<Thread> left = running();
        left.removeAll(ours);
        return !left.isEmpty();
    }

    private static Set<Thread> running() {
        Set<Thread> running = new HashSet<>(Thread.getAllStackTraces().keySet());
        running.removeIf(thread -> !thread.isAlive());
        return running;
    }
}
