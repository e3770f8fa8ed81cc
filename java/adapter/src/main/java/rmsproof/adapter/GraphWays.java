package rmsproof.adapter;

import com.google.gson.JsonObject;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Looks for ways to feed the steps of a class, whatever it keeps its numbers in: which is which is
 * told by what moves what. A weight is moved, and keeps whatever is added to it before; its gradient
 * moves no other weight, and is moved by nothing that it moves. Names decide between equals alone.
 */
public final class GraphWays {
    private static final int MOST_MAKERS = 4;
    private static final int[] SIZES = {2, 3, -2, 1};
    private static final String PARTLY = "some of its numbers move no weights that were found, beside others that do";

    private final ClassPort port;
    private final String name;
    private final Class<?> type;
    private final long deadline;
    private final List<GraphWay> ways = new ArrayList<>();
    private boolean sure;
    private final List<String> refused = new ArrayList<>();

    /** @param deadline of {@link System#nanoTime} */
    GraphWays(ClassPort port, Class<?> named, long deadline) {
        this.port = port;
        this.name = named.getName();
        Object constant = ObjectGraph.constant(port, named);
        this.type = constant == null ? named : constant.getClass();
        this.deadline = deadline;
        List<Stepping> steps = Stepping.named(type);
        look(steps);
        Set<Method> firsts = new HashSet<>();
        for (List<Method> two : sure ? List.<List<Method>>of() : TwoCalls.of(type)) {
            // What steps alone is not what another call steps by.
            add(sure || !firsts.add(two.get(0)) ? null
                    : best(new Stepping(null, null, two.get(0)), false));
            add(sure ? null : best(new Stepping(null, two.get(0), two.get(1)), false));
        }
        look(ways.isEmpty() ? Stepping.others(type, steps) : List.of());
    }

    /** Adds the ways of steps. */
    private void look(List<Stepping> steps) {
        // What has to be completed first is not what it would be in use: only where all else fails.
        steps.forEach(stepping -> add(best(stepping, false)));
        (sure ? List.<Stepping>of() : steps).forEach(stepping -> add(best(stepping, true)));
        List<Stepping> asking = sure ? List.of() : steps.stream().filter(Stepping::asks).toList();
        asking.forEach(stepping -> add(sure ? null : best(stepping, true, true)));
    }

    /**
     * The ways of what one plan makes, as a binding has them.
     *
     * @throws ReflectiveOperationException where it cannot be made, or does not step
     */
    public static List<JsonObject> of(Port port, GraphPlan plan, long deadline)
            throws ReflectiveOperationException {
        Influence influence = new Influence(port, plan, port.freshLoader(), deadline);
        Found found = read(plan, influence);
        return found == null ? List.of() : found.ways.stream().map(GraphWay::json).toList();
    }

    /** What is sure goes before what is not. */
    private void add(Found best) {
        if (best != null) {
            ways.addAll(best.sure && !sure ? 0 : ways.size(), best.ways);
            sure |= best.sure;
        }
    }

    /** The ways, those of the likeliest method first. */
    List<GraphWay> ways() {
        return ways;
    }

    /** Why methods have none. */
    List<String> refused() {
        return refused;
    }

    /** What was found of one making of an object, how much of it, and whether it keeps its weights. */
    private record Found(List<GraphWay> ways, int numbers, int pairs, boolean sure) {}

    /** Of the ways in which the object can be made the one that is told most numbers. */
    private Found best(Stepping stepping, boolean completed) {
        return best(stepping, completed, false);
    }

    private Found best(Stepping stepping, boolean completed, boolean answered) {
        Method via = stepping.via();
        List<Found> found = new ArrayList<>();
        String failed = "nothing moves as weights do";
        int makers = Modifier.isStatic((via == null ? stepping.step() : via).getModifiers()) ? 1
                : Math.min(MOST_MAKERS, Ways.of(type).size());
        // What an object fills itself when it is told to is not filled for it.
        for (boolean prepared : new boolean[] {completed, !completed}) {
            for (int size : SIZES) {
                if (failed.contains(PARTLY) ? size == 1 : size < 0) {
                    continue; // of one nobody sees it
                }
                for (int maker = 0; maker < makers; maker++) {
                    if (System.nanoTime() > deadline) {
                        refused.add(stepping.said() + ": time ran out");
                        return most(found);
                    }
                    GraphPlan plan = new GraphPlan(name, maker,
                            via == null ? "" : via.toString(),
                            stepping.first() == null ? "" : stepping.first().toString(),
                            stepping.step().toString(), prepared, completed, answered, List.of(),
                            List.of(), size);
                    try {
                        Found one = read(plan);
                        if (one != null) {
                            found.add(one);
                        }
                    } catch (ReflectiveOperationException | RuntimeException | LinkageError
                            | StackOverflowError thrown) {
                        failed = Failure.explain(thrown, port);
                    }
                }
                if (!found.isEmpty()) {
                    return most(found);
                }
            }
        }
        refused.add(stepping.said() + ": " + failed);
        return null;
    }

