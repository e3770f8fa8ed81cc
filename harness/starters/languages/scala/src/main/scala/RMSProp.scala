import scala.collection.mutable

type Arrays = Map[String, Array[Double]]

/** RMSProp: each gradient is divided by the root of a moving average of its square. */
class RMSProp(learningRate: Double, decayRate: Double, epsilon: Double):
  private val averages = mutable.Map.empty[String, Array[Double]]

  /** Of the squared gradients of an array, if it has taken a step. */
  def movingAverage(name: String): Option[Array[Double]] = averages.get(name)

  /** Changes the weights in place; an array without a gradient takes no part in the step. */
  def step(gradients: Arrays, weights: Arrays): Unit =
    for (name, g) <- gradients do
      val w = weights(name)
      val v = averages.getOrElseUpdate(name, Array.fill(g.length)(0.0))
      for i <- g.indices do
        v(i) = decayRate * v(i) + (1 - decayRate) * (g(i) * g(i))
        w(i) -= learningRate * g(i) / (math.sqrt(v(i)) + epsilon)
