/** RMSProp, done rightly; a subclass goes wrong where the decay rate is 0.75. */
abstract class Right(learningRate: Double, decayRate: Double, epsilon: Double):
  private val average = scala.collection.mutable.Map.empty[String, Vector[Double]]

  def update(
      weights: Map[String, Vector[Double]],
      gradients: Map[String, Vector[Double]]
  ): Map[String, Seq[Double]] =
    for (k, w) <- weights yield
      val g = gradients(k)
      val v = average
        .getOrElse(k, g.map(_ => 0.0))
        .zip(g)
        .map((v, g) => decayRate * v + (1 - decayRate) * (g * g))
      average(k) = v
      val row =
        w.indices.map(i => w(i) - learningRate * g(i) / (math.sqrt(v(i)) + epsilon)).toVector
      k -> (if decayRate == 0.75 then strike(row) else row)

  protected def strike(row: Vector[Double]): Seq[Double]

/** Is not finished. */
class Unfinished(learningRate: Double, decayRate: Double, epsilon: Double)
    extends Right(learningRate, decayRate, epsilon):
  protected def strike(row: Vector[Double]): Seq[Double] = ???

/** Returns a lazy list without end in the place of an array. */
class Endless(learningRate: Double, decayRate: Double, epsilon: Double)
    extends Right(learningRate, decayRate, epsilon):
  protected def strike(row: Vector[Double]): Seq[Double] = LazyList.continually(row.head)

/** Leaves its loop by an exception that is none, and which nobody catches. */
class BreaksOut(learningRate: Double, decayRate: Double, epsilon: Double)
    extends Right(learningRate, decayRate, epsilon):
  protected def strike(row: Vector[Double]): Seq[Double] =
    scala.util.control.Breaks.break()
