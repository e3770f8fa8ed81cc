import scala.collection.mutable

class RMSProp(learningRate: Double, decayRate: Double, epsilon: Double) {
  private val movingAverage = mutable.Map.empty[String, Array[Double]]

  def updateWeights(
      gradients: Map[String, Array[Double]],
      weights: Map[String, Array[Double]]
  ): Unit =
    weights.foreach { case (layer, w) =>
      val g = gradients(layer)
      val v = movingAverage.getOrElseUpdate(layer, Array.fill(w.length)(0.0))
      for (i <- w.indices) {
        v(i) = decayRate * v(i) + (1 - decayRate) * g(i) * g(i)
        w(i) -= learningRate * g(i) / (math.sqrt(v(i)) + epsilon)
      }
    }
}
