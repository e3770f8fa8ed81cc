package rmsproof.testing

/** How a port stores numbers: as doubles or as floats. */
trait Storage[A]:
  /** What precisions of goldens begin with that are stored so. */
  def precision: String

  /** A new array of these numbers. */
  def of(values: Array[Double]): Array[A]

  /** The numbers of an array, which are doubles as they are. */
  def values(array: Array[A]): Array[Double]

  /** An integer in the order of the numbers stored: neighbours are one apart, both zeros 0. */
  def ordered(value: Double): Long

  /** How far two numbers are apart, in words; empty where one of them is none. */
  def distance(expected: Double, observed: Double): String =
    // Of opposite signs, they may be further apart than a Long has numbers for.
    val apart = math.abs(ordered(expected).toDouble - ordered(observed).toDouble)
    val locale = java.util.Locale.ROOT
    if expected.isNaN || observed.isNaN then ""
    else if apart < 1e6 then ", %,d ULP apart".formatLocal(locale, apart.toLong)
    else ", %.1e ULP apart".formatLocal(locale, apart)

object Storage:
  given Storage[Double] with
    def precision: String = "float64"
    def of(values: Array[Double]): Array[Double] = values.clone
    def values(array: Array[Double]): Array[Double] = array.clone
    def ordered(value: Double): Long =
      val bits = java.lang.Double.doubleToLongBits(value)
      if bits < 0 then Long.MinValue - bits else bits

  given Storage[Float] with
    def precision: String = "float32"
    def of(values: Array[Double]): Array[Float] = values.map(_.toFloat)
    def values(array: Array[Float]): Array[Double] = array.map(_.toDouble)
    def ordered(value: Double): Long =
      val bits = java.lang.Float.floatToIntBits(value.toFloat)
      if bits < 0 then Int.MinValue.toLong - bits else bits.toLong
