package rmsproof.adapter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The weights among an object's numbers, each with its gradient, by what moves what. */
final class GraphPairs {
    private final Influence influence;
    private final List<GraphWay.Pair> pairs = new ArrayList<>();
    private String mode = "weights";
    private final boolean sure;

    GraphPairs(Influence influence) {
        this.influence = influence;
        Set<String> weights = weights(true);
        Set<String> alone = new LinkedHashSet<>(weights);
        alone.removeIf(this::movesReturned);
        match(alone, true);
        if (pairs.isEmpty()) {
            returned();
        }
        sure = !pairs.isEmpty();
        if (pairs.isEmpty()) {
            mode = "weights";
            // What decays besides keeps only most of itself.
            match(weights.isEmpty() ? weights(false) : weights, true);
        }
        if (pairs.isEmpty()) {
            replaced();
        }
    }

    List<GraphWay.Pair> pairs() {
        return pairs;
    }

    /** Tells whether the weights keep all that is added to them, or something comes back. */
    boolean sure() {
        return sure;
    }

    /** As in {@link GraphWay}. */
    String mode() {
        return mode;
    }

    /** Tells whether what comes back depends on a number: then that is what is looked at. */
    private boolean movesReturned(String path) {
        return influence.moved(path).stream().anyMatch(ObjectGraph::isReturned);
    }

    /**
     * Numbers that are changed in place, keep what is added to them, and move no other such.
     *
     * @param whole whether they keep all of that
     */
    private Set<String> weights(boolean whole) {
        Set<String> kept = new LinkedHashSet<>();
        for (String path : influence.made().keySet()) {
            boolean keeps = whole ? influence.keeps(path, path)
                    : influence.moved(path).contains(path);
            if (influence.changed(path) && keeps
                    && influence.made().keySet().stream().anyMatch(other ->
                            !other.equals(path) && influence.moved(other).contains(path))) {
                kept.add(path);
            }
        }
        Set<String> weights = new LinkedHashSet<>(kept);
        weights.removeIf(path -> influence.moved(path).stream()
                .anyMatch(other -> !other.equals(path) && kept.contains(other)));
        return weights;
    }

    /** What comes back: new weights, which keep what is added to the old ones, or a step. */
    private void returned() {
        Set<String> results = new LinkedHashSet<>(influence.after());
        results.removeIf(path -> !ObjectGraph.isReturned(path));
        Map<String, String> old = new LinkedHashMap<>();
        for (String result : results) {
            // What a step neither is handed nor changes are no weights: it adds it to what it returns.
            List<String> keeping = influence.made().keySet().stream()
                    .filter(path -> influence.keeps(result, path))
                    .filter(path -> ObjectGraph.isArgument(path) || influence.changed(path)).toList();
            if (keeping.size() == 1) {
                old.put(result, keeping.get(0));
            }
        }
        if (!old.isEmpty()) {
            mode = "returned";
            match(old.keySet(), false);
            pairs.replaceAll(pair -> new GraphWay.Pair(
                    old.get(pair.result()), pair.gradient(), pair.result()));
            pairs.removeIf(pair -> pair.weight().equals(pair.gradient()));
            return;
        }
        match(results, false);
        boolean factor = !pairs.isEmpty() && !climbs() && even(pairs.get(0));
        mode = factor ? "factor" : climbs() ? "ascent" : "step";
        pairs.removeIf(pair -> even(pair) != factor
                || factor && !influence.shrinks(pair.result(), pair.gradient()));
    }

    /**
     * Tells whether a result does not turn with its gradient. What is the less the farther that is
     * from 0 is what it has to be multiplied by; what is the more may be what divides it.
     */
    private boolean even(GraphWay.Pair pair) {
        return influence.even(pair.result(), pair.gradient());
    }

    /** Gradients that become the step where they are. */
    private void replaced() {
        for (String path : influence.made().keySet()) {
            if (influence.changed(path) && ObjectGraph.isArgument(path)
                    && influence.moved(path).contains(path) && named(path)
                    && !influence.even(path, path)) {
                pairs.add(new GraphWay.Pair("", path, path));
            }
        }
        mode = climbs() ? "ascent" : "step";
    }

    /** Tells whether what comes back for gradients above 0 is below. */
    private boolean climbs() {
        return !pairs.isEmpty() && influence.after(pairs.get(0).result()) < 0;
    }

