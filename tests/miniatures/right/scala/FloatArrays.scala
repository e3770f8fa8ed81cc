import scala.collection.mutable

class RMSProp(learningRate: Float, decayRate: Float, epsilon: Float):
  private val averages = mutable.Map.empty[String, Array[Float]]

  def update(weights: Map[String, Array[Float]], gradients: Map[String, Array[Float]]): Unit =
    for (name, w) <- weights do
      val g = gradients(name)
      val v = averages.getOrElseUpdate(name, Array.fill(w.length)(0f))
      for i <- w.indices do
        v(i) = decayRate * v(i) + (1 - decayRate) * g(i) * g(i)
        w(i) -= learningRate * g(i) / (math.sqrt(v(i)).toFloat + epsilon)
