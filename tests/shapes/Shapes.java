// One optimizer in the shapes in which people write it: a class each, all right unless its comment
// says otherwise. What is bound is in the table of tests/languages/test_jvm_shapes.py.

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The update of one array, which most of the classes share. */
class Update {
    static void inPlace(double[] w, double[] g, double[] v, double lr, double rho, double eps) {
        for (int i = 0; i < w.length; i++) {
            v[i] = rho * v[i] + (1 - rho) * (g[i] * g[i]);
            w[i] -= lr * g[i] / (Math.sqrt(v[i]) + eps);
        }
    }
}

class SizeFirst {
    private final double lr, rho, eps;
    private final double[] v;

    SizeFirst(int numParameters, double lr, double rho, double eps) {
        v = new double[numParameters];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void step(double[] params, double[] grads) {
        Update.inPlace(params, grads, v, lr, rho, eps);
    }
}

class SetUp {
    private final double lr, rho, eps;
    private double[] v;

    SetUp(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void setup(int d) {
        v = new double[d];
    }

    void update(double[] x, double[] grad) {
        Update.inPlace(x, grad, v, lr, rho, eps);
    }
}

class RateAtEachCall {
    private final double rho, eps;
    private double[] v;

    RateAtEachCall(double rho, double eps) {
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[] weights, double[] gradients, double learningRate) {
        if (v == null) v = new double[weights.length];
        Update.inPlace(weights, gradients, v, learningRate, rho, eps);
    }
}

class SteppedFromOutside {
    private final double lr, rho, eps;
    private double[] v;
    private int last;

    SteppedFromOutside(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[] weights, double[] gradients, int iteration) {
        if (iteration != last + 1) throw new IllegalStateException("iteration " + iteration);
        last = iteration;
        if (v == null) v = new double[weights.length];
        Update.inPlace(weights, gradients, v, lr, rho, eps);
    }
}

/** Its settings never change: each method of that name makes another one. */
final class CopiedWith {
    private final double lr, rho, eps;
    private double[] v;

    private CopiedWith(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    static CopiedWith create() {
        return new CopiedWith(0.02, 0.95, 1e-7);
    }

    CopiedWith withLearningRate(double value) {
        return new CopiedWith(value, rho, eps);
    }

    CopiedWith withDecay(double value) {
        return new CopiedWith(lr, value, eps);
    }

    CopiedWith withEpsilon(double value) {
        return new CopiedWith(lr, rho, value);
    }

    void minimize(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        Update.inPlace(weights, gradients, v, lr, rho, eps);
    }
}

/** Settings that only their builder makes. */
final class Settings {
    private final double rate, keep, small;

    private Settings(Builder builder) {
        rate = builder.rate;
        keep = builder.keep;
        small = builder.small;
    }

    double learningRate() { return rate; }
    double rho() { return keep; }
    double eps() { return small; }

    static Builder newBuilder() {
        return new Builder();
    }

    static final class Builder {
        private double rate = 0.02, keep = 0.95, small = 1e-7;

        Builder learningRate(double v) { rate = v; return this; }
        Builder rho(double v) { keep = v; return this; }
        Builder eps(double v) { small = v; return this; }
        Settings build() { return new Settings(this); }
    }
}

class BuiltSettings {
    private final Settings settings;
    private double[] v;

    BuiltSettings(Settings settings) {
        this.settings = settings;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        Update.inPlace(weights, gradients, v, settings.learningRate(), settings.rho(),
                settings.eps());
    }
}

class Cube {
    private final double lr, rho, eps;
    private double[][][] v;

    Cube(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[][][] weights, double[][][] gradients) {
        if (v == null) v = new double[weights.length][weights[0].length][weights[0][0].length];
        for (int i = 0; i < weights.length; i++) {
            for (int j = 0; j < weights[i].length; j++) {
                Update.inPlace(weights[i][j], gradients[i][j], v[i][j], lr, rho, eps);
            }
        }
    }
}

class ListOfMatrices {
    private final double lr, rho, eps;
    private final List<double[][]> averages = new ArrayList<>();

    ListOfMatrices(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(List<double[][]> weights, List<double[][]> gradients) {
        for (int k = 0; k < weights.size(); k++) {
            double[][] w = weights.get(k);
            if (averages.size() == k) averages.add(new double[w.length][w[0].length]);
            for (int i = 0; i < w.length; i++) {
                Update.inPlace(w[i], gradients.get(k)[i], averages.get(k)[i], lr, rho, eps);
            }
        }
    }
}

class OneNumberByIndex {
    private final double lr, rho, eps;
    private final double[] v;

    OneNumberByIndex(double lr, double rho, double eps, int size) {
        v = new double[size];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double update(int index, double weight, double gradient) {
        v[index] = rho * v[index] + (1 - rho) * (gradient * gradient);
        return weight - lr * gradient / (Math.sqrt(v[index]) + eps);
    }
}

class ChangeOfOneNumber {
    private double beta = 0.5, e = 1, v;

    void setBeta(double beta) {
        this.beta = beta;
    }

    void setEpsilon(double e) {
        this.e = e;
    }

    double change(double gradient, double learningRate) {
        v = beta * v + (1 - beta) * (gradient * gradient);
        return -(learningRate * gradient / (Math.sqrt(v) + e));
    }
}

/** Returns the gradient over the root: the rate is for the caller to multiply by. */
class Direction {
    private final double rho, eps;
    private double[] v;

    Direction(double rho, double eps) {
        this.rho = rho;
        this.eps = eps;
    }

    double[] direction(double[] grad) {
        if (v == null) v = new double[grad.length];
        double[] result = new double[grad.length];
        for (int at = 0; at < grad.length; at++) {
            v[at] = rho * v[at] + (1 - rho) * (grad[at] * grad[at]);
            result[at] = grad[at] / (Math.sqrt(v[at]) + eps);
        }
        return result;
    }
}

/** Turns the gradients that it is given into steps where they are. */
class GradientsBecomeSteps {
    private final double lr, rho, eps;
    private double[] v;

    GradientsBecomeSteps(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void apply(double[] gradients) {
        if (v == null) v = new double[gradients.length];
        for (int i = 0; i < v.length; i++) {
            v[i] = rho * v[i] + (1 - rho) * (gradients[i] * gradients[i]);
            gradients[i] = lr * gradients[i] / (Math.sqrt(v[i]) + eps);
        }
    }
}

class Matrix {
    private final int rows, cols;
    private final double[][] cells;

    Matrix(int rows, int cols) {
        this.rows = rows;
        this.cols = cols;
        cells = new double[rows][cols];
    }

    double get(int i, int j) {
        return cells[i][j];
    }

    void set(int i, int j, double x) {
        cells[i][j] = x;
    }

    int rows() {
        return rows;
    }

    int cols() {
        return cols;
    }
}

class OwnMatrix {
    private final double lr, rho, eps;
    private final Map<Matrix, Matrix> averages = new IdentityHashMap<>();

    OwnMatrix(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(Matrix weights, Matrix gradients) {
        Matrix v = averages.computeIfAbsent(weights, w -> new Matrix(w.rows(), w.cols()));
        for (int i = 0; i < weights.rows(); i++) {
            for (int j = 0; j < weights.cols(); j++) {
                double g = gradients.get(i, j);
                v.set(i, j, rho * v.get(i, j) + (1 - rho) * (g * g));
                double root = Math.sqrt(v.get(i, j));
                weights.set(i, j, weights.get(i, j) - lr * g / (root + eps));
            }
        }
    }
}

abstract class Stepping {
    protected Parameter[] parameters;

    protected void initParameters(Parameter[] parameters) {
        this.parameters = parameters;
    }

    abstract void step();
}

class HandedUnderAnyName extends Stepping {
    private final double lr, rho, eps;
    private double[][] averages;

    HandedUnderAnyName(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    public void construir(Parameter[] parameters) {
        initParameters(parameters);
        averages = new double[parameters.length][];
    }

    @Override
    void step() {
        for (int i = 0; i < parameters.length; i++) {
            double[] w = parameters[i].data, g = parameters[i].grad;
            averages[i] = averages[i] == null ? new double[w.length] : averages[i];
            for (int j = 0; j < w.length; j++) {
                averages[i][j] = rho * averages[i][j] + (1 - rho) * (g[j] * g[j]);
                w[j] -= lr * g[j] / (Math.sqrt(averages[i][j]) + eps);
            }
        }
    }
}

class Cell {
    final double[] W, G, V;

    Cell(int units) {
        W = new double[units];
        G = new double[units];
        V = new double[units];
    }
}

class LettersOfAPaper {
    private final double lr, rho, eps;

    LettersOfAPaper(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(Cell c) {
        for (int i = 0; i < c.W.length; i++) {
            c.V[i] = rho * c.V[i] + (1 - rho) * (c.G[i] * c.G[i]);
            c.W[i] -= lr * c.G[i] / (Math.sqrt(c.V[i]) + eps);
        }
    }
}

class SizesOfLayers {
    private final double lr, rho, eps;
    private final double[][] averages;

    SizesOfLayers(int[] topology, double lr, double rho, double eps) {
        this.averages = new double[topology.length - 1][topology[1]];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[][] weights, double[][] gradients) {
        for (int i = 0; i < weights.length; i++) {
            for (int j = 0; j < weights[i].length; j++) {
                double g = gradients[i][j];
                averages[i][j] = rho * averages[i][j] + (1 - rho) * (g * g);
                weights[i][j] -= lr * g / (Math.sqrt(averages[i][j]) + eps);
            }
        }
    }
}

abstract class Holding<A> {
    protected final A held;

    Holding(A held) {
        this.held = held;
    }
}

class HeldGrid extends Holding<double[][]> {
    HeldGrid(int rows, int columns) {
        super(new double[rows][columns]);
    }

    double[][] all() {
        return held;
    }
}

class HeldByABase {
    private final double lr, rho, eps;
    private final Map<HeldGrid, HeldGrid> averages = new IdentityHashMap<>();

    HeldByABase(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(HeldGrid weights, HeldGrid gradients) {
        for (int i = 0; i < weights.all().length; i++) {
            double[] w = weights.all()[i], g = gradients.all()[i];
            double[] v = averages.computeIfAbsent(weights, a -> new HeldGrid(1, w.length)).all()[i];
            for (int j = 0; j < w.length; j++) {
                v[j] = rho * v[j] + (1 - rho) * (g[j] * g[j]);
                w[j] -= lr * g[j] / (Math.sqrt(v[j]) + eps);
            }
        }
    }
}

record Vector(float[] values) {
    static Vector zeros(int n) {
        return new Vector(new float[n]);
    }
}

class OwnVectorReturned {
    private final float lr, rho, eps;
    private Vector v;

    OwnVectorReturned(float lr, float rho, float eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    Vector next(Vector weights, Vector grad) {
        if (v == null) v = Vector.zeros(grad.values().length);
        float[] next = new float[grad.values().length];
        for (int i = 0; i < next.length; i++) {
            float g = grad.values()[i];
            v.values()[i] = rho * v.values()[i] + (1 - rho) * (g * g);
            next[i] = weights.values()[i] - lr * g / ((float) Math.sqrt(v.values()[i]) + eps);
        }
        return new Vector(next);
    }
}

class Parameter {
    double[] data;
    double[] grad;

    Parameter(double[] data) {
        this.data = data;
    }
}

class ParametersOnce {
    private final List<Parameter> params;
    private final Map<Parameter, double[]> state = new HashMap<>();
    private final double lr, alpha, eps;

    ParametersOnce(List<Parameter> params, double lr, double alpha, double eps) {
        this.params = params;
        this.lr = lr;
        this.alpha = alpha;
        this.eps = eps;
    }

    void step() {
        for (Parameter p : params) {
            double[] v = state.computeIfAbsent(p, x -> new double[x.data.length]);
            Update.inPlace(p.data, p.grad, v, lr, alpha, eps);
        }
    }
}

/** Epsilon is inside of the root here. */
class ParametersAtEachStep {
    private final Map<Parameter, double[]> state = new HashMap<>();
    private final double lr, alpha, eps;

    ParametersAtEachStep(double lr, double alpha, double eps) {
        this.lr = lr;
        this.alpha = alpha;
        this.eps = eps;
    }

    void step(Parameter[] parameters) {
        for (Parameter p : parameters) {
            double[] v = state.computeIfAbsent(p, x -> new double[x.data.length]);
            for (int i = 0; i < v.length; i++) {
                v[i] = alpha * v[i] + (1 - alpha) * (p.grad[i] * p.grad[i]);
                p.data[i] -= lr * p.grad[i] / Math.sqrt(v[i] + eps);
            }
        }
    }
}

class Layer {
    double[][] weights;
    double[] biases;
    double[][] dWeights;
    double[] dBiases;
    double[][] cache;
    double[] biasCache;

    Layer(int inputs, int outputs) {
        weights = new double[inputs][outputs];
        biases = new double[outputs];
    }
}

class LayerObject {
    private final double lr, rho, eps;

