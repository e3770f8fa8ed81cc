package rmsproof.adapter;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a step remembers besides weights, as averages, and how that begins: where the port has
 * something that makes it, as that says; zeros in its place would be ours.
 */
final class Remembered {
    private Remembered() {}

    /** The numbers that a step changes, that a gradient moves, and that the next weights follow. */
    static Set<String> of(Influence influence, List<GraphWay.Pair> pairs) {
        Set<String> taken = new LinkedHashSet<>();
        Set<String> results = new LinkedHashSet<>();
        pairs.forEach(pair -> {
            taken.addAll(List.of(pair.weight(), pair.gradient()));
            results.add(pair.result());
        });
        Set<String> kept = new LinkedHashSet<>(influence.made().keySet());
        kept.removeIf(path -> taken.contains(path) || !influence.changed(path)
                || influence.moved(path).stream().noneMatch(results::contains)
                || pairs.stream().noneMatch(pair -> influence.moved(pair.gradient()).contains(path)));
        return kept;
    }

    /**
     * The plan by which what is remembered begins as the port makes it; the same one where nothing
     * of the port's makes it otherwise.
     *
     * @throws InstantiationException where something would, and cannot be called
     */
    static GraphPlan begun(Port port, GraphPlan plan, ClassLoader loader, Influence influence,
            Set<String> kept) throws ReflectiveOperationException {
        boolean ours = kept.stream().anyMatch(influence::ours);
        List<String> makers = kept.isEmpty() ? List.of()
                : new ArrayList<>(port.graph(plan, loader, Map.of()).makers(kept));
        if (kept.isEmpty() || !ours && makers.isEmpty()) {
            return plan;
        }
        GraphPlan begun = plan.beginning(kept);
        try {
            Map<String, Double> made = Influence.values(port.graph(begun, loader, Map.of()));
            Map<String, Double> other = Influence.values(
                    port.graph(begun, loader, Map.of(ObjectMaker.ROWS, Influence.OTHER)));
            if (kept.stream().allMatch(path -> made.containsKey(path)
                    && made.get(path).equals(other.get(path)))) {
                return begun;
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError failed) {
            makers = new ArrayList<>(makers); // it is made by nothing that is known
        }
        if (ours && !makers.isEmpty()) {
            throw new InstantiationException("how what it remembers begins is not known: made by "
                    + String.join(" or ", makers));
        }
        return plan;
    }
}
