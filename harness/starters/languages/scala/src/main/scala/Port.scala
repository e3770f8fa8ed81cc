// The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
// on standard output, a line each, flushed. What is not finite is written as text.

import java.io.PrintStream
import java.nio.charset.StandardCharsets.UTF_8
import scala.io.Source
import scala.util.control.NonFatal

import ujson.{Arr, Bool, Num, Obj, Str, Value}

/** Answers requests until standard input ends, or one says quit. */
@main def port(): Unit =
  val replies = PrintStream(System.out, false, UTF_8)
  val requests = Source.fromInputStream(System.in, "UTF-8").getLines().map(ujson.read(_))
  for request <- requests.takeWhile(_("do").str != "quit") do
    val reply =
      try answered(request)
      catch case NonFatal(error) => Obj("error" -> error.toString)
    reply("id") = request("id")
    replies.print(s"${ujson.write(reply)}\n")
    replies.flush()

private def answered(request: Value): Obj =
  request("do").str match
    case "describe" =>
      request.obj.get("echo") match
        case Some(echo) => Obj("echo" -> written(numbers(echo)))
        case None =>
          Obj(
            "protocol" -> Num(1),
            "name" -> Str("rmsprop"),
            "language" -> Str("scala"),
            "precision" -> Str("float64"),
            "echo" -> Bool(true),
            "state" -> Bool(true)
          )
    case "run" =>
      val precision = request("precision").str
      request("options").obj.keys.headOption match
        case Some(option) => Obj("unsupported" -> s"it takes no option $option")
        case None if precision != "float64" =>
          Obj("unsupported" -> s"it does not compute in $precision")
        case None => run(request)
    case other => Obj("error" -> s"unknown request $other")

private def run(request: Value): Obj =
  val optimizer = RMSProp(
    number(request("learning_rate")),
    number(request("decay_rate")),
    number(request("epsilon"))
  )
  val weights = arrays(request("weights"))
  val steps = request("gradients").arr.map { gradients =>
    optimizer.step(arrays(gradients), weights)
    val averages = weights.map { (name, w) =>
      name -> optimizer.movingAverage(name).getOrElse(Array.fill(w.length)(0.0))
    }
    (written(weights), written(averages))
  }
  Obj("weights" -> Arr.from(steps.map(_._1)), "moving_average" -> Arr.from(steps.map(_._2)))

private def arrays(value: Value): Arrays =
  value.obj.iterator.map((name, row) => name -> numbers(row)).toMap

private def numbers(value: Value): Array[Double] = value.arr.iterator.map(number).toArray

/** A number, or one of the texts "NaN", "Infinity" and "-Infinity". */
private def number(value: Value): Double = value match
  case Str(text) => text.toDouble
  case other     => other.num

private def written(arrays: Arrays): Obj =
  Obj.from(arrays.map((name, row) => name -> written(row)))

private def written(row: Array[Double]): Arr =
  Arr.from(row.map(x => if x.isNaN || x.isInfinite then Str(x.toString) else Num(x)))