    private Found read(GraphPlan plan) throws ReflectiveOperationException {
        Influence influence;
        try {
            influence = new Influence(port, plan, type.getClassLoader(), deadline);
        } catch (Completion.CountsOn steps) {
            return read(plan.leaving(steps.field));
        }
        Found found = read(plan, influence);
        if (found != null && !influence.filled().isEmpty()) {
            GraphPlan least = least(plan, found.ways.get(0), influence.filled());
            influence = new Influence(port, least, type.getClassLoader(), deadline);
            found = read(least, influence);
        }
        if (found == null) {
            return null;
        }
        GraphWay way = found.ways.get(0);
        GraphPlan begun = Remembered.begun(port, way.plan(), type.getClassLoader(), influence,
                Remembered.of(influence, way.pairs()));
        return begun.equals(way.plan()) ? found
                : read(begun, new Influence(port, begun, type.getClassLoader(), deadline));
    }

    /** A plan that fills no more than it takes: an average may begin with what the port says. */
    private GraphPlan least(GraphPlan plan, GraphWay way, Set<String> filled) {
        GraphPlan least = plan;
        for (String field : filled) {
            try {
                Influence without = new Influence(
                        port, least.leaving(field), type.getClassLoader());
                if (way.pairs().stream().allMatch(pair -> without.changed(pair.result())
                        || ObjectGraph.isReturned(pair.result())
                                && without.after().contains(pair.result()))) {
                    least = least.leaving(field);
                }
            } catch (ReflectiveOperationException | RuntimeException | LinkageError needed) {
                continue;
            }
        }
        return least;
    }

    /** What is told most; after it what is told least, as numbers may be what nobody knows. */
    private static Found most(List<Found> found) {
        List<Found> sorted = found.stream().sorted(Comparator.comparing(Found::numbers)
                .thenComparing(Found::pairs).reversed()).toList();
        if (sorted.isEmpty()) {
            return null;
        }
        Found most = sorted.get(0);
        List<GraphWay> ways = new ArrayList<>(most.ways);
        sorted.stream().filter(one -> one.numbers < most.numbers)
                .min(Comparator.comparing(Found::numbers)).ifPresent(one -> ways.addAll(one.ways));
        return new Found(ways, most.numbers, most.pairs, most.sure);
    }

    /**
     * Tells whether some of a kind move no weight: gradients, but not the first of some, as of
     * layers, nor what an interface would have answered to a question that nobody asks.
     */
    private static boolean partly(GraphPlan plan, Influence influence,
            List<GraphWay.Pair> pairs) {
        Set<String> gradients = new LinkedHashSet<>();
        Set<String> results = new LinkedHashSet<>();
        for (GraphWay.Pair pair : pairs) {
            gradients.add(pair.gradient());
            results.add(pair.result());
        }
        Set<String> kinds = new LinkedHashSet<>();
        Set<String> rows = new LinkedHashSet<>();
        gradients.stream().filter(Cells::several).forEach(path -> {
            kinds.add(Cells.kind(path));
            rows.add(Cells.row(path));
        });
        return influence.made().keySet().stream()
                .filter(path -> !gradients.contains(path)
                        && (plan.column() || !path.endsWith("[0]")))
                .filter(path -> kinds.contains(Cells.kind(path)) && influence.nudged(path)
                        && influence.moved(path).stream().noneMatch(results::contains))
                .anyMatch(path -> rows.contains(Cells.row(path))
                        || !plan.answered() && !Cells.row(path).endsWith("[0]"));
    }

    /**
     * Tells whether other gradients than those of the weights that were found move something, and
     * so perhaps weights that were not.
     */
    private static boolean unmatched(Influence influence, List<GraphWay.Pair> pairs) {
        Set<String> roots = new LinkedHashSet<>();
        pairs.forEach(pair -> roots.add(root(pair.gradient())));
        Set<String> changed = new LinkedHashSet<>();
        influence.made().keySet().stream().filter(influence::changed)
                .forEach(path -> changed.add(root(path)));
        return influence.made().keySet().stream()
                .filter(path -> ObjectGraph.isArgument(path) && Cells.several(path)
                        && GraphPairs.named(root(path)) && !influence.moved(path).isEmpty())
                .anyMatch(path -> !roots.contains(root(path)) && !changed.contains(root(path)));
    }

    private static String root(String path) {
        return path.split("[.\\[]", 2)[0];
    }

