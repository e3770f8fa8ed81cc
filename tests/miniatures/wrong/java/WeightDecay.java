class RmsProp {
    private final double learningRate, decayRate, epsilon, l2;
    private double[] average;

    RmsProp(double learningRate, double decayRate, double epsilon, double l2) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
        this.l2 = l2;
    }

    RmsProp(double learningRate, double decayRate, double epsilon) {
        this(learningRate, decayRate, epsilon, 0.01);
    }

    void update(double[] weights, double[] gradient) {
        if (average == null) {
            average = new double[weights.length];
        }
        for (int i = 0; i < weights.length; i++) {
            double g = gradient[i] + l2 * weights[i];
            average[i] = decayRate * average[i] + (1 - decayRate) * g * g;
            weights[i] -= learningRate * g / (Math.sqrt(average[i]) + epsilon);
        }
    }
}
