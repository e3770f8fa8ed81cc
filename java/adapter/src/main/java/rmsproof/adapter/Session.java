package rmsproof.adapter;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** An open port: feeds it step after step and keeps the weights between them. */
final class Session implements Feeding {
    private final Language language;
    private final Port port;
    private final BoundPort bound;
    private final Layout given;
    private final Layout layout;
    private final Layout[] singles;
    private final Map<String, Double> hyperparameters;
    private final Result result;
    private final Contents gradients;
    private final LiveWeights live;
    private final int initial;
    private final Numbers numbers;
    private final Slot[] slots;
    private final double[] weights;
    private final double[] before;
    private final double[] scratch;
    private final boolean scalar;
    private final boolean looping;
    private final Map<String, String> placed;
    private double[] average;
    private boolean gradientsChanged;
    private int step;

    /** An optimizer and the state it is handed; a plain port has one for each array. */
    private static final class Slot {
        Optimizer optimizer;
        Holder gradients;
        Holder weights;
        Object state;
        Loop loop;
        boolean ended;
        boolean started;
    }

    Session(Language language, Port port, BoundPort bound, Binding binding,
            Map<String, Double> hyperparameters, Layout given, double[] weights) {
        if (weights.length != given.size()) {
            throw new IllegalArgumentException(
                    weights.length + " weights, but the lengths add up to " + given.size());
        }
        this.given = given;
        this.scalar = bound.weights().container() == Container.SCALAR;
        Layout layout = scalar ? given.exploded() : given;
        this.language = language;
        this.port = port;
        this.bound = bound;
        this.layout = layout;
        this.hyperparameters = hyperparameters;
        this.result = new Result(language, bound, binding);
        this.gradients = new Contents(language, bound.gradients());
        this.live = new LiveWeights(bound, layout);
        this.initial = binding.initial();
        this.looping = binding.loop();
        this.placed = binding.placed();
        this.numbers = new Numbers(language);
        this.weights = weights.clone();
        this.before = new double[weights.length];
        this.scratch = new double[weights.length];
        boolean shows = !scalar && (bound.showsAverage() || bound.takesState());
        this.average = shows ? new double[weights.length] : null;
        this.singles = new Layout[layout.count()];
        Arrays.setAll(singles, layout::single);
        this.slots = new Slot[bound.plain() && !bound.indexed() ? layout.count() : 1];
        Arrays.setAll(slots, j -> new Slot());
    }

    @Override
    public String open() {
        try {
            for (int j = 0; j < slots.length; j++) {
                open(slots[j], slots.length == 1 ? layout : singles[j]);
            }
            return null;
        } catch (Throwable thrown) {
            return Failure.crash(0, thrown, port);
        }
    }

    private void open(Slot slot, Layout own) throws Throwable {
        Start start = new Start(own.size(), loader ->
                live.hand(own, stored(own), bound.weights().in(loader)).whole());
        slot.optimizer = bound.open(hyperparameters, start);
        placed.forEach((path, role) -> // each may put another object where the next is
                slot.optimizer.settings().get(path).set(hyperparameters.get(role)));
        ClassLoader loader = slot.optimizer.loader();
        slot.gradients = loader == null ? bound.gradients() : bound.gradients().in(loader);
        slot.weights = loader == null ? bound.weights() : bound.weights().in(loader);
    }

    @Override
    public Map<String, Cell> settings() {
        return slots.length == 0 ? Map.of() : slots[0].optimizer.settings();
    }

    /** The weights as the port's arrays can store them. */
    private double[] stored(Layout now) {
        for (int j = 0; j < now.count(); j++) {
            int end = now.offsets()[j] + now.lengths()[j];
            for (int i = now.offsets()[j]; i < end; i++) {
                before[i] = bound.weights().stored(weights[i]);
            }
        }
        return before;
    }

