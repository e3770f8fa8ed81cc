// As Shapes.java, in Scala.

import scala.collection.mutable
import scala.math.sqrt

object Update:
  def inPlace(
      w: Array[Double],
      g: Array[Double],
      v: Array[Double],
      lr: Double,
      rho: Double,
      eps: Double
  ): Unit =
    for i <- w.indices do
      v(i) = rho * v(i) + (1 - rho) * (g(i) * g(i))
      w(i) -= lr * g(i) / (sqrt(v(i)) + eps)

class SizeFirst(size: Int, lr: Double, rho: Double, eps: Double):
  private val v = Array.ofDim[Double](size)

  def step(weights: Array[Double], gradients: Array[Double]): Unit =
    Update.inPlace(weights, gradients, v, lr, rho, eps)

class ListOfArrays(lr: Double, rho: Double, eps: Double):
  private val averages = mutable.ArrayBuffer.empty[Array[Double]]

  def update(weights: Seq[Array[Double]], gradients: Seq[Array[Double]]): Unit =
    for ((w, g), k) <- weights.zip(gradients).zipWithIndex do
      if averages.size == k then averages += new Array[Double](w.length)
      Update.inPlace(w, g, averages(k), lr, rho, eps)

class MatrixWeights(lr: Double, rho: Double, eps: Double):
  private var v: Array[Array[Double]] = null

  def update(weights: Array[Array[Double]], gradients: Array[Array[Double]]): Unit =
    if v == null then v = Array.ofDim[Double](weights.length, weights(0).length)
    for i <- weights.indices do Update.inPlace(weights(i), gradients(i), v(i), lr, rho, eps)

class OneNumber(lr: Double, rho: Double, eps: Double):
  private var v = 0.0

  def update(weight: Double, gradient: Double): Double =
    v = rho * v + (1 - rho) * (gradient * gradient)
    weight - lr * gradient / (sqrt(v) + eps)

class ReturnsStep(lr: Double, rho: Double, eps: Double):
  private var v: Option[Array[Double]] = None

  def delta(gradients: Array[Double]): Array[Double] =
    val s = v.getOrElse(new Array[Double](gradients.length))
    v = Some(s)
    gradients.indices.map { i =>
      s(i) = rho * s(i) + (1 - rho) * (gradients(i) * gradients(i))
      -lr * gradients(i) / (sqrt(s(i)) + eps)
    }.toArray

class Setters:
  var learningRate = 1.0
  var rho = 0.5
  var epsilon = 1.0
  private var v: Array[Double] = null

  def update(weights: Array[Double], gradients: Array[Double]): Unit =
    if v == null then v = new Array[Double](weights.length)
    Update.inPlace(weights, gradients, v, learningRate, rho, epsilon)

class FromCompanion private (lr: Double, rho: Double, eps: Double):
  private var v: Array[Double] = null

  def update(weights: Array[Double], gradients: Array[Double]): Unit =
    if v == null then v = new Array[Double](weights.length)
    Update.inPlace(weights, gradients, v, lr, rho, eps)

object FromCompanion:
  def create(lr: Double, rho: Double, eps: Double): FromCompanion = new FromCompanion(lr, rho, eps)

final case class Settings(learningRate: Double, decay: Double, epsilon: Double)

class Configured(settings: Settings):
  private var v: Array[Double] = null

  def update(weights: Array[Double], gradients: Array[Double]): Unit =
    if v == null then v = new Array[Double](weights.length)
    Update.inPlace(weights, gradients, v, settings.learningRate, settings.decay, settings.epsilon)

trait Optimizer:
  def params: Seq[Param]
  def step(): Unit

class Param(val data: Array[Double]):
  var grad: Array[Double] = new Array[Double](data.length)

class Parameters(val params: Seq[Param], lr: Double, rho: Double, eps: Double) extends Optimizer:
  private val averages = params.map(p => new Array[Double](p.data.length))

  def step(): Unit =
    for (p, v) <- params.zip(averages) do Update.inPlace(p.data, p.grad, v, lr, rho, eps)

class Vec(val values: Array[Double]):
  def map(f: Double => Double): Vec = new Vec(values.map(f))

class OwnVec(lr: Double, rho: Double, eps: Double):
  private var v: Vec = null

  def update(weights: Vec, gradients: Vec): Vec =
    if v == null then v = weights.map(_ => 0.0)
    val next = weights.values.clone
    Update.inPlace(next, gradients.values, v.values, lr, rho, eps)
    new Vec(next)

class Layer(val weights: Array[Double], val biases: Array[Double]):
  var weightGradients: Array[Double] = null
  var biasGradients: Array[Double] = null

class Network(val layers: Array[Layer])

