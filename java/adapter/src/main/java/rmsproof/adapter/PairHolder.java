package rmsproof.adapter;

/**
 * Weights and biases that are handed over in one call, each with its gradients: {@code update(w,
 * dw, b, db)}. Both are given the same array, and each of them is read in turn.
 *
 * @param weights how weights are wanted
 * @param gradients how their gradients are
 * @param biases how biases are wanted
 * @param biasGradients how their gradients are
 */
public record PairHolder(Holder weights, Holder gradients, Holder biases, Holder biasGradients)
        implements Holder {

    /** What a call is given. */
    public static final class Pair {
        private final Object weights;
        private final Object biases;
        private final boolean second;
        private Object gradients;
        private Object biasGradients;

        private Pair(Object weights, Object biases, boolean second) {
            this.weights = weights;
            this.biases = biases;
            this.second = second;
        }

        /** What plays one of the four roles. */
        public Object of(String role) {
            return switch (role) {
                case "weights" -> weights;
                case "biases" -> biases;
                case "gradients" -> gradients;
                default -> biasGradients;
            };
        }

        /** The role of which of the two is looked at. */
        public String read() {
            return second ? "biases" : "weights";
        }
    }

    @Override
    public Object array(double[] values, int offset, int length) {
        return new Pair(weights.array(values, offset, length),
                biases.array(values, offset, length), offset > 0);
    }

    @Override
    public Object together(String[] names, Object[] arrays) {
        return arrays[0];
    }

    @Override
    public Container container() {
        return Container.ARRAY;
    }

    @Override
    public double stored(double value) {
        return weights.stored(value);
    }

    @Override
    public boolean mutable() {
        return weights.mutable() && biases.mutable();
    }

    @Override
    public Object view(Object array) {
        if (!(array instanceof Pair pair)) {
            return weights.view(array);
        }
        return pair.second ? biases.view(pair.biases) : weights.view(pair.weights);
    }

    @Override
    public void feed(Object array, Object given) {
        double[] row = Flat.of(gradients.view(given));
        Pair pair = (Pair) array;
        pair.gradients = given;
        pair.biasGradients = biasGradients.array(row, 0, row.length);
    }

    @Override
    public Holder in(ClassLoader loader) {
        return new PairHolder(weights.in(loader), gradients.in(loader), biases.in(loader),
                biasGradients.in(loader));
    }
}
