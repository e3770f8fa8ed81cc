// As Shapes.java, in Kotlin.

import kotlin.math.sqrt

fun inPlace(w: DoubleArray, g: DoubleArray, v: DoubleArray, lr: Double, rho: Double, eps: Double) {
    for (i in w.indices) {
        v[i] = rho * v[i] + (1 - rho) * (g[i] * g[i])
        w[i] -= lr * g[i] / (sqrt(v[i]) + eps)
    }
}

class SizeFirst(size: Int, val lr: Double, val rho: Double, val eps: Double) {
    private val v = DoubleArray(size)

    fun step(weights: DoubleArray, gradients: DoubleArray) = inPlace(weights, gradients, v, lr, rho, eps)
}

class ListOfArrays(val lr: Double, val rho: Double, val eps: Double) {
    private val averages = mutableListOf<DoubleArray>()

    fun update(weights: List<DoubleArray>, gradients: List<DoubleArray>) {
        weights.forEachIndexed { k, w ->
            if (averages.size == k) averages.add(DoubleArray(w.size))
            inPlace(w, gradients[k], averages[k], lr, rho, eps)
        }
    }
}

class PartOfAnArray(val lr: Float, val decay: Float, val epsilon: Float, size: Int) {
    private val v = FloatArray(size)

    fun update(start: Int, parameter: FloatArray, gradient: FloatArray, dimension: Int) {
        for (i in 0 until dimension) {
            val g = gradient[i]
            v[start + i] = decay * v[start + i] + (1f - decay) * (g * g)
            parameter[i] -= lr * g / (sqrt(v[start + i]) + epsilon)
        }
    }
}

class OneNumber(val eta: Double, val beta: Double, val eps: Double, n: Int) {
    private val v = DoubleArray(n)

    fun step(weight: Double, i: Int, grad: Double, t: Long): Double {
        v[i] = beta * v[i] + (1 - beta) * (grad * grad)
        return weight - eta * grad / (sqrt(v[i]) + eps)
    }
}

class ReturnsStep(val lr: Double, val rho: Double, val eps: Double) {
    private var v: DoubleArray? = null

    fun step(gradients: DoubleArray): DoubleArray {
        val s = v ?: DoubleArray(gradients.size).also { v = it }
        return DoubleArray(gradients.size) { i ->
            s[i] = rho * s[i] + (1 - rho) * (gradients[i] * gradients[i])
            lr * gradients[i] / (sqrt(s[i]) + eps)
        }
    }
}

class Setters {
    var learningRate = 1.0
    var rho = 0.5
    var epsilon = 1.0
    private var v: DoubleArray? = null

    fun update(weights: DoubleArray, gradients: DoubleArray) {
        val s = v ?: DoubleArray(weights.size).also { v = it }
        inPlace(weights, gradients, s, learningRate, rho, epsilon)
    }
}

class FromCompanion private constructor(val lr: Double, val rho: Double, val eps: Double) {
    private var v: DoubleArray? = null

    fun update(weights: DoubleArray, gradients: DoubleArray) {
        val s = v ?: DoubleArray(weights.size).also { v = it }
        inPlace(weights, gradients, s, lr, rho, eps)
    }

    companion object {
        fun of(lr: Double, rho: Double, eps: Double) = FromCompanion(lr, rho, eps)
    }
}

data class Settings(val learningRate: Double, val decay: Double, val epsilon: Double)

class Configured(private val settings: Settings) {
    private var v: DoubleArray? = null

    fun update(weights: DoubleArray, gradients: DoubleArray) {
        val s = v ?: DoubleArray(weights.size).also { v = it }
        inPlace(weights, gradients, s, settings.learningRate, settings.decay, settings.epsilon)
    }
}

class Param(val value: DoubleArray) {
    val grad = DoubleArray(value.size)
}

class Parameters(private val params: List<Param>, val lr: Double, val rho: Double, val eps: Double) {
    private val averages = params.map { DoubleArray(it.value.size) }

    fun step() = params.forEachIndexed { k, p -> inPlace(p.value, p.grad, averages[k], lr, rho, eps) }
}

