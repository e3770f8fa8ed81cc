import scala.collection.mutable

class TFRMSProp(learningRate: Double, decay: Double, epsilon: Double) {
  private val slots = mutable.Map.empty[String, Array[Double]].withDefault(_ => null)

  def applyGradients(
      gradients: mutable.Map[String, Array[Double]],
      variables: mutable.Map[String, Array[Double]]
  ): Unit =
    for ((name, g) <- gradients) {
      if (slots(name) == null) slots(name) = Array.fill(g.length)(1.0)
      val ms = slots(name)
      variables(name) = variables(name).zipWithIndex.map { case (x, i) =>
        ms(i) += (1 - decay) * (g(i) * g(i) - ms(i))
        x - learningRate * g(i) / (math.sqrt(ms(i)) + epsilon)
      }
    }
}
