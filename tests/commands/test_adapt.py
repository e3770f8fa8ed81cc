"""`adapt`: what nothing binds gets ten lines, a person completes them, and it is judged."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest
from support import Done

from harness.languages.adapters import MARK, left
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.python import Python
from harness.ports.targets import own


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
        "self.decay_rate,\n": "self.decay_rate,\nself.epsilon,\n",
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
        private final double speed, rho, floor;

        Cells(List<Cell> cells, double speed, double rho, double floor) {
            this.cells = cells;
            this.speed = speed;
            this.rho = rho;
            this.floor = floor;
        }

        void tick(int epoch) {
            for (Cell c : cells)
                for (int i = 0; i < c.value.length; i++) {
                    double g = c.slope[i];
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
        "what double floor is": "epsilon",
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
      [{:keys [value slope memory]} speed smoothing floor]
      (let [memory (mapv #(+ (* smoothing %1) (* (- 1.0 smoothing) (* %2 %2))) memory slope)]
        {:value (mapv #(- %1 (/ (* speed %2) (Math/sqrt (+ %3 floor)))) value slope memory)
         :memory memory}))
    """,
    "cells_adapter.clj",
    {
        "keep this": "(let [memory (get @state k (repeat 0.0))",
        "(move": "moved (move",
        "what value": "{:value w",
        "what memory": " :memory memory",
        "what speed": "learning-rate",
        "what floor": "epsilon",
        " )": ")] (swap! state assoc k (:memory moved)) (:value moved))",
    },
    ["epsilon=inside"],
)


def completed(text: str, edits: dict[str, str]) -> str:
    """An adapter whose lines that hold a text are replaced, each text once."""
    lines = text.splitlines(keepends=True)
    for key, new in edits.items():
        at = next(i for i, line in enumerate(lines) if key in line)
        margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at] = "".join(f"{margin}{line}\n" for line in new.splitlines())
    return "".join(lines)


def judged(call: Callable[..., Done], *arguments: str) -> dict[str, object]:
    done = call("check", *arguments, "--golden", "mixed-arrays", "--json", "-")
    found: dict[str, object] = json.loads(done.out)["results"][0]
    return found


def written(case: Case, folder: Path) -> None:
    (folder / case.file).write_text(dedent(case.source).lstrip(), encoding="utf-8")


@pytest.mark.parametrize(
    "case",
    [
        NETWORK,
        INDEXED,
        pytest.param(CELLS, marks=pytest.mark.jvm),
        pytest.param(MODEL_KT, marks=[pytest.mark.jvm, pytest.mark.slow]),
        pytest.param(MODEL_SCALA, marks=[pytest.mark.jvm, pytest.mark.slow]),
        pytest.param(CELLS_CLJ, marks=[pytest.mark.jvm, pytest.mark.slow]),
    ],
    ids=lambda case: case.file,
)
def test_what_nothing_binds_is_judged_through_the_adapter_that_was_written(
    call: Callable[..., Done], tmp_path: Path, case: Case
) -> None:
    written(case, tmp_path)
    refused = call("check", case.file)
    assert refused.code == 2
    assert refused.err.endswith(f"Write an adapter for it: rmsproof adapt {case.file}\n")

    done = call("adapt", case.file)
    assert (done.code, done.err) == (0, "")
    adapter = tmp_path / case.adapter
    text = adapter.read_text(encoding="utf-8")
    assert all(words in text for words in case.says)
    numbers = [number for number, _ in left(text)]
    assert numbers == [i for i, line in enumerate(text.splitlines(), 1) if MARK in line]
    assert done.out.startswith(f"{case.adapter}: written; it compiles with {case.file}\n")
    assert [f"\n  line {number}: " in done.out for number in numbers] == [True] * len(numbers)
    assert done.out.endswith(f"then: rmsproof check {case.file} --adapter {case.adapter}\n")

    early = call("check", case.file, "--adapter", case.adapter)
    assert (early.code, early.out) == (2, "")
    assert "still to be filled in" in early.err

    adapter.write_text(completed(text, case.edits), encoding="utf-8")
    row = judged(call, case.file, "--adapter", case.adapter)
    assert (row["verdict"], row["deviations"]) == ("diverges", case.deviations)
    assert row["port"] == case.file


