import scala.collection.mutable

object RMSProp {
  private val cache = mutable.Map.empty[String, Array[Double]]

  def apply(
      weights: Map[String, Array[Double]],
      gradients: Map[String, Array[Double]],
      learningRate: Double = 0.001,
      decayRate: Double = 0.9,
      epsilon: Double = 1e-8
  ): Map[String, Array[Double]] = {
    def moved(name: String, w: Array[Double], g: Array[Double]): Array[Double] = {
      val v = cache.getOrElseUpdate(name, Array.fill(g.length)(0.0))
      g.indices.foreach(i => v(i) = decayRate * v(i) + (1 - decayRate) * (g(i) * g(i)))
      w.zip(g).zip(v).map { case ((p, x), a) =>
        val inverse = 1 / (math.sqrt(a) + epsilon)
        p - learningRate * x * inverse
      }
    }
    weights.map { case (name, w) => name -> moved(name, w, gradients(name)) }
  }
}
