import scala.collection.mutable

final case class RMSProp(learningRate: Double, decayRate: Double, epsilon: Double):
  private val cache = mutable.HashMap[String, Array[Double]]()

  /** Updates every parameter. */
  def apply(params: Map[String, Array[Double]], grads: Map[String, Array[Double]]): Unit =
    grads.foreach { case (name, g) =>
      val v = cache.getOrElseUpdate(name, new Array[Double](g.length))
      val p = params(name)
      for (gi, i) <- g.zipWithIndex do
        v(i) = decayRate * v(i) + (1 - decayRate) * (gi * gi)
        p(i) += learningRate * gi / (math.sqrt(v(i)) + epsilon)
    }
