/** Averages of squares, one a layer. */
class RmsProp(learningRate: Double, decayRate: Double, epsilon: Double) {
  private var averages: Map[String, Seq[Double]] = Map.empty

  def step(
      weights: Map[String, Seq[Double]],
      gradients: Map[String, Seq[Double]]
  ): Map[String, Seq[Double]] = {
    val before = gradients.map { case (name, g) =>
      name -> averages.getOrElse(name, g.map(_ => 0.0))
    }
    averages ++= gradients.map { case (name, g) =>
      name -> before(name).zip(g).map { case (a, x) => decayRate * a + (1 - decayRate) * x * x }
    }
    weights.map { case (name, w) =>
      val roots = before(name).map(a => math.sqrt(a) + epsilon)
      name -> w.zip(gradients(name)).zip(roots).map { case ((p, g), r) => p - learningRate * g / r }
    }
  }
}
