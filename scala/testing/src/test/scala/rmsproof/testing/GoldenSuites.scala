package rmsproof.testing

import java.util.concurrent.ExecutionException
import scala.collection.mutable
import scala.concurrent.Await

/** An update that is right but for the size of its step. */
private def updating(golden: Golden)(size: (Double, Double) => Double): Update[Double] =
  val averages = mutable.Map.empty[String, Array[Double]]
  val d = golden.decayRate
  (gradients, weights) =>
    for (name, g) <- gradients do
      val v = averages.getOrElseUpdate(name, new Array[Double](g.length))
      for i <- g.indices do
        v(i) = d * v(i) + (1 - d) * (g(i) * g(i))
        weights(name)(i) -= golden.learningRate * size(g(i), v(i))
    weights

private def inside(golden: Golden) =
  updating(golden)((g, v) => g / math.sqrt(v + golden.epsilon))

/** The edition's class stands beside this suite's sources, in no package. */
class ConformantEditionSuite extends GoldenSuite[Double]("reference/float64"):
  private val edition = Class.forName("RMSProp").getConstructors.head
  private val step = edition.getDeclaringClass.getMethods.find(_.getName == "updateWeights").get

  def optimizer(golden: Golden): Update[Double] =
    val fed = Seq(golden.learningRate, golden.decayRate, golden.epsilon).map(Double.box)
    val made = edition.newInstance(fed*)
    (gradients, weights) =>
      step.invoke(made, gradients, weights)
      weights

class EpsilonInsideWhereItIsClaimedSuite extends GoldenSuite[Double]("formula/float64"):
  def optimizer(golden: Golden): Update[Double] = inside(golden)

/** In float, with every operation in double: within rounding of float32, and equal to none. */
class FloatSuite extends GoldenSuite[Float]("reference/float32"):
  def optimizer(golden: Golden): Update[Float] =
    val averages = mutable.Map.empty[String, Array[Float]]
    val d = golden.decayRate
    (gradients, weights) =>
      weights.map { (name, w) =>
        val g = gradients(name)
        val v = averages.getOrElseUpdate(name, new Array[Float](g.length))
        for i <- g.indices do v(i) = (d * v(i) + (1 - d) * g(i) * g(i)).toFloat
        name -> Array.tabulate(g.length)(i =>
          (w(i) - golden.learningRate * g(i) / (math.sqrt(v(i)) + golden.epsilon)).toFloat
        )
      }

/** Wrong updates fail, and say where. */
class WrongUpdateSuite extends munit.FunSuite:
  private val golden = Golden.in("reference/float64").find(_.name.endsWith("/page-one-step")).get

  /** What a suite says of an update at one golden. */
  private def outcome(name: String)(update: Golden => Update[Double]): Throwable =
    val suite = new GoldenSuite[Double]("reference/float64"):
      def optimizer(golden: Golden): Update[Double] = update(golden)
    val test = suite.munitTests().find(_.name == s"reference/float64/$name").get
    Await.ready(test.body(), munitTimeout).value.get.failed.get match
      case boxed: ExecutionException => boxed.getCause // a future boxes errors
      case raised                    => raised

  test("epsilon inside fails, and the message says where"):
    val message = outcome("page-one-step")(inside).getMessage
    val lines = message.linesIterator.toSeq
    assert(clue(message).contains(
      "reference/float64/page-one-step, step 1, w1[0]: expected 0.4968377233398313, observed" +
        " 0.4968377381511013, 2.7e+08 ULP apart; rounding explains 1.2e-16"
    ))
    assert(lines.exists(_.startsWith("Such a weight comes of: epsilon is added inside the")))
    assert(lines.exists(_.startsWith("This golden catches: The published example")))

  test("weights that are never written, missing, cut or no numbers differ"):
    for
      (words, update) <- Seq[(String, Update[Double])](
        "step 1, w1[0]: expected 0.49" -> ((_, weights) => weights),
        "step 1: the array w1 is missing" -> ((_, weights) => weights - "w1"),
        "step 1: the array w1 is missing" -> ((_, _) => null),
        "step 1: the array w1 has 1 elements, expected 2" ->
          ((_, weights) => weights.updated("w1", Array(0.5))),
        "step 1, w1[0]: expected 0.4968377233398313, observed NaN; rounding" ->
          ((_, weights) => weights.updated("w1", Array(Double.NaN, 0.5)))
      )
    do assert(clue(golden.difference(update)).exists(_.startsWith(words)))

  test("what differs at an edge, or raises there, is ignored"):
    val undecided = Golden.in("reference/float64").filterNot(_.decides)
    assertEquals(undecided.map(_.kind).toSet, Set("edge", "partial"))
    for golden <- undecided do
      val raised = outcome(golden.name.drop("reference/float64/".length))(_ =>
        (_, _) => throw ArithmeticException("an edge")
      )
      assert(clue(raised).isInstanceOf[org.junit.AssumptionViolatedException])
      assert(clue(raised.getMessage).contains("decides nothing: java.lang.ArithmeticException"))

  test("another precision is refused, and a folder without goldens"):
    val still: Update[Float] = (_, weights) => weights
    intercept[IllegalArgumentException](golden.difference(still))
    intercept[IllegalArgumentException](Golden.in("reference/float16"))