    LayerObject(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(Layer layer) {
        if (layer.cache == null) {
            layer.cache = new double[layer.weights.length][layer.weights[0].length];
        }
        for (int i = 0; i < layer.weights.length; i++) {
            Update.inPlace(layer.weights[i], layer.dWeights[i], layer.cache[i], lr, rho, eps);
        }
        if (layer.biasCache == null) layer.biasCache = new double[layer.biases.length];
        Update.inPlace(layer.biases, layer.dBiases, layer.biasCache, lr, rho, eps);
    }
}

/** Biases descend without an average: what weights do says nothing for them. */
class BiasesOtherwise {
    private final double lr, rho, eps;

    BiasesOtherwise(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(Layer layer) {
        if (layer.cache == null) layer.cache = new double[1][layer.weights[0].length];
        Update.inPlace(layer.weights[0], layer.dWeights[0], layer.cache[0], lr, rho, eps);
        for (int i = 0; i < layer.biases.length; i++) layer.biases[i] -= lr * layer.dBiases[i];
    }
}

/** A network cannot be made without what it reads from a file; its layers are what matters. */
class Network {
    final List<Dense> layers = new ArrayList<>();
    private final String file;

    Network(java.io.Reader file) {
        this.file = file.toString();
    }
}

class Dense {
    private double[][] w;
    private double[] b;
    private double[][] dw;
    private double[] db;

    Dense(Network owner, int outputs) {
        w = new double[owner.layers.get(0).w.length][outputs];
    }

    double[][] getWeights() {
        return w;
    }

    double[][] getWeightGradients() {
        return dw;
    }

    double[] getBiases() {
        return b;
    }

    double[] getBiasGradients() {
        return db;
    }
}

class NetworkObject {
    private final List<double[][]> averages = new ArrayList<>();
    private final List<double[]> biasAverages = new ArrayList<>();
    private final double lr, rho, eps;

    NetworkObject(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void init(Network network) {
        for (Dense layer : network.layers) {
            averages.add(new double[layer.getWeights().length][layer.getWeights()[0].length]);
            biasAverages.add(new double[layer.getBiases().length]);
        }
    }

    void updateWeights(Network network) {
        for (int k = 0; k < network.layers.size(); k++) {
            Dense layer = network.layers.get(k);
            double[][] w = layer.getWeights();
            for (int i = 0; i < w.length; i++) {
                double[] g = layer.getWeightGradients()[i];
                Update.inPlace(w[i], g, averages.get(k)[i], lr, rho, eps);
            }
            double[] b = layer.getBiases();
            Update.inPlace(b, layer.getBiasGradients(), biasAverages.get(k), lr, rho, eps);
        }
    }
}

class Module {
    Parameter weight;
    Parameter bias;
}

/** Epsilon is inside of the root here. */
class ModuleObject {
    private final Map<Parameter, double[]> averages = new HashMap<>();
    private final double lr, rho, eps;

    ModuleObject(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void step(Module module) {
        for (Parameter p : List.of(module.weight, module.bias)) {
            double[] v = averages.computeIfAbsent(p, x -> new double[x.data.length]);
            for (int i = 0; i < v.length; i++) {
                v[i] = rho * v[i] + (1 - rho) * (p.grad[i] * p.grad[i]);
                p.data[i] -= lr * p.grad[i] / Math.sqrt(v[i] + eps);
            }
        }
    }
}

class Registered {
    private Parameter[] parameters;
    private double[][] averages;
    private final double lr, rho, eps;

    Registered(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void addParameters(Parameter[] parameters) {
        this.parameters = parameters;
        averages = new double[parameters.length][];
        for (int k = 0; k < averages.length; k++) averages[k] = new double[parameters[k].data.length];
    }

    void update() {
        for (int k = 0; k < averages.length; k++) {
            Update.inPlace(parameters[k].data, parameters[k].grad, averages[k], lr, rho, eps);
        }
    }
}

class Value {
    final double[] data;
    Value gradient;

    Value(double[] data) {
        this.data = data;
    }
}

class ValueObject {
    private final Map<Value, double[]> averages = new IdentityHashMap<>();
    private final double lr, rho, eps;

    ValueObject(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(Value value) {
        double[] v = averages.computeIfAbsent(value, x -> new double[x.data.length]);
        Update.inPlace(value.data, value.gradient.data, v, lr, rho, eps);
    }
}

class WeightsAndBiases {
    private final Map<Object, double[]> averages = new IdentityHashMap<>();
    private final double lr, rho, eps;

    WeightsAndBiases(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[][] w, double[] b, double[][] dw, double[] db) {
        for (int i = 0; i < w.length; i++) {
            double[] v = averages.computeIfAbsent(w[i], x -> new double[dw[0].length]);
            Update.inPlace(w[i], dw[i], v, lr, rho, eps);
        }
        Update.inPlace(b, db, averages.computeIfAbsent(b, x -> new double[db.length]), lr, rho, eps);
    }
}

/** Biases climb: wrong, though weights are right. */
class BiasesClimb {
    private final Map<Object, double[]> averages = new IdentityHashMap<>();
    private final double lr, rho, eps;

    BiasesClimb(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[] w, double[] dw, double[] b, double[] db) {
        Update.inPlace(w, dw, averages.computeIfAbsent(w, x -> new double[w.length]), lr, rho, eps);
        Update.inPlace(b, db, averages.computeIfAbsent(b, x -> new double[b.length]), -lr, rho, eps);
    }
}

/** What a batch is, names do not say; of one gradient it is one. */
class DividedByBatch {
    private final double lr, rho, eps;
    private final int batch;
    private double[] v;

    DividedByBatch(double lr, double rho, double eps, int batch) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
        this.batch = batch;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        double[] mean = gradients.clone();
        for (int i = 0; i < mean.length; i++) mean[i] /= batch;
        Update.inPlace(weights, mean, v, lr, rho, eps);
    }
}

/** Which of the two is which, only trying tells. */
class EitherWay {
    private final double lr, rho, eps;
    private double[] v;

    EitherWay(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void go(double[] uphill, double[] here) {
        if (v == null) v = new double[here.length];
        Update.inPlace(here, uphill, v, lr, rho, eps);
    }
}

/** Epsilon is inside of the root here, and the average belongs to the caller. */
class AverageOutside {
    private final double lr, rho, eps;

    AverageOutside(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double[] optimize(double[] grads, double[][] params) {
        double[] step = new double[grads.length];
        for (int i = 0; i < step.length; i++) {
            params[0][i] = rho * params[0][i] + (1 - rho) * (grads[i] * grads[i]);
            step[i] = lr * grads[i] / Math.sqrt(params[0][i] + eps);
        }
        return step;
    }
}

/** Rows that are left alone are no part of what is optimized. */
class SkipsSome {
    private final double lr, rho, eps;
    private double[] v;

    SkipsSome(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[] gradients, double[] weights, java.util.Set<Integer> fixed) {
        if (v == null) v = new double[weights.length];
        if (!fixed.contains(0)) Update.inPlace(weights, gradients, v, lr, rho, eps);
    }
}

class WeightsOnce {
    private final List<double[]> weights;
    private final List<double[]> averages = new ArrayList<>();
    private final double lr, rho, eps;

    WeightsOnce(List<double[]> weights, double lr, double rho, double eps) {
        this.weights = weights;
        for (double[] w : weights) averages.add(new double[w.length]);
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void step(List<double[]> grads) {
        for (int k = 0; k < grads.size(); k++) {
            Update.inPlace(weights.get(k), grads.get(k), averages.get(k), lr, rho, eps);
        }
    }
}

class Built {
    private double lr = 1, rho = 0.5, eps = 1;
    private double[] v;

    private Built() {}

    static Builder builder() {
        return new Builder();
    }

    static class Builder {
        private final Built built = new Built();

        Builder learningRate(double lr) {
            built.lr = lr;
            return this;
        }

        Builder decay(double rho) {
            built.rho = rho;
            return this;
        }

        Builder withEpsilon(double eps) {
            built.eps = eps;
            return this;
        }

        Built build() {
            return built;
        }
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        Update.inPlace(weights, gradients, v, lr, rho, eps);
    }
}

class Config {
    final double learningRate, rho, epsilon;

    Config(double learningRate, double rho, double epsilon) {
        this.learningRate = learningRate;
        this.rho = rho;
        this.epsilon = epsilon;
    }
}

interface Schedule {
    double at(int step);
}

class Configured {
    private final Config config;
    private double[] v;

    Configured(Config config) {
        this.config = config;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        Update.inPlace(weights, gradients, v, config.learningRate, config.rho, config.epsilon);
    }
}

class Scheduled {
    private final Schedule learningRate;
    private final double rho, eps;
    private double[] v;
    private int steps;

    Scheduled(Schedule learningRate, double rho, double eps) {
        this.learningRate = learningRate;
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        Update.inPlace(weights, gradients, v, learningRate.at(steps++), rho, eps);
    }
}

/** A decay rate and an epsilon of its own. */
class OwnConstants {
    private final double lr;
    private double[] v;

    OwnConstants(double lr) {
        this.lr = lr;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        Update.inPlace(weights, gradients, v, lr, 0.99, 1e-8);
    }
}

/** Made with constants of its own, or with numbers under names that nobody knows. */
class MadeEitherWay {
    private final double one, two, three;
    private double[] v;

    MadeEitherWay() {
        this(1e-8, 0.01, 0.99);
    }

    MadeEitherWay(double one, double two, double three) {
        this.one = one;
        this.two = two;
        this.three = three;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        for (int i = 0; i < v.length; i++) {
            v[i] = three * v[i] + (1 - three) * (gradients[i] * gradients[i]);
            weights[i] -= two * gradients[i] / Math.sqrt(v[i] + one);
        }
    }
}

class Overloads {
    private final double lr, rho, eps;
    private double[] v;

    Overloads(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        Update.inPlace(weights, gradients, v, lr, rho, eps);
    }

    /** It begins anew in every step. */
    void update(double[][] weights, double[][] gradients) {
        for (int i = 0; i < weights.length; i++) {
            Update.inPlace(weights[i], gradients[i], new double[weights[i].length], lr, rho, eps);
        }
    }

    void update(double[][][] weights, double[][][] gradients) {
        for (int i = 0; i < weights.length; i++) {
            for (int j = 0; j < weights[i].length; j++) {
                update(weights[i][j], gradients[i][j]);
            }
        }
    }

    void update(Object weights, Object gradients) {
        throw new UnsupportedOperationException();
    }
}

class Exclusion {
    private final double lr, rho, eps;
    private double[] v;

    Exclusion(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void move(double[] position, double[] gradient) {
        if (v == null) v = new double[position.length];
        Update.inPlace(position, gradient, v, lr, rho, eps);
    }
}

/** Only some of what is there are weights. */
class Diagonal {
    private final double lr, rho, eps;
    private double[][] averages;

    Diagonal(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[][] weights, double[][] gradients) {
        if (averages == null) {
            averages = new double[weights.length][weights[0].length];
        }
        for (int i = 0; i < weights.length; i++) {
            for (int j = 0; j < weights[i].length; j++) {
                double g = gradients[i][j];
                averages[i][j] = rho * averages[i][j] + (1 - rho) * g * g;
                if (i == j) {
                    weights[i][j] -= lr * g / (Math.sqrt(averages[i][j]) + eps);
                }
            }
        }
    }
}

/** What is left is a guess, and it fails with that: not bound. */
class Misled {
    private final double lr, rho, eps;

    Misled(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void move(double[] noise, double[] gradient) {
        if (noise[0] != 0 || gradient.length == 0) throw new IllegalStateException("noise");
    }
}

class Outer {
    static class Sgd {
        private final double lr;

        Sgd(double lr) {
            this.lr = lr;
        }

        void update(double[] weights, double[] gradients) {
            for (int i = 0; i < weights.length; i++) weights[i] -= lr * gradients[i];
        }
    }

    static class RmsProp {
        private final double lr, rho, eps;
        private double[] v;

        RmsProp(double lr, double rho, double eps) {
            this.lr = lr;
            this.rho = rho;
            this.eps = eps;
        }

        void update(double[] weights, double[] gradients) {
            if (v == null) v = new double[weights.length];
            Update.inPlace(weights, gradients, v, lr, rho, eps);
        }
    }
}

interface Model {
    double[] getParameters();

    double[] computeGradients();
}

class Asking {
    private final double lr, rho, eps;
    private final double[] v;

    Asking(double lr, double rho, double eps, int numParameters) {
        v = new double[numParameters];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double[] minimize(Model model) {
        double[] w = model.getParameters();
        Update.inPlace(w, model.computeGradients(), v, lr, rho, eps);
        return w;
    }
}

abstract class Vec {
    abstract int length();

    abstract double get(int i);

    abstract void set(int i, double x);
}

class DenseVec extends Vec {
    private final double[] array;

