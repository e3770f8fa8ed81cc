package rmsproof.testing

/** Reads JSON into maps, vectors, texts, doubles and null, so that a test needs no library. */
private[testing] object Json:

  def read(text: String): Any = Reader(text).value()

  extension (json: Any)
    def apply(key: String): Any = json.asInstanceOf[Map[String, Any]](key)
    def text: String = json.asInstanceOf[String]
    def elements: Vector[Any] = json.asInstanceOf[Vector[Any]]

    /** The members of an object, in its order. */
    def members: Iterable[(String, Any)] = json.asInstanceOf[Map[String, Any]]

    /** A number; those that are not finite are texts, and null is NaN. */
    def number: Double = json match
      case null           => Double.NaN
      case value: Double  => value
      case written        => written.text.toDouble

    /** Arrays by name. */
    def arrays: Iterable[(String, Array[Double])] =
      members.map((name, array) => name -> array.elements.map(_.number).toArray)

  private class Reader(source: String):
    private var next = 0

    def value(): Any = peek() match
      case '{' =>
        scala.collection.immutable.VectorMap.from(many('}') {
          val key = string()
          skip(':')
          key -> value()
        })
      case '[' => many(']')(value())
      case '"' => string()
      case _ =>
        val word = source.substring(next).takeWhile(!",]} \n\r\t".contains(_))
        next += word.length
        word match
          case "null"           => null
          case "true" | "false" => word.toBoolean
          case number           => number.toDouble

    private def many[A](end: Char)(one: => A): Vector[A] =
      next += 1
      val all = Vector.newBuilder[A]
      while peek() != end do
        skip(',')
        all += one
      next += 1
      all.result()

    private def string(): String =
      peek()
      val builder = StringBuilder()
      next += 1
      while source.charAt(next) != '"' do
        if source.charAt(next) == '\\' then
          next += 1
          source.charAt(next) match
            case 'u' =>
              builder += Integer.parseInt(source.substring(next + 1, next + 5), 16).toChar
              next += 4
            case letter =>
              val escape = "bfnrt".indexOf(letter)
              builder += (if escape < 0 then letter else "\b\f\n\r\t".charAt(escape))
        else builder += source.charAt(next)
        next += 1
      next += 1
      builder.toString

    private def skip(separator: Char): Unit = if peek() == separator then next += 1

    /** The next character that is no blank. */
    private def peek(): Char =
      while source.charAt(next).isWhitespace do next += 1
      source.charAt(next)
