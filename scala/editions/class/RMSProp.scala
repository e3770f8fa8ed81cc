/** RMSProp over maps of arrays, which it updates in place. */
class RMSProp(
    val learningRate: Double = 0.001,
    val decayRate: Double = 0.9,
    val epsilon: Double = 1e-8
) {
  private var movingAverage = Map.empty[String, Array[Double]]

  /** Moves every array of weights against the gradient of the same name. */
  def updateWeights(
      gradients: Map[String, Array[Double]],
      weights: Map[String, Array[Double]]
  ): Unit =
    weights.foreach { case (name, w) =>
      val g = gradients(name)
      val v = movingAverage.getOrElse(name, new Array[Double](w.length))
      movingAverage = movingAverage.updated(name, v)
      w.indices.foreach { i =>
        v(i) = decayRate * v(i) + (1 - decayRate) * (g(i) * g(i))
        w(i) -= learningRate * g(i) / (math.sqrt(v(i)) + epsilon)
      }
    }
}