    DenseVec(int length) {
        array = new double[length];
    }

    @Override
    int length() {
        return array.length;
    }

    @Override
    double get(int i) {
        return array[i];
    }

    @Override
    void set(int i, double x) {
        array[i] = x;
    }
}

class AbstractVector {
    private final double rho, eps;
    private Vec v;

    AbstractVector(double rho, double eps) {
        this.rho = rho;
        this.eps = eps;
    }

    void setup(int d) {
        v = new DenseVec(d);
    }

    void update(Vec x, Vec grad, double eta) {
        for (int i = 0; i < x.length(); i++) {
            double g = grad.get(i);
            v.set(i, rho * v.get(i) + (1 - rho) * (g * g));
            x.set(i, x.get(i) - eta * g / (Math.sqrt(v.get(i)) + eps));
        }
    }
}

class CopiedToSize {
    private final double lr, rho, eps;
    private double[] v;

    CopiedToSize(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    CopiedToSize copy(int size) {
        CopiedToSize copy = new CopiedToSize(lr, rho, eps);
        copy.v = new double[size];
        return copy;
    }

    double computeUpdate(int index, double gradient) {
        v[index] = rho * v[index] + (1 - rho) * (gradient * gradient);
        return lr * gradient / (Math.sqrt(v[index]) + eps);
    }
}

/** Weights and average come back together, in one array of both. */
class PairReturned {
    private double alpha = 1, beta2 = 0.5, epsilon = 1;

    void setAlpha(double alpha) {
        this.alpha = alpha;
    }

    void setBeta2(double beta2) {
        this.beta2 = beta2;
    }

    void setEpsilon(double epsilon) {
        this.epsilon = epsilon;
    }

    double[][] update(double[] w, double[] dw, double[] cache) {
        double[][] out = new double[2][w.length];
        for (int i = 0; i < w.length; i++) {
            double v = cache == null ? 0 : cache[i];
            out[1][i] = beta2 * v + (1 - beta2) * (dw[i] * dw[i]);
            out[0][i] = w[i] - alpha * dw[i] / (Math.sqrt(out[1][i]) + epsilon);
        }
        return out;
    }

    double[][][] update(double[][] w, double[][] dw, double[][] cache) {
        throw new UnsupportedOperationException();
    }
}

/** Its setters take a number, and are no optimizers: nothing here is bound. */
class OnlySetters {
    private double rate = 1;

    void setRate(double rate) {
        this.rate = rate;
    }

    double getRate() {
        return rate;
    }

    void optimize(Thread something) {}
}

interface Tunable {
    double[] getValues();

    void setValues(double[] values);

    double[] getGradients();
}

class TunableByMethods {
    private final Map<Tunable, double[]> averages = new HashMap<>();
    private final double lr, rho, eps;

    TunableByMethods(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void step(Tunable parameter) {
        double[] w = parameter.getValues().clone();
        double[] v = averages.computeIfAbsent(parameter, x -> new double[w.length]);
        Update.inPlace(w, parameter.getGradients(), v, lr, rho, eps);
        parameter.setValues(w);
    }
}

interface Entries {
    int size();

    double get(int i);

    void set(int i, double value);
}

/** Epsilon is inside of the root here. */
class EntriesOneByOne {
    private double[] v;
    private final double lr, rho, eps;

    EntriesOneByOne(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void step(Entries weights, Entries gradients) {
        if (v == null) v = new double[weights.size()];
        for (int i = 0; i < v.length; i++) {
            double g = gradients.get(i);
            v[i] = rho * v[i] + (1 - rho) * (g * g);
            weights.set(i, weights.get(i) - lr * g / Math.sqrt(v[i] + eps));
        }
    }
}

interface Loss {
    double at(double[] weights, int[] sample);
}

interface Slope {
    double[] at(double[] weights, int[] sample);
}

class AskedForTheLoss {
    private double[] v;
    private final double lr, rho, eps;

    AskedForTheLoss(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double update(double[] x, Loss loss, Slope slope, int[] sample) {
        double before = loss.at(x, sample);
        if (v == null) v = new double[x.length];
        Update.inPlace(x, slope.at(x, sample), v, lr, rho, eps);
        return before;
    }
}

/** What is called first is told by what it takes, not by an English name. */
class NamedInPortuguese {
    private final Map<Parameter, double[]> acumuladores = new HashMap<>();
    private final double lr, rho, eps;

    NamedInPortuguese(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void construir(Parameter[] parametros) {
        for (Parameter p : parametros) acumuladores.put(p, new double[p.data.length]);
    }

    void update() {
        acumuladores.forEach((p, v) -> Update.inPlace(p.data, p.grad, v, lr, rho, eps));
    }
}

class SizedInPortuguese {
    private final double lr, rho, eps;
    private double[] acumulador;

    SizedInPortuguese(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void inicializar(int parametros) {
        acumulador = new double[parametros];
    }

    void atualizar(double[] weights, double[] gradients) {
        Update.inPlace(weights, gradients, acumulador, lr, rho, eps);
    }
}

/** Keeps its numbers where nobody else sees them: they are reached by its methods. */
final class Grid {
    private final Map<Integer, Map<Integer, Double>> cells = new HashMap<>();
    private final int rows;
    private final int columns;

    Grid(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
    }

    public int numRows() {
        return rows;
    }

    public int numColumns() {
        return columns;
    }

    public double get(int i, int j) {
        return cells.getOrDefault(i, Map.of()).getOrDefault(j, 0.0);
    }

    public void set(int i, int j, double value) {
        cells.computeIfAbsent(i, row -> new HashMap<>()).put(j, value);
    }
}

class GridByMethods {
    private Grid v;
    private final double lr, rho, eps;

    GridByMethods(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    Grid update(Grid weights, Grid gradients) {
        if (v == null) v = new Grid(weights.numRows(), weights.numColumns());
        Grid next = new Grid(weights.numRows(), weights.numColumns());
        for (int i = 0; i < weights.numRows(); i++) {
            for (int j = 0; j < weights.numColumns(); j++) {
                double g = gradients.get(i, j);
                v.set(i, j, rho * v.get(i, j) + (1 - rho) * (g * g));
                next.set(i, j, weights.get(i, j) - lr * g / (Math.sqrt(v.get(i, j)) + eps));
            }
        }
        return next;
    }
}

/** As Scala's compiler has it: generic, with a class of its own for doubles. */
class Cells<T> {
    public Object data() {
        throw new UnsupportedOperationException("of which numbers?");
    }
}

class Cells$mcD$sp extends Cells<Object> {
    private final double[] data;

    Cells$mcD$sp(double[] data) {
        this.data = data;
    }

    @Override
    public Object data() {
        return data;
    }
}

class OfDoubles {
    private double[] v;
    private final double lr, rho, eps;

    OfDoubles(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(Cells<Object> weights, Cells<Object> gradients) {
        double[] w = (double[]) weights.data();
        if (v == null) v = new double[w.length];
        Update.inPlace(w, (double[]) gradients.data(), v, lr, rho, eps);
    }
}

/** Somebody else takes the step that is returned. */
class StepOfAParameter {
    private final Map<Parameter, double[]> averages = new HashMap<>();
    private final double lr, rho, eps;

    StepOfAParameter(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double[] computeStep(Parameter p) {
        double[] v = averages.computeIfAbsent(p, x -> new double[x.data.length]);
        double[] step = new double[v.length];
        for (int i = 0; i < v.length; i++) {
            v[i] = rho * v[i] + (1 - rho) * (p.grad[i] * p.grad[i]);
            step[i] = lr * p.grad[i] / (Math.sqrt(v[i]) + eps);
        }
        return step;
    }
}

/** What an optimizer is part of, and no test can make. */
class Training {
    private final double[] weights;
    private double learningRate = 1;

    Training(Thread everything) {
        throw new UnsupportedOperationException();
    }

    double[] getWeights() {
        return weights;
    }

    double getLearningRate() {
        return learningRate;
    }

    void setLearningRate(double learningRate) {
        this.learningRate = learningRate;
    }
}

class ToldOfItsTraining {
    private Training training;
    private final double rho, eps;
    private double[] v;

    ToldOfItsTraining(double rho, double eps) {
        this.rho = rho;
        this.eps = eps;
    }

    void init(Training training) {
        this.training = training;
        v = new double[training.getWeights().length];
    }

    void update(double[] gradients, double[] weights) {
        Update.inPlace(weights, gradients, v, training.getLearningRate(), rho, eps);
    }
}

/** A layer that refuses to be used before it was made ready. */
class Camada {
    private boolean inicializada;
    private double[] entradas;
    double[] pesos;
    double[] gradientes;

    Camada(Thread everything) {
        throw new UnsupportedOperationException();
    }

    double[] pesos() {
        if (!inicializada) throw new IllegalStateException();
        return pesos;
    }
}

class ReadyLayer {
    private final Map<Camada, double[]> acumuladores = new HashMap<>();
    private final double taxaAprendizagem, rho, eps;

    ReadyLayer(double taxaAprendizagem, double rho, double eps) {
        this.taxaAprendizagem = taxaAprendizagem;
        this.rho = rho;
        this.eps = eps;
    }

    void atualizar(Camada[] rede) {
        for (Camada c : rede) {
            double[] v = acumuladores.computeIfAbsent(c, x -> new double[x.pesos.length]);
            Update.inPlace(c.pesos(), c.gradientes, v, taxaAprendizagem, rho, eps);
        }
    }
}

/** Takes all steps in one call. */
class LoopOfItsOwn {
    private final double lr, rho, eps;

    LoopOfItsOwn(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double[] minimize(java.util.function.Function<double[], double[]> gradient, double[] start,
            int maxIterations, double tolerance) {
        double[] x = start.clone();
        double[] v = new double[x.length];
        for (int k = 0; k < maxIterations; k++) {
            double[] g = gradient.apply(x);
            double norm = 0;
            for (double one : g) norm += one * one;
            if (norm < tolerance) break;
            Update.inPlace(x, g, v, lr, rho, eps);
        }
        return x;
    }
}

/** One number a call, told by its row and its column. */
class OneNumberOfAGrid {
    private final float beta, alpha;
    private final float[][] averages;

    OneNumberOfAGrid(float beta, float alpha, int inputSize, int outputSize) {
        this.beta = beta;
        this.alpha = alpha;
        this.averages = new float[outputSize][inputSize];
    }

    float descent(int x, int y, float gradient) {
        averages[x][y] = beta * averages[x][y] + (1 - beta) * gradient * gradient;
        return (float) (alpha * (gradient / Math.sqrt(averages[x][y] + 1e-3)));
    }
}

/** One of several algorithms, by a text. */
class ChosenByName {
    private final String kind;
    private final double lr, beta, epsilon;
    private final double[][][] averages;

    ChosenByName(Integer[] layers, double lr, double beta, double epsilon) {
        this("sgd", layers, lr, beta, epsilon);
    }

    ChosenByName(String kind, Integer[] layers, double lr, double beta, double epsilon) {
        this.kind = kind;
        this.lr = lr;
        this.beta = beta;
        this.epsilon = epsilon;
        averages = new double[layers.length - 1][][];
        for (int i = 0; i < averages.length; i++) {
            averages[i] = new double[layers[i]][layers[i + 1]];
        }
    }

    double compute(double w, double dw, Integer i, Integer j, Integer k) {
        switch (kind) {
            case "sgd":
                return w - lr * dw;
            case "rms_prop":
                double[] v = averages[i][j];
                v[k] = v[k] * beta + dw * dw * (1 - beta);
                return w - lr * dw / Math.sqrt(v[k] + epsilon);
            default:
                throw new IllegalArgumentException("no algorithm " + kind);
        }
    }
}

enum Algorithm { SGD, RMS_PROP, ADAM }

/** The same by a constant, which nothing but its type names. */
class ChosenFromAnEnum {
    private final double lr, rho, eps;
    private double[] v;

    ChosenFromAnEnum(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[] weights, double[] gradients) {
        update(weights, gradients, Algorithm.ADAM);
    }

    void update(double[] weights, double[] gradients, Algorithm algorithm) {
        if (v == null) v = new double[weights.length];
        if (algorithm == Algorithm.RMS_PROP) Update.inPlace(weights, gradients, v, lr, rho, eps);
    }
}

/** Another one, unless it is told which. */
class ToldWhichOne {
    private final double lr, rho, eps;
    private Algorithm algorithm = Algorithm.SGD;
    private double[] v;

    ToldWhichOne(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void setAlgorithm(Algorithm algorithm) {
        this.algorithm = algorithm;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        if (algorithm == Algorithm.RMS_PROP) Update.inPlace(weights, gradients, v, lr, rho, eps);
        else for (int i = 0; i < v.length; i++) weights[i] -= lr * gradients[i];
    }
}

/** An objective that answers with two things, of which one is gradients. */
class AnswersWithBoth {
    record Evaluation(double value, double[] slope) {}

    interface Smooth {
        Evaluation at(double[] point);
    }

