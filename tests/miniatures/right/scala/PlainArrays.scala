class RMSProp(eta: Double, gamma: Double, eps: Double) {
  private var meanSquare: Array[Double] = Array.emptyDoubleArray

  def update(theta: Array[Double], grad: Array[Double]): Unit = {
    if (meanSquare.isEmpty) meanSquare = new Array(theta.length)
    var i = theta.length
    while (i > 0) {
      i -= 1
      meanSquare(i) = gamma * meanSquare(i) + (1 - gamma) * grad(i) * grad(i)
      theta(i) -= eta / (math.sqrt(meanSquare(i)) + eps) * grad(i)
    }
  }
}
