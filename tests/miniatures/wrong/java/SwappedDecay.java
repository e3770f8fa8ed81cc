/** Updates one array of parameters; make one per layer. */
class RmsProp {
    double eta;
    double rho;
    double eps;
    double[] average;

    RmsProp(double eta, double rho, double eps) {
        this.eta = eta;
        this.rho = rho;
        this.eps = eps;
    }

    void step(double[] theta, double[] grad) {
        if (average == null) {
            average = new double[theta.length];
        }
        for (int i = 0; i < theta.length; i++) {
            average[i] = (1 - rho) * average[i] + rho * (grad[i] * grad[i]);
            theta[i] -= eta * grad[i] / (Math.sqrt(average[i]) + eps);
        }
    }
}