    private final double lr, rho, eps;

    AnswersWithBoth(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double[] minimize(Smooth objective, double[] start, int iterations) {
        double[] weights = start.clone(), v = new double[start.length];
        for (int i = 0; i < iterations; i++) {
            Evaluation there = objective.at(weights);
            if (!Double.isNaN(there.value)) Update.inPlace(weights, there.slope, v, lr, rho, eps);
        }
        return weights;
    }
}

/** Another one, unless a number says which, and a flag. */
class ChosenByNumber {
    static final int SGD = 0, RMSPROP = 1;
    private final double lr, rho, eps;
    private final int kind;
    private final boolean useRmsProp;
    private double[] v;

    ChosenByNumber(double lr, double rho, double eps) {
        this(lr, rho, eps, SGD, false);
    }

    ChosenByNumber(double lr, double rho, double eps, int which, boolean useRmsProp) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
        this.kind = which;
        this.useRmsProp = useRmsProp;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        if (useRmsProp && kind == RMSPROP) Update.inPlace(weights, gradients, v, lr, rho, eps);
        else for (int i = 0; i < v.length; i++) weights[i] -= lr * gradients[i];
    }
}

/** A decay that is known by what is left of one, under another name. */
class MomentumByName {
    private final double kept;
    private double[] squares;

    MomentumByName(double momentumCoeff) {
        this.kept = momentumCoeff;
    }

    void optimize(double[] batchGrads) {
        if (squares == null) squares = new double[batchGrads.length];
        for (int i = 0; i < squares.length; i++) {
            double g = batchGrads[i];
            squares[i] = squares[i] * kept + Math.pow(g, 2) * (1 - kept);
            batchGrads[i] = g / (Math.sqrt(squares[i]) + 1e-3);
        }
    }
}

/** Its gradients are its error, a target less an output, times its inputs. */
class Unit {
    private double[] weights;
    private double bias;
    private double delta;

    Unit(int inputs, java.util.function.DoubleUnaryOperator activation, java.util.Random random) {
        weights = random.doubles(inputs).toArray();
    }

    double[] getWeights() {
        return weights;
    }

    double getDelta() {
        return delta;
    }
}

class OfANeuron {
    private final Map<Unit, double[]> averages = new HashMap<>();
    private final double rho;

    OfANeuron(double rho) {
        this.rho = rho;
    }

    void update(Unit unit, double[] inputs, double learningRate) {
        double[] v = averages.computeIfAbsent(unit, u -> new double[inputs.length]);
        for (int i = 0; i < inputs.length; i++) {
            double grad = unit.getDelta() * inputs[i];
            v[i] = rho * v[i] + (1 - rho) * grad * grad;
            unit.getWeights()[i] += learningRate * grad / Math.sqrt(v[i] + 1e-3);
        }
    }
}

/** A gradient on its way, in a class of which nothing says weights. */
class Edge {
    protected List<double[]> dList = new ArrayList<>();

    Edge(String name, double[] data) {
        dList.add(data.clone());
    }

    double[] first() {
        return dList.get(0);
    }
}

class GradientsOnTheirWay {
    private final double lr, dr;
    private double[] squares;

    GradientsOnTheirWay(double lr, double dr) {
        this.lr = lr;
        this.dr = dr;
    }

    Edge eval(Edge deltaX) {
        double[] g = deltaX.first();
        if (squares == null) squares = new double[g.length];
        double[] change = new double[g.length];
        for (int i = 0; i < g.length; i++) {
            squares[i] = dr * squares[i] + (1 - dr) * g[i] * g[i];
            change[i] = -lr * g[i] / (Math.sqrt(squares[i]) + 1e-3);
        }
        return new Edge("change", change);
    }
}

/** Settings by name, which only a text tells. */
class Texts {
    private final Map<String, String> values = new HashMap<>();

    Texts(String... pairs) {
        for (String pair : pairs) {
            String[] both = pair.split("=");
            values.put(both[0], both[1]);
        }
    }

    double get(String name, double otherwise) {
        return values.containsKey(name) ? Double.parseDouble(values.get(name)) : otherwise;
    }
}

/** Is handed matrices and vectors apart; has what its settings say where they say nothing. */
class SettingsOfTheirOwn {
    private final double lr, rho, eps;
    private final Map<Parameter, double[]> ofMatrices = new IdentityHashMap<>();
    private final Map<Parameter, double[]> ofVectors = new IdentityHashMap<>();

    SettingsOfTheirOwn(Texts texts) {
        lr = texts.get("lr", 0.01);
        rho = texts.get("rho", 0.75);
        eps = texts.get("eps", 1e-3);
    }

    void init_matrix(Parameter parameter) {
        ofMatrices.put(parameter, new double[parameter.data.length]);
    }

    void init_vector(Parameter parameter) {
        ofVectors.put(parameter, new double[parameter.data.length]);
    }

    void optimize() {
        ofMatrices.forEach((p, v) -> Update.inPlace(p.data, p.grad, v, lr, rho, eps));
        ofVectors.forEach((p, v) -> Update.inPlace(p.data, p.grad, v, lr, rho, eps));
    }
}

enum Activation { RELU, TANH }

/** A layer that has its weights and their gradients itself, and biases of its own beside them. */
class StepsByItself {
    private final double[][] weights, weightsGradient;
    private final double[] bias, biasGradient;
    private double epsilon = 1e-3;
    private double[][] weightsSquared;
    private double[] biasSquared;

    StepsByItself(int inputs, int outputs, Activation activation) {
        if (activation == null) throw new IllegalArgumentException();
        weights = new double[inputs][outputs];
        weightsGradient = new double[inputs][outputs];
        bias = new double[outputs];
        biasGradient = new double[outputs];
    }

    void initialize(java.util.function.Supplier<Double> random, Algorithm algorithm) {
        biasSquared = new double[bias.length];
        weightsSquared = new double[weights.length][bias.length];
        for (int i = 0; i < bias.length; i++) bias[i] = random.get();
    }

    void applyGradient(Algorithm algorithm, double rate, double momentum, double beta) {
        if (algorithm != Algorithm.RMS_PROP) throw new IllegalStateException();
        for (int i = 0; i < weights.length; i++) {
            for (int j = 0; j < bias.length; j++) {
                double g = weightsGradient[i][j];
                weightsSquared[i][j] = beta * weightsSquared[i][j] + (1 - beta) * g * g;
                weights[i][j] -= rate * g / Math.sqrt(weightsSquared[i][j] + epsilon);
            }
        }
        for (int j = 0; j < bias.length; j++) {
            double g = biasGradient[j];
            biasSquared[j] = beta * biasSquared[j] + (1 - beta) * g * g;
            bias[j] -= rate * g / Math.sqrt(biasSquared[j] + epsilon);
        }
    }
}

/** The same, with a constant that its constructor is given. */
class StepsWithConstants {
    private final double[] weights, gradients, squares;
    private final double rho;

    StepsWithConstants(int inputs, double rho) {
        weights = new double[inputs];
        gradients = new double[inputs];
        squares = new double[inputs];
        this.rho = rho;
    }

    void update(double rate) {
        Update.inPlace(weights, gradients, squares, rate, rho, 1e-3);
    }
}

/** Functions that return what steps. */
class Functions {
    static java.util.function.BiConsumer<double[], double[]> rmsprop(
            double lr, double rho, double eps) {
        double[][] v = new double[1][];
        return (w, g) -> {
            if (v[0] == null) v[0] = new double[w.length];
            Update.inPlace(w, g, v[0], lr, rho, eps);
        };
    }
}

class ListOfPairs {
    private final double lr, rho, eps;
    private final List<double[]> averages = new ArrayList<>();

    ListOfPairs(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void step(List<Map.Entry<double[], double[]>> paramsAndGrads) {
        for (int k = 0; k < paramsAndGrads.size(); k++) {
            double[] w = paramsAndGrads.get(k).getKey();
            if (averages.size() == k) averages.add(new double[w.length]);
            Update.inPlace(w, paramsAndGrads.get(k).getValue(), averages.get(k), lr, rho, eps);
        }
    }
}

/** Settings and a state, each an object of a class of its own, in every call. */
class SettingsInTheCall {
    record Config(double lr, double rho, double eps) {}

    static class Averages {
        private final double[] v;
        private int steps;

        Averages(int size) {
            v = new double[size];
        }
    }

    static Averages newAverages(int size) {
        return new Averages(size);
    }

    static void step(double[] weights, double[] gradients, Averages state, Config config) {
        state.steps++;
        Update.inPlace(weights, gradients, state.v, config.lr(), config.rho(), config.eps());
    }
}

/** Layers in a model, whose weights are in tensors; the gradients are given apart from them. */
class GradientsApart {
    static final class Tensor {
        private final double[] data;
        private final int[] shape;

        private Tensor(int... shape) {
            this.shape = shape;
            this.data = new double[shape[0] * shape[shape.length - 1]];
        }
    }

    interface Trainable {
        Tensor[] weights();
    }

    static final class Dense implements Trainable {
        private final Tensor[] both;

        Dense(int inputs, int outputs) {
            both = new Tensor[] {new Tensor(inputs, outputs), new Tensor(1, outputs)};
        }

        @Override
        public Tensor[] weights() {
            return both;
        }
    }

    abstract static class Model {
        Trainable[] layers;

        abstract void initialize();
    }

    static final class Sequential extends Model {
        private final int[] sizes;

        Sequential(int[] sizes) {
            this.sizes = sizes;
        }

        @Override
        void initialize() {
            layers = new Trainable[] {new Dense(sizes[0], sizes[1])};
        }
    }

    private final Model model;
    private final double lr, rho, eps;
    private final Map<Tensor, double[]> averages = new IdentityHashMap<>();

    GradientsApart(Model model, double lr, double rho, double eps) {
        this.model = model;
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void step(Tensor[][] gradients) {
        for (int i = 0; i < model.layers.length; i++) {
            for (int j = 0; j < gradients[i].length; j++) {
                Tensor w = model.layers[i].weights()[j];
                double[] v = averages.computeIfAbsent(w, x -> new double[x.data.length]);
                Update.inPlace(w.data, gradients[i][j].data, v, lr, rho, eps);
            }
        }
    }
}

/** Is told sizes and arrays first; the first layer has nothing that is learned. */
class FirstLayerUnused {
    private double[][] biases, biasCache;
    private double[][][] weights, weightCache;
    private int[] neurons;
    private final double decay;
    private final double epsilon = 1e-3;

    FirstLayerUnused(double decay) {
        this.decay = decay;
    }

    void initialize(int[] neurons, double[][] biases, double[][][] weights) {
        this.neurons = neurons;
        this.biases = biases;
        this.weights = weights;
        biasCache = new double[biases.length][biases[0].length];
        weightCache = new double[weights.length][weights[0].length][weights[0][0].length];
    }

    void step(double[][] biasGradients, double[][][] weightGradients, double learningRate) {
        for (int i = 1; i < neurons.length; i++) {
            Update.inPlace(biases[i], biasGradients[i], biasCache[i], learningRate, decay, epsilon);
            for (int j = 0; j < neurons[i]; j++) {
                Update.inPlace(weights[i][j], weightGradients[i][j], weightCache[i][j],
                        learningRate, decay, epsilon);
            }
        }
    }
}

/** A layer that trains itself: only what nobody else may call has the gradients. */
class StepWithinTraining {
    enum Kind { SGD, RMSPROP }

    private final double[] weights, squares;
    private final Kind kind;

    StepWithinTraining(int inputs, Kind kind) {
        weights = new double[inputs];
        squares = new double[inputs];
        this.kind = kind;
    }

    void train(double[] inputs, double target, double rate) {
        double error = -target;
        for (int i = 0; i < weights.length; i++) error += weights[i] * inputs[i];
        double[] delta = new double[weights.length];
        for (int i = 0; i < weights.length; i++) delta[i] = 2 * error * inputs[i];
        update(delta, rate);
    }

    private void update(double[] delta, double rate) {
        for (int i = 0; i < weights.length; i++) {
            double step = delta[i];
            if (kind == Kind.RMSPROP) {
                squares[i] = 0.9 * squares[i] + 0.1 * (delta[i] * delta[i]);
                step /= Math.sqrt(squares[i] + 1e-3);
            }
            weights[i] -= rate * step;
        }
    }
}

/** Minimizes what hands its gradients over; somebody at hand computes them of its own. */
class HandedOver {
    interface Function {
        double[] gradients();

        double[] parameters();
    }

    static final class Parabola implements Function {
        private final double[] x = {1, 2};

        @Override
        public double[] gradients() {
            return new double[] {2 * x[0], 2 * x[1]};
        }

        @Override
        public double[] parameters() {
            return x;
        }
    }

    private final double lr, rho, eps;
    private double[] v;

