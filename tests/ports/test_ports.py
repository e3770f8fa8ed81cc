"""Python ports over `local`: every plain shape is bound, every fault is the port's and named."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest
from support import SHORT, collected, spread

from harness.judging.options import Options
from harness.judging.run import Outcome, run
from harness.judging.verdict import Result
from harness.model.words import GRADIENTS_CHANGED, WIDENED
from harness.ports.targets import of_target, own

STEP = "v = d * v + (1 - d) * (g * g); w = w - lr * g / (np.sqrt(v) + eps)"
HEAD = "import numpy as np\n"

# Shape: where the weights are found, and a source that is exact.
RIGHT: dict[str, tuple[str, str]] = {
    "class_in_place": (
        "in place",
        """
        class RMSProp:
            def __init__(self, learning_rate=0.001, decay_rate=0.9, epsilon=1e-8):
                self.lr, self.d, self.eps, self.average = learning_rate, decay_rate, epsilon, {}

            def update(self, gradients, weights):
                for k, g in gradients.items():
                    v = self.d * self.average.get(k, 0 * g) + (1 - self.d) * (g * g)
                    self.average[k] = v
                    weights[k] -= self.lr * g / (np.sqrt(v) + self.eps)
        """,
    ),
    "class_replacing": (
        "replaced",
        """
        class Optimizer:
            def __init__(self, eta, rho, eps):
                self.eta, self.rho, self.eps, self.s = eta, rho, eps, {}

            def step(self, params, grads):
                for k in params:
                    g = grads[k]
                    old = self.s.get(k, np.zeros_like(g))
                    self.s[k] = self.rho * old + (1 - self.rho) * (g * g)
                    params[k] = params[k] - self.eta * g / (np.sqrt(self.s[k]) + self.eps)
        """,
    ),
    "class_returning": (
        "returned",
        """
        class Optimizer:
            def __init__(self, lr, beta, eps):
                self.lr, self.beta, self.eps, self.v = lr, beta, eps, {}

            def __call__(self, w, g):
                new = {}
                for k in w:
                    old = self.v.get(k, np.zeros_like(w[k]))
                    self.v[k] = self.beta * old + (1 - self.beta) * (g[k] * g[k])
                    new[k] = w[k] - self.lr * g[k] / (np.sqrt(self.v[k]) + self.eps)
                return new
        """,
    ),
    "dataclass": (
        "in place",
        """
        from dataclasses import dataclass, field

        @dataclass
        class RMSProp:
            learning_rate: float = 0.001
            decay: float = 0.9
            eps: float = 1e-8
            cache: dict = field(default_factory=dict)

            def apply(self, weights: dict, gradients: dict) -> None:
                for k, g in gradients.items():
                    v = self.cache.setdefault(k, np.zeros_like(g))
                    v[:] = self.decay * v + (1 - self.decay) * (g * g)
                    weights[k] -= self.learning_rate * g / (np.sqrt(v) + self.eps)
        """,
    ),
    "keyword_only": (
        "in place",
        """
        class RMSProp:
            def __init__(self, *, eps, lr, rho, verbose=False):
                self.lr, self.rho, self.eps, self.v = lr, rho, eps, {}

            def step(self, *, grads, weights):
                for k, g in grads.items():
                    old = self.v.get(k, np.zeros_like(g))
                    self.v[k] = self.rho * old + (1 - self.rho) * (g * g)
                    weights[k] -= self.lr * g / (np.sqrt(self.v[k]) + self.eps)
        """,
    ),
    "closure": (
        "returned",
        """
        def rmsprop(lr=0.001, rho=0.9, eps=1e-8):
            averages = {}

            def update(w, g):
                new = {}
                for k in w:
                    old = averages.get(k, np.zeros_like(w[k]))
                    averages[k] = rho * old + (1 - rho) * (g[k] * g[k])
                    new[k] = w[k] - lr * g[k] / (np.sqrt(averages[k]) + eps)
                return new

            return update
        """,
    ),
    "function_with_state": (
        "returned",
        """
        def rmsprop(w, g, state, lr, rho, eps):
            state = state or {}
            new, kept = dict(w), dict(state)
            for k in w:
                v = rho * state.get(k, np.zeros_like(w[k])) + (1 - rho) * (g[k] * g[k])
                new[k], kept[k] = w[k] - lr * g[k] / (np.sqrt(v) + eps), v
            return new, kept
        """,
    ),
    "function_with_globals": (
        "in place",
        """
        AVERAGES = {}

        def update(weights, gradients, learning_rate, decay_rate, epsilon):
            for k, g in gradients.items():
                old = AVERAGES.get(k, np.zeros_like(g))
                AVERAGES[k] = decay_rate * old + (1 - decay_rate) * (g * g)
                weights[k] -= learning_rate * g / (np.sqrt(AVERAGES[k]) + epsilon)
        """,
    ),
    "plain_arrays_in_place": (
        "in place",
        """
        class RMSProp:
            def __init__(self, lr, rho, eps):
                self.lr, self.rho, self.eps, self.v = lr, rho, eps, None

            def step(self, w, g):
                if self.v is None:
                    self.v = np.zeros(len(g), dtype=g.dtype)
                self.v = self.rho * self.v + (1 - self.rho) * (g * g)
                w -= self.lr * g / (np.sqrt(self.v) + self.eps)
        """,
    ),
    "plain_arrays_returned_with_state": (
        "returned",
        """
        def rmsprop(x, dx, v=None, lr=0.001, rho=0.9, eps=1e-8):
            v = np.zeros(len(x), dtype=x.dtype) if v is None else v
            v = rho * v + (1 - rho) * (dx * dx)
            return x - lr * dx / (np.sqrt(v) + eps), v
        """,
    ),
    "maps_of_lists": (
        "in place",
        """
        import math

        class RMSProp:
            def __init__(self, lr, rho, eps):
                self.lr, self.rho, self.eps, self.v = lr, rho, eps, {}

            def step(self, weights, gradients):
                for name, row in gradients.items():
                    v = self.v.setdefault(name, [0.0] * len(row)) + []
                    for i, g in enumerate(row):
                        v[i] = self.rho * v[i] + (1 - self.rho) * (g * g)
                        weights[name][i] -= self.lr * g / (math.sqrt(v[i]) + self.eps)
                    assert isinstance(row, list)
                    self.v[name] = v
        """,
    ),
    "plain_lists_returned": (
        "returned",
        """
        import math

        class RMSProp:
            def __init__(self, lr, rho, eps):
                self.lr, self.rho, self.eps, self.v = lr, rho, eps, []

            def step(self, w, g):
                if not w:
                    return w
                self.v = self.v or [0.0 for _ in g]
                self.v = [self.rho * v + (1 - self.rho) * (x * x) for v, x in zip(self.v, g)]
                steps = [self.lr * x / (math.sqrt(v) + self.eps) for v, x in zip(self.v, g)]
                return [a - b for a, b in zip(w, steps)]
        """,
    ),
    "static_method": (
        "in place",
        """
        class Optimizers:
            averages = {}

            @staticmethod
            def rmsprop(weights, gradients, lr, rho, eps):
                for k, g in gradients.items():
                    old = Optimizers.averages.get(k, np.zeros_like(g))
                    v = Optimizers.averages[k] = rho * old + (1 - rho) * (g * g)
                    weights[k] -= lr * g / (np.sqrt(v) + eps)
        """,
    ),
    "prints": (
        "in place",
        """
        print("loaded")

        class RMSProp:
            def __init__(self, lr, rho, eps):
                self.lr, self.rho, self.eps, self.v = lr, rho, eps, {}

            def step(self, w, g):
                print("step")
                for k in w:
                    old = self.v.get(k, np.zeros_like(w[k]))
                    self.v[k] = self.rho * old + (1 - self.rho) * (g[k] * g[k])
                    w[k] -= self.lr * g[k] / (np.sqrt(self.v[k]) + self.eps)
        """,
    ),
}

CLASS = """
class RMSProp:
    def __init__(self, lr, rho, eps):
        self.lr, self.rho, self.eps, self.v = lr, rho, eps, {}

    def step(self, w, g):
        for k in w:
            BODY
            old = self.v.get(k, np.zeros_like(w[k]))
            self.v[k] = self.rho * old + (1 - self.rho) * (g[k] * g[k])
            w[k] -= self.lr * g[k] / (np.sqrt(self.v[k]) + self.eps)
