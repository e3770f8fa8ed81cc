package rmsproof.adapter

import com.google.gson.JsonParser

/** What the host sees of Scala's classes and objects, gives them, and reads back. */
class ScalaLanguageSuite extends munit.FunSuite:
  import ScalaLanguageSuite.ports

  private lazy val classpath = Ports.compile(ports)
  private val ones = Seq(1.0, 1.0, 1.0)
  private val weights = Seq(64.0, 128.0, 256.0)
  private val halved = Seq(63.5, 127.5, 255.5)

  private def host = Host.load("scala", PortFiles(classpath, ""))

  private def where(steps: Steps) =
    JsonParser.parseString(steps.facts).getAsJsonObject.get("where").getAsString

  // Every one of these takes half a gradient off each weight.
  for (port, place) <- Seq(
      "ImmutableArrays" -> "in place",
      "MutableEntries" -> "replaced",
      "ImmutableVectors" -> "returned",
      "Lists" -> "returned",
      "Buffers" -> "in place",
      "ErasedFloats" -> "returned",
      "JavaMaps" -> "in place",
      "SequenceOfArrays" -> "in place",
      "ArrayOfArrays" -> "in place",
      "VectorsOfVectors" -> "returned",
      "Pair" -> "returned",
      "CasePair" -> "returned"
    )
  do
    test(s"$port are given what they ask for and found $place"):
      val steps = Ports.run(Ports.bind(host, port), weights, ones)
      assertEquals(steps.failure, null)
      assertEquals(steps.weights.toSeq, halved)
      assertEquals(where(steps), place)

  test("the same arrays are handed over from the first step to the last"):
    for port <- Seq("CountsInMap", "CountsInSequence") do
      val steps = Ports.run(Ports.bind(host, port), weights, ones, ones, ones)
      assertEquals(steps.failure, null)
      assertEquals(steps.weights.toSeq, Seq(1.0, 2.0, 3.0).flatMap(Seq.fill(3)(_)))

  test("an immutable Map of many arrays keeps their order"):
    val names = Array("z", "y", "x", "w", "v", "u", "t")
    val port = Ports.bind(host, "Numbering")
    port.open("float64", Array.empty, Array.empty, names, names.map(_ => 1), names.map(_ => 0.0))
    val steps = port.run(1, names.map(_ => 0.0), names.map(_ => 1.toByte))
    assertEquals(steps.weights.toSeq, names.indices.map(_.toDouble))

  test("an object is bound, defaults of a curried method included, and starts anew"):
    val port = Ports.bind(host, "Counting$", defaults = Set("decayRate", "epsilon"))
    val twice = Ports.run(port, weights, ones, ones)
    assertEquals(twice.failure, null)
    // learning_rate is given, decay_rate and epsilon are the port's own: 0.5 + 0.125 + 2 calls.
    assertEquals(twice.weights.toSeq, Seq.fill(3)(1.625) ++ Seq.fill(3)(2.625))
    assertEquals(Ports.run(port, weights, ones).weights.toSeq, Seq.fill(3)(1.625))

  test("a default that is a constructor's comes from the companion"):
    val port = Ports.bind(host, "Defaults", defaults = Set("decayRate"))
    assertEquals(Ports.run(port, weights, ones).weights.toSeq, Seq.fill(3)(0.875))

  test("an Option of state starts as None and is wrapped when it comes back bare"):
    val steps = Ports.run(Ports.bind(host, "Optional"), weights, ones, ones)
    assertEquals(steps.failure, null)
    assertEquals(steps.weights.toSeq, Seq(1.0, 1.0, 1.0, 2.0, 2.0, 2.0))

  test("what the compiler generates is not offered"):
    val shape = Ports.candidate(host, "CasePair")
    assertEquals(Ports.members(shape, "methods").map(_.get("name").getAsString), Seq("step"))
    val whole = JsonParser.parseString(host.shape).getAsJsonObject
    assertEquals(
      Ports.members(whole, "candidates").map(_.get("class").getAsString).filter(_.contains("$")),
      Seq("Counting$")
    )

  test("types are written as in Scala"):
    val step = Ports.members(Ports.candidate(host, "MutableEntries"), "methods").head
    assertEquals(
      Ports.members(step, "parameters").map(_.get("type").getAsString),
      Seq("Map[String, Vector[Double]]", "Map[String, Vector[Double]]")
    )
    assertEquals(step.get("returns").getAsString, "Unit")