    HandedOver(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void minimize(Function function) {
        double[] g = function.gradients();
        v = v == null ? new double[g.length] : v;
        Update.inPlace(function.parameters(), g, v, lr, rho, eps);
    }
}

/** Makes what steps; the weights are caught in it, and one number goes by another name. */
class MadeToStep {
    interface Parameters {
        double[] value();

        void update(double[] gradient);
    }

    private final double learningRate, averageRatio, offset;

    MadeToStep(double learningRate, double averageRatio, double offset) {
        this.learningRate = learningRate;
        this.averageRatio = averageRatio;
        this.offset = offset;
    }

    Parameters parameters(int size) {
        double[] values = new double[size], squares = new double[size];
        return new Parameters() {
            @Override
            public double[] value() {
                return values;
            }

            @Override
            public void update(double[] gradient) {
                Update.inPlace(values, gradient, squares, learningRate, averageRatio, offset);
            }
        };
    }
}

/** A network whose gradients are an error times an output; each weight has its average beside it. */
class ErrorsTimesOutputs {
    private final double[][][] weights, squares;
    private final double[][] biases, biasSquares, outputs, errors;
    private final double rate, rho;

    ErrorsTimesOutputs(int[] sizes, double rate, double rho) {
        this.rate = rate;
        this.rho = rho;
        weights = new double[sizes.length][][];
        squares = new double[sizes.length][][];
        biases = new double[sizes.length][];
        biasSquares = new double[sizes.length][];
        outputs = new double[sizes.length][];
        errors = new double[sizes.length][];
        for (int layer = 0; layer < sizes.length; layer++) {
            int inputs = layer == 0 ? 0 : sizes[layer - 1];
            weights[layer] = new double[sizes[layer]][inputs];
            squares[layer] = new double[sizes[layer]][inputs];
            biases[layer] = new double[sizes[layer]];
            biasSquares[layer] = new double[sizes[layer]];
            outputs[layer] = new double[sizes[layer]];
            errors[layer] = new double[sizes[layer]];
        }
    }

    private void adjust() {
        for (int layer = 1; layer < weights.length; layer++) {
            Update.inPlace(biases[layer], errors[layer], biasSquares[layer], rate, rho, 1e-3);
            for (int to = 0; to < errors[layer].length; to++) {
                double[] gradients = new double[outputs[layer - 1].length];
                for (int from = 0; from < gradients.length; from++) {
                    gradients[from] = errors[layer][to] * outputs[layer - 1][from];
                }
                Update.inPlace(weights[layer][to], gradients, squares[layer][to], rate, rho, 1e-3);
            }
        }
    }
}

/** Settings in a record: an algorithm, a schedule; tensors that are handed over keep their state. */
class TrainerOfTensors {
    enum Mode { SGD, RMSPROP }

    interface Schedule {
        double at(int turn);
    }

    record Settings(Mode mode, Schedule rate, double rho, double epsilon) {}

    static final class Tensor {
        private final double[] data;
        private final double[] grad;
        private Object state;

        Tensor(int size) {
            data = new double[size];
            grad = new double[size];
        }
    }

    private final Settings settings;
    private final Tensor[] parameters;
    private int turn;

    TrainerOfTensors(Settings settings, Tensor... parameters) {
        this.settings = settings;
        this.parameters = parameters;
    }

    void step() {
        turn++;
        double rate = settings.rate().at(turn);
        for (Tensor tensor : parameters) {
            if (settings.mode() == Mode.RMSPROP) {
                if (tensor.state == null) tensor.state = new double[tensor.data.length];
                Update.inPlace(tensor.data, tensor.grad, (double[]) tensor.state,
                        rate, settings.rho(), settings.epsilon());
            } else {
                for (int i = 0; i < tensor.data.length; i++) {
                    tensor.data[i] -= rate * tensor.grad[i];
                }
            }
        }
    }
}

/** A layer without a step of its own: its gradients follow from its weights. */
class TrainsItself {
    private final double[] weights, squares;

    TrainsItself(int inputs) {
        weights = new double[inputs];
        squares = new double[inputs];
    }

    void train(double[] inputs, double target, double rate, double rho, double eps) {
        double error = -target;
        for (int i = 0; i < weights.length; i++) error += weights[i] * inputs[i];
        double[] g = new double[weights.length];
        for (int i = 0; i < weights.length; i++) g[i] = 2 * error * inputs[i];
        Update.inPlace(weights, g, squares, rate, rho, eps);
    }
}

/** A number that nobody knows has a say: what it is given is no constant of its own. */
class OneNumberTooMany {
    private final double[] weights, gradients, squares;
    private final double lr, rho, eps, q;

    OneNumberTooMany(int size, double lr, double rho, double eps, double q) {
        weights = new double[size];
        gradients = new double[size];
        squares = new double[size];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
        this.q = q;
    }

    private void update() {
        Update.inPlace(weights, gradients, squares, lr * q, rho, eps);
    }
}

/** Settings that are public fields, which whoever uses it sets. */
class SetAsFields {
    public double learningRate = 0.01, rho = 0.9;
    double epsilon = 1e-8;
    private double[] v;

    void update(double[] weights, double[] gradients) {
        v = v == null ? new double[weights.length] : v;
        Update.inPlace(weights, gradients, v, learningRate, rho, epsilon);
    }
}

/** Settings that the class around it sets, though they are private; nobody sets epsilon. */
class SetFromAround {
    private final Inner inner = new Inner();

    SetFromAround(double learningRate, double rho) {
        inner.rate = learningRate;
        inner.rho = rho;
    }

    double epsilon() {
        return inner.epsilon;
    }

    static class Inner {
        private double rate = 0.01, rho = 0.9, epsilon = 1e-6;
        private double[] v;

        void update(double[] weights, double[] gradients) {
            v = v == null ? new double[weights.length] : v;
            Update.inPlace(weights, gradients, v, rate, rho, epsilon);
        }
    }
}

/**
 * Settings that all share: static ones of its own, with a method, those of another class, and those of
 * an object that a static method hands out.
 */
class SharedSettings {
    private static double rho = 0.9;
    private static double[] v;

    static void setRho(double value) {
        rho = value;
    }

    static void update(double[] weights, double[] gradients) {
        v = v == null ? new double[weights.length] : v;
        Update.inPlace(weights, gradients, v, Global.learningRate, rho, Handed.get().epsilon);
    }
}

class Handed {
    private static Handed one;
    double epsilon = 1e-8;
    private double decay = 0.9;

    static Handed get() {
        one = one == null ? new Handed() : one;
        return one;
    }

    double getDecay() {
        return decay;
    }

    void setDecay(double value) {
        decay = value;
    }
}

class Global {
    static double learningRate = 0.01;
    private static double epsilon = 1e-8;

    static double getEpsilon() {
        return epsilon;
    }

    static void setEpsilon(double value) {
        epsilon = value;
    }
}

/** Algorithms as constants, each with its own step. */
enum Rules {
    SGD {
        @Override
        void step(double[] weights, double[] gradients, double[] v, double lr, double rho, double eps) {
            for (int i = 0; i < weights.length; i++) {
                weights[i] -= lr * gradients[i];
            }
        }
    },
    RMSPROP {
        @Override
        void step(double[] weights, double[] gradients, double[] v, double lr, double rho, double eps) {
            Update.inPlace(weights, gradients, v, lr, rho, eps);
        }
    };

    abstract void step(
            double[] weights, double[] gradients, double[] v, double lr, double rho, double eps);
}

/** What has to be called before and after each step: without, nothing would move. */
class AroundEachStep {
    private final double learningRate, rho, eps;
    private double[] v;
    private double currentRate;
    private int iterations;

    AroundEachStep(double learningRate, double rho, double eps) {
        this.learningRate = learningRate;
        this.rho = rho;
        this.eps = eps;
    }

    void preUpdateParams() {
        currentRate = learningRate / (1 + 0.01 * iterations);
    }

    void updateParams(double[] weights, double[] gradients) {
        v = v == null ? new double[weights.length] : v;
        Update.inPlace(weights, gradients, v, currentRate, rho, eps);
    }

    void postUpdateParams() {
        iterations++;
    }
}

/** A layer that steps by itself, at rates that all layers share. */
class SharedByLayers {
    double[] weights, gradients, cache;

    SharedByLayers(int size) {
        weights = new double[size];
        gradients = new double[size];
        cache = new double[size];
    }

    void updateByRmsProp() {
        Update.inPlace(
                weights, gradients, cache, Global.learningRate, Handed.get().getDecay(),
                Global.getEpsilon());
    }
}

/** A network without layers as yet, of which one kind learns, by slopes that are still to come. */
class LayersToCome {
    private final Net net;
    private final double lr, rho, eps;
    private final Map<Layer, double[]> kept = new HashMap<>();

    LayersToCome(Net net, double lr, double rho, double eps) {
        this.net = net;
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
        net.layers.forEach(layer -> kept.put(layer, new double[layer.values().length]));
    }

    void step() {
        for (Layer layer : net.layers) {
            Update.inPlace(layer.values(), layer.slopes.get(), kept.get(layer), lr, rho, eps);
        }
    }

    static class Net {
        final List<Layer> layers = new ArrayList<>();
    }

    abstract static class Layer {
        Optional<double[]> slopes = Optional.empty();

        abstract double[] values();
    }

    static class Bend extends Layer {
        @Override
        double[] values() {
            return new double[0];
        }
    }

    static class Dense extends Layer {
        private final List<double[]> rows = new ArrayList<>();

        Dense(int size) {
            rows.add(new double[size]);
        }

        @Override
        double[] values() {
            return rows.get(0);
        }
    }
}

/** A layer without slopes as yet, and averages that are null at first: they begin with ones. */
class SlopesToCome {
    private final double lr, rho, eps;

    SlopesToCome(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void step(Row row) {
        double[] slopes = row.slopes.get();
        if (row.cache == null) {
            row.cache = new double[slopes.length];
            java.util.Arrays.fill(row.cache, 1);
        }
        Update.inPlace(row.w, slopes, row.cache, lr, rho, eps);
    }

    static class Row {
        final double[] w;
        double[] cache;
        Optional<double[]> slopes = Optional.empty();

        Row(int size) {
            w = new double[size];
        }
    }
}

/** A sum that is null at first: what it keeps of itself shows in the second step. */
class SumToCome {
    private final double lr, rho, eps;

    SumToCome(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void step(SlopesToCome.Row row) {
        double[] g = row.slopes.get();
        row.cache = row.cache == null ? new double[g.length] : row.cache;
        for (int i = 0; i < g.length; i++) {
            row.cache[i] = rho * row.cache[i] + g[i] * g[i];
            row.w[i] -= lr * g[i] / (Math.sqrt(row.cache[i]) + eps);
        }
    }
}

/** A decay rate that is kept as rows are, beside the averages, which are rows of the same kind. */
class DecayAsARow {
    private final double rate, epsilon;
    private final double[] rho;
    private final Map<String, double[]> averages = new HashMap<>();

    DecayAsARow(double rate, double rho, double epsilon) {
        this.rate = rate;
        this.rho = new double[] {rho, rho, rho};
        this.epsilon = epsilon;
    }

    Map<String, double[][]> computeUpdates(Map<String, double[][]> slopes, int place) {
        Map<String, double[][]> changes = new HashMap<>();
        slopes.forEach((name, rows) -> {
            double[][] change = new double[rows.length][];
            for (int i = 0; i < rows.length; i++) {
                double[] v = averages.computeIfAbsent(name + i + place, key -> new double[3]);
                change[i] = new double[rows[i].length];
                for (int j = 0; j < change[i].length; j++) {
                    v[j] = rho[j] * v[j] + (1 - rho[j]) * (rows[i][j] * rows[i][j]);
                    change[i][j] = -(rate * rows[i][j] / (Math.sqrt(v[j]) + epsilon));
                }
            }
            changes.put(name, change);
        });
        return changes;
    }
}

/** Edges from node to node that follow each other: a slope is an error times an output. */
class LinkedEdges {
    private final double alpha, gamma, eps;

    LinkedEdges(double alpha, double gamma, double eps) {
        this.alpha = alpha;
        this.gamma = gamma;
        this.eps = eps;
    }

    private void update(Edge edge) {
        double slope = edge.target.delta * edge.source.output;
        edge.v = gamma * edge.v + (1 - gamma) * (slope * slope);
        edge.weight -= alpha * slope / (Math.sqrt(edge.v) + eps);
    }

    static class Node {
        double delta, output;
    }

    static class Edge {
        Node source, target;
        Edge next;
        double weight = Math.random();
        double v;

        Edge(Node source, Node target) {
            this.source = source;
            this.target = target;
        }
    }
}

/** Gradients are collected in one call, and stepped on in another. */
class CollectedFirst {
    private final double[] theta, sum, square;
    private final double lr, rho, eps;
    private int seen;

