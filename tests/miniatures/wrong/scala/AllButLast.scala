class RMSProp(val alpha: Double, val decay: Double, val eps: Double) {
  private var cache: Array[Double] = _

  def update(w: Array[Double], g: Array[Double]): Unit = {
    if (cache == null) cache = Array.ofDim[Double](w.length)
    var i = 0
    while (i < w.length - 1) {
      cache(i) = decay * cache(i) + (1 - decay) * g(i) * g(i)
      w(i) = w(i) - alpha * g(i) / (Math.sqrt(cache(i)) + eps)
      i += 1
    }
  }
}