    /**
     * Finds the gradient of each result; of some alone where several have one in common. What it is
     * added to as it is is a sum of gradients.
     */
    private void match(Set<String> results, boolean inPlace) {
        for (String result : results) {
            String gradient = gradient(result, results);
            if (gradient != null && !(inPlace && influence.keeps(result, gradient))) {
                pairs.add(new GraphWay.Pair(inPlace ? result : "", gradient, result));
            }
        }
        if (pairs.isEmpty()) {
            common(results, inPlace, GraphPairs::named);
        }
        if (pairs.isEmpty()) {
            // What comes out, less a target of 0, is the error itself.
            common(results, inPlace, path -> says(path, Names::output));
            pairs.removeIf(pair -> influence.made().keySet().stream().noneMatch(target ->
                    Cells.several(target) && !target.equals(pair.gradient())
                            && influence.moved(target).contains(pair.result())
                            && influence.cancel(pair.result(), target, pair.gradient())));
        }
    }

    /** What moves one result alone, and is moved by nothing else that moves it alone. */
    private String gradient(String result, Set<String> results) {
        List<String> alone = new ArrayList<>();
        for (String path : influence.made().keySet()) {
            Set<String> moved = influence.moved(path);
            if (path.equals(result) || !moved.contains(result) || moved.stream().anyMatch(other ->
                    !other.equals(result) && results.contains(other))) {
                continue;
            } else if (!remembers(path, results)) {
                alone.add(path);
            } else if (influence.made().containsKey(result) && influence.reverses(result, path)) {
                return path; // it becomes the step, which is then taken
            }
        }
        List<String> sources = alone.stream().filter(path -> alone.stream().noneMatch(other ->
                !other.equals(path) && influence.moved(other).contains(path)
                        && !influence.moved(path).contains(other))).toList();
        if (results.size() == 1) { // a setting moves one alone, too
            String named = only(sources, GraphPairs::named);
            return named != null ? named : only(sources, path -> gives(path, result));
        }
        List<Predicate<String>> telling = List.of(path -> true, GraphPairs::named,
                path -> ObjectGraph.isArgument(path) && Cells.several(path));
        return telling.stream().map(one -> only(sources, one)).filter(one -> one != null)
                .findFirst().orElse(null);
    }

    /** Tells whether a step turns with what it is handed, which goes into what it remembers. */
    private boolean gives(String path, String result) {
        return ObjectGraph.isArgument(path) && influence.moved(path).stream().anyMatch(kept ->
                        !kept.equals(path) && influence.changed(kept)
                                && influence.moved(kept).contains(result))
                && influence.turns(result, path);
    }

    /** Tells whether a number is what a step makes of itself and another one, as an average is. */
    private boolean remembers(String path, Set<String> results) {
        return influence.changed(path) && influence.moved(path).contains(path)
                && influence.made().keySet().stream().anyMatch(other -> !other.equals(path)
                        && Cells.several(other) && !results.contains(other)
                        && influence.moved(other).contains(path));
    }

    private static String only(List<String> sources, Predicate<String> telling) {
        List<String> left = sources.stream().filter(telling).toList();
        return left.size() == 1 ? left.get(0) : null;
    }

    /** Tells whether a path says that it leads to gradients. */
    static boolean named(String path) {
        return says(path, name -> Names.gradients(name) || Names.error(name));
    }

    private static boolean says(String path, Predicate<String> name) {
        return Arrays.stream(path.replaceAll("\\[[^\\]]*]", "").split("\\.")).anyMatch(name);
    }

    /** Numbers of one kind that each move several, as a neuron's error does: one of its weights. */
    private void common(Set<String> results, boolean inPlace, Predicate<String> telling) {
        Map<String, List<String>> kinds = new LinkedHashMap<>();
        for (String path : influence.made().keySet()) {
            boolean moves = Cells.several(path) && !results.contains(path)
                    && influence.moved(path).stream().anyMatch(results::contains);
            if (moves && telling.test(path)) {
                kinds.computeIfAbsent(Cells.kind(path), kind -> new ArrayList<>()).add(path);
            }
        }
        for (List<String> paths : kinds.values()) {
            List<GraphWay.Pair> found = apart(paths, results, inPlace);
            if (found.size() > pairs.size()) {
                pairs.clear();
                pairs.addAll(found);
            }
        }
    }

    private List<GraphWay.Pair> apart(List<String> paths, Set<String> results, boolean inPlace) {
        List<GraphWay.Pair> found = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (String path : paths) {
            for (String result : results) {
                boolean alone = influence.moved(path).contains(result) && paths.stream()
                        .filter(other -> influence.moved(other).contains(result)).count() == 1;
                if (alone && !(inPlace && influence.keeps(result, path)) && taken.add(path)) {
                    found.add(new GraphWay.Pair(inPlace ? result : "", path, result));
                }
            }
        }
        return found;
    }
}
