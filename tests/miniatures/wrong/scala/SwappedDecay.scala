type Params = Map[String, Vector[Double]]

/** Keeps its state inside, gives new parameters back. */
class RMSProp(lr: Double = 0.001, rho: Double = 0.9, eps: Double = 1e-8):
  private var averages: Params = Map.empty

  def step(params: Params, grads: Params): Params =
    for (name, w) <- params yield
      val g = grads(name)
      val old = averages.getOrElse(name, Vector.fill(w.size)(0.0))
      val now = old.zip(g).map((v, x) => (1 - rho) * v + rho * x * x)
      averages += name -> now
      name -> w.lazyZip(g).lazyZip(now).map((p, x, v) => p - lr * x / (math.sqrt(v) + eps))