    CollectedFirst(double[] theta, double lr, double rho, double eps) {
        this.theta = theta;
        this.sum = new double[theta.length];
        this.square = new double[theta.length];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void collect(double[] gradient) {
        for (int i = 0; i < sum.length; i++) sum[i] += gradient[i];
        seen++;
    }

    void flush() {
        for (int i = 0; i < sum.length; i++) sum[i] /= seen;
        Update.inPlace(theta, sum, square, lr, rho, eps);
        Arrays.fill(sum, 0);
        seen = 0;
    }
}

/** The same, where nothing ever steps: that nothing moves is not said of it. */
class CollectedOnly {
    private final double[] theta, sum;
    private final double lr, rho, eps;

    CollectedOnly(double[] theta, double lr, double rho, double eps) {
        this.theta = theta;
        this.sum = new double[theta.length];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void collect(double[] gradient) {
        for (int i = 0; i < sum.length; i++) sum[i] += gradient[i];
    }

    double[] getStepSoFar() {
        return new double[theta.length];
    }
}

/** Knows nothing but the mean of squares, which grows where the gradient does: no step is there. */
class MeansOnly {
    private final double[] square;
    private final double rho;

    MeansOnly(int size, double rho) {
        this.square = new double[size];
        this.rho = rho;
    }

    void update(double[] gradient) {
        for (int i = 0; i < square.length; i++) {
            square[i] = rho * square[i] + (1 - rho) * gradient[i] * gradient[i];
        }
    }

    double[] getDeltaRms() {
        double[] rms = new double[square.length];
        for (int i = 0; i < rms.length; i++) rms[i] = Math.sqrt(square[i] + 1e-8);
        return rms;
    }
}

/** Answers with what gradients are to be multiplied by. */
class RatesOfGradients {
    private final double[][] square;
    private final double lr, rho, eps;

    RatesOfGradients(int rows, int columns, double lr, double rho, double eps) {
        this.square = new double[rows][columns];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void observe(double[][] gradient) {
        for (int i = 0; i < square.length; i++) {
            for (int j = 0; j < square[i].length; j++) {
                square[i][j] = rho * square[i][j] + (1 - rho) * (gradient[i][j] * gradient[i][j]);
            }
        }
    }

    double[][] getMultiplier() {
        double[][] rates = new double[square.length][square[0].length];
        for (int i = 0; i < square.length; i++) {
            for (int j = 0; j < square[i].length; j++) {
                rates[i][j] = lr / Math.sqrt(square[i][j] + eps);
            }
        }
        return rates;
    }
}

/** Settings are looked up in a map, each by its name. */
class LookedUpSettings {
    private final double lr, rho;
    private Map<String, double[]> squares;

    LookedUpSettings(Map<String, Double> settings) {
        lr = settings.getOrDefault("learning_rate", 0.01);
        rho = settings.getOrDefault("decay_rate", 0.9);
    }

    Map<String, double[]> update(Map<String, double[]> params, Map<String, double[]> grads) {
        squares = squares == null ? new HashMap<>() : squares;
        Map<String, double[]> moved = new HashMap<>();
        params.forEach((name, w) -> {
            moved.put(name, w.clone());
            squares.putIfAbsent(name, new double[w.length]);
            Update.inPlace(moved.get(name), grads.get(name), squares.get(name), lr, rho, 1e-6);
        });
        return moved;
    }
}

/** Layers are registered, and gradients come by the name of each. */
class ByNamesOfLayers {
    private final Map<String, Dense> layers = new HashMap<>();
    private final Map<Dense, double[]> squares = new LinkedHashMap<>();
    private final double lr, rho, eps;

    ByNamesOfLayers(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void registerLayer(Dense layer) {
        layers.put(layer.name, layer);
        squares.put(layer, new double[layer.weights.length]);
    }

    void apply(HashMap<String, double[]> gradients) {
        gradients.forEach((name, slopes) -> {
            Dense layer = layers.get(name);
            Update.inPlace(layer.weights, slopes, squares.get(layer), lr, rho, eps);
        });
    }

    static class Dense {
        final String name;
        final double[] weights;

        Dense(String called, int units) {
            this.name = called + "_1";
            this.weights = new double[units];
        }
    }
}

/** Slopes are those of a loss: of those that are here none is the one that is meant. */
class SlopesOfALoss {
    private final double lr, rho, eps;
    private double[] square;

    SlopesOfALoss(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double[] update(Loss loss, Place place) {
        Slopes slopes = loss.derive(place);
        square = square == null ? new double[place.size()] : square;
        double[] changes = new double[slopes.size()];
        for (int i = 0; i < changes.length; i++) {
            double g = slopes.at(0, i);
            square[i] = rho * square[i] + (1 - rho) * (g * g);
            changes[i] = -(lr * g) / (Math.sqrt(square[i]) + eps);
        }
        return changes;
    }

    interface Place {
        int size();
    }

    interface Slopes {
        int size();

        double at(int row, int column);
    }

    interface Loss {
        Slopes derive(Place place);
    }

    record Flat(double level) implements Loss {
        public Slopes derive(Place place) {
            return null;
        }
    }
}

/** The same, where those that are here hold numbers, and have no slopes. */
class SlopesOfAFormula {
    private final double lr, rho, eps;
    private double[] square;

    SlopesOfAFormula(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double[] update(Formula formula, double[] place) {
        double[] slopes = formula.derive(place);
        square = square == null ? new double[place.length] : square;
        double[] changes = new double[slopes.length];
        for (int i = 0; i < changes.length; i++) {
            double g = slopes[i];
            square[i] = rho * square[i] + (1 - rho) * (g * g);
            changes[i] = -(lr * g) / (Math.sqrt(square[i]) + eps);
        }
        return changes;
    }

    interface Formula {
        double value(double[] place);

        double[] derive(double[] place);
    }

    static class Constant implements Formula {
        private final double[] values;

        Constant(double[] values) {
            this.values = values;
        }

        @Override
        public double value(double[] place) {
            return values[0];
        }

        @Override
        public double[] derive(double[] place) {
            return new double[place.length];
        }
    }
}

/** Asks what it minimizes for gradients, and says whether it went down. */
class SaysWhetherItFalls {
    private final Slope slope;
    private final double lr, rho, eps;
    private final double[] square;
    private double[] place;

    SaysWhetherItFalls(Slope slope, double[] start, double lr, double rho, double eps) {
        if (slope.dimension() != start.length) {
            throw new IllegalArgumentException("of other dimensions");
        }
        this.slope = slope;
        this.place = start.clone();
        this.square = new double[start.length];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    boolean iterate() {
        double[] next = place.clone();
        Update.inPlace(next, slope.at(place.clone()), square, lr, rho, eps);
        place = next;
        return slope.height(place) < 0;
    }

    interface Slope {
        int dimension();

        double height(double[] place);

        double[] at(double[] place);
    }
}

/** Settings that somebody else answers with; a function of an interface. Epsilon is inside. */
interface AskedForSettings {
    interface Settings {
        double getLearningRate();

        double getDecayRate();

        double getEpsilon();

        boolean isLoud();
    }

    static void update(Settings settings, double[] weights, double[] gradients, double[] square) {
        double rho = settings.getDecayRate();
        for (int i = 0; i < weights.length; i++) {
            square[i] = rho * square[i] + (1 - rho) * gradients[i] * gradients[i];
            weights[i] -= settings.getLearningRate() * gradients[i]
                    / Math.sqrt(square[i] + settings.getEpsilon());
        }
    }
}

/** Another object may answer for its settings. */
class AnsweredByDefault {
    interface Settings {
        default double rate() {
            return 0.01;
        }
    }

    private static final Settings OWN = new Settings() { };
    private final Settings settings;
    private double[] square;

    AnsweredByDefault() {
        this(OWN);
    }

    AnsweredByDefault(Settings settings) {
        this.settings = settings;
    }

    void step(double[] weights, double[] gradients, double decayRate, double epsilon) {
        square = square == null ? new double[weights.length] : square;
        Update.inPlace(weights, gradients, square, settings.rate(), decayRate, epsilon);
    }
}

/** Factors that nobody knows are one unless somebody says otherwise. Epsilon is inside. */
class FactorsOfItsOwn {
    private final double[] weights, biases, weightGradients, biasGradients;
    private final double rateMultiplier, biasRateMultiplier;
    private double learningRate = 0.01, decayRate = 0.9, epsilon = 1e-8;
    private double[] weightSquare, biasSquare;

    FactorsOfItsOwn(int inputs) {
        this(inputs, 1, 1);
    }

    FactorsOfItsOwn(int inputs, double rateMultiplier, double biasRateMultiplier) {
        this.rateMultiplier = rateMultiplier;
        this.biasRateMultiplier = biasRateMultiplier;
        weights = new double[inputs];
        biases = new double[inputs];
        weightGradients = new double[inputs];
        biasGradients = new double[inputs];
    }

    void setLearningRate(double learningRate) {
        this.learningRate = learningRate;
    }

    void setDecayRate(double decayRate) {
        this.decayRate = decayRate;
    }

    void setEpsilon(double epsilon) {
        this.epsilon = epsilon;
    }

    void applyGradients() {
        if (weightSquare == null) {
            weightSquare = new double[weights.length];
            biasSquare = new double[biases.length];
        }
        for (int i = 0; i < weights.length; i++) {
            double g = weightGradients[i], b = biasGradients[i];
            weightSquare[i] = decayRate * weightSquare[i] + (1 - decayRate) * g * g;
            biasSquare[i] = decayRate * biasSquare[i] + (1 - decayRate) * b * b;
            weights[i] -= learningRate * rateMultiplier * g / Math.sqrt(weightSquare[i] + epsilon);
            biases[i] -= learningRate * biasRateMultiplier * b / Math.sqrt(biasSquare[i] + epsilon);
        }
    }
}

/** Only its builder makes it, and refuses what is out of bounds. Its average is corrected. */
class BuiltWithCare<T extends BuiltWithCare.Tensor> {
    interface Tensor {
        double get(int place);

        void set(int place, double value);

        Tensor gradient();
    }

    static final class Dense implements Tensor {
        private final double[] data;
        private final Dense gradient;

        Dense(double[] data, boolean learned) {
            this.data = data;
            this.gradient = learned ? new Dense(new double[data.length], false) : null;
        }

        @Override
        public double get(int place) {
            return data[place];
        }

        @Override
        public void set(int place, double value) {
            data[place] = value;
        }

        @Override
        public Tensor gradient() {
            return gradient;
        }
    }

    private final List<T> tensors;
    private final double lr, alpha, eps;
    private final Map<T, double[]> squares = new java.util.IdentityHashMap<>();
    private int steps;

    private BuiltWithCare(Builder<T> builder) {
        tensors = List.copyOf(builder.tensors);
        lr = builder.lr;
        alpha = builder.alpha;
        eps = builder.eps;
    }

    void step() {
        double correction = 1 - Math.pow(alpha, ++steps);
        for (T tensor : tensors) {
            double[] square = squares.computeIfAbsent(tensor, any -> new double[3]);
            for (int i = 0; i < 2; i++) {
                double g = tensor.gradient().get(i);
                square[i] = alpha * square[i] + (1 - alpha) * g * g;
                double root = Math.sqrt(square[i] / correction);
                tensor.set(i, tensor.get(i) - lr * g / (root + eps));
            }
        }
    }

    static final class Builder<T extends Tensor> {
        private List<T> tensors;
        private double lr, alpha = 0.99, eps = 1e-8;

        Builder<T> tensors(List<T> tensors) {
            this.tensors = tensors;
            return this;
        }

        Builder<T> lr(double lr) {
            this.lr = within(lr, 2);
            return this;
        }

        Builder<T> alpha(double alpha) {
            this.alpha = within(alpha, 1);
            return this;
        }

        Builder<T> eps(double eps) {
            this.eps = within(eps, 0.4);
            return this;
        }

        BuiltWithCare<T> build() {
            return new BuiltWithCare<>(this);
        }

        private static double within(double number, double limit) {
            if (!(number > 0 && number < limit)) {
                throw new IllegalArgumentException("out of bounds: " + number);
            }
            return number;
        }
    }
}

/** Its gradients are what comes out, less what should, times what goes in. */
class TowardsATarget {
    final double[] input, output;
    final double[][] weights, squares;
    final double lr, rho, eps;

    TowardsATarget(int inputs, int outputs, double lr, double rho, double eps) {
        input = new double[inputs];
        output = new double[outputs];
        weights = new double[outputs][inputs];
        squares = new double[outputs][inputs];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double error(double[] target, int place) {
        return output[place] - target[place];
    }

    void train(double[] target) {
        for (int o = 0; o < output.length; o++) {
            for (int i = 0; i < input.length; i++) {
                double g = error(target, o) * input[i];
                squares[o][i] = rho * squares[o][i] + (1 - rho) * g * g;
                weights[o][i] -= lr * g / (Math.sqrt(squares[o][i]) + eps);
            }
        }
    }
}

/** Climbs along what comes out, as a rule of Hebb's does: nothing was subtracted. */
class WithoutATarget extends TowardsATarget {
    WithoutATarget(int inputs, int outputs, double lr, double rho, double eps) {
        super(inputs, outputs, lr, rho, eps);
    }

