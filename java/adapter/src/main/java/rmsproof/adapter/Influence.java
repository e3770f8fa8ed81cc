package rmsproof.adapter;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/**
 * Which number moves which: each that can be reached is nudged once, before the first step of an
 * object made anew, and what is other than without that is moved by it.
 */
final class Influence {
    /** What a number is nudged by: a double holds it exactly beside what it is added to. */
    private static final double NUDGE = 0x1p-6;
    /** What arrays hold that stand for any: zeros could be the port's own. */
    static final double OTHER = 0.375;
    private static final double NEAR = 1e-6;
    private static final double LOWEST = 0.3;
    private static final double SPREAD = 0.6;
    private static final double GOLDEN = 0.618033988749895;
    private static final int TURNS = 6;

    private final Port port;
    private final GraphPlan plan;
    private final ClassLoader loader;
    private final Run base;
    private final Map<String, Set<String>> moves = new LinkedHashMap<>();
    private final Map<String, Map<String, Double>> slopes = new HashMap<>();
    private final Set<String> derived = new HashSet<>();
    private final Set<String> drawn = new HashSet<>();
    private final Set<String> ours = new HashSet<>();

    /**
     * One step of an object made anew: all numbers as they were made, as they were set, and after.
     */
    private record Run(Map<String, Double> made, Map<String, Double> set,
            Map<String, Double> after, Map<String, Double> asked,
            Map<String, Double> offered, Set<String> narrow, Set<String> open,
            Set<String> filled) {

        /** What a number of the making is given; null for one that is reached afterwards. */
        Double making(String path) {
            return asked.getOrDefault(path, offered.get(path));
        }
    }

    /** Takes the step alone, without asking what moves what. */
    Influence(Port port, GraphPlan plan, ClassLoader loader)
            throws ReflectiveOperationException {
        this.port = port;
        this.plan = plan;
        this.loader = loader;
        derive();
        this.base = run(Set.of(), same -> same);
    }

    /**
     * Takes the step once for each number; those that are one of several come last.
     *
     * @param deadline of {@link System#nanoTime}: of several those that are not nudged by then move
     *     nothing
     * @throws ReflectiveOperationException where the object cannot be made, does not step, or takes
     *     until then for what may be a setting
     */
    Influence(Port port, GraphPlan plan, ClassLoader loader, long deadline)
            throws ReflectiveOperationException {
        this(port, plan, loader);
        Run again = run(Set.of(), same -> same);
        Set<String> steady = new LinkedHashSet<>(base.after.keySet());
        steady.removeIf(path -> !same(base.after.get(path), again.after.get(path)));
        Set<String> inputs = new LinkedHashSet<>(base.asked.keySet());
        inputs.addAll(base.offered.keySet());
        base.set.keySet().stream().sorted(Comparator.comparing(Cells::several))
                .forEach(inputs::add);
        for (String input : inputs) {
            if (System.nanoTime() > deadline && !Cells.several(input)) {
                throw new InstantiationException("time ran out");
            } else if (System.nanoTime() > deadline) {
                return;
            }
            nudge(input, steady);
        }
    }

    /**
     * Finds what follows from the numbers of the making: it is left as it was made, but for what each
     * of several is made with, as weights are. What is another one in every making is drawn.
     */
    private void derive() throws ReflectiveOperationException {
        Graph plain = port.graph(plan, loader, Map.of());
        Map<String, Double> making = new LinkedHashMap<>(plain.offered());
        making.putAll(plain.asked());
        making.keySet().removeIf(Cells::several);
        plain.leave();
        Map<String, Double> before = values(plain);
        drawn.addAll(others(before, Map.of()));
        for (Map.Entry<String, Double> number : making.entrySet()) {
            try {
                derived.addAll(others(before,
                        Map.of(number.getKey(), number.getValue() + NUDGE)));
            } catch (InvocationTargetException refused) {
                continue; // a number that may be nothing else
            }
        }
        derived.removeAll(drawn);
        try {
            ours.addAll(others(before, Map.of(ObjectMaker.ROWS, OTHER)));
            ours.removeAll(drawn);
        } catch (InvocationTargetException refused) {
            return; // it takes zeros alone
        }
    }

    /** What is another number where the object is made with these. */
    private Set<String> others(Map<String, Double> before, Map<String, Double> numbers)
            throws ReflectiveOperationException {
        Graph made = port.graph(plan, loader, numbers);
        made.leave();
        Map<String, Double> now = values(made);
        now.entrySet().removeIf(one -> !before.containsKey(one.getKey())
                || same(one.getValue(), before.get(one.getKey())));
        return now.keySet();
    }

