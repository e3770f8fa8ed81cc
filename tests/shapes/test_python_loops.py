"""Updates in loops that compute their own gradients are fed others, and judged; never accused."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from shapes.python_loops import LOOPS
from shapes.test_python_shapes import judged
from support import REPOSITORY, collected, spread

from harness.judging.options import Options
from harness.judging.run import run
from harness.judging.verdict import Result
from harness.languages.updates import update_in
from harness.ports.loops import loop_plans
from harness.ports.roles import Wanted
from harness.ports.targets import of_target
from harness.transport.python.loops import described

PLAIN = LOOPS["a loop over a gradient that is handed in"][1]
WRONG = {
    # What an optimizer does to gradients before their average is its own, and seen.
    "clips them": PLAIN.replace(
        "        v = beta", "        g = np.clip(g, -1.0, 1.0)\n        v = beta"
    ),
    "adds a share of the weights": PLAIN.replace(
        "        v = beta", "        g += 0.1 * x\n        v = beta"
    ),
    "clips them by another name": PLAIN.replace("g = grad_f(x)", "g = np.clip(grad_f(x), -1, 1)"),
    "epsilon inside": PLAIN.replace("(np.sqrt(v) + eps_rms)", "np.sqrt(v + eps_rms)"),
    "starts anew": PLAIN.replace("        v = beta", "        v = 0 * g\n        v = beta"),
}
NAMED = {
    "clips them": "clip=value",
    "clips them by another name": "clip=value",
    "adds a share of the weights": "weight_decay=coupled",
    "epsilon inside": "epsilon=inside",
    "starts anew": "state=reset",
}
REMEMBERS = LOOPS["settings in a map, beside what remembers its best"][1]
# Data say how many steps a round is: of which nobody can say that it is one.
BY_ROUNDS = """
import numpy as np


def rmsprop(X, Y, alpha, beta, eps, epochs):
    w, v = np.zeros(3), np.zeros(3)
    for epoch in range(epochs):
        rate = alpha / (1 + epoch)
        for x, y in zip(X, Y):
            g = slope(w, x, y)
            v = beta * v + (1 - beta) * g**2
            w = w - rate * g / (np.sqrt(v) + eps)
    return w
"""
# Each of its updates is given some array, lest only the first one be judged.
OF_TWO = """
import numpy as np


class RMSProp:
    def __init__(self, lr=0.01, beta=0.9, eps=1e-8):
        self.lr, self.beta, self.eps, self.vw, self.vb = lr, beta, eps, 0.0, 0.0

    def update(self, w, b, dw, db):
        self.vw = self.beta * self.vw + (1 - self.beta) * dw**2
        self.vb = self.beta * self.vb + (1 - self.beta) * db**2
        w = w - self.lr * dw / (np.sqrt(self.vw) + self.eps)
        b = b - 2 * self.lr * db / (np.sqrt(self.vb) + self.eps)
        return w, b