PAIRED = """
import numpy as np

class RMSProp:
    def __init__(self, lr, rho, eps):
        self.lr, self.rho, self.eps = lr, rho, eps

    def step(self, vars_and_grads):
        if not hasattr(self, "kept"):
            self.kept = [np.zeros_like(g) for _, g in vars_and_grads]
        for (p, g), kept in zip(vars_and_grads, self.kept):
            kept *= self.rho
            kept += (1 - self.rho) * (g * g)
            p -= self.lr * g / (np.sqrt(kept) + self.eps)
"""
# What objects stand in for makes no step: its constructor asks for more than it says.
SIZED_BY_LAYERS = """
import numpy as np

class Network:
    def __init__(self, sizes, lr, rho):
        self.lr, self.rho = lr, rho
        self.w = [np.zeros((a, b)) for a, b in zip(sizes[:-1], sizes[1:])]
        self.v = [np.zeros((a, b)) for a, b in zip(sizes[:-1], sizes[1:])]

    def slopes(self, x, y):
        return [x * y for _ in self.w]

    def train(self, batch):
        for x, y in batch:
            for k, g in enumerate(self.slopes(x, y)):
                self.v[k] = self.rho * self.v[k] + (1 - self.rho) * g * g
                self.w[k] = self.w[k] - self.lr * g / (np.sqrt(self.v[k]) + 1e-8)
"""


# Its arrays are reached by an index, in a model that it is told of.
TOLD = """
import numpy as np

class Base:
    def set_model(self, model):
        self.model = model
        self.weights = list(map(lambda w: np.zeros(w.matrix.shape), model.weights))
        self.biases = list(map(lambda layer: np.zeros(layer.b.shape), model.layers))

    def slope(self, weight_index):
        return self.model.weights[weight_index].gradients

    def bias_slope(self, layer_index):
        return self.model.layers[layer_index].b_gradients

class RMSProp(Base):
    def __init__(self, beta=0.9):
        self.beta = beta

    def update_biases(self, layer_index, l_rate):
        g = self.bias_slope(layer_index)
        self.biases[layer_index] = self.beta * self.biases[layer_index] + (1 - self.beta) * g * g
        self.model.layers[layer_index].b -= l_rate * g / np.sqrt(self.biases[layer_index] + 1e-3)

    def update_weights(self, weight_index, l_rate):
        g = self.slope(weight_index)
        self.weights[weight_index] = (
            self.beta * self.weights[weight_index] + (1 - self.beta) * g * g
        )
        self.model.weights[weight_index].matrix -= (
            l_rate * g / np.sqrt(self.weights[weight_index] + 1e-3)
        )
"""


@pytest.mark.slow
def test_a_guess_that_reaches_one_of_several_arrays_is_none(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "told.py").write_text(TOLD)
    plain = call("check", "told.py", "--golden", "mixed-arrays", "--json", "-")
    assert "write=first_array" not in plain.out


def test_arrays_that_an_object_made_itself_are_put_in_their_place(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "told.py").write_text(TOLD)
    done = call("adapt", "told.py")
    assert "nothing is left to fill in" in done.out
    row = judged(call, "told.py", "--adapter", "told_adapter.py")
    assert row["deviations"] == ["epsilon=inside", "eps=ignored"]


@pytest.mark.parametrize(
    ("source", "complete"), [(PAIRED, True), (SIZED_BY_LAYERS, False)], ids=["pairs", "sizes"]
)
def test_nothing_is_left_to_fill_in_only_where_what_was_written_makes_steps(
    call: Callable[..., Done], tmp_path: Path, source: str, complete: bool
) -> None:
    (tmp_path / "mine.py").write_text(source)
    done = call("adapt", "mine.py")
    assert ("nothing is left to fill in" in done.out) is complete
    text = (tmp_path / "mine_adapter.py").read_text()
    if complete:
        row = judged(call, "mine.py", "--adapter", "mine_adapter.py")
        assert (row["verdict"], bool(left(text))) == ("exact", False)
    else:
        assert "what sizes is" in text
        assert "optimizer.train(" in text