    static Map<String, Double> values(Graph graph) {
        Map<String, Double> values = new LinkedHashMap<>();
        graph.cells().forEach((path, cell) -> values.put(path, cell.value()));
        return values;
    }

    private void nudge(String input, Set<String> steady) throws ReflectiveOperationException {
        Run nudged;
        try {
            nudged = run(Set.of(input), value -> value + NUDGE);
        } catch (InvocationTargetException refused) {
            return; // a number that may be nothing else moves nothing
        }
        Set<String> moved = new LinkedHashSet<>();
        Map<String, Double> slope = new HashMap<>();
        for (String path : steady) {
            Double after = nudged.after.get(path);
            boolean untouched = path.equals(input) && same(after, nudged.set.get(path))
                    && same(base.after.get(path), base.set.get(path));
            if (after != null && !untouched && !same(after, base.after.get(path))) {
                moved.add(path);
                slope.put(path, (after - base.after.get(path)) / NUDGE);
            }
        }
        moves.put(input, moved);
        slopes.put(input, slope);
    }

    private static boolean same(Double one, Double other) {
        return one == null ? other == null : other != null
                && Double.doubleToLongBits(one) == Double.doubleToLongBits(other);
    }

    /** @param others the numbers which are other ones */
    private Run run(Set<String> others, DoubleUnaryOperator change)
            throws ReflectiveOperationException {
        Map<String, Double> numbers = new HashMap<>();
        for (String other : others) {
            if (base.making(other) != null) {
                numbers.put(other, change.applyAsDouble(base.making(other)));
            }
        }
        Graph graph = port.graph(plan, loader, numbers);
        Map<String, Double> made = new LinkedHashMap<>();
        Map<String, Double> set = new LinkedHashMap<>();
        Set<String> narrow = new HashSet<>();
        Set<String> open = new HashSet<>();
        int place = 0;
        for (Map.Entry<String, Cell> entry : graph.cells().entrySet()) {
            String path = entry.getKey();
            Cell cell = entry.getValue();
            made.put(path, cell.value());
            double value = cell.value();
            boolean loose = Cells.several(path) || value == 0 || drawn.contains(path);
            if (loose && !derived.contains(path)) {
                double fraction = ++place * GOLDEN % 1;
                value = (float) (LOWEST + SPREAD * fraction);
            }
            value = others.contains(path) ? change.applyAsDouble(value) : value;
            try {
                cell.set(value);
                set.put(path, cell.narrow() ? (float) value : value);
            } catch (RuntimeException fixed) {
                set.put(path, cell.value());
            }
            if (cell.narrow()) {
                narrow.add(path);
            }
            if (cell.open()) {
                open.add(path);
            }
        }
        Map<String, Double> after = new LinkedHashMap<>();
        try {
            graph.step(1);
            graph.cells().forEach((path, cell) -> after.put(path, cell.value()));
        } finally {
            graph.leave();
        }
        return new Run(made, set, after, graph.asked(), graph.offered(),
                narrow, open, graph.filled());
    }

    /** The fields that were filled since nothing was in them. */
    Set<String> filled() {
        return base.filled;
    }

    /** Numbers of parameters, but for the step's own, and what they were. */
    Map<String, Double> asked() {
        return base.asked;
    }

    /** Numbers of settings that the constructor is handed, and what they were. */
    Map<String, Double> offered() {
        return base.offered;
    }

    /** Numbers that could be reached before the step, and what they were made as. */
    Map<String, Double> made() {
        return base.made;
    }

    /** The paths of all numbers after the step. */
    Set<String> after() {
        return base.after.keySet();
    }

    double after(String path) {
        return base.after.get(path);
    }

    boolean narrow(String path) {
        return base.narrow.contains(path);
    }

    /** Tells whether whoever uses the object can set a number, too. */
    boolean open(String path) {
        return base.open.contains(path);
    }

    /** Tells whether a number that could be reached is another one after the step. */
    boolean changed(String path) {
        return base.set.containsKey(path) && base.after.containsKey(path)
                && !same(base.set.get(path), base.after.get(path));
    }

    /** Tells whether a number follows from what a parameter was given. */
    boolean derived(String path) {
        return derived.contains(path);
    }

