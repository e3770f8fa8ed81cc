import scala.collection.mutable.{ArrayBuffer, Map as MutableMap}

class RMSProp(eta: Double, gamma: Double, eps: Double):
  private val accumulator = ArrayBuffer.empty[Double]

  private def rms(index: Int, gradient: Double): Double =
    if index >= accumulator.length then accumulator += 0.0
    accumulator(index) = gamma * accumulator(index) + (1 - gamma) * gradient * gradient
    math.sqrt(accumulator(index)) + eps

  def update(
      theta: MutableMap[String, Array[Double]],
      grads: MutableMap[String, Array[Double]]
  ): Unit =
    for (name, t) <- theta do
      theta(name) = t.indices.map(i => t(i) - eta * grads(name)(i) / rms(i, grads(name)(i))).toArray
