import java.util.stream.IntStream;

class Rms {
    private final double eta;
    private final double decay;
    private final double epsilon;
    private double[] average = {};

    Rms(double eta, double decay, double epsilon) {
        this.eta = eta;
        this.decay = decay;
        this.epsilon = epsilon;
    }

    double[] next(double[] gradient, double[] theta) {
        double[] old = average.length == theta.length ? average : new double[theta.length];
        average = IntStream.range(0, theta.length)
                .mapToDouble(i -> old[i] + (1 - decay) * (gradient[i] * gradient[i] - old[i]))
                .toArray();
        return IntStream.range(0, theta.length)
                .mapToDouble(i -> theta[i] - eta * gradient[i] / (Math.sqrt(average[i]) + epsilon))
                .toArray();
    }
}