    /** The ways that what moves what admits; null for none. */
    private static Found read(GraphPlan plan, Influence influence)
            throws InstantiationException {
        GraphPairs pairs = new GraphPairs(influence);
        if (pairs.pairs().isEmpty()) {
            return null;
        }
        if (partly(plan, influence, pairs.pairs()) || unmatched(influence, pairs.pairs())) {
            throw new InstantiationException(PARTLY);
        }
        Set<String> results = new LinkedHashSet<>();
        pairs.pairs().forEach(pair -> results.add(pair.result()));
        Set<String> taken = new LinkedHashSet<>();
        pairs.pairs().forEach(pair -> taken.addAll(List.of(pair.weight(), pair.gradient())));
        Map<String, Double> numbers = new LinkedHashMap<>();
        influence.asked().forEach((path, value) -> {
            if (influence.moved(path).stream().anyMatch(results::contains)) {
                numbers.put(path, value);
            }
        });
        List<String> asked = new ArrayList<>(numbers.keySet());
        List<String> idle = new ArrayList<>();
        Stream.of(influence.asked(), influence.offered()).flatMap(one -> one.keySet().stream())
                .filter(path -> influence.moved(path).stream().noneMatch(results::contains))
                .forEach(idle::add);
        influence.offered().forEach((path, value) -> {
            if (influence.moved(path).stream().anyMatch(results::contains)) {
                numbers.put(path, value);
            }
        });
        List<String> others = new ArrayList<>();
        for (Map.Entry<String, Double> entry : influence.made().entrySet()) {
            String path = entry.getKey();
            boolean given = ObjectGraph.isNumber(path);
            boolean setting = given || !Cells.several(path) && !influence.changed(path)
                    && influence.open(path) && !Names.error(Cells.name(path));
            boolean still = taken.contains(path) || influence.derived(path)
                    || influence.moved(path).stream().noneMatch(results::contains);
            if (still) {
                if (setting && !taken.contains(path) && !influence.derived(path)) {
                    idle.add(path);
                }
                continue;
            }
            boolean kept = !influence.changed(path) && entry.getValue() == 0;
            boolean error = kept && !given && Names.error(Cells.name(path))
                    && stops(influence, path, pairs.pairs());
            if (setting && !error) {
                numbers.put(path, entry.getValue());
                if (given) {
                    asked.add(path);
                }
            } else if (error || kept && (Cells.several(path) || influence.open(path))) {
                others.add(path);
            }
        }
        // A state that the caller would hand over again is no constant.
        boolean carried = others.stream().anyMatch(path -> ObjectGraph.isArgument(path)
                && influence.moved(path).stream().anyMatch(other ->
                        ObjectGraph.isReturned(other) && !results.contains(other)));
        if (carried || dropped(influence, pairs, results)) {
            return null;
        }
        // Factors are 1, and what is added to them stays 0; else each is tried.
        List<String> factors = others.stream()
                .filter(path -> stops(influence, path, pairs.pairs())).toList();
        // A target less an output is an error, too: nobody knows which, but for where it leads.
        boolean errors = pairs.pairs().stream().map(GraphWay.Pair::gradient).map(Cells::name)
                .allMatch(Names::error) || factors.stream().map(Cells::name).anyMatch(Names::error);
        boolean turned = errors && pairs.mode().equals("weights")
                && pairs.pairs().stream().allMatch(influence::rises);
        List<String> still = idle.stream().filter(influence.asked()::containsKey)
                .filter(path -> influence.still(path, pairs.pairs())).toList();
        List<String> ours = Remembered.of(influence, pairs.pairs()).stream()
                .filter(influence::ours).toList();
        List<GraphWay> ways = Stream.of(1.0, 0.0)
                .limit(others.isEmpty() || !factors.isEmpty() ? 1 : 2)
                .map(rest -> new GraphWay(plan, turned ? "turned" : pairs.mode(), pairs.pairs(), rest,
                        factors.isEmpty() ? others : factors, !factors.isEmpty(), numbers,
                        asked, idle, still, ours, influence.narrow(pairs.pairs().get(0).gradient())
                                ? "float32" : "float64"))
                .toList();
        return new Found(ways, asked.size(), pairs.pairs().size(), pairs.sure());
    }

    /** Tells whether weights that a number moves stand still where it is 0. */
    private static boolean stops(Influence influence, String path, List<GraphWay.Pair> pairs) {
        return pairs.stream().anyMatch(pair -> influence.moved(path).contains(pair.result())
                && influence.stops(path, pair));
    }

    /** Tells whether what comes back beside weights is like an average, and nowhere afterwards. */
    private static boolean dropped(Influence influence, GraphPairs pairs, Set<String> results) {
        Set<Double> kept = new HashSet<>();
        influence.after().stream().filter(path -> !ObjectGraph.isReturned(path)
                || results.contains(path)).forEach(path -> kept.add(influence.after(path)));
        return influence.after().stream().anyMatch(path -> ObjectGraph.isReturned(path)
                && Cells.several(path) && !kept.contains(influence.after(path))
                && pairs.pairs().stream().anyMatch(pair ->
                        influence.moved(pair.gradient()).contains(path)));
    }
}