"""

# Fault: verdict, message, and what is wrong in the source; {at} is where it stands.
FAULTS: dict[str, tuple[str, str, str]] = {
    "syntax_error": (
        "does-not-compile",
        "SyntaxError: '(' was never closed (line 2, column 6)",
        "\nprint(",
    ),
    "missing_import": (
        "not-run",
        "ModuleNotFoundError: No module named 'no_such_module_here' (missing_import.py:2);"
        " put it beside the source if it is one of its own files, or install what has it (perhaps"
        " pip install no_such_module_here), or choose the Python that has it:"
        " --python PATH",
        "import no_such_module_here\n",
    ),
    "unknown_name": (
        "does-not-compile",
        "NameError: name 'undefined' is not defined (unknown_name.py:2)",
        "undefined\n",
    ),
    "raises_at_load": (
        "crashes",
        "while loading: ZeroDivisionError: division by zero (raises_at_load.py:2)",
        "1 / 0\n",
    ),
    "exits_at_load": (
        "crashes",
        "while loading: SystemExit: 3 (exits_at_load.py:2)",
        "raise SystemExit(3)\n",
    ),
    "raises": (
        "crashes",
        "test case reference/float64/page-one-step: step 1: ValueError: no good (raises.py:8)",
        CLASS.replace("BODY", "raise ValueError('no good')"),
    ),
    "exits": (
        "crashes",
        "test case reference/float64/page-one-step: step 1: SystemExit: 0 (exits.py:8)",
        CLASS.replace("BODY", "import sys; sys.exit(0)"),
    ),
    "exits_at_once": (
        "crashes",
        "test case reference/float64/page-one-step: the process ended with exit code 5",
        CLASS.replace("BODY", "import os; os._exit(5)"),
    ),
    "killed": (
        "crashes",
        "test case reference/float64/page-one-step: the process was ended by SIGKILL",
        CLASS.replace("BODY", "import os; os.kill(os.getpid(), 9)"),
    ),
    "loops": (
        "times-out",
        "test case reference/float64/page-one-step: no answer within 1 s;"
        " it was at step (loops.py:9)",
        CLASS.replace("BODY", "\n            while True: pass"),
    ),
    "short": (
        "garbled",
        "test case reference/float64/page-one-step: unusable result: step 1:"
        " array 'w1' has shape (1,), expected (2,)",
        CLASS.replace("BODY", "w[k] = w[k][:1]; continue"),
    ),
    "texts": (
        "garbled",
        "test case reference/float64/page-one-step: unusable result: step 1:"
        " array 'w1' holds something that is not a number",
        CLASS.replace("BODY", "w[k] = ['a', 'b']; continue"),
    ),
    "unhelpful": (
        "no-update",
        "the weights never change, neither in the arrays given nor in a value returned;"
        " reference/float64/page-one-step, step 1, w1[0]:"
        " expected 0.4968377233398313, observed 0.5, ",
        CLASS.replace("BODY", "continue"),
    ),
}

# Seen beside the verdict: what is noted, the verdict, a source.
NOTED: dict[str, tuple[tuple[str, ...], str, str]] = {
    "squares_the_gradients": (
        (GRADIENTS_CHANGED,),
        "exact",
        CLASS.replace("BODY", "h = g[k].copy(); g[k] *= 2; g = {**g, k: h}"),
    ),
    "widens": (
        (WIDENED,),
        "conforms",
        CLASS.replace("BODY", "pass") + "            w[k] = w[k].astype(float)\n",
    ),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Outcome:
    """All of them judged in one run, as a user would with `rmsproof check *.py`."""
    asked = collected(request, "shape")
    folder = tmp_path_factory.mktemp("ports")
    sources = {name: source for name, (_, source) in RIGHT.items() if name in asked}
    sources |= {name: source for name, (_, _, source) in FAULTS.items()}
    sources |= {name: source for name, (_, _, source) in NOTED.items()}
    ports = []
    for name, source in sources.items():
        path = folder / f"{name}.py"
        path.write_text(HEAD + dedent(source).lstrip("\n"), encoding="utf-8")
        ports.append(of_target(str(path)))
    found = run(ports, Options(pattern=SHORT, timeout=1.0), every_transport=False)
    assert found.errors == ()
    assert [r.port for r in found.results] == ports, "results come in the order of the targets"
    return found


def result(outcome: Outcome, name: str) -> Result:
    return next(r for r in outcome.results if Path(r.port.name).stem == name)


@pytest.mark.parametrize("shape", spread(RIGHT, 5))
def test_a_plain_shape_is_bound_and_exact(outcome: Outcome, shape: str) -> None:
    found = result(outcome, shape)
    message = found.verdict.fault and found.verdict.fault.message
    assert (found.verdict.word, message) == ("exact", None)
    assert {str(a) for _, a in found.verdict.arithmetic} == {"plain"}
    assert found.where == RIGHT[shape][0]
    assert found.notes == ()
    families = {c.family for c in found.comparisons}
    assert families == ({"float64"} if "list" in shape else {"float64", "float32"})


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_the_ports_and_named(outcome: Outcome, name: str) -> None:
    from harness.report.words import why

    found = result(outcome, name)
    word, message, _ = FAULTS[name]
    assert found.verdict.word == word
    said = why(found)
    if word == "no-update":
        assert said.startswith(message)
    else:
        assert said == message
    assert not found.as_expected


@pytest.mark.parametrize("name", NOTED)
def test_what_is_seen_beside_the_verdict_is_noted(outcome: Outcome, name: str) -> None:
    found = result(outcome, name)
    notes, word, _ = NOTED[name]
    assert (found.notes, found.verdict.word) == (notes, word)


# -- objects --------------------------------------------------------------------------------------

MODULE = (
    HEAD
    + dedent(RIGHT["class_in_place"][1])
    + dedent(
        """
        class Deep:
            Inner = RMSProp

        tuned = RMSProp(0.001, 0.9, 1e-8)
        number = 7
        """
    )
)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mine.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "broken.py").write_text("import nothing_of_this_name", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("target", ["mine:RMSProp", "mine:Deep.Inner"])
def test_an_object_is_reached_by_its_name(module: Path, target: str) -> None:
    found = run([of_target(target)], Options(pattern="mixed*"), every_transport=False)
    assert [r.verdict.word for r in found.results] == ["exact"]


@pytest.mark.usefixtures("briefly")
def test_an_instance_is_asked_for_with_hyperparameters_of_its_own(module: Path) -> None:
    """It can only be exact where the scenario has the values it was made with."""
    found = run([of_target("mine:tuned")], Options(pattern="page*"), every_transport=False)
    assert [r.verdict.word for r in found.results] == ["exact"]
    found = run([of_target("mine:tuned")], Options(pattern="mixed*"), every_transport=False)
    assert [r.verdict.word for r in found.results] == ["diverges"]


@pytest.mark.slow  # the diagnosis' own test has as many
def test_constants_of_a_port_that_takes_none_push_no_formula_out_of_reach(module: Path) -> None:
    """Three numbers of its own beside three deviations: six, were they to be counted."""
    source = MODULE.split("class Deep")[0]
    for name, number in ("self.lr * g", "0.02 * g"), ("self.d *", "0.95 *"), ("- self.d", "- 0.95"):
        assert name in source
        source = source.replace(name, number)
    step = "sqrt(v) + self.eps"
    assert step in source
    source = source.replace(step, "sqrt(v + 1e-3)").replace("-=", "+=")
    (module / "own.py").write_text(source + "\ntuned = RMSProp(0, 0, 0)\n", encoding="utf-8")
    found = run([of_target("own:tuned")], Options(pattern="mixed*"), every_transport=False)
    assert set(found.results[0].deviations) == {
        "epsilon=inside",
        "direction=ascent",
        "learning_rate=ignored",
        "decay_rate=ignored",
        "eps=ignored",
    }


def test_an_object_whose_module_imports_what_is_not_there_is_not_run(module: Path) -> None:
    found = run([of_target("broken:RMSProp")], Options(pattern="page*"), every_transport=False)
    fault = found.results[0].verdict.fault
    assert fault is not None
    assert fault.kind == "not-run"
    assert "pip install nothing_of_this_name" in fault.message
    assert "--python PATH" in fault.message


def test_an_object_that_is_no_optimizer_is_an_error(module: Path) -> None:
    found = run([of_target("mine:number")], Options(pattern="page*"), every_transport=False)
    assert found.results == ()
    assert found.errors[0].startswith("mine:number: no ")


def test_of_several_classes_the_named_one_is_bound(module: Path) -> None:
    twice = MODULE.replace("RMSProp", "Plain") + "\nclass Adam(Plain):\n    pass\n"
    (module / "two.py").write_text(twice, encoding="utf-8")
    found = run([of_target("two.py")], Options(pattern="page*"), every_transport=False)
    assert found.results == ()
    assert "Choose with --class NAME (one of Adam, Plain)" in found.errors[0]
    port = own("two.py", class_name="Adam")
    named = run([port], Options(pattern="page*"), every_transport=False)
    assert [r.verdict.word for r in named.results] == ["exact"]


def test_a_port_never_sees_the_harness_process(module: Path) -> None:
    """It runs in a worker of its own: what it does to its interpreter stays there."""
    (module / "rude.py").write_text(
        "import sys\nsys.modules['numpy'] = None\nsys.path.clear()\n", encoding="utf-8"
    )
    run([of_target("rude.py")], Options(pattern="page*"), every_transport=False)
    assert sys.modules["numpy"] is not None
