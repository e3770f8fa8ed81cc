import org.junit.jupiter.params.ParameterizedTest;
import rmsproof.testing.Golden;
import rmsproof.testing.GoldenSource;
import rmsproof.testing.Update;

/** Holds an optimizer against every golden. */
class RMSPropConformanceTest {

    @ParameterizedTest(name = "{0}")
    @GoldenSource("reference/float64")
    void conforms(Golden golden) {
        golden.checkDoubles(optimizer(golden));
    }

    /** Makes your optimizer with the hyperparameters of a golden. */
    private static Update<double[]> optimizer(Golden golden) {
        double learningRate = golden.learningRate();
        double decayRate = golden.decayRate();
        double epsilon = golden.epsilon();
        // RMSProp optimizer = new RMSProp(learningRate, decayRate, epsilon);
        // return (gradients, weights) -> {
        //     optimizer.updateWeights(gradients, weights);
        //     return weights;
        // };
        throw new UnsupportedOperationException("make your optimizer here");
    }
}
