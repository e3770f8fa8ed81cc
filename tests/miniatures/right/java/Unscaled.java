/** Squares are weighted when they are used, not when they are added. */
class UnscaledRMSProp {
    private final double lr, decay, eps;
    private double[] sum;

    UnscaledRMSProp(double lr, double decay, double eps) {
        this.lr = lr;
        this.decay = decay;
        this.eps = eps;
    }

    void update(double[] w, double[] g) {
        sum = sum == null ? new double[w.length] : sum;
        for (int i = 0; i < w.length; i++) {
            sum[i] = decay * sum[i] + g[i] * g[i];
            w[i] -= lr * g[i] / (Math.sqrt((1 - decay) * sum[i]) + eps);
        }
    }
}