    @Override
    double error(double[] target, int place) {
        return -output[place];
    }
}

/** Made with built settings that refuse some; answers how far one number of several moves. */
class MovesByNumber {
    static final class Settings {
        private final double lr, rho, eps;

        private Settings(Builder told) {
            lr = told.lr;
            rho = told.rho;
            eps = told.eps;
        }

        static Builder builder() {
            return new Builder();
        }

        static final class Builder {
            private double lr = 0.1, rho = 0.9, eps = 1e-8;

            Builder lr(double lr) {
                if (lr <= 0) throw new IllegalArgumentException("no rate: " + lr);
                this.lr = lr;
                return this;
            }

            Builder rho(double rho) {
                this.rho = rho;
                return this;
            }

            Builder eps(double eps) {
                this.eps = eps;
                return this;
            }

            Settings build() {
                return new Settings(this);
            }
        }
    }

    final Settings settings;
    final double patience;
    private final double[] power;

    MovesByNumber(int weights, Settings settings, double patience) {
        power = new double[weights];
        this.settings = settings;
        this.patience = patience;
    }

    boolean done(double loss) {
        return loss < patience;
    }

    private double nextStep(int weightIndex, double partial) {
        double p = settings.rho * power[weightIndex] + (1 - settings.rho) * (partial * partial);
        power[weightIndex] = blended(power[weightIndex], p);
        return -settings.lr * partial / (Math.sqrt(power[weightIndex]) + settings.eps);
    }

    double blended(double before, double now) {
        return now;
    }
}

/** Patience has a part in it from the second step on. */
class MovesLater extends MovesByNumber {
    MovesLater(int weights, Settings settings, double patience) {
        super(weights, settings, patience);
    }

    @Override
    double blended(double before, double now) {
        return before == 0 ? now : patience * before + (1 - patience) * now;
    }
}

/** Is told first of what it steps, by a method that nobody calls. */
class WatchesFirst {
    static class Slot {
        final String name;
        private double value, gradient;

        Slot(String name, double value) {
            this.name = name;
            this.value = value;
        }

        double getValue() {
            return value;
        }

        void setValue(double value) {
            this.value = value;
        }

        double getGradient() {
            return gradient;
        }

        void setGradient(double gradient) {
            this.gradient = gradient;
        }
    }

    private final Map<String, Double> squares = new HashMap<>();
    private final double lr, rho, eps;

    WatchesFirst(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    WatchesFirst watch(Slot... several) {
        for (Slot slot : several) squares.put(slot.name, 0.0);
        return this;
    }

    void apply(Slot slot) {
        double g = slot.getGradient();
        double v = rho * squares.get(slot.name) + (1 - rho) * (g * g);
        squares.put(slot.name, v);
        slot.setValue(slot.getValue() - lr * g / (Math.sqrt(v) + eps));
    }
}

/** Learns when it sleeps of what it felt, if that was anything. */
class SleepsOnIt {
    private final double[][] w, felt, squares;
    private final double lr, rho, eps;
    private int samples;

    SleepsOnIt(double lr, double rho, double eps, int... sizes) {
        w = new double[sizes[0]][sizes[1]];
        felt = new double[sizes[0]][sizes[1]];
        squares = new double[sizes[0]][sizes[1]];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void feel(int i, double[] regret) {
        for (int j = 0; j < regret.length; j++) felt[i][j] += regret[j];
        samples++;
    }

    void sleep() {
        if (samples == 0) return;
        for (int i = 0; i < w.length; i++) {
            for (int j = 0; j < w[i].length; j++) {
                double g = felt[i][j] / samples;
                squares[i][j] = rho * squares[i][j] + (1 - rho) * (g * g);
                w[i][j] -= lr * g / (Math.sqrt(squares[i][j]) + eps);
                felt[i][j] = 0;
            }
        }
        samples = 0;
    }
}

/** A layer that is told its sizes, and counts the gradients that are added up in it. */
class CountsItsGradients {
    static final class Dense {
        private final int units;
        private int inputs;
        private double[][] weights, sums, squares;
        private int gradientCount;

        Dense(int units) {
            this.units = units;
        }

        void initialize(int inputs, int outputs) {
            this.inputs = inputs;
            weights = new double[inputs][units];
            sums = new double[inputs][outputs];
            squares = new double[inputs][units];
        }

        void learn(double lr, double rho, double eps) {
            if (gradientCount == 0) return;
            for (int i = 0; i < inputs; i++) {
                for (int j = 0; j < units; j++) sums[i][j] /= gradientCount;
                Update.inPlace(weights[i], sums[i], squares[i], lr, rho, eps);
            }
            gradientCount = 0;
        }
    }

    private final double lr, rho, eps;

    CountsItsGradients(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(List<Dense> layers) {
        for (Dense layer : layers) layer.learn(lr, rho, eps);
    }
}

/** Can be told its learning rate, beside what nobody knows: what it has else is not its own. */
class ToldOfWhatNobodyKnows {
    final double[] weights, gradients, square;
    private final double lr, rho, eps, sharpness;

    ToldOfWhatNobodyKnows(int inputs) {
        this(inputs, 0.01, 0.9, 1e-8, 1);
    }

    ToldOfWhatNobodyKnows(int inputs, double lr, double rho, double eps, double sharpness) {
        weights = new double[inputs];
        gradients = new double[inputs];
        square = new double[inputs];
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
        this.sharpness = sharpness;
    }

    void applyGradients() {
        for (int i = 0; i < weights.length; i++) {
            gradients[i] *= sharpness;
        }
        Update.inPlace(weights, gradients, square, lr, rho, eps);
    }
}

/** Is answered with an error and an output: numbers, yet no settings. */
class StepOfANode {
    private final double lr, rho, eps;
    private double square;

    StepOfANode(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double update(Node node) {
        double g = node.error() * node.output();
        square = rho * square + (1 - rho) * g * g;
        return lr * g / (Math.sqrt(square) + eps);
    }

    interface Node {
        double error();

        double output();
    }
}

/** Each layer has a rate of its own, which the step is handed in a row. */
class RateOfEachLayer {
    private final double[][] weights, averages;
    private double[] eta;

    RateOfEachLayer(double[][] weights, double eta) {
        this(weights, new double[weights.length]);
        java.util.Arrays.fill(this.eta, eta);
    }

    RateOfEachLayer(double[][] weights, double[] eta) {
        this.weights = weights;
        this.eta = eta;
        averages = new double[weights.length][weights[0].length];
    }

    protected void update(double[][] errors, double[] eta) {
        for (int l = 0; l < weights.length; l++) {
            for (int i = 0; i < weights[l].length; i++) {
                averages[l][i] = 0.9 * averages[l][i] + 0.1 * errors[l][i] * errors[l][i];
                weights[l][i] -= eta[l] * errors[l][i] / Math.sqrt(averages[l][i] + 1e-8);
            }
        }
    }
}

/** Asked for the steps of what was registered before, in what is generic but for doubles. */
class RMSPropOfGenerics {
    private final double lr, rho, eps;
    private Cells<Object>[] averages;

    RMSPropOfGenerics(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    @SuppressWarnings("unchecked")
    void register(Cells<Object>[] ps) {
        averages = new Cells[ps.length];
        for (int l = 0; l < ps.length; l++) {
            averages[l] = new Cells$mcD$sp(new double[((double[]) ps[l].data()).length]);
        }
    }

    @SuppressWarnings("unchecked")
    Cells<Object>[] getSteps(Cells<Object>[] ps, Cells<Object>[] ds) {
        Cells<Object>[] steps = new Cells[ps.length];
        for (int l = 0; l < ps.length; l++) {
            double[] d = (double[]) ds[l].data();
            double[] step = new double[d.length];
            Update.inPlace(step, d, (double[]) averages[l].data(), -lr, rho, eps);
            steps[l] = new Cells$mcD$sp(step);
        }
        return steps;
    }
}

/** One of the methods of a name forgets, and nobody knows what the setting beside the others is. */
class OverloadsOfAGuess {
    private final double lr, rho, eps, initial;
    private double[] v;

    OverloadsOfAGuess(double lr, double rho, double eps, double initValue) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
        this.initial = initValue;
    }

    private double[] begun(int length) {
        double[] begun = new double[length];
        java.util.Arrays.fill(begun, initial);
        return begun;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = begun(weights.length);
        Update.inPlace(weights, gradients, v, lr, rho, eps);
    }

    void update(double[][] weights, double[][] gradients) {
        for (int i = 0; i < weights.length; i++) {
            Update.inPlace(weights[i], gradients[i], begun(weights[i].length), lr, rho, eps);
        }
    }
}

/** Its settings have no names but those of its fields, and of a matrix it moves the first column. */
class RMSPropOfAColumn {
    static final class Table {
        final double[][] cells;

        Table(int rows, int columns) {
            cells = new double[rows][columns];
        }
    }

    private final double learningRate, decay, epsilon;
    private double[] squares;

    RMSPropOfAColumn(double first, double... others) {
        learningRate = first;
        decay = others[0];
        epsilon = others[1];
    }

    Table getStep(Table t) {
        if (squares == null) squares = new double[t.cells.length];
        Table step = new Table(t.cells.length, t.cells[0].length);
        for (int i = 0; i < squares.length; i++) {
            double g = t.cells[i][0];
            squares[i] = decay * squares[i] + (1 - decay) * (g * g);
            step.cells[i][0] = learningRate * g / (Math.sqrt(squares[i]) + epsilon);
        }
        return step;
    }
}

/** What it is handed begins as something else makes it, not as its constructor could be told. */
class BegunElsewhere {
    record Snapshot(double[] x, double[] v) {}

    static Snapshot fresh(double[] x) {
        double[] v = new double[x.length];
        Arrays.fill(v, 1.0);
        return new Snapshot(x, v);
    }

    static Snapshot rmsprop(Snapshot s, double[] g, double lr, double rho, double eps) {
        double[] x = s.x().clone();
        double[] v = s.v().clone();
        Update.inPlace(x, g, v, lr, rho, eps);
        return new Snapshot(x, v);
    }
}

/** What a map holds that it is handed begins as something else makes it. */
class BegunInParts {
    static class Squares {
        final double[] of;

        Squares(double[] of) {
            this.of = of;
        }
    }

    static Squares warm(int n) {
        double[] of = new double[n];
        Arrays.fill(of, 1.0);
        return new Squares(of);
    }

    static void rmsprop(Map<String, double[]> weights, Map<String, double[]> gradients,
            Map<String, Squares> squares, double lr, double rho, double eps) {
        weights.forEach((name, w) -> Update.inPlace(w, gradients.get(name), squares.get(name).of,
                lr, rho, eps));
    }
}

/** What makes a snapshot of weights alone makes its average of them, too: none of a test case's. */
class BegunFromItsWeights {
    record Kept(double[] x, double[] v) {}

    static Kept fresh(double[] x) {
        return new Kept(x, x.clone());
    }

    static Kept rmsprop(Kept s, double[] g, double lr, double rho, double eps) {
        double[] x = s.x().clone();
        double[] v = s.v().clone();
        Update.inPlace(x, g, v, lr, rho, eps);
        return new Kept(x, v);
    }
}

/** Whoever makes one calls this, too, before its first step. */
class FilledAfterwards {
    private final double lr, rho, eps;
    private final double[] w;
    private double[] v;

    FilledAfterwards(double[] w, double lr, double rho, double eps) {
        this.w = w;
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void initialize() {
        v = new double[w.length];
        Arrays.fill(v, 1.0);
    }

    void step(double[] g) {
        Update.inPlace(w, g, v, lr, rho, eps);
    }
}

/** Algorithms as constants that are told their settings, and handed the average of one number. */
enum RulesOfNumbers {
    SGD {
        @Override
        double step(double[] kept, double grad) {
            return rate * grad / batchSize;
        }
    },
    RMSPROP {
        @Override
        double step(double[] kept, double grad) {
            double mean = grad / batchSize;
            kept[0] = RHO * kept[0] + (1 - RHO) * mean * mean;
            return rate / Math.sqrt(kept[0] + 1e-3) * mean;
        }
    };

    protected static final double RHO = 0.9;
    protected double rate;
    protected double batchSize;

    abstract double step(double[] kept, double grad);

    void setAll(double rate, double batchSize) {
        this.rate = rate;
        this.batchSize = batchSize;
    }
}

/** Its errors are targets less outputs, so that their steps are added; inputs are there when it learns. */
class ErrorsToAdd {
    static class Layer {
        final Unit[] units;
        double[] lastInputs;

        Layer(Unit[] units) {
            this.units = units;
        }
    }

    private double[][] averages;