    @Override
    public Steps run(int steps, double[] gradients, byte[] present) {
        int size = weights.length;
        if (gradients.length != (long) steps * size
                || present.length != (long) steps * given.count()) {
            throw new IllegalArgumentException("gradients or present do not fit " + steps
                    + " steps of " + given.count() + " arrays with " + size + " values");
        }
        double[] trajectory = new double[steps * size];
        double[] averages = new double[steps * size];
        String failure = null;
        int done = 0;
        try {
            for (; done < steps; done++) {
                step++;
                Layout now = given.select(present, done * given.count());
                step(scalar ? now.exploded() : now, gradients, done * size);
                System.arraycopy(weights, 0, trajectory, done * size, size);
                if (average != null) {
                    System.arraycopy(average, 0, averages, done * size, size);
                }
            }
        } catch (GarbledException garbled) {
            failure = Failure.garbled(step, garbled);
        } catch (Throwable thrown) {
            failure = Failure.crash(step, thrown, port);
            failure = step == 1 && bound.untold() ? Failure.untold(failure) : failure;
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
        for (int j : now.places()) {
            call(slots[slots.length == 1 ? 0 : j], singles[j], gradients, from);
        }
    }

    private void call(Slot slot, Layout now, double[] gradients, int from) throws Throwable {
        stored(now);
        if (!slot.started && bound.takesState()) {
            slot.state = initialState(now, slot.optimizer.loader());
        }
        Object[] arrays = new Object[now.count()];
        for (int j = 0; j < arrays.length; j++) {
            arrays[j] = slot.gradients.array(
                    gradients, from + now.offsets()[j], now.lengths()[j]);
        }
        if (result.steps() && !bound.carries()) {
            take(slot, now, slot.gradients.together(now.names(), arrays), null);
            return;
        }
        LiveWeights.Handed handed = live.hand(now, before, slot.weights);
        if (looping) {
            goOn(slot, now, handed.whole(), slot.gradients.together(now.names(), arrays));
            return;
        }
        Object whole = null;
        if (bound.carries()) {
            for (int j = 0; j < arrays.length; j++) {
                slot.weights.feed(handed.arrays()[j], arrays[j]);
            }
        } else {
            whole = slot.gradients.together(now.names(), arrays);
        }
        if (result.steps()) {
            take(slot, now, null, handed.whole());
            return;
        }
        Object returned = slot.optimizer.step(call(now, whole, handed.whole(), slot.state));
        slot.started = true;
        Object state = result.read(
                now, handed.whole(), handed.arrays(), returned, before, weights);
        live.keep(now, handed, result.container(), result.arrays(now));
        if (bound.takesState() && state != Result.NO_STATE) {
            slot.state = state;
        }
        gradientsChanged = gradientsChanged
                || whole != null && changed(now, whole, gradients, from);
        if (average != null) {
            readAverage(now, slot);
        }
    }

    /** Lets a call that takes all steps by itself take the next one. */
    private void goOn(Slot slot, Layout now, Object handed, Object gradients) throws Throwable {
        if (slot.loop == null) {
            slot.loop = new Loop(
                    loop -> slot.optimizer.step(call(now, loop, handed, slot.state)));
            slot.ended = slot.loop.begin().asked() == null;
        }
        if (slot.ended) {
            throw new GarbledException("returned before step " + step + " without asking");
        }
        Loop.Event event = slot.loop.answer(gradients);
        if (event.thrown() != null) {
            throw event.thrown();
        }
        slot.ended = event.asked() == null;
        Object seen = slot.ended ? event.returned()
                : event.asked().length > 0 ? event.asked()[0] : null;
        result.see(now, seen == null ? handed : seen, before, weights);
        slot.started = true;
    }

    private void take(Slot slot, Layout now, Object whole, Object parameters) throws Throwable {
        Object returned = slot.optimizer.step(call(now, whole, parameters, slot.state));
        slot.started = true;
        double rate = hyperparameters.getOrDefault("learning_rate", 1.0);
        result.take(now, whole, returned, rate, before, weights);
        if (average != null) {
            readAverage(now, slot);
        }
    }

    private Step call(Layout now, Object gradients, Object weights, Object state) {
        int index = now.count() == 0 ? 0 : now.places()[0];
        String name = now.count() == 0 ? "" : now.names()[0];
        return new Step(gradients, weights, state, index, now.size(), step, name);
    }

    /** The state of a first call: the one that was chosen, or the last where there are fewer. */
    private Object initialState(Layout now, ClassLoader loader) {
        Layout held = bound.plain() ? now : layout;
        List<Object> states = bound.initialStates(held.names(), held.lengths(), loader);
        return states.get(Math.min(initial, states.size() - 1));
    }

    /** Tells whether the port changed the gradients it was given, or what holds them. */
    private boolean changed(Layout now, Object whole, double[] fed, int from) {
        Holder holder = bound.gradients();
        if (!holder.mutable()) {
            return false;
        }
        Map<?, ?> entries = holder.container() == Container.MAP ? language.map(whole) : null;
        if (entries != null && entries.size() != now.count()) {
            return true;
        }
        try {
            gradients.read(now, whole, scratch);
        } catch (GarbledException unreadable) {
            return true;
        }
        for (int j = 0; j < now.count(); j++) {
            int end = now.offsets()[j] + now.lengths()[j];
            for (int i = now.offsets()[j]; i < end; i++) {
                double given = holder.stored(fed[from + i]);
                if (Double.doubleToLongBits(scratch[i]) != Double.doubleToLongBits(given)) {
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
                Object array = map != null ? entry(map, now.names()[j])
                        : bound.weights().container() == Container.LIST
                                ? element(seen, now.places()[j]) : seen;
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

    /** An array's average in a list of arrays. */
    private Object element(Object list, int place) {
        Iterator<?> each = Numbers.iterator(language.sequence(list));
        for (int j = 0; j < place; j++) {
            each.next();
        }
        return each.next();
    }

    private String facts() {
        JsonObject facts = new JsonObject();
        facts.addProperty("where", result.where());
        facts.addProperty("container", bound.weights().container().word());
        facts.addProperty("pair", result.pair());
        facts.addProperty("gradients_changed", gradientsChanged);
        facts.addProperty("widened", result.widened());
        return facts.toString();
    }
}
