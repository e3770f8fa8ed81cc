import scala.collection.mutable

case class Settings(learningRate: Float, decayRate: Float, epsilon: Float)

class RMSProp(learningRate: Double, decayRate: Double, epsilon: Double):
  private val settings = Settings(learningRate.toFloat, decayRate.toFloat, epsilon.toFloat)
  private val cache = mutable.Map.empty[String, Array[Double]]

  def update(weights: Map[String, Array[Double]], gradients: Map[String, Array[Double]]): Unit =
    for (name, w) <- weights do
      val g = gradients(name)
      val v = cache.getOrElseUpdate(name, new Array(w.length))
      for i <- w.indices do
        v(i) = settings.decayRate * v(i) + (1 - settings.decayRate) * (g(i) * g(i))
        w(i) -= settings.learningRate * g(i) / (math.sqrt(v(i)) + settings.epsilon)
