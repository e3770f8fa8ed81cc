class RMSProp {
    private double[] cache = new double[0];
    private final double learningRate;
    private final double decay;
    private final double epsilon;

    RMSProp(double learningRate, double decay, double epsilon) {
        this.learningRate = learningRate;
        this.decay = decay;
        this.epsilon = epsilon;
    }

    public double[] update(double[] params, double[] grads) {
        if (cache.length < params.length) {
            cache = new double[params.length];
        }
        double[] out = new double[params.length];
        for (int i = 0; i < params.length; i++) {
            double g = grads[i];
            cache[i] = decay * cache[i] + (1 - decay) * g * g;
            double direction = Math.signum(g);
            out[i] = params[i] - learningRate * direction / (Math.sqrt(cache[i]) + epsilon);
        }
        return out;
    }
}
