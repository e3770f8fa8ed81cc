import scala.collection.mutable

private class Moment(size: Int):
  val values: Array[Double] = Array.fill(size)(0.0)
  var steps: Int = 0

class RMSProp(lr: Double, beta2: Double, eps: Double):
  private val moments = mutable.Map.empty[String, Moment]

  def step(params: Map[String, Array[Double]], grads: Map[String, Array[Double]]): Unit =
    for (name, p) <- params do
      val g = grads(name)
      val m = moments.getOrElseUpdate(name, Moment(p.length))
      m.steps += 1
      for i <- p.indices do
        m.values(i) = beta2 * m.values(i) + (1 - beta2) * g(i) * g(i)
        val hat = m.values(i) / (1 - math.pow(beta2, m.steps))
        p(i) -= lr * g(i) / (math.sqrt(hat) + eps)
