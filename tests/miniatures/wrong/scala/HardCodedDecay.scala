class RMSProp(learningRate: Double, decayRate: Double, epsilon: Double):
  private val rho = 0.95
  private var v = Array.empty[Double]

  def update(weights: Array[Double], gradients: Array[Double]): Array[Double] =
    if v.isEmpty then v = Array.ofDim(weights.length)
    v = v.zip(gradients).map((a, g) => rho * a + (1 - rho) * (g * g))
    Array.tabulate(weights.length) { i =>
      weights(i) - learningRate * gradients(i) / (math.sqrt(v(i)) + epsilon)
    }
