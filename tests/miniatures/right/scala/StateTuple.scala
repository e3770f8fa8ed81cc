/** RMSProp as a pure function of weights, gradients and averages. */
object Step:
  def rmsprop(
      weights: Vector[Double],
      gradients: Vector[Double],
      average: Vector[Double],
      learningRate: Double,
      decayRate: Double,
      epsilon: Double
  ): (Vector[Double], Vector[Double]) =
    val v = gradients.zipWithIndex.map { (g, i) =>
      val old = if average == null then 0.0 else average(i)
      decayRate * old + (1 - decayRate) * (g * g)
    }
    val w = weights.lazyZip(gradients).lazyZip(v).map { (p, g, a) =>
      p - learningRate * g / (math.sqrt(a) + epsilon)
    }
    (w, v)
