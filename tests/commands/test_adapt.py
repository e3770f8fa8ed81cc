"""`adapt`: an adapter for what nothing binds, as much filled in as can be read, then judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from adapters_written import completed, judged, written
from sources_to_adapt import CELLS, CELLS_CLJ, INDEXED, MODEL_KT, MODEL_SCALA, NETWORK, Case
from support import Done

from harness.languages.adapters import MARK, left


@pytest.mark.parametrize(
    "case",
    [
        NETWORK,
        pytest.param(INDEXED, marks=pytest.mark.slow),
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
    double eps = 1e-8;

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
    """What an adapter compiles with is all of it, and what does not is written otherwise.

    What only a setting is told would be the port's own if nobody set it.
    """
    (tmp_path / "Sized.java").write_text(SIZED, encoding="utf-8")
    done = call("adapt", "Sized.java")
    assert done.code == 0
    text = (tmp_path / "SizedAdapter.java").read_text(encoding="utf-8")
    assert "what double speed is" in text
    assert "initialize(w.length);" in text
    assert "optimizers.get(name).eps = epsilon;" in text
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


def test_an_adapter_says_that_rmsprop_is_meant_or_that_it_has_to(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    text = "from enum import Enum\nKind = Enum('Kind', 'SGD RMSPROP')\n" + SHAPED
    text = text.replace("model and 2 * model", "kind").replace("weights[k] - ", "weights[k] if (")
    text = text.replace("if (", "if self.twice == Kind.SGD else weights[k] - ")
    told = text.replace("eps, model", "eps, kind=Kind.SGD")
    untold = text.replace("eps, model", "eps").replace("= kind", "= globals()['Kind'].SGD")
    adapters = []
    untold = untold.replace("== Kind.SGD", "!= Kind.RMSPROP")
    for name, source in (("told", told), ("untold", untold)):
        (tmp_path / f"{name}.py").write_text(source)
        call("adapt", f"{name}.py", "--out", f"{name}_adapter.py")
        adapters.append((tmp_path / f"{name}_adapter.py").read_text())
    assert "from told import Kind\n" in adapters[0]
    assert "    Kind.RMSPROP,\n" in adapters[0]
    assert left(adapters[0]) == []
    assert left(adapters[1])[0] == (
        1,
        "tell it that RMSProp is meant, else it makes another algorithm:"
        " self.twice != Kind.RMSPROP",
    )


LOOPED = """
import numpy as np


def slope(x):
    return 2 * x


x, v = np.ones(3), np.zeros(3)
for i in range(100):
    g = slope(x)
    v = 0.9 * v + 0.1 * g**2
    x = x - 0.01 * g / np.sqrt(v.sum())
"""


@pytest.mark.usefixtures("briefly")
def test_no_adapter_is_advised_or_written_for_a_loop_of_its_own(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(LOOPED)
    assert (
        "An adapter calls one step after the other, and this is a loop of its own"
        in call("check", "mine.py").err
    )
    refused = call("adapt", "mine.py")
    assert (refused.code, list(tmp_path.glob("*dapter*"))) == (2, [])
    assert "mine.py: the update stands in line 12, and an adapter calls one step" in refused.err


TRAINED = """
class Line {
    double w, s;
    void fit(double[] xs, double[] ys, int epochs) {
        for (int n = 0; n < epochs; n++)
            for (int i = 0; i < xs.length; i++) {
                double g = (w * xs[i] - ys[i]) * xs[i];
                s = 0.9 * s + 0.1 * g * g;
                w -= 0.01 * g / (Math.sqrt(s) + 1e-8);
            }
    }
}
"""


@pytest.mark.jvm
def test_a_trainer_of_the_jvm_is_said_to_form_its_gradients(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "Line.java").write_text(TRAINED)
    words = "adapter cannot hand fit gradients, which it forms itself: take its update out into"
    assert f"\nAn {words}" in call("check", "Line.java").err
    refused = call("adapt", "Line.java")
    assert (refused.code, [*tmp_path.glob("*dapter*")]) == (2, [])
    assert f"Line.java: an {words}" in refused.err


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
