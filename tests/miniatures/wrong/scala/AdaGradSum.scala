import scala.collection.mutable

trait Optimizer {
  def update(weights: Map[String, Array[Double]], gradients: Map[String, Array[Double]]): Unit
}

class RMSProp(stepSize: Double, decay: Double, epsilon: Double) extends Optimizer {
  private val meanSquares: mutable.Map[String, Array[Double]] = mutable.Map()

  override def update(
      weights: Map[String, Array[Double]],
      gradients: Map[String, Array[Double]]
  ): Unit =
    gradients.foreach { case (key, gradient) =>
      val meanSquare = meanSquares.getOrElse(key, Array.fill(gradient.length)(0.0))
      meanSquares(key) = meanSquare.zip(gradient).map { case (m, g) => m + g * g }
      val w = weights(key)
      gradient.indices.foreach { i =>
        w(i) -= stepSize * gradient(i) / (math.sqrt(meanSquares(key)(i)) + epsilon)
      }
    }
}
