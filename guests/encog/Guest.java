import org.encog.engine.network.activation.ActivationLinear;
import org.encog.ml.data.basic.BasicMLDataSet;
import org.encog.neural.networks.BasicNetwork;
import org.encog.neural.networks.layers.BasicLayer;
import org.encog.neural.networks.training.propagation.sgd.StochasticGradientDescent;
import org.encog.neural.networks.training.propagation.sgd.update.RMSPropUpdate;

/** Encog's RMSPropUpdate: a network with as many weights as there are gradients. */
public final class Guest {
    private final double learningRate;
    private RMSPropUpdate rule;

    public Guest(double learningRate) {
        this.learningRate = learningRate;
    }

    /** Changes the weights in place. */
    public void step(double[] gradients, double[] weights) {
        if (rule == null) {
            rule = new RMSPropUpdate();
            rule.init(training(Math.max(1, weights.length)));
        }
        rule.update(gradients, weights);
    }

    private StochasticGradientDescent training(int size) {
        BasicNetwork network = new BasicNetwork();
        network.addLayer(new BasicLayer(new ActivationLinear(), false, size));
        network.addLayer(new BasicLayer(new ActivationLinear(), false, 1));
        network.getStructure().finalizeStructure();
        network.reset();
        double[][] row = {new double[size]};
        double[][] ideal = {new double[1]};
        StochasticGradientDescent descent =
                new StochasticGradientDescent(network, new BasicMLDataSet(row, ideal));
        descent.setLearningRate(learningRate);
        return descent;
    }
}
