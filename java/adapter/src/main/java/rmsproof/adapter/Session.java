package rmsproof.adapter;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An open port: feeds it step after step and keeps the weights between them. */
final class Session {
    private final Language language;
    private final Port port;
    private final BoundPort bound;
    private final Layout layout;
    private final Layout[] singles;
    private final Map<String, Double> hyperparameters;
    private final Result result;
    private final int initial;
    private final Numbers numbers;
    private final Slot[] slots;
    private final double[] weights;
    private final double[] before;
    private double[] average;
    private boolean gradientsChanged;
    private int step;

    /** An optimizer and the state it is handed; a plain port has one for each array. */
    private static final class Slot {
        Optimizer optimizer;
        Object state;
        boolean started;
    }

    Session(Language language, Port port, BoundPort bound, Binding binding,
            Map<String, Double> hyperparameters, Layout layout, double[] weights) {
        if (weights.length != layout.size()) {
            throw new IllegalArgumentException(
                    weights.length + " weights, but the lengths add up to " + layout.size());
        }
        this.language = language;
        this.port = port;
        this.bound = bound;
        this.layout = layout;
        this.hyperparameters = hyperparameters;
        this.result = new Result(language, bound, binding);
        this.initial = binding.initial();
        this.numbers = new Numbers(language);
        this.weights = weights.clone();
        this.before = new double[weights.length];
        this.average =
                bound.showsAverage() || bound.takesState() ? new double[weights.length] : null;
        this.singles = new Layout[layout.count()];
        Arrays.setAll(singles, layout::single);
        this.slots = new Slot[bound.plain() ? layout.count() : 1];
        Arrays.setAll(slots, j -> new Slot());
    }

    /** Constructs the optimizers; returns null, or the failure. */
    String open() {
        try {
            for (Slot slot : slots) {
                slot.optimizer = bound.open(hyperparameters);
            }
            return null;
        } catch (Throwable thrown) {
            return Failure.crash(0, thrown, port);
        }
    }

    Steps run(int steps, double[] gradients, byte[] present) {
        int size = weights.length;
        if (gradients.length != (long) steps * size
                || present.length != (long) steps * layout.count()) {
            throw new IllegalArgumentException("gradients or present do not fit " + steps
                    + " steps of " + layout.count() + " arrays with " + size + " values");
        }
        double[] trajectory = new double[steps * size];
        double[] averages = new double[steps * size];
        String failure = null;
        int done = 0;
        try {
            for (; done < steps; done++) {
                step++;
                Layout now = layout.select(present, done * layout.count());
                step(now, gradients, done * size);
                System.arraycopy(weights, 0, trajectory, done * size, size);
                if (average != null) {
                    System.arraycopy(average, 0, averages, done * size, size);
                }
            }
        } catch (GarbledException garbled) {
            failure = Failure.garbled(step, garbled);
        } catch (Throwable thrown) {
            failure = Failure.crash(step, thrown, port);
        }
        int kept = done * size;
        return new Steps(
                done == steps ? trajectory : Arrays.copyOf(trajectory, kept),
                average == null ? null : done == steps ? averages : Arrays.copyOf(averages, kept),
                done, failure, facts());
    }

    private void step(Layout now, double[] gradients, int from) throws Throwable {
        if (!bound.plain()) {
            call(slots[0], now, gradients, from);
            return;
        }
        for (int j = 0, k = 0; j < layout.count() && k < now.count(); j++) {
            if (layout.names()[j].equals(now.names()[k])) {
                call(slots[j], singles[j], gradients, from);
                k++;
            }
        }
    }

