package jmh;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A step of the right edition in Java: a million doubles, weights changed in place. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class EditionStep {
    private RMSProp edition;
    private Map<String, double[]> gradients;
    private Map<String, double[]> weights;

    @Setup
    public void begin() {
        edition = new RMSProp(1e-3, 0.9, 1e-8);
        gradients = Map.of("w", Numbers.drawn(1));
        weights = Map.of("w", Numbers.drawn(2));
    }

    @Benchmark
    public Object step() {
        edition.updateWeights(gradients, weights);
        return weights;
    }
}
