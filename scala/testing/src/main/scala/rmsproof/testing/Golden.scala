package rmsproof.testing

import java.nio.charset.StandardCharsets.UTF_8
import scala.collection.immutable.VectorMap
import Json.*

/** One step of an optimizer over arrays by name: gradients, and the weights of the same arrays,
  * which may be changed in place; the weights after it, those given or new ones.
  */
type Update[A] = (Map[String, Array[A]], Map[String, Array[A]]) => Map[String, Array[A]]

/** A golden: what an optimizer is given, and the weights that the reference makes of it.
  *
  * A weight is right where it equals the golden's, or lies within the envelope around it: the
  * bound that rounding keeps, whatever the order of evaluation. Where the envelope is null, only
  * an equal weight is right.
  */
final class Golden private (json: Any):
  /** Its name: dialect, precision and scenario. */
  val name: String = json("name").text

  /** `core`, `edge` (overflow, division by zero) or `partial` (a step leaves arrays out). */
  val kind: String = json("class").text

  /** Whether a port that differs here is wrong. */
  def decides: Boolean = kind == "core"

  /** What a port does wrong that fails here. */
  def catches: String = json("catches").text

  private def hyperparameter(key: String) = json("hyperparameters")(key).number

  /** The learning rate to use. */
  def learningRate: Double = hyperparameter("learning_rate")

  /** The decay rate of the moving average. */
  def decayRate: Double = hyperparameter("decay_rate")

  /** The epsilon to use. */
  def epsilon: Double = hyperparameter("epsilon")

  /** An option of the dialect, such as `momentum`. */
  def option(key: String): Double = json("hyperparameters")("options")(key).number

  /** What first differs, after whichever step; None where nothing does. */
  def difference[A](update: Update[A])(using storage: Storage[A]): Option[String] =
    val precision = json("precision").text
    require(precision.startsWith(storage.precision), s"$name is not in ${storage.precision}")
    val start = VectorMap.from(json("weights").arrays).map((k, w) => k -> storage.of(w))
    val gradients = json("gradients").elements
    val steps = gradients.indices.iterator
    var weights: Map[String, Array[A]] = start
    var found: Option[String] = None
    while found.isEmpty && steps.hasNext do
      val step = steps.next()
      val taking = VectorMap.from(gradients(step).arrays).map((k, g) => k -> storage.of(g))
      val after = update(taking, taking.map((k, _) => k -> weights(k)))
      found = taking.keys.find(name => !Option(after).exists(_.contains(name))) match
        case Some(missing) => Some(s"step ${step + 1}: the array $missing is missing")
        case None =>
          weights = weights ++ taking.keys.map(k => k -> after(k))
          differenceAfter(step, weights)
    found

  private def differenceAfter[A](step: Int, weights: Map[String, Array[A]])(using
      storage: Storage[A]
  ): Option[String] =
    val envelope = json("envelope").elements(step)("weights").arrays.toMap
    val differences =
      for
        (name, expected) <- json("trajectory").elements(step)("weights").arrays.iterator
        observed = storage.values(weights(name))
        text <-
          if observed.length != expected.length then
            Iterator(
              s": the array $name has ${observed.length} elements, expected ${expected.length}"
            )
          else
            for
              i <- expected.indices.iterator
              radius = envelope(name)(i)
              if !isRight(expected(i), observed(i), radius)
            yield
              val apart = storage.distance(expected(i), observed(i))
              val explained =
                if radius.isNaN then "nothing"
                else "%.2g".formatLocal(java.util.Locale.ROOT, radius)
              s", $name[$i]: expected ${expected(i)}, observed ${observed(i)}$apart;" +
                s" rounding explains $explained" +
                deviations(step + 1, name, i, observed(i), radius)
      yield s"step ${step + 1}$text"
    differences.nextOption

  /** The known deviations that first show in this weight and make it what it is, in a line. */
  private def deviations(step: Int, array: String, i: Int, observed: Double, radius: Double) =
    val sentences =
      for
        of <- Golden.deviations(name)
        if of("step").number == step && of("array").text == array && of("index").number == i
        if isRight(of("weight").number, observed, radius)
      yield of("deviation").text
    val (first, rest) = sentences.splitAt(3)
    val more = Option.when(rest.nonEmpty)(s"${rest.size} more deviations")
    if first.isEmpty then ""
    else (first ++ more).mkString("\nSuch a weight comes of: ", "; or ", "")

  private def isRight(expected: Double, observed: Double, radius: Double): Boolean =
    expected == observed || expected.isNaN && observed.isNaN ||
      math.abs(observed - expected) <= radius // no number is <= NaN

object Golden:
  private val root = "rmsproof/goldens/"
  private lazy val known = Json.read(resource(s"${root}deviations.json"))

  private def deviations(name: String): Seq[Any] = known.members.toMap.get(name).toSeq.flatMap(_.elements)

  /** The goldens of a folder on the class path, as `rmsproof golden export` wrote them.
    *
    * @param folder
    *   the dialect and the precision, such as `reference/float64`
    */
  def in(folder: String): Seq[Golden] =
    val goldens = resource(s"${root}SHA256SUMS").linesIterator
      .map(line => line.drop(line.indexOf("  ") + 2))
      .filter(_.startsWith(s"$folder/"))
      .map(path => Golden(Json.read(resource(root + path))))
      .toSeq
    require(
      goldens.nonEmpty,
      s"there are no goldens in $root$folder on the class path; rmsproof golden export writes them"
    )
    goldens

  private def resource(path: String): String =
    val stream = getClass.getClassLoader.getResourceAsStream(path)
    require(stream != null, s"$path is not on the class path")
    try String(stream.readAllBytes, UTF_8)
    finally stream.close()
