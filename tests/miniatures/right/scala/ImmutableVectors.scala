class RMSProp(lr: Double, rho: Double, eps: Double):
  private var squares = Map.empty[String, Vector[Double]]

  /** New weights; the given ones stay as they are. */
  def step(
      weights: Map[String, Vector[Double]],
      gradients: Map[String, Vector[Double]]
  ): Map[String, Vector[Double]] =
    for (name, w) <- weights yield
      val g = gradients(name)
      val v = squares.get(name) match
        case Some(old) => old.lazyZip(g).map((a, x) => a + (1 - rho) * (x * x - a))
        case None      => g.map(x => (1 - rho) * (x * x))
      squares = squares.updated(name, v)
      name -> w.indices.toVector.map(i => w(i) - lr * g(i) / (math.sqrt(v(i)) + eps))
