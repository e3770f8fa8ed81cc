import scala.collection.mutable

/** The settings are the optimizer. */
final case class RMSProp(
    learningRate: Double = 1e-3,
    decayRate: Double = 0.9,
    epsilon: Double = 1e-8
):
  private val average = mutable.HashMap.empty[String, Array[Double]]

  def update(
      params: mutable.Map[String, Array[Double]],
      grads: mutable.Map[String, Array[Double]]
  ): Unit =
    for (name, g) <- grads do
      val v = average.getOrElse(name, new Array[Double](g.length))
      average(name) = v.zip(g).map((a, x) => decayRate * a + (1 - decayRate) * (x * x))
      params(name) = Array.tabulate(g.length) { i =>
        params(name)(i) - learningRate * g(i) / (math.sqrt(average(name)(i)) + epsilon)
      }