object ScalaLanguageSuite:
  private val ports = """
    import scala.collection.mutable

    class ImmutableArrays:
      def step(gradients: Map[String, Array[Double]], weights: Map[String, Array[Double]]): Unit =
        for (name, w) <- weights; i <- w.indices do w(i) -= 0.5 * gradients(name)(i)

    class MutableEntries:
      def step(
          gradients: mutable.Map[String, Vector[Double]],
          weights: mutable.Map[String, Vector[Double]]
      ): Unit =
        for name <- weights.keys.toList do
          weights(name) = weights(name).lazyZip(gradients(name)).map(_ - 0.5 * _)

    class ImmutableVectors:
      def step(gradients: Map[String, Vector[Double]], weights: Map[String, Vector[Double]]) =
        weights.map((name, w) => name -> w.lazyZip(gradients(name)).map(_ - 0.5 * _))

    class Lists:
      def step(gradients: Seq[Double], weights: List[Double]): Iterable[Double] =
        weights.lazyZip(gradients).map(_ - 0.5 * _)

    class Buffers:
      def step(gradients: IndexedSeq[Double], weights: mutable.ArrayBuffer[Double]): Unit =
        for i <- weights.indices do weights(i) -= 0.5 * gradients(i)

    class ErasedFloats(learningRate: Float):
      def step(gradients: Seq[Float], weights: Seq[Float]): Seq[Float] =
        weights.lazyZip(gradients).map(_ - learningRate * _).toSeq

    class JavaMaps:
      def step(
          gradients: java.util.Map[String, Array[Double]],
          weights: java.util.Map[String, Array[Double]]
      ): Unit = weights.forEach { (name, w) =>
        for i <- w.indices do w(i) -= 0.5 * gradients.get(name)(i)
      }

    class SequenceOfArrays:
      def step(gradients: Seq[Array[Double]], weights: Seq[Array[Double]]): Unit =
        for (g, w) <- gradients.zip(weights); i <- w.indices do w(i) -= 0.5 * g(i)

    class ArrayOfArrays:
      def step(gradients: Array[Array[Double]], weights: Array[Array[Double]]): Unit =
        for (g, w) <- gradients.zip(weights); i <- w.indices do w(i) -= 0.5 * g(i)

    class VectorsOfVectors:
      def step(gradients: Seq[Vector[Double]], weights: List[Vector[Double]]) =
        weights.zip(gradients).map((w, g) => w.lazyZip(g).map(_ - 0.5 * _))

    class CountsInMap:
      private val seen = java.util.IdentityHashMap[Array[Double], Int]()
      def step(gradients: Map[String, Array[Double]], weights: Map[String, Array[Double]]): Unit =
        for w <- weights.values do java.util.Arrays.fill(w, seen.merge(w, 1, _ + _).toDouble)

    class CountsInSequence:
      private val seen = java.util.IdentityHashMap[Array[Double], Int]()
      def step(gradients: Seq[Array[Double]], weights: Seq[Array[Double]]): Seq[Array[Double]] =
        weights.map { w =>
          val made = w.map(_ => seen.getOrDefault(w, 0) + 1.0)
          seen.put(made, made(0).toInt)
          made
        }

    class Pair:
      def step(gradients: Seq[Double], weights: Seq[Double]): (Seq[Double], Seq[Double]) =
        (gradients, weights.map(_ - 0.5))

    final case class Both(average: Map[String, Seq[Double]], weights: Map[String, Seq[Double]])
    case class CasePair(learningRate: Double):
      def step(gradients: Map[String, Seq[Double]], weights: Map[String, Seq[Double]]): Both =
        Both(gradients, weights.map((name, w) => name -> w.map(_ - learningRate)))

    class Numbering:
      def step(gradients: Map[String, Array[Double]], weights: Map[String, Array[Double]]): Unit =
        for (w, i) <- weights.values.zipWithIndex do w(0) = i

    object Counting:
      private var calls = 0
      def step(learningRate: Double, decayRate: Double = 0.125, epsilon: Double = 1)(
          gradients: Map[String, Array[Double]],
          weights: Map[String, Array[Double]]
      ): Unit =
        calls += 1
        for w <- weights.values; i <- w.indices do
          w(i) = learningRate + decayRate + epsilon * calls

    class Defaults(learningRate: Double, decayRate: Double = 0.375):
      def step(gradients: Map[String, Array[Double]], weights: Map[String, Array[Double]]): Unit =
        for w <- weights.values; i <- w.indices do w(i) = learningRate + decayRate

    class Optional:
      def step(
          gradients: Map[String, Seq[Double]],
          weights: Map[String, Seq[Double]],
          state: Option[Map[String, Int]]
      ): (Map[String, Seq[Double]], Map[String, Int]) =
        val calls = state.fold(0)(_("calls")) + 1
        (weights.map((name, w) => name -> w.map(_ => calls.toDouble)), Map("calls" -> calls))
    """
