/** One optimizer for one parameter array. */
class RMSProp(eta: Double, rho: Double, eps: Double) {
  private var state: Option[Array[Double]] = None

  def update(theta: Array[Double], grad: Array[Double]): Unit = {
    val v = state.getOrElse(new Array[Double](theta.length))
    for (i <- theta.indices) {
      v(i) = rho * v(i) + (1 - rho) * grad(i) * grad(i)
      theta(i) -= eta * math.signum(grad(i)) / (math.sqrt(v(i)) + eps)
    }
    state = Some(v)
  }
}