class NetworkObject(network: Network, lr: Double, rho: Double, eps: Double):
  private val averages = network.layers.map: layer =>
    (new Array[Double](layer.weights.length), new Array[Double](layer.biases.length))

  def step(): Unit =
    for (layer, (v, s)) <- network.layers.zip(averages) do
      Update.inPlace(layer.weights, layer.weightGradients, v, lr, rho, eps)
      Update.inPlace(layer.biases, layer.biasGradients, s, lr, rho, eps)

class Registered(lr: Double, rho: Double, eps: Double):
  private val averages = mutable.LinkedHashMap.empty[Param, Array[Double]]

  def register(parameters: Array[Param]): Unit =
    for p <- parameters do averages(p) = new Array[Double](p.data.length)

  def step(): Unit =
    for (p, v) <- averages do Update.inPlace(p.data, p.grad, v, lr, rho, eps)

class WeightsAndBiases(lr: Double, rho: Double, eps: Double):
  private val averages = java.util.IdentityHashMap[Array[Double], Array[Double]]()

  def update(w: Array[Double], b: Array[Double], dw: Array[Double], db: Array[Double]): Unit =
    for (x, g) <- Seq(w -> dw, b -> db) do
      Update.inPlace(x, g, averages.computeIfAbsent(x, _ => new Array(g.length)), lr, rho, eps)

trait Tunable:
  def values: Array[Double]
  def gradients: Array[Double]
  def size: Int = values.length

class TunableByMethods(lr: Double, rho: Double, eps: Double):
  private val averages = mutable.Map.empty[Tunable, Array[Double]]

  def step(parameter: Tunable): Unit =
    val v = averages.getOrElseUpdate(parameter, new Array[Double](parameter.size))
    Update.inPlace(parameter.values, parameter.gradients, v, lr, rho, eps)

final case class Dense(weights: Vector[Vector[Double]], gradients: Vector[Vector[Double]])

class CaseClassLayer(lr: Double, rho: Double, eps: Double):
  private var v = Vector.empty[Double]

  def update(layer: Dense): Dense =
    val g = layer.gradients.flatten
    if v.isEmpty then v = g.map(_ => 0.0)
    v = v.zip(g).map((v, g) => rho * v + (1 - rho) * (g * g))
    val w = layer.weights.flatten.zip(g.zip(v)).map:
      case (w, (g, v)) => w - lr * g / (sqrt(v) + eps)
    layer.copy(weights = w.grouped(layer.weights.head.size).toVector)

class Sequences(var value: Seq[Double], var gradient: Seq[Double])

class SequenceFields(parameters: List[Sequences], lr: Double, rho: Double, eps: Double):
  private val averages = mutable.ArrayBuffer.fill(parameters.size)(Seq.empty[Double])

  def step(): Unit =
    for (p, k) <- parameters.zipWithIndex do
      val v = if averages(k).isEmpty then p.gradient.map(_ => 0.0) else averages(k)
      averages(k) = v.zip(p.gradient).map((v, g) => rho * v + (1 - rho) * (g * g))
      p.value = p.value.zip(p.gradient.zip(averages(k))).map:
        case (w, (g, v)) => w - lr * g / (sqrt(v) + eps)

class LoopOfItsOwn(lr: Double, rho: Double, eps: Double, iterations: Int = 10):
  def minimize(gradient: Array[Double] => Array[Double], start: Array[Double]): Array[Double] =
    val v = new Array[Double](start.length)
    (1 to iterations).foldLeft(start.clone): (x, _) =>
      val next = x.clone
      Update.inPlace(next, gradient(x), v, lr, rho, eps)
      next

final case class Average(values: Vector[Double])

object Average:
  val empty: Average = Average(Vector.empty)

/** Its state is a class of its own, of which the caller makes the first. */
final case class StateOfItsOwn(lr: Double, rho: Double, eps: Double):
  def update(w: Vector[Double], g: Vector[Double], state: Average): (Vector[Double], Average) =
    val v = state.values.zip(g).map((v, g) => rho * v + (1 - rho) * (g * g))
    (w.zip(g.zip(v)).map { case (w, (g, v)) => w - lr * g / (sqrt(v) + eps) }, Average(v))

class ContextBound[T: Numeric](lr: Double, rho: Double, eps: Double):
  private var v: Array[Double] = null

  def update(weights: Array[Double], gradients: Array[Double]): Unit =
    if v == null then v = Array.fill(weights.length)(summon[Numeric[T]].toDouble(summon[Numeric[T]].zero))
    Update.inPlace(weights, gradients, v, lr, rho, eps)

class MaybeGradient(var value: Vector[Double], var gradient: Option[Vector[Double]] = None)

