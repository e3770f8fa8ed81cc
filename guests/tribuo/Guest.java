import org.tribuo.math.LinearParameters;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.Tensor;
import org.tribuo.math.optimisers.RMSProp;

/** Tribuo's RMSProp: it returns the update, which is subtracted here. */
public final class Guest {
    private final RMSProp optimiser;
    private boolean begun;

    public Guest(double learningRate, double decayRate, double epsilon) {
        optimiser = new RMSProp(learningRate, decayRate, epsilon, 0.0);
    }

    /** Changes the weights in place. */
    public void step(double[] gradients, double[] weights) {
        if (!begun) {
            optimiser.initialise(new LinearParameters(weights.length, 1));
            begun = true;
        }
        Tensor[] given = {DenseMatrix.createDenseMatrix(new double[][] {gradients})};
        DenseMatrix update = (DenseMatrix) optimiser.step(given, 1.0)[0];
        for (int i = 0; i < weights.length; i++) {
            weights[i] -= update.get(0, i);
        }
    }
}
