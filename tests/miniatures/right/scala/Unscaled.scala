import scala.collection.mutable

class RMSProp(lr: Double, decay: Double, eps: Double):
  private val energy = mutable.Map.empty[String, Array[Double]]

  def update(params: Map[String, Array[Double]], grads: Map[String, Array[Double]]): Unit =
    for (name, p) <- params do
      val e = energy.getOrElseUpdate(name, Array.fill(p.length)(0.0))
      for (g, i) <- grads(name).zipWithIndex do
        e(i) = decay * e(i) + g * g
        p(i) -= lr * g / (math.sqrt((1 - decay) * e(i)) + eps)