class OptionalGradients(parameters: Seq[MaybeGradient], lr: Double, rho: Double, eps: Double):
  private val averages = mutable.ArrayBuffer.fill(parameters.size)(Vector.empty[Double])

  def step(): Unit =
    for (p, k) <- parameters.zipWithIndex; g <- p.gradient do
      val v = if averages(k).isEmpty then g.map(_ => 0.0) else averages(k)
      averages(k) = v.zip(g).map((v, g) => rho * v + (1 - rho) * (g * g))
      p.value = p.value.zip(g.zip(averages(k))).map:
        case (w, (g, v)) => w - lr * g / (sqrt(v) + eps)

object SetOnAnObject:
  var learningRate = 1.0
  var rho = 0.5
  var epsilon = 1.0
  private val averages = mutable.Map.empty[String, Array[Double]]

  def update(name: String, weights: Array[Double], gradients: Array[Double]): Unit =
    val v = averages.getOrElseUpdate(name, new Array[Double](weights.length))
    Update.inPlace(weights, gradients, v, learningRate, rho, epsilon)

def returnsFunction(lr: Double, rho: Double, eps: Double): (Array[Double], Array[Double]) => Unit =
  lazy val averages = mutable.Map.empty[Int, Array[Double]]
  (w, g) => Update.inPlace(w, g, averages.getOrElseUpdate(0, new Array[Double](w.length)), lr, rho, eps)

enum Algorithm:
  case SGD(lr: Double)
  case RMSProp(lr: Double, rho: Double, eps: Double)

  def step(w: Vector[Double], g: Vector[Double], v: Vector[Double]): (Vector[Double], Vector[Double]) =
    this match
      case SGD(lr) => (w.zip(g).map(_ - lr * _), v)
      case RMSProp(lr, rho, eps) =>
        val next = v.zip(g).map((v, g) => rho * v + (1 - rho) * (g * g))
        (w.zip(g.zip(next)).map { case (w, (g, v)) => w - lr * g / (sqrt(v) + eps) }, next)

class ListOfPairs(lr: Double, rho: Double, eps: Double):
  private val averages = mutable.ArrayBuffer.empty[Array[Double]]

  def update(gradsAndVars: Seq[(Array[Double], Array[Double])]): Unit =
    for ((g, w), k) <- gradsAndVars.zipWithIndex do
      if averages.size == k then averages += new Array[Double](w.length)
      Update.inPlace(w, g, averages(k), lr, rho, eps)

final case class CallSettings(learningRate: Double, decay: Double, epsilon: Double)

final case class Squares(of: Map[String, Vector[Double]])

object Squares:
  val empty: Squares = Squares(Map.empty)

object SettingsInScope:
  type Arrays = Map[String, Vector[Double]]

  def step(params: Arrays, grads: Arrays, state: Squares)(using cfg: CallSettings): (Arrays, Squares) =
    val next = grads.map: (name, g) =>
      val old = state.of.getOrElse(name, g.map(_ => 0.0))
      name -> old.zip(g).map((v, g) => cfg.decay * v + (1 - cfg.decay) * (g * g))
    val moved = params.map: (name, w) =>
      name -> w.indices.toVector.map: i =>
        w(i) - cfg.learningRate * grads(name)(i) / (sqrt(next(name)(i)) + cfg.epsilon)
    (moved, Squares(state.of ++ next))

final case class Point(w: Vector[Double], s: Vector[Double])

object PointReturned:
  def next(lr: Double, rho: Double, eps: Double)(p: Point, g: Vector[Double]): Point =
    val s = p.s.zip(g).map((v, g) => rho * v + (1 - rho) * (g * g))
    Point(p.w.indices.map(i => p.w(i) - lr * g(i) / (sqrt(s(i)) + eps)).toVector, s)

trait Zeros:
  def like(w: Array[Double]): Array[Double]

given Zeros with
  def like(w: Array[Double]): Array[Double] = new Array[Double](w.length)

class OperationsInScope(lr: Double, rho: Double, eps: Double)(using zeros: Zeros):
  private var v: Array[Double] = null

  def update(weights: Array[Double], gradients: Array[Double]): Unit =
    if v == null then v = zeros.like(weights)
    Update.inPlace(weights, gradients, v, lr, rho, eps)

enum Choice:
  case SGD, RMSProp

class ChosenFromASealedType(
    lr: Double, rho: Double, eps: Double, choice: Choice = Choice.SGD):
  private var v = Array.empty[Double]

  def update(weights: Array[Double], gradients: Array[Double]): Unit =
    if v.isEmpty then v = new Array[Double](weights.length)
    choice match
      case Choice.SGD => for i <- weights.indices do weights(i) -= lr * gradients(i)
      case Choice.RMSProp => Update.inPlace(weights, gradients, v, lr, rho, eps)

