package rmsproof.testing

import scala.util.control.NonFatal

/** A test for every golden of a folder on the class path.
  *
  * A golden of another class than core decides nothing: where an optimizer differs there, its test
  * is ignored, and says what differs.
  *
  * @param folder
  *   the dialect and the precision, such as `reference/float64`
  */
abstract class GoldenSuite[A: Storage](folder: String) extends munit.FunSuite:

  /** A new optimizer with the hyperparameters of a golden. */
  def optimizer(golden: Golden): Update[A]

  for golden <- Golden.in(folder) do test(golden.name)(check(golden))

  private def check(golden: Golden): Unit =
    def undecided(difference: String) =
      assume(false, s"${golden.name} is ${golden.kind} and decides nothing: $difference")
    try
      golden.difference(optimizer(golden)).foreach { difference =>
        if golden.decides then
          fail(
            s"""${golden.name}, $difference
               |This golden catches: ${golden.catches}
               |Why: rmsproof check FILE names what the optimizer does differently""".stripMargin
          )
        else undecided(difference)
      }
    catch
      case raised: munit.FailExceptionLike[?]           => throw raised
      case raised: org.junit.AssumptionViolatedException => throw raised
      case NonFatal(raised) if !golden.decides           => undecided(raised.toString)