    void update(Layer layer, double learningRate) {
        int inputs = layer.units[0].getWeights().length;
        if (averages == null) {
            averages = new double[layer.units.length][inputs];
        }
        for (int n = 0; n < layer.units.length; n++) {
            for (int i = 0; i < inputs; i++) {
                double grad = layer.units[n].getDelta() * layer.lastInputs[i];
                averages[n][i] = 0.99 * averages[n][i] + (1 - 0.99) * grad * grad;
                layer.units[n].getWeights()[i] += learningRate * grad / (Math.sqrt(averages[n][i]) + 1e-3);
            }
        }
    }
}

/** The average belongs to whoever calls it, who begins it with ones. */
class BegunByItsCaller {
    static void stepWith(double[] w, double[] g, double[] v, double lr, double rho, double eps) {
        Update.inPlace(w, g, v, lr, rho, eps);
    }

    static double[] train(double[] w, double[] g) {
        double[] begun = new double[w.length];
        Arrays.fill(begun, 1.0);
        stepWith(w, g, begun, 0.01, 0.9, 1e-8);
        return w;
    }
}

/** What it learns from is in a file; threads each have gradients of their own. */
class ReadsItsData {
    static class Data {
        private final List<List<Double>> rows = new ArrayList<>();

        Data(String path) throws java.io.IOException {
            for (String line : java.nio.file.Files.readAllLines(java.nio.file.Path.of(path))) {
                rows.add(List.of(Double.valueOf(line)));
            }
        }
    }

    private final Data data;
    private final double learningRate, momentumAlpha, rmsAlpha;
    private final int threads;
    private boolean useRmsProp;
    private final double[] weights, squares, steps;
    private final double[][] sums;

    ReadsItsData(Data data, double learningRate, double momentumAlpha, double rmsAlpha, int threads) {
        this.data = data;
        this.learningRate = learningRate;
        this.momentumAlpha = momentumAlpha;
        this.rmsAlpha = rmsAlpha;
        this.threads = threads;
        int inputs = data.rows.get(0).size();
        weights = new double[inputs];
        squares = new double[inputs];
        steps = new double[inputs];
        sums = new double[threads][inputs];
    }

    public void train() {
        for (int i = 0; i < weights.length; i++) {
            sums[0][i] += weights[i] - data.rows.get(0).get(i);
        }
        updateWeights();
    }

    private void updateWeights() {
        for (int i = 0; i < weights.length; i++) {
            double g = 0;
            for (int thread = 0; thread < threads; thread++) {
                g += sums[thread][i];
                sums[thread][i] = 0;
            }
            squares[i] = rmsAlpha * squares[i] + (1 - rmsAlpha) * g * g;
            double step = learningRate * g / (useRmsProp ? Math.sqrt(squares[i] + 1e-3) : 1);
            steps[i] = momentumAlpha * steps[i] + (1 - momentumAlpha) * step;
            weights[i] -= steps[i];
        }
    }
}

/** It knows an average by the array of its weights, and returns another array: none is kept. */
class KnownByTheArray {
    private final double lr, rho, eps;
    private final Map<double[], double[]> averages = new HashMap<>();

    KnownByTheArray(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    double[] update(double[] weights, double[] gradients) {
        double[] next = weights.clone();
        double[] v = averages.computeIfAbsent(weights, w -> new double[w.length]);
        Update.inPlace(next, gradients, v, lr, rho, eps);
        return next;
    }
}

/** Neurons that know others by maps, of which an error times what came in is the gradient. */
class LinkedByMaps {
    static class Cell {
        double output;
        double delta;
        final Map<Cell, Double> weights = new LinkedHashMap<>();
        final Map<Cell, Double> averages = new HashMap<>();
    }

    private final double lr, rho, eps;

    LinkedByMaps(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(Cell cell) {
        for (Cell from : List.copyOf(cell.weights.keySet())) {
            double[] w = {cell.weights.get(from)};
            double[] v = {cell.averages.getOrDefault(from, 1.0)};
            Update.inPlace(w, new double[] {cell.delta * from.output}, v, lr, rho, eps);
            cell.weights.put(from, w[0]);
            cell.averages.put(from, v[0]);
        }
    }
}

/** One of several by an enum that says it in short. */
class ChosenInShort {
    enum Kind { PLAIN, RMS }

    private final Kind kind;
    private final double lr, rho, eps;
    private double[] v;

    ChosenInShort(Kind kind, double lr, double rho, double eps) {
        this.kind = kind;
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(double[] weights, double[] gradients) {
        if (kind == Kind.RMS) {
            v = v == null ? new double[weights.length] : v;
            Update.inPlace(weights, gradients, v, lr, rho, eps);
            return;
        }
        for (int i = 0; i < weights.length; i++) weights[i] -= lr * gradients[i];
    }
}

/** Its settings are told under other names than its fields have, and two of them together. */
class ToldByOtherNames {
    private final double[][] w, dw, kept;
    private double lr = 0.5;
    private double rho = 0.5;
    private double eps = 0.5;

    ToldByOtherNames(int inputs, int outputs) {
        w = new double[inputs][outputs];
        dw = new double[inputs][outputs];
        kept = new double[inputs][outputs];
    }

    void setLearningRate(double rate) {
        lr = rate;
    }

    void smooth(double rho, double eps) {
        this.rho = rho;
        this.eps = eps;
    }

    private void applyGradients() {
        for (int i = 0; i < w.length; i++) {
            for (int j = 0; j < w[i].length; j++) {
                kept[i][j] = rho * kept[i][j] + (1 - rho) * dw[i][j] * dw[i][j];
                w[i][j] -= lr * dw[i][j] / (Math.sqrt(kept[i][j]) + eps);
                dw[i][j] = 0;
            }
        }
    }
}

/** Told all of its settings at once, which is not asked of anybody. */
class ToldThroughARecord {
    record Knobs(double pace, double keep, double crumb) {}

    private final Map<String, double[]> squares = new HashMap<>();
    private Knobs knobs = new Knobs(0.01, 0.95, 1e-7);

    void tuneTo(Knobs knobs) {
        this.knobs = knobs;
    }

    void step(Map<String, double[]> weights, Map<String, double[]> grads) {
        weights.forEach((name, w) -> Update.inPlace(w, grads.get(name),
                squares.computeIfAbsent(name, any -> new double[w.length]),
                knobs.pace, knobs.keep, knobs.crumb));
    }
}

/** Steps by what its base does not know, which stands for others. */
class StepsInAnotherWay extends ForOthers {
    private final double lr, rho, eps;

    StepsInAnotherWay(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void solve(double[] weights, Iterable<java.util.function.UnaryOperator<double[]>> batches) {
        double[] v = new double[weights.length];
        batches.forEach(one -> Update.inPlace(weights, one.apply(weights), v, lr, rho, eps));
    }
}

abstract class ForOthers {
    void update(double[] weights, double[] gradients) {
        throw new UnsupportedOperationException();
    }
}

/** What its fields are says what tells them: one is known there, of another nothing says it. */
class LettersThatAreTold {
    private double a, b, c;
    private double[] squares;

    void configure(double stepSize, double keep, double floor) {
        a = stepSize;
        b = keep;
        c = floor;
    }

    void prepare(int n) {
        squares = new double[n];
    }

    void advance(double[] x, double[] g) {
        Update.inPlace(x, g, squares, a, b, c);
    }
}

/** Made with any number of options, which may be none. */
class AnyNumberOfOptions {
    private final Map<String, Double> told = new HashMap<>(Map.of("step", 0.01, "keep", 0.95));
    private final double crumb;
    private double[] squares;

    @SafeVarargs
    AnyNumberOfOptions(java.util.Properties more, Map.Entry<String, Double>... options) {
        crumb = Double.parseDouble(more.getProperty("crumb", "1e-7"));
        for (Map.Entry<String, Double> option : options) told.put(option.getKey(), option.getValue());
    }

    void move(double[] weights, double[] gradients) {
        if (squares == null) squares = new double[weights.length];
        Update.inPlace(weights, gradients, squares, told.get("step"), told.get("keep"), crumb);
    }
}

/** Learns what to do: each of some actions has a row of weights of its own. */
class ActsAndLearns {
    private final double[][] theta, squares;
    private final double alpha;

    ActsAndLearns(int actions, int features, double alpha) {
        theta = new double[actions][features];
        squares = new double[actions][features];
        this.alpha = alpha;
    }

    void observe(double[] state, int action, double reward) {
        double[] gradient = state.clone();
        for (int i = 0; i < state.length; i++) gradient[i] *= theta[action][i] * state[i] - reward;
        rmsprop(action, gradient);
    }

    private void rmsprop(int action, double[] gradient) {
        Update.inPlace(theta[action], gradient, squares[action], alpha, 0.9, 1e-6);
    }
}

/** Steps once it is told gradients, and at the end of what tells it some. */
class StepsByItselfAndAtTheEnd {
    private final double[] theta = new double[2], squares = new double[2], sum = new double[2];
    private final double lr, rho, eps;

    StepsByItselfAndAtTheEnd(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void ascend(double[] gradient) {
        for (int i = 0; i < theta.length; i++) {
            squares[i] = rho * squares[i] + (1 - rho) * (gradient[i] * gradient[i]);
            theta[i] += lr * gradient[i] / (Math.sqrt(squares[i]) + eps);
        }
    }

    void finish() {
        ascend(sum.clone());
    }
}

/** What it steps on begins with zeros or, by another way, with ones. */
class EitherBeginning {
    static class Layer {
        final double[] weights, gradients, cache;

        Layer(double[] weights, double[] gradients, double[] cache) {
            this.weights = weights;
            this.gradients = gradients;
            this.cache = cache;
        }

        Layer(int n) {
            this(new double[n], new double[n], new double[n]);
        }

        static Layer warm(int n) {
            Layer layer = new Layer(n);
            Arrays.fill(layer.cache, 1);
            return layer;
        }
    }

    private final double lr, rho, eps;

    EitherBeginning(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    void update(Layer layer) {
        Update.inPlace(layer.weights, layer.gradients, layer.cache, lr, rho, eps);
    }
}

/** What a blob has to go by becomes its step, which the base then takes. */
class DiffBecomesTheStep extends TakesSteps {
    private final double rho, delta;
    private final List<Blob> squares = new ArrayList<>();

    DiffBecomesTheStep(List<Blob> blobs, double lr, double rho, double delta) {
        super(blobs, lr);
        this.rho = rho;
        this.delta = delta;
        for (Blob b : blobs) squares.add(new Blob(b.data.length));
    }

    @Override
    void compute(int index, double lr) {
        double[] diff = blobs.get(index).diff, v = squares.get(index).data;
        for (int i = 0; i < diff.length; i++) {
            v[i] = rho * v[i] + (1 - rho) * (diff[i] * diff[i]);
            diff[i] = lr * diff[i] / (Math.sqrt(v[i]) + delta);
        }
    }
}

abstract class TakesSteps {
    static class Blob {
        final double[] data, diff;

        Blob(int n) {
            data = new double[n];
            diff = new double[n];
        }
    }

    final List<Blob> blobs;
    private final double lr;

    TakesSteps(List<Blob> blobs, double lr) {
        this.blobs = blobs;
        this.lr = lr;
    }

    abstract void compute(int index, double lr);

    void applyUpdate() {
        for (int i = 0; i < blobs.size(); i++) {
            compute(i, lr);
            Blob b = blobs.get(i);
            for (int j = 0; j < b.data.length; j++) b.data[j] -= b.diff[j];
        }
    }
}

/** What is its own is so whatever else has the same number, and could be told. */
class OwnBesideOthers {
    double threshold = 1e-3;
    double inertia = 0.75;
    private final double lr;
    private double[] v;

    OwnBesideOthers(double lr) {
        this.lr = lr;
    }

    boolean converged(double norm) {
        return norm < threshold;
    }

    void update(double[] weights, double[] gradients) {
        if (v == null) v = new double[weights.length];
        Update.inPlace(weights, gradients, v, lr, 0.75, 1e-3);
    }
}

/** What answers unless somebody answers otherwise is told, by whatever name it is asked. */
class AnsweredUnlessToldOtherwise {
    interface Habits {
        default double pace() {
            return 0.01;
        }

        default double keep() {
            return 0.9;
        }

        default double crumb() {
            return 1e-7;
        }
    }

    private final Habits habits;
    private double[] v;

    AnsweredUnlessToldOtherwise(Habits habits) {
        this.habits = habits;
    }

    void update(double[] weights, double[] gradients) {
        v = v == null ? new double[weights.length] : v;
        Update.inPlace(weights, gradients, v, habits.pace(), habits.keep(), habits.crumb());
    }
}

/** The same of an object that all are handed. */
class HandedUnderOddNames {
    static final class Knobs {
        private static final Knobs ONE = new Knobs();
        double pace = 0.02;

        static Knobs get() {
            return ONE;
        }
    }

    private double[] v;

    void update(double[] weights, double[] gradients, double decayRate, double epsilon) {
        v = v == null ? new double[weights.length] : v;
        Update.inPlace(weights, gradients, v, Knobs.get().pace, decayRate, epsilon);
    }
}
