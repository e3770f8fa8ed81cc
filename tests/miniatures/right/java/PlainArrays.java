/** RMSProp for one array, with no maps at all. */
public final class PlainArrays {
    private final double lr;
    private final double rho;
    private final double eps;
    private double[] meanSquare;

    public PlainArrays(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    public void step(double[] params, double[] grads) {
        if (meanSquare == null) {
            meanSquare = new double[params.length];
        }
        for (int i = params.length; i-- > 0; ) {
            meanSquare[i] = rho * meanSquare[i] + (1 - rho) * (grads[i] * grads[i]);
            params[i] -= lr * grads[i] / (Math.sqrt(meanSquare[i]) + eps);
        }
    }
}
