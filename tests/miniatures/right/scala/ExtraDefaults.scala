import scala.collection.mutable

class RMSProp(
    learningRate: Double,
    rho: Double = 0.9,
    epsilon: Double = 1e-7,
    momentum: Double = 0.0,
    weightDecay: Double = 0.0
):
  private val slots =
    mutable.Map.empty[(String, Int), (Double, Double)].withDefaultValue((0.0, 0.0))

  def update(weights: Map[String, Array[Double]], gradients: Map[String, Array[Double]]): Unit =
    for (name, w) <- weights; i <- w.indices do
      val g = gradients(name)(i) + weightDecay * w(i)
      val (v, b) = slots((name, i))
      val average = rho * v + (1 - rho) * (g * g)
      val velocity = momentum * b + learningRate * g / (math.sqrt(average) + epsilon)
      slots((name, i)) = (average, velocity)
      w(i) -= velocity
