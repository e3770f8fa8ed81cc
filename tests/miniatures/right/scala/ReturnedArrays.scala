class RMSProp(alpha: Double, beta: Double, epsilon: Double):
  private var s: Option[Array[Double]] = None

  def apply(dw: Array[Double], w: Array[Double]): Array[Double] =
    val old = s.getOrElse(Array.fill(w.length)(0.0))
    val now = Array.tabulate(w.length)(i => beta * old(i) + (1 - beta) * math.pow(dw(i), 2))
    s = Some(now)
    w.indices.map(i => w(i) - alpha * (dw(i) / (math.sqrt(now(i)) + epsilon))).toArray
