package rmsproof.adapter;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/**
 * A call that takes all steps by itself and asks for gradients: {@code minimize(gradient, start,
 * iterations)}. It runs in a thread of its own, which waits where it asks until the next step is
 * due; one that nobody goes on with ends.
 */
public final class Loop {
    /** A port that is asked for more steps goes on much sooner. */
    private static final long PATIENCE_SECONDS = 60;
    private static final long STACK = 1 << 20;

    private final SynchronousQueue<Event> events = new SynchronousQueue<>();
    private final SynchronousQueue<Object> answers = new SynchronousQueue<>();
    private final Call call;

    /** The call; it is given the loop to ask. */
    interface Call {
        Object run(Loop loop) throws Throwable;
    }

    /**
     * What a call did next.
     *
     * @param asked what it asked with, or null where it ended
     * @param returned what it returned
     * @param thrown what it threw, or null
     */
    record Event(Object[] asked, Object returned, Throwable thrown) {}

    /** Unwinds a call that nobody goes on with. */
    private static final class Abandoned extends Error {
        private static final long serialVersionUID = 1;

        Abandoned() {
            super("nobody asks for further steps", null, false, false);
        }
    }

    Loop(Call call) {
        this.call = call;
    }

    /** Starts the call; returns what it does first. */
    Event begin() throws InterruptedException {
        Thread thread = new Thread(null, this::run, "loop", STACK);
        thread.setDaemon(true);
        thread.start();
        return events.take();
    }

    private void run() {
        try {
            Event last;
            try {
                last = new Event(null, call.run(this), null);
            } catch (Abandoned ended) {
                return;
            } catch (Throwable thrown) {
                last = new Event(null, null, thrown);
            }
            events.offer(last, PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers what was asked last; returns what the call does next. */
    Event answer(Object gradients) throws InterruptedException {
        answers.put(gradients);
        return events.take();
    }

    /** Asks for the gradients at what is given. */
    public Object ask(Object... given) {
        try {
            boolean heard = events.offer(
                    new Event(given == null ? new Object[0] : given, null, null),
                    PATIENCE_SECONDS, TimeUnit.SECONDS);
            Object answer = heard ? answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS) : null;
            if (answer == null) {
                throw new Abandoned();
            }
            return answer;
        } catch (InterruptedException ended) {
            throw new Abandoned();
        }
    }
}
