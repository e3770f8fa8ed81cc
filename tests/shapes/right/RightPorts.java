import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.BiConsumer;

/** Ports that are all right, each keeping its average, or taking weights, in another way. */
final class RightPorts {
    private RightPorts() {
    }
}

/** What they have in common. */
abstract class Base {
    final double learningRate;
    final double decayRate;
    final double epsilon;

    Base(double learningRate, double decayRate, double epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    /** Changes an array in place, and the average that belongs to it. */
    void change(double[] weights, double[] gradients, double[] average) {
        for (int i = 0; i < weights.length; i++) {
            average[i] = decayRate * average[i] + (1 - decayRate) * (gradients[i] * gradients[i]);
            weights[i] -= learningRate * gradients[i] / (Math.sqrt(average[i]) + epsilon);
        }
    }
}

class ByIdentity extends Base {
    private final Map<double[], double[]> averages = new IdentityHashMap<>();

    ByIdentity(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    void update(double[] weights, double[] gradients) {
        change(weights, gradients,
                averages.computeIfAbsent(weights, w -> new double[w.length]));
    }
}

class ByIdentityInAMap extends Base {
    private final Map<double[], double[]> averages = new IdentityHashMap<>();

    ByIdentityInAMap(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        gradients.forEach((name, g) -> {
            double[] w = weights.get(name);
            change(w, g, averages.computeIfAbsent(w, array -> new double[array.length]));
        });
    }
}

class InAWeakMap extends Base {
    /** Arrays are equal only to themselves. */
    private final Map<double[], double[]> averages = new WeakHashMap<>();

    InAWeakMap(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    void update(List<double[]> weights, List<double[]> gradients) {
        System.gc();
        for (int k = 0; k < weights.size(); k++) {
            double[] w = weights.get(k);
            change(w, gradients.get(k),
                    averages.computeIfAbsent(w, array -> new double[array.length]));
        }
    }
}

class ByIdentityHashCode extends Base {
    private static final Map<Integer, double[]> AVERAGES = new HashMap<>();

    ByIdentityHashCode(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    void update(double[] weights, double[] gradients) {
        change(weights, gradients,
                AVERAGES.computeIfAbsent(System.identityHashCode(weights),
                        key -> new double[weights.length]));
    }
}

class ByIdentityOfBoxes extends Base {
    private final Map<List<Double>, double[]> averages = new IdentityHashMap<>();

    ByIdentityOfBoxes(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    void update(List<Double> weights, List<Double> gradients) {
        double[] average =
                averages.computeIfAbsent(weights, w -> new double[w.size()]);
        double[] changed = weights.stream().mapToDouble(x -> x).toArray();
        change(changed, gradients.stream().mapToDouble(x -> x).toArray(), average);
        for (int i = 0; i < changed.length; i++) {
            weights.set(i, changed[i]);
        }
    }
}

class ByIdentityOfTheMap extends Base {
    private Map<String, double[]> known;
    private final Map<String, double[]> averages = new HashMap<>();

    ByIdentityOfTheMap(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        if (known != weights) {
            averages.clear();
            known = weights;
        }
        weights.forEach((name, w) -> change(w, gradients.get(name),
                averages.computeIfAbsent(name, key -> new double[w.length])));
    }
}

class ListMadeAtFirstCall extends Base {
    private List<double[]> averages;

    ListMadeAtFirstCall(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    void update(List<double[]> params, List<double[]> grads) {
        if (averages == null) {
            averages = new ArrayList<>();
            for (double[] w : params) {
                averages.add(new double[w.length]);
            }
        }
        for (int k = 0; k < params.size(); k++) {
            change(params.get(k), grads.get(k), averages.get(k));
        }
    }
}

class MapMadeAtFirstCall extends Base {
    private Map<String, double[]> averages;

    MapMadeAtFirstCall(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    void update(Map<String, double[]> params, Map<String, double[]> grads) {
        if (averages == null) {
            averages = new HashMap<>();
            params.forEach((name, w) -> averages.put(name, new double[w.length]));
        }
        params.forEach((name, w) -> change(w, grads.get(name), averages.get(name)));
    }
}

class RefusesOtherParameters extends Base {
    private final Map<String, double[]> averages = new HashMap<>();
    private Set<String> names;

    RefusesOtherParameters(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    void update(Map<String, double[]> params, Map<String, double[]> grads) {
        if (names == null) {
            names = Set.copyOf(params.keySet());
        }
        if (!names.equals(grads.keySet())) {
            throw new IllegalArgumentException("gradients of other parameters");
        }
        params.forEach((name, w) -> change(w, grads.get(name),
                averages.computeIfAbsent(name, key -> new double[w.length])));
    }
}

class ArraysOfArrays extends Base {
    private double[][] averages;

    ArraysOfArrays(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    void update(double[][] weights, double[][] gradients) {
        if (averages == null) {
            averages = new double[weights.length][];
            Arrays.setAll(averages, k -> new double[weights[k].length]);
        }
        for (int k = 0; k < weights.length; k++) {
            change(weights[k], gradients[k], averages[k]);
        }
    }
}

class ReturnsAnotherMap extends Base {
    private final Map<String, double[]> averages = new HashMap<>();

    ReturnsAnotherMap(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    Map<String, double[]> update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        Map<String, double[]> after = new LinkedHashMap<>();
        gradients.forEach((name, g) -> {
            double[] w = weights.get(name).clone();
            change(w, g, averages.computeIfAbsent(name, key -> new double[g.length]));
            after.put(name, w);
        });
        return Collections.unmodifiableMap(after);
    }
}

class ReturnsAnotherArray extends Base {
    private double[] average;

    ReturnsAnotherArray(double learningRate, double decayRate, double epsilon) {
        super(learningRate, decayRate, epsilon);
    }

    double[] update(double[] weights, double[] gradients) {
        double[] before = average == null ? new double[weights.length] : average;
        average = before.clone();
        double[] after = weights.clone();
        change(after, gradients, average);
        return after;
    }
}

class InALambda {
    private final BiConsumer<Map<String, double[]>, Map<String, double[]>> step;

    InALambda(double learningRate, double decayRate, double epsilon) {
        Map<String, double[]> averages = new HashMap<>();
        Base base = new Base(learningRate, decayRate, epsilon) {
        };
        step = (weights, gradients) -> gradients.forEach((name, g) -> base.change(
                weights.get(name), g, averages.computeIfAbsent(name, key -> new double[g.length])));
    }

    void update(Map<String, double[]> weights, Map<String, double[]> gradients) {
        step.accept(weights, gradients);
    }
}

final class InStatics {
    private static final Map<String, double[]> AVERAGES = new HashMap<>();

    private InStatics() {
    }

    static void update(Map<String, double[]> weights, Map<String, double[]> gradients,
            double learningRate, double decayRate, double epsilon) {
        Base base = new Base(learningRate, decayRate, epsilon) {
        };
        gradients.forEach((name, g) -> base.change(
                weights.get(name), g, AVERAGES.computeIfAbsent(name, key -> new double[g.length])));
    }
}