class Tensor(val data: DoubleArray) {
    constructor(size: Int) : this(DoubleArray(size))
}

class OwnTensor(val lr: Double, val rho: Double, val eps: Double) {
    private val averages = java.util.IdentityHashMap<Tensor, Tensor>()

    fun update(weights: Tensor, gradients: Tensor) {
        val v = averages.getOrPut(weights) { Tensor(weights.data.size) }
        inPlace(weights.data, gradients.data, v.data, lr, rho, eps)
    }
}

class Defaults(
    val lr: Double,
    val rho: Double = 0.5,
    val eps: Double = 1.0,
    val every: Int = 1,
    val momentum: Double = 0.0,
    val rule: Param? = null,
) {
    private var v: DoubleArray? = null

    fun update(weights: DoubleArray, gradients: DoubleArray) {
        check(every == 1 && momentum == 0.0 && rule == null)
        val s = v ?: DoubleArray(weights.size).also { v = it }
        inPlace(weights, gradients, s, lr, rho, eps)
    }
}

class Matrices(val lr: Double, val rho: Double, val eps: Double) {
    private var v: Array<DoubleArray>? = null

    fun update(weights: Array<DoubleArray>, gradients: Array<DoubleArray>) {
        val s = v ?: Array(weights.size) { DoubleArray(weights[it].size) }.also { v = it }
        for (i in weights.indices) inPlace(weights[i], gradients[i], s[i], lr, rho, eps)
    }
}

class Layer(val inputs: Int, val outputs: Int) {
    val weights = Array(inputs) { DoubleArray(outputs) }
    val biases = DoubleArray(outputs)
    var weightGradients = Array(inputs) { DoubleArray(outputs) }
    var biasGradients = DoubleArray(outputs)
}

class Layers(val lr: Double, val rho: Double, val eps: Double) {
    private val averages = HashMap<Layer, Array<DoubleArray>>()

    fun update(layer: Layer) {
        val v = averages.getOrPut(layer) { Array(layer.inputs) { DoubleArray(layer.outputs) } }
        for (i in 0 until layer.inputs) {
            inPlace(layer.weights[i], layer.weightGradients[i], v[i], lr, rho, eps)
        }
    }
}

class Network(val layers: MutableList<Layer>)

class NetworkObject(val lr: Double, val rho: Double, val eps: Double) {
    private val averages = HashMap<Any, DoubleArray>()

    fun step(network: Network) {
        for (layer in network.layers) {
            for ((w, g) in layer.weights.zip(layer.weightGradients)) {
                inPlace(w, g, averages.getOrPut(w) { DoubleArray(w.size) }, lr, rho, eps)
            }
            val v = averages.getOrPut(layer.biases) { DoubleArray(layer.biases.size) }
            inPlace(layer.biases, layer.biasGradients, v, lr, rho, eps)
        }
    }
}

class Registered(val lr: Double, val rho: Double, val eps: Double) {
    private val averages = LinkedHashMap<Param, DoubleArray>()

    fun register(parameters: List<Param>) =
        parameters.forEach { averages[it] = DoubleArray(it.value.size) }

    fun step() = averages.forEach { (p, v) -> inPlace(p.value, p.grad, v, lr, rho, eps) }
}

class WeightsAndBiases(val lr: Double, val rho: Double, val eps: Double) {
    private val averages = HashMap<DoubleArray, DoubleArray>()

    fun update(w: DoubleArray, dw: DoubleArray, b: DoubleArray, db: DoubleArray) {
        inPlace(w, dw, averages.getOrPut(w) { DoubleArray(w.size) }, lr, rho, eps)
        inPlace(b, db, averages.getOrPut(b) { DoubleArray(b.size) }, lr, rho, eps)
    }
}

fun interface Gradient {
    fun at(weights: DoubleArray): DoubleArray
}

class Asking(val lr: Double, val rho: Double, val eps: Double) {
    private var v: DoubleArray? = null

    fun step(weights: DoubleArray, gradient: Gradient) {
        val s = v ?: DoubleArray(weights.size).also { v = it }
        inPlace(weights, gradient.at(weights), s, lr, rho, eps)
    }
}

interface Tunable {
    var values: DoubleArray
    val gradients: DoubleArray
}

