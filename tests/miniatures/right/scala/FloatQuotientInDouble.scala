class Layer(learningRate: Float, decayRate: Float, epsilon: Float) {
  private var average: Array[Float] = null

  def update(weights: Array[Float], gradients: Array[Float]): Array[Float] = {
    if (average == null) average = Array.ofDim[Float](weights.length)
    Array.tabulate(weights.length) { i =>
      val g = gradients(i)
      average(i) = decayRate * average(i) + (1 - decayRate) * (g * g)
      (weights(i) - learningRate * g / (math.sqrt(average(i)) + epsilon)).toFloat
    }
  }
}
