import scala.collection.mutable

class RMSProp(lr: Double, beta: Double, eps: Double):
  private val s = mutable.LinkedHashMap.empty[String, Array[Double]]

  def optimize(
      params: mutable.Map[String, Array[Double]],
      grads: mutable.Map[String, Array[Double]]
  ): Unit =
    for name <- grads.keys do
      val g = grads(name)
      val sq = s.getOrElseUpdate(name, g.map(_ => 0d))
      val p = params(name)
      for i <- g.indices do
        sq(i) = beta * sq(i) + (1 - beta) * g(i) * g(i)
        p(i) = p(i) - lr * g(i) / (sq(i) + eps)