class TunableByMethods(val lr: Double, val rho: Double, val eps: Double) {
    private val averages = HashMap<Tunable, DoubleArray>()

    fun step(parameter: Tunable) {
        val w = parameter.values.copyOf()
        inPlace(w, parameter.gradients, averages.getOrPut(parameter) { DoubleArray(w.size) }, lr, rho, eps)
        parameter.values = w
    }
}

class LoopOfItsOwn(private val lr: Double, private val rho: Double, private val eps: Double) {
    fun minimize(start: DoubleArray, epochs: Int = 100, gradient: (DoubleArray) -> DoubleArray) {
        val v = DoubleArray(start.size)
        repeat(epochs) { inPlace(start, gradient(start), v, lr, rho, eps) }
    }
}

class Grid(val rows: Int, val cols: Int) {
    private val cells = MutableList(rows * cols) { 0.0 }

    operator fun get(row: Int, col: Int) = cells[row * cols + col]

    operator fun set(row: Int, col: Int, value: Double) {
        cells[row * cols + col] = value
    }
}

class GridByMethods(private val lr: Double, private val rho: Double, private val eps: Double) {
    private var average: Grid? = null

    fun update(weights: Grid, gradients: Grid) {
        val v = average ?: Grid(weights.rows, weights.cols).also { average = it }
        for (i in 0 until v.rows) for (j in 0 until v.cols) {
            val g = gradients[i, j]
            v[i, j] = rho * v[i, j] + (1 - rho) * (g * g)
            weights[i, j] = weights[i, j] - lr * g / (kotlin.math.sqrt(v[i, j]) + eps)
        }
    }
}

object SetOnAnObject {
    var learningRate = 1.0
    var rho = 0.5
    var epsilon = 1.0
    private val averages = HashMap<String, DoubleArray>()

    fun update(name: String, weights: DoubleArray, gradients: DoubleArray) {
        val v = averages.getOrPut(name) { DoubleArray(weights.size) }
        inPlace(weights, gradients, v, learningRate, rho, epsilon)
    }
}

object ReturnsPair {
    data class Averages(val v: List<Double>)

    fun step(
        weights: List<Double>, gradients: List<Double>, state: Averages?,
        lr: Double, rho: Double, eps: Double,
    ): Pair<List<Double>, Averages> {
        val old = state?.v ?: List(weights.size) { 0.0 }
        val v = old.zip(gradients) { a, g -> rho * a + (1 - rho) * (g * g) }
        return weights.mapIndexed { i, w -> w - lr * gradients[i] / (sqrt(v[i]) + eps) } to Averages(v)
    }
}

fun returnsFunction(lr: Double, rho: Double, eps: Double): (DoubleArray, DoubleArray) -> Unit {
    var v: DoubleArray? = null
    return { w, g -> inPlace(w, g, v ?: DoubleArray(w.size).also { v = it }, lr, rho, eps) }
}

fun interface Updater {
    fun update(weights: DoubleArray, gradients: DoubleArray)
}

fun returnsObject(lr: Double, rho: Double, eps: Double): Updater = object : Updater {
    private var v = DoubleArray(0)

    override fun update(weights: DoubleArray, gradients: DoubleArray) {
        if (v.isEmpty()) v = DoubleArray(weights.size)
        inPlace(weights, gradients, v, lr, rho, eps)
    }
}

class ListOfPairs(val lr: Double, val rho: Double, val eps: Double) {
    private val averages = mutableListOf<DoubleArray>()

    fun step(paramsWithGrads: List<Pair<DoubleArray, DoubleArray>>) =
        paramsWithGrads.forEachIndexed { k, (w, g) ->
            if (averages.size == k) averages.add(DoubleArray(w.size))
            inPlace(w, g, averages[k], lr, rho, eps)
        }
}

enum class Algorithm { SGD, RMSPROP }

class ChosenFromAnEnum(val algorithm: Algorithm, val lr: Double, val rho: Double = 0.5, val eps: Double = 1.0) {
    private var v = DoubleArray(0)

