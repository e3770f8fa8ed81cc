import scala.collection.mutable

/** A rule that keeps something of type S for every parameter. */
abstract class Optimizer[S] {
  private val states = mutable.Map.empty[String, S]

  protected def initial(size: Int): S
  protected def change(state: S, gradient: Array[Double]): (S, Array[Double])

  final def update(
      weights: Map[String, Array[Double]],
      gradients: Map[String, Array[Double]]
  ): Unit =
    for ((name, w) <- weights) {
      val (state, delta) = change(states.getOrElse(name, initial(w.length)), gradients(name))
      states(name) = state
      w.indices.foreach(i => w(i) -= delta(i))
    }
}

class RMSProp(learningRate: Double, decayRate: Double, epsilon: Double)
    extends Optimizer[IndexedSeq[Double]] {
  protected def initial(size: Int): IndexedSeq[Double] = IndexedSeq.fill(size)(0.0)

  protected def change(
      v: IndexedSeq[Double],
      g: Array[Double]
  ): (IndexedSeq[Double], Array[Double]) = {
    val next = v.zip(g).map { case (a, x) => x * x + decayRate * (a - x * x) }
    (next, next.zip(g).map { case (a, x) => learningRate * x / (math.sqrt(a) + epsilon) }.toArray)
  }
}