"""
UNBOUND = {
    "a rate of every round": BY_ROUNDS,
    "biases that go twice as far": OF_TWO,
    "an average of every round": BY_ROUNDS.replace(
        "rate = alpha / (1 + epoch)", "v = np.ones(3)"
    ).replace("w - rate", "w - alpha"),
    # It fails for want of what is left out.
    "remembers its best": REMEMBERS.replace("np.zeros(len(start))", "np.ones(len(start))"),
    # No set of deviations does this: nothing is said of it.
    "unexplained": PLAIN.replace("g**2", "g**2 * abs(g)"),
    # Another one is meant, of which nobody knows how it steps.
    "RMSProp beside a sum": PLAIN.replace("beta * v + (1 - beta) * g**2", "v + g**2").replace(
        "rmsprop", "adagrad"
    )
    + "\n\ndef rmsprop(x, y, frame):\n    return frame.rms(x, y)\n",
    # Which of two is meant, nobody can tell.
    "two without a name": PLAIN.replace("rmsprop", "first")
    + PLAIN.replace("rmsprop", "second").replace("(np.sqrt(v) + eps_rms)", "np.sqrt(v + eps_rms)"),
}


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, Result]:
    asked = collected(request)
    every = {name: text for name, (_, text, _) in LOOPS.items()} | WRONG
    sources = {name: text for name, text in every.items() if name in asked}
    return judged(tmp_path_factory.mktemp("loops"), sources)[1]


@pytest.mark.parametrize("name", spread(LOOPS, 12))
def test_a_loop_of_its_own_is_fed(name: str, results: dict[str, Result]) -> None:
    assert name in results, "it is not bound"
    result = results[name]
    assert result.verdict.fault is None
    assert set(result.deviations) == set(LOOPS[name][2])
    assert result.verdict.word == ("diverges" if LOOPS[name][2] else "exact")
    assert "gradients that are given for" in (result.bound or "")


@pytest.mark.parametrize("name", spread(WRONG, 8))
def test_what_is_done_in_a_loop_is_named(name: str, results: dict[str, Result]) -> None:
    assert NAMED[name] in results[name].deviations


@pytest.mark.parametrize("anew", ["rate = alpha / (1 + epoch)", "v = np.ones(3); rate = alpha"])
def test_what_is_of_a_round_is_not_said_to_be_of_a_step(anew: str, tmp_path: Path) -> None:
    text = BY_ROUNDS.replace("rate = alpha / (1 + epoch)", anew)
    assert judged(tmp_path, {"by rounds": text})[1] == {}


MOVED = "g = f(x); s = d * s + (1 - d) * g**2; v = m * v - rate / s**0.5 * g; "


@pytest.mark.parametrize(
    ("rest", "weights"),
    [("x = x + v", ["x"]), ("x += v", ["x"]), ("return x + v, v", []), ("return v", ["v"])],
)
def test_what_is_scaled_and_added_is_no_weights(rest: str, weights: list[str]) -> None:
    update = update_in(ast.parse(MOVED + rest).body, ["x", "v", "s", "d", "m", "rate"])
    assert [pair.weights for pair in (update.pairs if update else ())] == weights


def test_without_epsilon_a_gradient_of_zero_stops_plain_numbers(tmp_path: Path) -> None:
    text = LOOPS["numbers that its history takes for arrays"][1].replace(" + eps", "")
    plain = text.replace("np.sqrt(v)", "v**0.5").replace("        path.extend(theta)\n", "")
    plain = plain.replace("import numpy as np", "")
    (tmp_path / "port.py").write_text(plain)
    port = of_target(str(tmp_path / "port.py"))
    (result,) = run([port], Options(), every_transport=False).results
    assert result.verdict.fault is not None
    assert result.verdict.fault.error == "ZeroDivisionError"
    assert result.elsewhere is not None
    diagnosis = result.elsewhere[1]
    assert diagnosis is not None
    assert diagnosis.best is not None
    assert diagnosis.best.deviations == ("epsilon=none",)


BY_ANOTHER = """
from losses import slope_of


def rmsprop(X, y, lr=0.01, epochs=500, beta=0.9, eps=1e-6):
    w, s = 0.0, 0.0
    for _ in range(epochs):
        dw = slope_of(X, y, w)
        s = beta * s + (1 - beta) * dw**2
        w -= lr * dw / (s**0.5 + eps)
    return w
"""
OF_ANYTHING = """
import numpy as np


class Layer:
    def __init__(self, w, b):
        self.w, self.b = w, b
        self.sw, self.sb = np.zeros_like(w), np.zeros_like(b)

    def rmsprop(self, dw, db, lr=0.01, beta=0.9, eps=1e-8):
        self.sw = beta * self.sw + (1 - beta) * dw**2
        self.sb = beta * self.sb + (1 - beta) * db**2
        self.w = self.w - lr * dw / (np.sqrt(self.sw) + eps)
        self.b = self.b - lr * db / (np.sqrt(self.sb) + eps)