    fun update(weights: DoubleArray, gradients: DoubleArray) {
        if (v.isEmpty()) v = DoubleArray(weights.size)
        if (algorithm == Algorithm.RMSPROP) inPlace(weights, gradients, v, lr, rho, eps)
    }
}

class SeededLayer(val inputs: Int, val outputs: Int, val seed: Int) {
    val weights = Array(outputs) { DoubleArray(inputs) { seed * 0.1 } }
    val biases = DoubleArray(outputs)
    val weightGradients = Array(outputs) { DoubleArray(inputs) }
    val biasGradients = DoubleArray(outputs)
}

class LayerWithASeed(val lr: Double, val rho: Double, val eps: Double) {
    private val averages = HashMap<SeededLayer, List<DoubleArray>>()

    fun update(layer: SeededLayer) {
        val v = averages.getOrPut(layer) { List(layer.outputs + 1) { DoubleArray(layer.outputs) } }
        for (i in 0 until layer.outputs) inPlace(layer.weights[i], layer.weightGradients[i], v[i], lr, rho, eps)
        inPlace(layer.biases, layer.biasGradients, v[layer.outputs], lr, rho, eps)
    }
}

class ScheduledByAFunction(val schedule: (Int) -> Double, val rho: Double = 0.5, val eps: Double = 1.0) {
    constructor(learningRate: Double) : this({ learningRate })

    private var t = 0
    private var v = DoubleArray(0)

    fun update(weights: DoubleArray, gradients: DoubleArray) {
        if (v.isEmpty()) v = DoubleArray(weights.size)
        inPlace(weights, gradients, v, schedule(t++), rho, eps)
    }
}

@JvmInline
value class Rate(val value: Double)

data class Hyper(val rate: Rate, val rho: Double, val eps: Double)

typealias Arrays = Map<String, List<Double>>
data class Step(val params: Arrays, val squares: Arrays)

object ValueClasses {
    fun step(params: Arrays, grads: Arrays, squares: Arrays, hyper: Hyper): Step {
        val next = squares + grads.mapValues { (name, g) ->
            (squares[name] ?: g.map { 0.0 }).zip(g) { v, x -> hyper.rho * v + (1 - hyper.rho) * (x * x) }
        }
        return Step(
            params.mapValues { (name, w) ->
                w.mapIndexed { i, x ->
                    x - hyper.rate.value * grads.getValue(name)[i] / (sqrt(next.getValue(name)[i]) + hyper.eps)
                }
            },
            next,
        )
    }
}

object DefaultsOfAFunction {
    fun update(
        w: DoubleArray, g: DoubleArray, cache: DoubleArray, lr: Double, rho: Double, eps: Double,
        momentum: Double = 0.0, velocity: DoubleArray = DoubleArray(w.size),
    ) {
        for (i in w.indices) {
            cache[i] = rho * cache[i] + (1 - rho) * (g[i] * g[i])
            velocity[i] = momentum * velocity[i] + lr * g[i] / (sqrt(cache[i]) + eps)
            w[i] -= velocity[i]
        }
    }
}

class Squares(val v: DoubleArray)

object BeginsWithOne {
    fun initialSquares(size: Int) = Squares(DoubleArray(size) { 1.0 })

    fun step(w: DoubleArray, g: DoubleArray, state: Squares, lr: Double, rho: Double, eps: Double) =
        inPlace(w, g, state.v, lr, rho, eps)
}

sealed class Rule {
    object Sgd : Rule()
    object RmsProp : Rule()
}

class OneArrayOnce(private val weights: DoubleArray, private val rule: Rule) {
    private val v = DoubleArray(weights.size)

    fun step(gradients: DoubleArray, lr: Double, rho: Double, eps: Double) {
        if (rule == Rule.RmsProp) inPlace(weights, gradients, v, lr, rho, eps)
    }
}

/** An object holds the settings of all. */
object Shared {
    var learningRate = 0.01
    var rho = 0.9
    var epsilon = 1e-8
}

class SettingsInAnObject(size: Int) {
    private val v = DoubleArray(size)

    fun update(weights: DoubleArray, gradients: DoubleArray) {
        inPlace(weights, gradients, v, Shared.learningRate, Shared.rho, Shared.epsilon)
    }
}

