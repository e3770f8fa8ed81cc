"""RMSProp in four languages, right or with epsilon inside, for the tests of commands."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

JAVA = """
    import java.util.*;

    final class Optimizer {
        private final double rate, decay, eps;
        private final Map<String, double[]> cache = new TreeMap<>();

        Optimizer(double eps, double rate, double decay) {
            this.rate = rate;
            this.decay = decay;
            this.eps = eps;
        }

        Map<String, double[]> step(Map<String, double[]> params, Map<String, double[]> grads) {
            Map<String, double[]> next = new LinkedHashMap<>(params);
            for (String key : grads.keySet()) {
                double[] g = grads.get(key), w = params.get(key).clone();
                double[] v = cache.computeIfAbsent(key, k -> new double[g.length]);
                for (int i = 0; i < g.length; i++) {
                    v[i] = decay * v[i] + (1 - decay) * (g[i] * g[i]);
                    w[i] = w[i] - rate * g[i] / DENOMINATOR;
                }
                next.put(key, w);
            }
            return next;
        }
    }
"""

CLOJURE = """
    (ns mine.optimizer)

    (defn step
      [lr rho eps grads params state]
      (let [average (merge-with (fn [old g2] (mapv #(+ (* rho %1) (* (- 1.0 rho) %2)) old g2))
                                (into {} (for [[k g] grads]
                                           [k (get state k (vec (repeat (count g) 0.0)))]))
                                (into {} (for [[k g] grads] [k (mapv #(* % %) g)])))]
        [(into {} (for [[k w] params]
                    [k (mapv (fn [w g v] (- w (/ (* lr g) (+ (Math/sqrt v) eps))))
                             w (get grads k) (get average k))]))
         (merge state average)]))
"""

PYTHON = """
    import numpy as np

    def rmsprop(lr, rho, eps):
        cache = {}

        def step(params, grads):
            for k, g in grads.items():
                cache[k] = rho * cache.get(k, np.zeros_like(g)) + (1 - rho) * (g * g)
                params[k] -= lr * g / DENOMINATOR

        return step
"""

SCALA = """
    import scala.collection.mutable

    class Optimizer(lr: Double, rho: Double, eps: Double):
      private val cache = mutable.Map.empty[String, Array[Double]]

      def step(params: Map[String, Array[Double]], grads: Map[String, Array[Double]]): Unit =
        for (k, g) <- grads do
          val v = cache.getOrElseUpdate(k, Array.fill(g.length)(0.0))
          for i <- g.indices do
            v(i) = rho * v(i) + (1 - rho) * (g(i) * g(i))
            params(k)(i) -= lr * g(i) / (math.sqrt(v(i)) + eps)
"""


def outside(source: str) -> str:
    root = "np.sqrt(cache[k])" if "numpy" in source else "(Math.sqrt(v[i]))"
    return source.replace("DENOMINATOR", f"({root} + eps)")


def inside(source: str) -> str:
    root = "np.sqrt(cache[k] + eps)" if "numpy" in source else "Math.sqrt(v[i] + eps)"
    return source.replace("DENOMINATOR", root)


def written(folder: Path, **sources: str) -> None:
    for name, source in sources.items():
        stem, _, ending = name.rpartition("_")
        (folder / f"{stem}.{ending}").write_text(dedent(source).lstrip("\n"), encoding="utf-8")
