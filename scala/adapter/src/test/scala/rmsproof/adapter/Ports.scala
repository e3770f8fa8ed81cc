package rmsproof.adapter

import com.google.gson.{JsonArray, JsonElement, JsonObject, JsonParser}
import java.io.{ByteArrayOutputStream, File, PrintStream}
import java.nio.file.{Files, Path}
import scala.jdk.CollectionConverters.*

/** Scala ports for tests: compiled, loaded, bound by their parameters' names, and run. */
object Ports:
  private val roles = Map(
    "learningRate" -> "learning_rate",
    "decayRate" -> "decay_rate",
    "epsilon" -> "epsilon",
    "gradients" -> "gradients",
    "weights" -> "weights",
    "state" -> "state"
  )

  /** The folder of this build. */
  val base: Path = Path.of(System.getProperty("basedir", ".")).toAbsolutePath

  /** A temporary folder that is there until the tests end. */
  private def folder(prefix: String): Path =
    def delete(file: File): Unit =
      Option(file.listFiles).foreach(_.foreach(delete))
      file.delete()
    val folder = Files.createTempDirectory(prefix)
    sys.addShutdownHook(delete(folder.toFile))
    folder

  /** Compiles a source file; returns its class path, or the compiler's words. */
  def compile(source: Path): Either[String, Array[String]] =
    val classes = folder("port")
    val library = Seq(classOf[List[?]], Class.forName("scala.deriving.Mirror"))
      .map(_.getProtectionDomain.getCodeSource.getLocation.toURI)
      .map(Path.of(_).toString)
      .distinct
      .mkString(File.pathSeparator)
    val output = ByteArrayOutputStream()
    val reporter = Console.withOut(PrintStream(output)) {
      Console.withErr(PrintStream(output)) {
        dotty.tools.dotc.Main.process(
          Array("-classpath", library, "-d", classes.toString, "-color:never", source.toString)
        )
      }
    }
    if reporter.hasErrors then Left(output.toString) else Right(Array(classes.toString))

  /** Compiles ports given as text, all in one go. */
  def compile(text: String): Array[String] =
    val source = Files.writeString(folder("source").resolve("Port.scala"), text)
    compile(source).fold(sys.error, identity)

  /** The entry of a class in the shape. */
  def candidate(host: Host, name: String): JsonObject =
    members(JsonParser.parseString(host.shape).getAsJsonObject, "candidates")
      .find(_.get("class").getAsString == name)
      .getOrElse(sys.error(s"no $name in ${host.shape}"))

  /** The objects in a list. */
  def members(json: JsonObject, key: String): Seq[JsonObject] =
    json.getAsJsonArray(key).asScala.toSeq.map(_.getAsJsonObject)

  /** Binds the only method of a class, and its constructor, by the parameters' names. */
  def bind(host: Host, name: String, defaults: Set[String] = Set.empty): Host =
    def named(callable: JsonObject): JsonArray =
      val array = JsonArray()
      members(callable, "parameters").map(_.get("name").getAsString).foreach { parameter =>
        array.add(if defaults(parameter) then null else roles(parameter))
      }
      array
    val shape = candidate(host, name)
    val binding = JsonObject()
    binding.addProperty("class", name)
    if shape.has("constructors") then
      binding.add("construct", named(members(shape, "constructors").head))
    binding.add("call", named(members(shape, "methods").head))
    host.bind(binding.toString)
    host

  /** Opens a bound port on arrays a (two values) and b (one value) and feeds it the gradients. */
  def run(host: Host, weights: Seq[Double], gradients: Seq[Double]*): Steps =
    val refused = host.open("float64", Array("learning_rate", "decay_rate", "epsilon"),
      Array(0.5, 0.75, 0.25), Array("a", "b"), Array(2, 1), weights.toArray)
    if refused != null then sys.error(refused)
    host.run(gradients.size, gradients.flatten.toArray, Array.fill(2 * gradients.size)(1.toByte))

  /** The goldens of the reference in double precision, by name. */
  def goldens: Seq[(String, JsonObject)] =
    val folder = base.resolve("../python_ref/golden/reference/float64")
    val files =
      Files.list(folder).iterator.asScala.filter(_.toString.endsWith(".json")).toSeq.sorted
    require(files.nonEmpty, s"no goldens in $folder")
    files.map { file =>
      file.getFileName.toString -> JsonParser.parseString(Files.readString(file)).getAsJsonObject
    }

  /** A golden's number: the non-finite ones are strings. */
  def number(value: JsonElement): Double = java.lang.Double.parseDouble(value.getAsString)

  /** The values of one map of arrays, in the order of the names; absent arrays are zeros. */
  def flat(arrays: JsonObject, names: Seq[String], lengths: Seq[Int]): Seq[Double] =
    names.zip(lengths).flatMap { (name, length) =>
      if arrays.has(name) then arrays.getAsJsonArray(name).asScala.map(number)
      else Seq.fill(length)(0.0)
    }