    /** Tells whether a number is what an array of ours was made with. */
    boolean ours(String path) {
        return ours.contains(path);
    }

    /** What a number moves. */
    Set<String> moved(String path) {
        return moves.getOrDefault(path, Set.of());
    }

    /** Tells whether a number is the same for the negative of another one: then it is no step. */
    boolean even(String result, String input) {
        try {
            return same(base.after.get(result), run(Set.of(input), value -> -value).after.get(result));
        } catch (ReflectiveOperationException refused) {
            return false;
        }
    }

    /** Tells whether a number is the negative for the negative of another one, as a step is. */
    boolean turns(String result, String input) {
        try {
            return same(-base.after.get(result),
                    run(Set.of(input), value -> -value).after.get(result));
        } catch (ReflectiveOperationException refused) {
            return false;
        }
    }

    /** Tells whether a weight goes the other way, as far, for the negative of a number. */
    boolean reverses(String weight, String input) {
        try {
            double from = base.set.get(weight);
            double moved = base.after.get(weight) - from;
            double other = run(Set.of(input), value -> -value).after.get(weight) - from;
            return moved != 0 && Math.abs(moved + other) < NEAR * Math.abs(moved)
                    * (narrow(weight) ? 1 << 10 : 1);
        } catch (ReflectiveOperationException refused) {
            return false;
        }
    }

    /** Tells whether a number is the nearer to 0 the farther another one is. */
    boolean shrinks(String result, String input) {
        double slope = slopes.getOrDefault(input, Map.of()).getOrDefault(result, 0.0);
        return slope * base.set.get(input) / base.after.get(result) < 0;
    }

    /** Tells whether a weight goes where its gradient points. */
    boolean rises(GraphWay.Pair pair) {
        double moved = base.after.get(pair.result()) - base.set.get(pair.weight());
        return moved * base.set.get(pair.gradient()) > 0;
    }

    /** Tells whether two numbers move another one each, but not where they are moved as far. */
    boolean cancel(String result, String one, String other) {
        try {
            double before = base.after.get(result);
            return Math.abs(run(Set.of(one, other), value -> value + NUDGE).after.get(result)
                    - before) < NEAR * Math.abs(before);
        } catch (ReflectiveOperationException refused) {
            return false;
        }
    }

    /** Tells whether nothing moves a weight, or no step is due, where another number is 0. */
    boolean stops(String input, GraphWay.Pair pair) {
        try {
            Double after = run(Set.of(input), any -> 0).after.get(pair.result());
            return same(after, pair.weight().isEmpty() ? 0.0 : base.set.get(pair.weight()));
        } catch (ReflectiveOperationException refused) {
            return false;
        }
    }

    /**
     * Tells whether a number has no part in several steps with other gradients each, either: what
     * has none in the first alone may be how an average goes on.
     */
    boolean still(String input, List<GraphWay.Pair> pairs) {
        try {
            List<Double> course = course(Map.of(), pairs);
            return course.stream().distinct().count() >= TURNS && course.equals(
                    course(Map.of(input, base.making(input) + NUDGE), pairs));
        } catch (ReflectiveOperationException | RuntimeException refused) {
            return false;
        }
    }

    /** Where several steps lead. */
    private List<Double> course(Map<String, Double> numbers, List<GraphWay.Pair> pairs)
            throws ReflectiveOperationException {
        Graph graph = port.graph(plan, loader, numbers);
        List<Double> course = new ArrayList<>();
        int place = 0;
        try {
            for (int turn = 1; turn <= TURNS; turn++) {
                Map<String, Cell> cells = graph.cells();
                for (GraphWay.Pair pair : pairs) {
                    cells.get(pair.gradient()).set(OTHER - ++place * GOLDEN % 1);
                }
                graph.step(turn);
                Map<String, Cell> after = graph.cells();
                pairs.forEach(pair -> course.add(after.get(pair.result()).value()));
            }
        } finally {
            graph.leave();
        }
        return course;
    }

    /** Tells whether there was time to see what a number moves. */
    boolean nudged(String path) {
        return moves.containsKey(path);
    }

    /** Tells whether a number keeps the whole of another one's nudge: something is added to it. */
    boolean keeps(String result, String input) {
        Double slope = slopes.getOrDefault(input, Map.of()).get(result);
        return slope != null && Math.abs(slope - 1) < NEAR * (narrow(input) ? 1 << 10 : 1);
    }
}