    private void call(Slot slot, Layout now, double[] gradients, int from) throws Throwable {
        for (int j = 0; j < now.count(); j++) {
            int end = now.offsets()[j] + now.lengths()[j];
            for (int i = now.offsets()[j]; i < end; i++) {
                before[i] = bound.weights().stored(weights[i]);
            }
        }
        if (!slot.started && bound.takesState()) {
            slot.state = initialState(now);
        }
        Call call = call(slot, now, gradients, from, slot.state);
        slot.started = true;
        Object state = result.read(
                now, call.weights.whole, call.weights.arrays, call.returned, before, weights);
        if (bound.takesState() && state != Result.NO_STATE) {
            slot.state = state;
        }
        gradientsChanged = gradientsChanged || changed(now, call.gradients, gradients, from);
        if (average != null) {
            readAverage(now, slot);
        }
    }

    /** The state of a first call: the one that was chosen, or the last where there are fewer. */
    private Object initialState(Layout now) {
        Layout held = bound.plain() ? now : layout;
        List<Object> states = bound.initialStates(held.names(), held.lengths());
        return states.get(Math.min(initial, states.size() - 1));
    }

    private record Given(Object whole, Object[] arrays) {}

    private record Call(Given gradients, Given weights, Object returned) {}

    private Call call(Slot slot, Layout now, double[] gradients, int from, Object state)
            throws Throwable {
        Given given = build(bound.gradients(), now, gradients, from);
        Given held = build(bound.weights(), now, before, 0);
        return new Call(given, held, slot.optimizer.step(given.whole, held.whole, state));
    }

    private Given build(Holder holder, Layout now, double[] values, int from) {
        Object[] arrays = new Object[now.count()];
        for (int j = 0; j < arrays.length; j++) {
            arrays[j] = holder.array(values, from + now.offsets()[j], now.lengths()[j]);
        }
        return new Given(bound.plain() ? arrays[0] : holder.map(now.names(), arrays), arrays);
    }

    /** Tells whether the port changed the gradients it was given, in the map or in the arrays. */
    private boolean changed(Layout now, Given given, double[] gradients, int from) {
        Holder holder = bound.gradients();
        if (!holder.mutable()) {
            return false;
        }
        Map<?, ?> entries = bound.plain() ? null : language.map(given.whole);
        if (entries != null && entries.size() != now.count()) {
            return true;
        }
        for (int j = 0; j < now.count(); j++) {
            Object array = entries == null ? given.whole : entries.get(now.names()[j]);
            double[] values = new double[now.lengths()[j]];
            try {
                numbers.read(now.names()[j], array, values, 0, values.length);
            } catch (GarbledException unreadable) {
                return true;
            }
            for (int i = 0; i < values.length; i++) {
                double fed = holder.stored(gradients[from + now.offsets()[j] + i]);
                if (Double.doubleToLongBits(values[i]) != Double.doubleToLongBits(fed)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Looks at the moving average; one that cannot be read is never looked at again. */
    private void readAverage(Layout now, Slot slot) {
        try {
            Object held = slot.optimizer.movingAverage();
            Object seen = language.dereference(held != null ? held : slot.state);
            Map<?, ?> map = language.map(seen);
            for (int j = 0; j < now.count(); j++) {
                Object array = map == null ? seen : entry(map, now.names()[j]);
                numbers.read(now.names()[j], language.dereference(array), average,
                        now.offsets()[j], now.lengths()[j]);
            }
        } catch (GarbledException | RuntimeException unreadable) {
            average = null;
        }
    }

    /** An array's average in a map of arrays, or below a name such as {@code :moving-average}. */
    private Object entry(Map<?, ?> map, String name) {
        if (!bound.plain() && map.containsKey(name)) {
            return map.get(name);
        }
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (Names.average(String.valueOf(entry.getKey())) >= 0) {
                Object inner = language.dereference(entry.getValue());
                Map<?, ?> arrays = language.map(inner);
                return arrays == null ? inner : arrays.get(name);
            }
        }
        return null;
    }

    private String facts() {
        JsonObject facts = new JsonObject();
        facts.addProperty("where", result.where());
        facts.addProperty("pair", result.pair());
        facts.addProperty("gradients_changed", gradientsChanged);
        return facts.toString();
    }
}
