package rmsproof.adapter;

import com.google.gson.JsonObject;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Feeds objects that keep their numbers themselves: the elements of each array lie on the pairs of
 * as many objects as it takes, which are stepped with it.
 */
final class GraphSession implements Feeding {
    /** Stands where an object has more numbers than an array has elements left. */
    private static final double SPARE = 1;

    private final Port port;
    private final GraphWay way;
    private final Map<String, String> roles;
    private final Map<String, String> placed;
    private final Map<String, Double> hyperparameters;
    private final Layout layout;
    private final double[] weights;
    private final List<List<Part>> parts = new ArrayList<>();
    private boolean moved;
    private int step;

    /** An object, and which elements lie on it. */
    private record Part(Graph graph, int from, int count) {}

    /**
     * @param roles of numbers, by their paths: those that a hyperparameter is given
     * @param placed the same of those that are set once the object is made
     */
    GraphSession(Port port, GraphWay way, Map<String, String> roles, Map<String, String> placed,
            Map<String, Double> hyperparameters, Layout layout, double[] weights) {
        this.port = port;
        this.way = way;
        this.roles = roles;
        this.placed = placed;
        this.hyperparameters = hyperparameters;
        this.layout = layout;
        this.weights = weights.clone();
    }

    @Override
    public String open() {
        try {
            for (int j = 0; j < layout.count(); j++) {
                List<Part> several = new ArrayList<>();
                ClassLoader loader = port.freshLoader();
                for (int i = 0; i < layout.lengths()[j]; i += way.pairs().size()) {
                    int count = Math.min(way.pairs().size(), layout.lengths()[j] - i);
                    several.add(part(loader, layout.offsets()[j] + i, count));
                }
                parts.add(several);
            }
            return null;
        } catch (Throwable thrown) {
            return Failure.crash(0, thrown, port);
        }
    }

    private Part part(ClassLoader loader, int from, int count) throws ReflectiveOperationException {
        Part part = new Part(port.graph(way.plan(), loader, numbers()), from, count);
        placed.forEach((path, role) -> // each may put another object where the next is
                set(part.graph.settings(), path, hyperparameters.get(role)));
        if (way.mode().equals("weights") || way.mode().equals("turned")) {
            Map<String, Cell> cells = part.graph.cells();
            for (int k = 0; k < way.pairs().size(); k++) {
                set(cells, way.pairs().get(k).weight(), k < count ? weights[from + k] : SPARE);
            }
        }
        return part;
    }

    /** What parameters are given: hyperparameters by their roles. */
    private Map<String, Double> numbers() {
        Map<String, Double> numbers = new HashMap<>(way.numbers());
        roles.forEach((path, role) -> numbers.put(path, hyperparameters.get(role)));
        return numbers;
    }

    private static void set(Map<String, Cell> cells, String path, double value) {
        Cell cell = cells.get(path);
        if (cell == null) {
            throw new IllegalStateException("there is no " + path + " any more");
        }
        cell.set(value);
    }

    @Override
    public Map<String, Cell> settings() {
        return parts.stream().flatMap(List::stream).findFirst()
                .map(part -> part.graph.settings()).orElse(Map.of());
    }

    @Override
    public Steps run(int steps, double[] gradients, byte[] present) {
        int size = weights.length;
        double[] trajectory = new double[steps * size];
        String failure = null;
        int done = 0;
        try {
            for (; done < steps; done++) {
                step++;
                for (int j = 0; j < layout.count(); j++) {
                    if (present[done * layout.count() + j] != 0) {
                        for (Part part : parts.get(j)) {
                            step(part, gradients, done * size);
                        }
                    }
                }
                System.arraycopy(weights, 0, trajectory, done * size, size);
            }
        } catch (GarbledException garbled) {
            failure = Failure.garbled(step, garbled);
        } catch (InvocationTargetException thrown) {
            failure = Failure.crash(step, thrown.getCause(), port);
        } catch (Throwable thrown) {
            failure = Failure.crash(step, thrown, port);
        }
        JsonObject facts = new JsonObject();
        facts.addProperty("where", moved ? "in place" : "nowhere");
        facts.addProperty("container", Container.ARRAY.word());
        facts.addProperty("pair", "");
        facts.addProperty("gradients_changed", false);
        facts.addProperty("widened", false);
        return new Steps(done == steps ? trajectory : Arrays.copyOf(trajectory, done * size), null,
                done, failure, facts.toString());
    }

    private void step(Part part, double[] gradients, int row)
            throws ReflectiveOperationException, GarbledException {
        boolean returned = way.mode().equals("returned");
        Map<String, Cell> cells = returned && step > 1
                ? part.graph.renewed(way.pairs().get(0).weight()) : part.graph.cells();
        way.others().forEach(path -> set(cells, path, way.rest()));
        numbers().forEach((path, value) -> {
            if (roles.containsKey(path) || ObjectGraph.isNumber(path)) {
                Cell cell = cells.get(path);
                if (cell != null) {
                    cell.set(value);
                }
            }
        });
        for (int k = 0; k < way.pairs().size(); k++) {
            GraphWay.Pair pair = way.pairs().get(k);
            int at = part.from + k;
            double gradient = k < part.count ? gradients[row + at] : SPARE;
            set(cells, pair.gradient(), way.mode().equals("turned") ? -gradient : gradient);
            if (returned) {
                set(cells, pair.weight(), k < part.count ? weights[at] : SPARE);
            }
        }
        part.graph.step(step);
        Map<String, Cell> after = part.graph.cells();
        for (int k = 0; k < part.count; k++) {
            Cell cell = after.get(way.pairs().get(k).result());
            if (cell == null) {
                throw new GarbledException("nothing is left of a weight");
            }
            double before = weights[part.from + k];
            double rate = hyperparameters.getOrDefault("learning_rate", 1.0);
            double now = switch (way.mode()) {
                case "step" -> before - cell.value();
                case "ascent" -> before + cell.value();
                case "rate" -> before - rate * cell.value();
                case "factor" -> before - gradients[row + part.from + k] * cell.value();
                case "rated" -> before - rate * gradients[row + part.from + k] * cell.value();
                default -> cell.value();
            };
            now = cell.narrow() ? (float) now : now;
            moved |= Double.compare(now, before) != 0;
            weights[part.from + k] = now;
        }
    }
}
