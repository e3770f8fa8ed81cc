import java.lang.Math.fma
import scala.collection.mutable

class RMSProp(rate: Double, decay: Double, epsilon: Double):
  private val v = mutable.Map.empty[String, Array[Double]]
  private val share = 1 - decay

  def update(weights: Map[String, Array[Double]], grads: Map[String, Array[Double]]): Unit =
    for
      (name, w) <- weights
      g = grads(name)
      average = v.getOrElseUpdate(name, Array.fill(w.length)(0.0))
      i <- w.indices
    do
      average(i) = fma(share, g(i) * g(i), decay * average(i))
      w(i) = w(i) - rate * g(i) / (math.sqrt(average(i)) + epsilon)
