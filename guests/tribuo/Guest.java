import org.tribuo.math.Parameters;
import org.tribuo.math.la.DenseVector;
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
            optimiser.initialise(new One(weights.length));
            begun = true;
        }
        Tensor[] given = {DenseVector.createDenseVector(gradients.clone())};
        DenseVector update = (DenseVector) optimiser.step(given, 1.0)[0];
        for (int i = 0; i < weights.length; i++) {
            weights[i] -= update.get(i);
        }
    }

    private record One(int size) implements Parameters {
        @Override
        public Tensor[] getEmptyCopy() {
            return new Tensor[] {new DenseVector(size)};
        }

        @Override
        public Tensor[] get() {
            return getEmptyCopy();
        }

        @Override
        public void set(Tensor[] newWeights) {}

        @Override
        public void update(Tensor[] gradients) {}

        @Override
        public Tensor[] merge(Tensor[][] gradients, int size) {
            return gradients[0];
        }
    }
}
