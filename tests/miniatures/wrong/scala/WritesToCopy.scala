import scala.collection.mutable

class RMSProp(learningRate: Double, decayRate: Double, epsilon: Double):
  private val movingAverage = mutable.Map.empty[String, Array[Double]]

  def updateWeights(
      gradients: Map[String, Array[Double]],
      weights: Map[String, Array[Double]]
  ): Unit =
    for (layer, g) <- gradients do
      val v = movingAverage.getOrElse(layer, Array.fill(g.length)(0.0))
      val average = v.zip(g).map((a, x) => decayRate * a + (1 - decayRate) * x * x)
      movingAverage.update(layer, average)
      val scaled = g.zip(average).map((x, a) => learningRate * x / (math.sqrt(a) + epsilon))
      weights(layer).zip(scaled).map(_ - _)
