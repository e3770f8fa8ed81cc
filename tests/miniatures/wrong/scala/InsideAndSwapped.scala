import scala.collection.mutable

class RMSProp(learningRate: Double, decayRate: Double, epsilon: Double):
  private val averages = mutable.Map.empty[String, Array[Double]]

  def update(params: Map[String, Array[Double]], grads: Map[String, Array[Double]]): Unit =
    for (name, g) <- grads; i <- g.indices do
      val v = averages.getOrElseUpdate(name, Array.fill(g.length)(0.0))
      v(i) = v(i) + decayRate * (g(i) * g(i) - v(i))
      params(name)(i) -= learningRate * g(i) / math.sqrt(v(i) + epsilon)
