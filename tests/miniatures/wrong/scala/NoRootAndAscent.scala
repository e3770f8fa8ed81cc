class Learner(rate: Double, decay: Double, epsilon: Double):
  private var power: List[Double] = Nil

  def learn(weights: List[Double], gradients: List[Double]): List[Double] =
    val before = if power.isEmpty then weights.map(_ => 0.0) else power
    power = before.zip(gradients).map((p, g) => decay * p + (1 - decay) * g * g)
    weights.lazyZip(gradients).lazyZip(power).map((w, g, p) => w + rate * g / (p + epsilon))
