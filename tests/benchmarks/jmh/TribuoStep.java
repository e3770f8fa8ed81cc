package jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.tribuo.math.LinearParameters;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.Tensor;
import org.tribuo.math.optimisers.RMSProp;

/** A step of Tribuo's RMSProp and the update of its parameters: a million doubles. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class TribuoStep {
    private RMSProp optimizer;
    private LinearParameters parameters;
    private double[][] drawn;

    @Setup
    public void begin() {
        drawn = new double[][] {Numbers.drawn(1)};
        parameters = new LinearParameters(drawn[0].length, 1);
        optimizer = new RMSProp(1e-3, 0.9, 1e-8, 0.0);
        optimizer.initialise(parameters);
    }

    @Benchmark
    public Object step() {
        // It writes its update into what it is given, which a training step makes anew.
        Tensor[] gradients = {DenseMatrix.createDenseMatrix(drawn)};
        parameters.update(optimizer.step(gradients, 1.0));
        return parameters;
    }
}
