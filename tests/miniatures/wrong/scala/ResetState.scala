object Optimizers:

  /** RMSProp for one array. */
  def rmsProp(
      weights: Array[Double],
      gradients: Array[Double],
      learningRate: Double,
      decayRate: Double,
      epsilon: Double
  ): Array[Double] =
    val average = new Array[Double](weights.length)
    gradients.indices.map { i =>
      average(i) = decayRate * average(i) + (1 - decayRate) * math.pow(gradients(i), 2)
      weights(i) - learningRate * gradients(i) / (math.sqrt(average(i)) + epsilon)
    }.toArray
