package jmh;

import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.RmsProp;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A step of ND4J's RmsPropUpdater and the update of the weights: a million doubles. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class Nd4jStep {
    private GradientUpdater<?> updater;
    private INDArray gradients;
    private INDArray weights;
    private int taken;

    @Setup
    public void begin() {
        gradients = Nd4j.createFromArray(Numbers.drawn(1)).reshape(1, -1);
        weights = Nd4j.createFromArray(Numbers.drawn(2)).reshape(1, -1);
        INDArray state = Nd4j.zeros(DataType.DOUBLE, 1, weights.length());
        updater = new RmsProp(1e-3, 0.9, 1e-8).instantiate(state, true);
    }

    @Benchmark
    public Object step() {
        // It writes its update into what it is given, which a training step makes anew.
        INDArray update = gradients.dup();
        updater.applyUpdater(update, taken++, 0);
        return weights.subi(update);
    }
}