class Value(var data: Double):
  var grad: Double = 0.0

class ValuesInASequence(parameters: Seq[Value], lr: Double, rho: Double, eps: Double):
  private val averages = mutable.Map.empty[Value, Double]

  def step(): Unit = parameters.foreach: p =>
    averages(p) = rho * averages.getOrElse(p, 0.0) + (1 - rho) * (p.grad * p.grad)
    p.data -= lr * p.grad / (sqrt(averages(p)) + eps)

/** What a trait does with settings that whoever mixes it in has. */
trait Mixed:
  def lr: Double
  def rho: Double
  def eps: Double
  private val v = scala.collection.mutable.Map.empty[String, Array[Double]]
  def update(name: String, w: Array[Double], g: Array[Double]): Unit =
    val average = v.getOrElseUpdate(name, new Array[Double](w.length))
    for i <- w.indices do
      average(i) = rho * average(i) + (1 - rho) * (g(i) * g(i))
      w(i) -= lr * g(i) / (math.sqrt(average(i)) + eps)

class MixedIn(val lr: Double, val rho: Double, val eps: Double) extends Mixed

/** An object holds the settings of all. */
object Shared:
  var learningRate = 0.01
  var rho = 0.9
  var epsilon = 1e-8

class SettingsInAnObject(size: Int):
  private val v = new Array[Double](size)
  def update(weights: Array[Double], gradients: Array[Double]): Unit =
    Update.inPlace(weights, gradients, v, Shared.learningRate, Shared.rho, Shared.epsilon)

final case class Snapshot(weights: Vector[Double], meanSquare: Vector[Double])

object Snapshot:
  def start(weights: Vector[Double]): Snapshot = Snapshot(weights, weights.map(_ => 0.0))

class HandsOnSnapshots(lr: Double, rho: Double, eps: Double):
  def step(s: Snapshot, gradient: Vector[Double]): Snapshot =
    val ms = s.meanSquare.zip(gradient).map((v, g) => rho * v + (1 - rho) * (g * g))
    val moved = s.weights.indices.map(i => s.weights(i) - lr * gradient(i) / (sqrt(ms(i)) + eps))
    Snapshot(moved.toVector, ms)

sealed trait Chosen
object Chosen:
  final case class Sgd(lr: Double) extends Chosen
  final case class RMSProp(lr: Double, rho: Double, eps: Double) extends Chosen

sealed trait Kept
object Kept:
  case object Empty extends Kept
  final case class Squares(v: Vector[Double]) extends Kept

object StepsByPattern:
  def step(
      optimizer: Chosen,
      weights: Vector[Double],
      gradients: Vector[Double],
      state: Kept
  ): (Vector[Double], Kept) = (optimizer, state) match
    case (Chosen.RMSProp(lr, rho, eps), Kept.Squares(v)) =>
      val next = v.zip(gradients).map((s, g) => rho * s + (1 - rho) * (g * g))
      val moved = weights.indices.map(i => weights(i) - lr * gradients(i) / (sqrt(next(i)) + eps))
      (moved.toVector, Kept.Squares(next))
    case _ => throw IllegalArgumentException()

/** Which step it is, with its numbers, is a case that is handed over. */
object StepsByCase:
  enum Rule:
    case Plain(rate: Double)
    case RmsProp(rate: Double, decay: Double, eps: Double)

  final class Slot(val value: Array[Double]):
    val grad: Array[Double] = new Array[Double](value.length)
    val memory: Array[Double] = new Array[Double](value.length)

  def update(rule: Rule, slots: Iterable[Slot]): Unit = rule match
    case Rule.Plain(rate) =>
      for slot <- slots; i <- slot.value.indices do slot.value(i) -= rate * slot.grad(i)
    case Rule.RmsProp(rate, decay, eps) =>
      for slot <- slots; i <- slot.value.indices do
        val g = slot.grad(i)
        slot.memory(i) = decay * slot.memory(i) + (1 - decay) * (g * g)
        slot.value(i) -= rate * g / (math.sqrt(slot.memory(i)) + eps)

/** Settings that are looked up, if there are any: by default there are none. */
class LookedUp(options: Map[String, Double] = Map.empty):
  private var square: Array[Double] = null

  def update(weights: Array[Double], gradients: Array[Double]): Unit =
    if square == null then square = new Array[Double](weights.length)
    for i <- weights.indices do
      val rho = options.getOrElse("decay", 0.9)
      square(i) = rho * square(i) + (1 - rho) * (gradients(i) * gradients(i))
      weights(i) -= options.getOrElse("rate", 0.01) * gradients(i)
        / (math.sqrt(square(i)) + options.getOrElse("crumb", 1e-7))