"""


@pytest.mark.parametrize("text", [OF_ANYTHING, BY_ANOTHER])
def test_what_may_be_an_array_does_not_overflow_as_a_number_does(text: str, tmp_path: Path) -> None:
    (tmp_path / "port.py").write_text(text)
    port = of_target(str(tmp_path / "port.py"))
    (result,) = run([port], Options(pattern="[hp]*"), every_transport=False).results
    assert result.verdict.edge == ()


@pytest.mark.usefixtures("briefly")
def test_a_loop_is_never_accused(tmp_path: Path) -> None:
    outcome, results = judged(tmp_path, UNBOUND)
    assert results == {}
    assert all(
        "rmsproof adapt" in e or "an adapter cannot" in e.lower() or "An adapter calls" in e
        for e in outcome.errors
    )


def test_the_documentation_has_a_row_for_each() -> None:
    text = (REPOSITORY / "docs" / "shapes.md").read_text(encoding="utf-8")
    missing = [n for n, (line, _, _) in LOOPS.items() if f"| {n} | `{line}` |" not in text]
    assert missing == []


LAYERS = "two layers after data that are read, each gradient computed of the other's weights"
GAME = "a function of what a script has, which plays a game"
NET = "a network that has its settings in one object"
MAPS = "layers that are maps, each with a map of its averages"
LISTED = "a recurrent network's script, arrays that are listed"
AGENT = "an agent that sums gradients up before a step"
PLAYS = "a script that plays a game, a map of arrays"
CLIPS = "for one in sums.values():\n            np.clip(one, -1, 1, out=one)\n        "


@pytest.mark.parametrize(
    ("name", "line", "instead"),
    [
        (LAYERS, "cv, cw = 0, 0", "cv, cw = np.ones(3), np.ones(2)"),
        (LAYERS, "        for batch", "        cv, cw = 0, 0\n        for batch"),
        (LAYERS, "        for batch", "        rate = 0.1 / (1 + epoch)\n        for batch"),
        (LAYERS, "V -= rate", "V -= rate / (1 - d**(epoch + 1))"),
        (LAYERS, "    for epoch", "    rate /= 10\n    for epoch"),
        # Of a call that is a step, what it does to gradients first, or keeps from then on.
        (NET, "        for i in", "        dW = [g / len(dW) for g in dW]\n        for i in"),
        (GAME, "g = sums[k]", "g = sums[k] + 0.1 * net[k]"),
        (NET, "np.zeros_like(w)", "np.ones_like(w)"),
        (NET, "        self.vb =", "        self.vW[0].fill(1.0)\n        self.vb ="),
        (GAME, "{k: np.zeros_like(v) for k, v in net.items()}  #", "defaultdict(lambda: 1.0)  #"),
        (NET, "lr, kind = self.config.learning_rate", "self.t += 1\n        lr, kind = 1 / self.t"),
        (NET, "lr, kind = self.config.learning_rate", "lr, kind = 0.1 / (1 + x)"),
        (MAPS, 'np.zeros_like(part["c"])', 'np.ones_like(part["c"])'),
        (MAPS, "        losses.append", "        memory = [{}]\n        losses.append"),
        (MAPS, "        losses.append", "        slopes = clipped(slopes)\n        losses.append"),
        (MAPS, "in zip(net.parts", "in zip(copied(net)"),
        (MAPS, "    for epoch in range(epochs):", "    if epochs:"),
        # What a loop's name becomes, what was listed does not; a number is not changed by its name.
        (LISTED, "s *= 0.9", "s = s * 0.9"),
        (LISTED, "np.zeros((4, 1))\nsA", "0.0\nsA"),
        (LISTED, "np.zeros((4, 1))\nsA", "0.1 * np.random.randn()\nsA"),
        (LISTED, "out=g)", "out=g, where=g > 0)"),
        (LISTED, "p += -0.1 * g", "p += -0.1 * kept.mean() * g"),
        (AGENT, "+= slopes[k]", "+= slopes[k] + 0.1 * self.net[k]"),
        (AGENT, "self.pace *", "self.sums['a'].mean() *"),
        # What is done to gradients where they are.
        (PLAYS, "if rounds % 10", CLIPS + "if rounds % 10"),
        (PLAYS, "g = sums[k]\n", "g = sums[k]\n                scaled(g)\n"),
        (
            MAPS,
            "        for part, slope",
            "        for q in net.parts:\n            q['w'] *= 0.9\n        for part, slope",
        ),
    ],
)
def test_what_surrounds_an_update_may_matter(name: str, line: str, instead: str) -> None:
    text = LOOPS[name][1]
    assert line in text
    assert bindable(text)
    assert not bindable(text.replace(line, instead))


def bindable(text: str) -> bool:
    """Whether a way is known to feed an update by itself."""
    loops = [one for one in described(ast.parse(text)) if "outline" in one]
    return any(True for _ in loop_plans({"loops": loops, "functions": []}, Wanted()))


@pytest.mark.parametrize(
    "text",
    [
        # A loop over parameters is no loop of steps.
        "for p, v in zip(ps, vs):\n    v = d * v + (1 - d) * p.grad**2\n    p.data -= p.grad / v",
        # A mean is no moving average, and a loss no weight.
        "for x in xs:\n    total = total + (x - m) ** 2\n    n += 1",
        # What moves is a buffer, of which nobody says that it is the weights.
        "for x in xs:\n    v = d * v + (1 - d) * g**2\n    b = mu * b + g / v\n    f(w - b)",
        # A bias steps by the same rate, with no average of its own.
        "for x in xs:\n    g, h = f(w)\n    v = d * v + g**2\n    w -= lr * g / v\n    b -= lr * h",
        # What is handed in is made another by an optimizer, not computed.
        "g = abs(p.dw) * p.dw\np.v = d * p.v + (1 - d) * g**2\np.w -= lr * g / p.v**0.5",
        "g = p.dw + c * p.w\np.v = d * p.v + (1 - d) * g**2\np.w -= lr * g / p.v**0.5",
        # The average divides nothing.
        "for x in xs:\n    v = d * v + (1 - d) * g**2\n    w = w - lr * g",
    ],
)
def test_what_is_no_update(text: str) -> None:
    assert update_in(ast.parse(text).body) is None


@pytest.mark.parametrize(
    "step",
    [
        "b = mu * b + lr * g / v**0.5\n    w = w - b",
        "s = lr * g / v**0.5\n    total += s\n    w -= s",
        "new = w - lr * g / v**0.5\n    path = path + [new]\n    w = new",
        "w -= lr * g / v**0.5",  # alone, whatever its gradient is computed of
    ],
)
def test_weights_are_told_from_what_else_moves(step: str) -> None:
    of = "w" if "\n" in step else "xs"
    text = f"for _ in xs:\n    g = f({of})\n    v = d * v + (1 - d) * g**2\n    {step}"
    update = update_in(ast.parse(text).body)
    assert update is not None
    assert [pair.weights for pair in update.pairs] == ["w"]


@pytest.mark.parametrize(
    ("step", "weights"),
    [
        ("x -= g[0] / v[0]**0.5; y -= g[1] / v[1]**0.5", ["x", "y"]),
        ("s = g / v**0.5; x -= lr * s[0]; y -= lr * s[1]", ["x", "y"]),
        # By which elements each moves is not plain.
        ("s = sum(g / v**0.5); x -= s * g[0]; y -= s * g[1]", []),
        ("s = g / v**0.5; x -= s[0]; y -= s[i]", []),
    ],
)
def test_what_moves_by_elements_of_one_average(step: str, weights: list[str]) -> None:
    text = f"for _ in xs: g = f(x, y); v = d * v + (1 - d) * g**2; {step}"
    update = update_in(ast.parse(text).body)
    assert [pair.weights for pair in (update.pairs if update else ())] == weights
