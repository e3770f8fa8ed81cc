import kotlin.math.sqrt

typealias Arrays = Map<String, DoubleArray>

/** RMSProp: each gradient is divided by the root of a moving average of its square. */
class RMSProp(
    private val learningRate: Double,
    private val decayRate: Double,
    private val epsilon: Double,
) {
    private val averages = mutableMapOf<String, DoubleArray>()

    /** Of the squared gradients, an array for each array of weights that has taken a step. */
    val movingAverage: Arrays get() = averages

    /** Changes the weights in place; an array without a gradient takes no part in the step. */
    fun step(gradients: Arrays, weights: Arrays) {
        for ((name, g) in gradients) {
            val w = weights.getValue(name)
            val v = averages.getOrPut(name) { DoubleArray(g.size) }
            for (i in g.indices) {
                v[i] = decayRate * v[i] + (1 - decayRate) * (g[i] * g[i])
                w[i] -= learningRate * g[i] / (sqrt(v[i]) + epsilon)
            }
        }
    }
}
