import scala.annotation.tailrec

class RMSProp(lr: Double, decay: Double, eps: Double):
  private var history: List[Double] = Nil

  def step(w: List[Double], g: List[Double]): List[Double] =
    @tailrec
    def go(
        ws: List[Double],
        gs: List[Double],
        vs: List[Double],
        moved: List[Double],
        kept: List[Double]
    ): List[Double] =
      (ws, gs) match
        case (p :: ps, x :: xs) =>
          val v = decay * vs.headOption.getOrElse(0.0) + (1 - decay) * (x * x)
          go(ps, xs, vs.drop(1), (p - lr * x / (math.sqrt(v) + eps)) :: moved, v :: kept)
        case _ =>
          history = kept.reverse
          moved.reverse
    go(w, g, history, Nil, Nil)
