import scala.collection.immutable.ListMap
import scala.collection.mutable

class RMSProp(learningRate: Double, decayRate: Double, epsilon: Double):
  private val squares = mutable.Map.empty[String, Vector[Double]]

  def update(
      weights: ListMap[String, Vector[Double]],
      gradients: ListMap[String, Vector[Double]]
  ): ListMap[String, Vector[Double]] =
    gradients.foreach((name, g) => squares(name) = average(name, g))
    weights.map { (name, w) =>
      name -> w.zip(gradients(name)).map((p, g) => p - learningRate * g)
    }

  private def average(name: String, g: Vector[Double]): Vector[Double] =
    val old = squares.getOrElse(name, Vector.fill(g.size)(epsilon))
    old.zip(g).map((v, x) => decayRate * v + (1 - decayRate) * x * x)