NETS = """
public class Nets {
    interface Net { Row[] rows(); }

    static class Row { Row(double[] values) { } }

    Nets(Net net, double speed) { }

    void tick(Row[][] slopes) { }
}
"""


@pytest.mark.jvm
def test_an_adapter_says_what_an_interface_asks_for_and_how_elements_are_made(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "Nets.java").write_text(NETS, encoding="utf-8")
    assert call("adapt", "Nets.java").code == 0
    lines = (tmp_path / "NetsAdapter.java").read_text(encoding="utf-8").splitlines()
    comments = [line.strip() for line in lines if line.strip().startswith("// ")]
    assert comments == [
        "// Nets.Net: Row[] rows()",
        "// new Nets.Row(double[] values)",
        "// TODO(rmsproof): put `w` and `g` where tick has them",
        "// TODO(rmsproof): put the new weights into `w`, or into the map",
    ]


@pytest.mark.slow
@pytest.mark.jvm
def test_an_adapter_is_written_where_its_project_has_what_it_needs(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    """The advice names it, and so does what comes next."""
    source = dedent(CELLS.source).lstrip()
    start, end = source.index("    static class Cell"), source.index("    final List<Cell> cells")
    (tmp_path / CELLS.file).write_text(source[:start] + source[end:], encoding="utf-8")
    sibling = tmp_path / "p/src/main/java/net/small/Cell.java"
    sibling.parent.mkdir(parents=True)
    cell = dedent(source[start:end]).replace("static ", "public ")
    sibling.write_text(f"package net.small;\n\n{cell}", encoding="utf-8")
    refused = call("check", CELLS.file, "--project", "p")
    assert refused.err.endswith(f"rmsproof adapt {CELLS.file} --project p\n")
    done = call("adapt", CELLS.file, "--project", "p")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(f"check {CELLS.file} --project p --adapter {CELLS.adapter}\n")


BARE = """
package own;

class Net {
    double[] weights = new double[2];
}

class Optimizer {
    private final Net net;

    Optimizer(Net net, double rate) {
        this.net = net;
    }

    protected void optimize() {
        net.weights[0] -= Math.sqrt(1.0);
    }
}
"""


@pytest.mark.jvm
@pytest.mark.slow
def test_a_step_may_take_nothing_at_all(call: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "Optimizer.java").write_text(BARE, encoding="utf-8")
    assert "own.Optimizer.optimize()" in call("check", "Optimizer.java").err
    assert call("adapt", "Optimizer.java").code == 0
    text = (tmp_path / "OptimizerAdapter.java").read_text(encoding="utf-8")
    assert text.startswith("package own;")
    assert "optimizer.optimize();" in text


SIZED = """
class Cell {
    final double[] value = new double[3];
}

class Sized {
    private double[] average;

    Sized(double speed, double rho) {}

    void initialize(int size) {
        average = new double[size];
    }

    void tick(Cell[] cells) {}
}
"""


@pytest.mark.jvm
@pytest.mark.slow
def test_what_is_told_once_it_is_made_is_told_behind_the_constructor(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    """What an adapter compiles with is all of it, and what does not is written otherwise."""
    (tmp_path / "Sized.java").write_text(SIZED, encoding="utf-8")
    done = call("adapt", "Sized.java")
    assert done.code == 0
    text = (tmp_path / "SizedAdapter.java").read_text(encoding="utf-8")
    assert "what double speed is" in text
    assert "initialize(w.length);" in text
    (tmp_path / "Wrong.java").write_text("class Wrong { Absent absent; }", encoding="utf-8")
    wrong = call("check", "Sized.java", "--adapter", "Wrong.java")
    assert "the adapter" in wrong.err
    assert "does not compile" in wrong.err


SHAPED = """
import numpy as np

class Trainer:
    def __init__(self, lr, rho, eps, model):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, {}
        self.twice = model and 2 * model

    def step(self, weights, grads):
        for k, g in grads.items():
            self.v[k] = self.rho * self.v.get(k, 0 * g) + (1 - self.rho) * (g * g)
            weights[k] = weights[k] - self.lr * g / (np.sqrt(self.v[k]) + self.eps)
"""


def test_names_that_are_known_are_filled_in(call: Callable[..., Done], tmp_path: Path) -> None:
    """What is left is what no name says: the model. It is seen that nothing is returned."""
    (tmp_path / "mine.py").write_text(SHAPED)
    done = call("adapt", "mine.py", "--out", "through.py")
    assert done.out == (
        "through.py: written; it compiles with mine.py\n"
        "left to fill in:\n"
        "  line 17: what model is\n"
        "a loop of its own, that takes no gradients? rmsproof.Recorder records it\n"
        "then: rmsproof check mine.py --adapter through.py\n"
    )
    text = (tmp_path / "through.py").read_text()
    assert 'self.optimizers["all"].step(weights, gradients)' in text.replace(
        "optimizer.", 'self.optimizers["all"].'
    )
    (tmp_path / "through.py").write_text(
        "".join(line.partition("  # TODO")[0].rstrip("\n") + "\n" for line in text.splitlines())
    )
    assert judged(call, "mine.py", "--adapter", "through.py")["verdict"] == "exact"


def test_an_adapter_beside_a_manifest_is_named_in_it(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    """And a constant may be all that is missing."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.py").write_text(SHAPED)
    manifest = 'name = "mine"\nlanguage = "python"\nsource = "mine.py"\n'
    (folder / "port.toml").write_text(f'{manifest}[give]\nmodel = "none"\n')
    assert judged(call, "mine")["verdict"] == "exact"
    (folder / "through.py").write_text(
        "from mine import Trainer\n\n\nclass Through(Trainer):\n"
        "    def __init__(self, learning_rate, decay_rate, epsilon):\n"
        "        super().__init__(2 * learning_rate, decay_rate, epsilon, None)\n"
    )
    (folder / "port.toml").write_text(f'{manifest}adapter = "through.py"\n')
    row = judged(call, "mine")
    assert (row["verdict"], row["port"]) == ("diverges", "mine")


def test_every_scenario_meets_a_source_that_was_loaded_afresh(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    """State in a module's globals is the port's own; it is none that the adapter carries over."""
    (tmp_path / "globals.py").write_text(
        "import numpy as np\n\nCACHE = {}\n\n\ndef tick(label, blob, slope, speed, rho, floor):\n"
        "    CACHE[label] = v = rho * CACHE.get(label, 0 * slope) + (1 - rho) * (slope * slope)\n"
        "    blob -= speed * slope / (np.sqrt(v) + floor)\n"
    )
    (tmp_path / "through.py").write_text(
        "import globals\n\n\ndef through(weights, gradients, lr, rho, eps):\n"
        "    for name, g in gradients.items():\n"
        "        globals.tick(name, weights[name], g, lr, rho, eps)\n"
    )
    done = call(
        "check", "globals.py", "--adapter", "through.py", "--golden", "page-*", "--json", "-"
    )
    assert json.loads(done.out)["results"][0]["verdict"] == "exact"


def test_an_adapter_runs_in_the_interpreter_that_its_port_is_run_in(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SHAPED)
    (tmp_path / "through.py").write_text("def through(w, g, lr, rho, eps): pass\n")
    port = own(tmp_path / "mine.py", adapter=tmp_path / "through.py")
    there = replace(port, python=Path(sys.executable))
    launched = Python().launch(there, "local", Toolchain(), ())
    assert launched.request["python"] == sys.executable
    assert launched.request["source"] == str(tmp_path / "through.py")


BROKEN = {
    "syntax.py": ("def through(:\n", "does not compile: SyntaxError: "),
    "absent.py": ("from mine import Nobody\n", "does not load: ImportError: "),
    "raises.py": ("raise ValueError('no')\n", "does not load: while loading: ValueError: no"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_with_an_adapter_is_said_of_the_adapter(
    call: Callable[..., Done], tmp_path: Path, name: str
) -> None:
    (tmp_path / "mine.py").write_text(SHAPED)
    (tmp_path / name).write_text(BROKEN[name][0])
    done = call("check", "mine.py", "--adapter", name)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"rmsproof: mine.py: the adapter {name} {BROKEN[name][1]}")


def test_a_source_that_does_not_compile_is_still_the_ports_fault(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text("def broken(:\n")
    (tmp_path / "through.py").write_text("import mine\n\n\ndef through(w, g, lr): pass\n")
    assert judged(call, "mine.py", "--adapter", "through.py")["verdict"] == "does-not-compile"
    done = call("adapt", "mine.py")
    assert done.code == 2
    assert done.err.startswith("rmsproof: mine.py: does-not-compile: SyntaxError: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["adapt", "mine.py", "--out", "folder"], "--out folder: is a folder; name a file in it"),
        (
            ["adapt", "mine.py", "--out", "there.py"],
            "there.py: is there already, and nothing is overwritten; name another file with --out",
        ),
        (
            ["adapt", "mine.py", "--out", "gone/a.py"],
            "--out gone/a.py: there is no folder gone",
        ),
        (["adapt", "mine.py", "--out", "a.java"], "--out a.java: the name must end in .py"),
        (
            ["adapt", "mine.py", "--class", "Nobody"],
            "mine.py: no class or function 'Nobody'; found: Trainer",
        ),
        (["adapt", "gone.py"], "gone.py: no such file or folder."),
        (
            ["check", "mine.py", "--adapter", "gone.py"],
            "gone.py: cannot be read: No such file or directory",
        ),
        (
            ["check", "mine.py", "--adapter", "folder"],
            "folder: the adapter of a port in python is a file that ends in .py",
        ),
        (
            ["check", "mine.py", "mine.py", "--adapter", "there.py"],
            "--adapter is for one TARGET, whose adapter it is",
        ),
        (["check", "named"], "named/port.toml: adapter: there is no file 'gone.py' beside it"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_overwritten(
    call: Callable[..., Done], tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "mine.py").write_text(SHAPED)
    (tmp_path / "there.py").write_text("kept = True\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "named").mkdir()
    (tmp_path / "named/mine.py").write_text(SHAPED)
    manifest = 'name = "n"\nlanguage = "python"\nsource = "mine.py"\nadapter = "gone.py"\n'
    (tmp_path / "named/port.toml").write_text(manifest)
    done = call(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"rmsproof: {message}")
    assert (tmp_path / "there.py").read_text() == "kept = True\n"


def test_a_source_without_anything_to_call_gets_the_bare_shape(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "my-notes.py").write_text("RATE = 0.1\n")
    assert call("adapt", "my-notes.py").code == 0
    text = (tmp_path / "my-notes_adapter.py").read_text()
    assert "import_module('my-notes')" in text
    assert len(left(text)) == 1


GIVE_JAVA = """
class Give {
    private final double lr, rho, eps, k;
    private double[] v;

    Give(double lr, double rho, double eps, double k0, boolean nag, int seed, String mood) {
        if (nag || seed != 3 || !mood.equals("calm")) {
            throw new IllegalStateException(nag + " " + seed + " " + mood);
        }
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
        this.k = k0;
    }

    void step(double[] w, double[] g) {
        v = v == null ? new double[g.length] : v;
        for (int i = 0; i < w.length; i++) {
            v[i] = rho * v[i] + (1 - rho) * (g[i] * g[i]);
            w[i] = w[i] - (1 + k) * lr * g[i] / (Math.sqrt(v[i]) + eps);
        }
    }
}
"""


@pytest.mark.jvm
def test_constants_reach_a_class_of_the_jvm_as_its_types_want_them(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "Give.java").write_text(GIVE_JAVA)
    manifest = 'name = "mine"\nlanguage = "java"\nsource = "Give.java"\n[give]\n'
    given = 'k0 = 0\nnag = false\nseed = 3\nmood = "calm"\n'
    (folder / "port.toml").write_text(manifest + given)
    assert judged(call, "mine")["verdict"] == "exact"
    (folder / "port.toml").write_text(manifest + given.replace("3", '"three"'))
    done = call("check", "mine")
    assert done.code == 2
    assert done.err.startswith("rmsproof: mine: give.seed: 'three' is no int\n")