data class Row(val values: List<Double>) {
    fun zip(other: Row, f: (Double, Double) -> Double) = Row(values.zip(other.values, f))
}

data class Reduced(val weights: Row, val averages: Row) {
    companion object {
        fun initial(weights: Row) = Reduced(weights, Row(weights.values.map { 1.0 }))
    }
}

class Reduces(private val lr: Double, private val rho: Double, private val eps: Double) {
    fun update(state: Reduced, gradient: Row): Reduced {
        val averages = state.averages.zip(gradient) { v, g -> rho * v + (1 - rho) * (g * g) }
        val steps = gradient.zip(averages) { g, v -> lr * g / (sqrt(v) + eps) }
        return Reduced(state.weights.zip(steps) { w, s -> w - s }, averages)
    }
}

/** Operators beside the one function that says what it is; settings that know what they are. */
object Operators {
    operator fun DoubleArray.plus(other: DoubleArray) = DoubleArray(size) { this[it] + other[it] }

    operator fun DoubleArray.times(other: DoubleArray) = DoubleArray(size) { this[it] * other[it] }

    operator fun Double.times(other: DoubleArray) = DoubleArray(other.size) { this * other[it] }

    operator fun DoubleArray.minusAssign(other: DoubleArray) {
        for (i in indices) this[i] -= other[i]
    }

    data class Hyper(val lr: Double = 1e-3, val rho: Double = 0.9, val eps: Double = 1e-7)

    class Slot(var square: DoubleArray? = null)

    fun DoubleArray.rmsProp(gradient: DoubleArray, slot: Slot, hyper: Hyper = Hyper()) {
        val old = slot.square ?: DoubleArray(size)
        val new = hyper.rho * old + (1 - hyper.rho) * (gradient * gradient)
        slot.square = new
        this -= DoubleArray(size) { hyper.lr * gradient[it] / (sqrt(new[it]) + hyper.eps) }
    }
}

interface Sized {
    val size: Int
}

/** What its weights are drawn by nobody can make but its own default. */
class Drawn(
    inputSize: Int,
    private val outputSize: Int,
    random: kotlin.random.Random = kotlin.random.Random.Default,
) : Sized {
    override val size = inputSize * outputSize
    private val weights = Array(outputSize) { DoubleArray(inputSize) { random.nextDouble() } }
    private val gradients = Array(outputSize) { DoubleArray(inputSize) }
    private val squares = Array(outputSize) { DoubleArray(inputSize) }

    fun learn(lr: Double, rho: Double, eps: Double) {
        for (i in 0 until outputSize) inPlace(weights[i], gradients[i], squares[i], lr, rho, eps)
    }
}

class LayersThatDraw(private val lr: Double, private val rho: Double, private val eps: Double) {
    fun update(layers: List<Sized>) {
        for (layer in layers) if (layer is Drawn) layer.learn(lr, rho, eps)
    }
}

/** A descent that becomes another one, under a name that says nothing. */
object Onward {
    data class Descent(
        val position: List<Double>,
        val squares: List<Double> = List(position.size) { 0.0 },
    )

    fun Descent.next(slope: List<Double>, lr: Double, rho: Double, eps: Double): Descent {
        val squares = squares.zip(slope) { v, g -> rho * v + (1 - rho) * (g * g) }
        return copy(
            position = position.indices.map { position[it] - lr * slope[it] / (sqrt(squares[it]) + eps) },
            squares = squares,
        )
    }
}

/** Told by a function what is in a map, or not. */
class ToldByALambda(configure: MutableMap<String, Double>.() -> Unit = {}) {
    private val told = mutableMapOf<String, Double>().apply(configure)
    private val pace = told["pace"] ?: 0.01
    private val memory = told["memory"] ?: 0.95
    private val crumb = told["crumb"] ?: 1e-7
    private val squares = HashMap<String, DoubleArray>()

    fun step(weights: Map<String, DoubleArray>, grads: Map<String, DoubleArray>) {
        for ((name, w) in weights) {
            val v = squares.getOrPut(name) { DoubleArray(w.size) }
            inPlace(w, grads.getValue(name), v, pace, memory, crumb)
        }
    }
}
