"""Sources that nothing binds, in every language, with what their adapters leave to be filled in."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """A source that is not bound, how a person completes its adapter, and what is the truth.

    `edits` are lines of the adapter by a text in them, with what stands there instead; `says` is
    what the adapter says of what nobody knows.
    """

    file: str
    source: str
    adapter: str
    edits: dict[str, str]
    deviations: list[str]
    says: tuple[str, ...] = ()


# Arrays that layers hold; what a step is computed from is given by no argument.
NETWORK = Case(
    "trainer.py",
    """
    import numpy as np

    class Layer:
        def __init__(self, kernel):
            self.kernel, self.slope, self.memory = kernel, None, None

    class Trainer:
        def __init__(self, network, speed, smoothing, floor=1e-8):
            self.network, self.speed = network, speed
            self.smoothing, self.floor = smoothing, floor

        def tick(self):
            for layer in self.network():
                g = layer.slope
                if layer.memory is None:
                    layer.memory = np.zeros_like(g)
                layer.memory = self.smoothing * layer.memory + (1 - self.smoothing) * (g * g)
                layer.kernel -= self.speed * g / np.sqrt(layer.memory + self.floor)
    """,
    "trainer_adapter.py",
    {
        "import Trainer": "from trainer import Layer, Trainer",
        "what network is": "lambda layers=[Layer(w)]: layers,",
        "what speed is": "self.learning_rate,",
        "what floor is": "self.epsilon,",
        "optimizer.tick()": "layer = optimizer.network()[0]\nlayer.slope = g\noptimizer.tick()",
        "put `w`": "",
        "the new weights": "weights[name] = layer.kernel",
    },
    ["epsilon=inside"],
)


# One of two methods makes the step of weights; what it reads is told by another, once.
INDEXED = Case(
    "indexed.py",
    """
    import numpy as np

    class Plain:
        def tell(self, net):
            self.net = net
            self.memory = [np.zeros_like(part.block) for part in net.parts]

        def slope(self, k):
            return self.net.parts[k].rise

        def decayed(self, k, rate):
            return rate * self.memory[k]

        def update_bias(self, k, lr):
            self.net.biases[k] -= lr * self.net.bias_slopes[k] / np.sqrt(self.memory[k])

    class RMSProp(Plain):
        def __init__(self, rho=0.9):
            self.rho = rho

        def update(self, k, lr):
            g = self.slope(k)
            self.memory[k] = self.decayed(k, self.rho) + (1 - self.rho) * (g * g)
            self.net.parts[k].block -= lr * g / np.sqrt(self.memory[k] + 1e-3)
            return np.sqrt(self.memory[k])
    """,
    "indexed_adapter.py",
    {
        "what net is": "SimpleNamespace(parts=[SimpleNamespace(block=w)]),",
        "put `w`": "optimizer.net.parts[0].block = w\noptimizer.slope = lambda *_: g",
        "what k is": "0,",
        "the new weights": "weights[name] = optimizer.net.parts[0].block",
    },
    ["epsilon=inside", "eps=ignored"],
    (
        "optimizer.update(",
        "#   RMSProp.update_bias(k, lr)",
        ".tell(",
        "what net is; it is asked for .parts (each .block, .rise)",
        "from types import SimpleNamespace",
        "replaced by `optimizer.slope = lambda *_: g`",
    ),
)


CELLS = Case(
    "Cells.java",
    """
    package net.small;

    import java.util.List;

    public class Cells {
        static class Cell {
            final double[] value, memory;
            double[] slope;

            Cell(double[] value) {
                this.value = value;
                this.memory = new double[value.length];
            }
        }

        final List<Cell> cells;
        private final double speed, rho, floor, share;

        Cells(List<Cell> cells, double speed, double rho, double floor, double share) {
            this.cells = cells;
            this.speed = speed;
            this.rho = rho;
            this.floor = floor;
            this.share = share;
        }

        void tick(int epoch) {
            for (Cell c : cells)
                for (int i = 0; i < c.value.length; i++) {
                    double g = share * c.slope[i];
                    c.memory[i] = rho * c.memory[i] + (1 - rho) * (g * g);
                    c.value[i] = c.value[i] - speed * g / Math.sqrt(c.memory[i] + floor);
                }
        }
    }
    """,
    "CellsAdapter.java",
    {
        "what List<Cell> cells is": "java.util.List.of(new Cells.Cell(w)),",
        "what double speed is": "learningRate,",
        "what double floor is": "epsilon,",
        "what double share is": "1.0",
        "Cells optimizer =": "Cells optimizer = optimizers.get(name);\n"
        "optimizer.cells.get(0).slope = g;",
        "put `w`": "",
        "the new weights": "",
    },
    ["epsilon=inside"],
    (
        "// new Cells.Cell(double[] value)",
        "// Cells.Cell: double[] slope",
        "what double speed is; learningRate or epsilon?",
    ),
)


MODEL_KT = Case(
    "Model.kt",
    """
    package net.small

    class Slot(val value: DoubleArray) { val memory = DoubleArray(value.size) }

    class Model(val slot: Slot, private val speed: Double, private val rho: Double) {
        fun move(slopes: (Int) -> Double) {
            for (i in slot.value.indices) {
                val g = slopes(i)
                slot.memory[i] = rho * slot.memory[i] + (1 - rho) * (g * g)
                slot.value[i] -= speed * g / Math.sqrt(slot.memory[i] + 1e-3)
            }
        }
    }
    """,
    "ModelAdapter.kt",
    {
        "private val epsilon": "",
        "what slot": "Slot(w),",
        "what speed": "learningRate,",
        "put `w`": "",
        "what slopes": "{ i: Int -> g[i] },",
        "the new weights": "",
    },
    ["epsilon=inside", "eps=ignored"],
)


MODEL_SCALA = Case(
    "Model.scala",
    """
    package net.small

    final class Slot(val value: Array[Double]):
      val memory: Array[Double] = new Array[Double](value.length)

    class Model(slot: Slot, speed: Double, rho: Double, floor: Double):
      def move(slope: Int => Double): Unit =
        for i <- slot.value.indices do
          val g = slope(i)
          slot.memory(i) = rho * slot.memory(i) + (1 - rho) * (g * g)
          slot.value(i) = slot.value(i) - speed * g / math.sqrt(slot.memory(i) + floor)
    """,
    "ModelAdapter.scala",
    {
        "what slot": "Slot(w),",
        "what speed": "learningRate,",
        "what floor": "epsilon",
        "put `w`": "",
        "what slope:": "(i: Int) => g(i)",
        "the new weights": "",
    },
    ["epsilon=inside"],
)


CELLS_CLJ = Case(
    "cells.clj",
    """
    (ns small.cells)

    (defn move
      [{:keys [value slope memory]} speed smoothing floor share]
      (let [slope (mapv #(* share %) slope)
            memory (mapv #(+ (* smoothing %1) (* (- 1.0 smoothing) (* %2 %2))) memory slope)]
        {:value (mapv #(- %1 (/ (* speed %2) (Math/sqrt (+ %3 floor)))) value slope memory)
         :memory memory}))
    """,
    "cells_adapter.clj",
    {
        "keep this": "(let [memory (get @state k (repeat 0.0))",
        "(move": "moved (move",
        "what memory": " :memory memory",
        "what speed": "learning-rate",
        "what floor": "epsilon",
        "what share": "1.0",
        " )": ")] (swap! state assoc k (:memory moved)) (:value moved))",
    },
    ["epsilon=inside"],
)
