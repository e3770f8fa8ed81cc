"""What a source has beside what was called is said, and what it was told no longer is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.judging.options import Options
from harness.judging.run import run
from harness.judging.verdict import Result
from harness.model.words import ONE_STEP
from harness.ports.targets import own

CLASS = """
import numpy as np


class RMSProp:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps, self.v, self.t, self.fix = lr, rho, eps, {}, 0, 1.0
    EXTRA
    def update(self, params, grads):
        for k in params:
            v = self.rho * self.v.get(k, 0.0) + (1 - self.rho) * grads[k] ** 2
            self.v[k] = v
            params[k] = params[k] - self.lr * grads[k] / (np.sqrt(v / self.fix) + self.eps)
"""
TICK = """
    def tick(self):
        self.t += 1
        self.fix = 1 - self.rho**self.t
"""


def judged(folder: Path, text: str, pattern: str = "*/float64/mixed-*") -> Result:
    path = folder / "mine.py"
    path.write_text(text, encoding="utf-8")
    (result,) = run([own(path)], Options(pattern=pattern), every_transport=False).results
    return result


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (TICK, "tick, which sets fix, was not called"),
        (TICK.replace("tick", "reset"), ""),
        (TICK.replace("tick", "_tick"), ""),
        (TICK.replace("self.fix", "self.other"), ""),
        ("    def report(self):\n        return self.fix\n", ""),
    ],
    ids=["a hook", "begins anew", "private", "not read", "only read"],
)
def test_what_a_class_does_around_its_steps_is_said_where_nobody_did_it(
    tmp_path: Path, extra: str, said: str
) -> None:
    result = judged(tmp_path, CLASS.replace("    EXTRA", extra))
    assert (result.verdict.word, result.bound) == ("exact", said)


JAVA = """
public class RMSProp {
    private final double lr, rho, eps;
    private double[] v;
    private double fix = 1.0;
    private int t;

    public RMSProp(double lr, double rho, double eps) {
        this.lr = lr;
        this.rho = rho;
        this.eps = eps;
    }

    public void NAME() {
        t++;
        fix = 1 - Math.pow(rho, t);
    }

    public void update(double[] w, double[] g) {
        v = v == null ? new double[w.length] : v;
        for (int i = 0; i < w.length; i++) {
            v[i] = rho * v[i] + (1 - rho) * (g[i] * g[i]);
            w[i] -= lr * g[i] / (Math.sqrt(v[i] / fix) + eps);
        }
    }
}
"""


@pytest.mark.jvm
@pytest.mark.parametrize(
    ("name", "word", "said"),
    [
        ("tick", "exact", "tick, which sets fix, was not called"),
        ("preUpdate", "diverges", "called with preUpdate() before each step"),
    ],
)
def test_on_the_jvm_too(tmp_path: Path, name: str, word: str, said: str) -> None:
    path = tmp_path / "RMSProp.java"
    path.write_text(JAVA.replace("NAME", name), encoding="utf-8")
    options = Options(pattern="*/float64/mixed-*")
    (result,) = run([own(path)], options, every_transport=False).results
    assert (result.verdict.word, result.bound) == (word, said)


@pytest.mark.jvm
def test_what_had_to_be_told_and_no_test_case_says_is_said(tmp_path: Path) -> None:
    text = JAVA.replace("NAME", "reset").replace(
        "double eps) {", "double eps, double mu, boolean corrected) {"
    )
    path = tmp_path / "RMSProp.java"
    path.write_text(text, encoding="utf-8")
    options = Options(pattern="*/float64/mixed-*")
    (result,) = run([own(path)], options, every_transport=False).results
    assert result.verdict.word == "exact"
    assert result.bound == "told mu = 0, corrected = false, which no test case says"


def test_of_several_that_say_rmsprop_the_others_are_said(tmp_path: Path) -> None:
    other = "\n\nclass RMSPropTF(RMSProp):\n    def update(self, params, grads):\n        pass\n"
    result = judged(tmp_path, CLASS.replace("    EXTRA", "") + other)
    assert "RMSPropTF is another: --class RMSPropTF" in result.bound


HOOKS = """
import numpy as np


class Optimizer_RMSprop:
    def __init__(self, learning_rate=0.001, decay=DECAY, epsilon=1e-7, rho=0.9):
        self.learning_rate = self.current = learning_rate
        self.decay, self.iterations, self.epsilon, self.rho = decay, 0, epsilon, rho

    def pre_update_params(self):
        if self.decay:
            self.current = self.learning_rate / (1 + self.decay * self.iterations)

    def update_params(self, layer):
        if not hasattr(layer, "weight_cache"):
            layer.weight_cache = np.zeros_like(layer.weights)
            layer.bias_cache = np.zeros_like(layer.biases)
        layer.weight_cache = self.rho * layer.weight_cache + (1 - self.rho) * layer.dweights**2
        layer.bias_cache = self.rho * layer.bias_cache + (1 - self.rho) * layer.dbiases**2
        layer.weights -= self.current * layer.dweights / (
            np.sqrt(layer.weight_cache) + self.epsilon
        )
        layer.biases -= self.current * layer.dbiases / (np.sqrt(layer.bias_cache) + self.epsilon)

    def post_update_params(self):
        self.iterations += 1
"""


@pytest.mark.parametrize(
    ("decay", "deviations"), [("0.0", ()), ("1e-3", ("schedule=inverse_time_from_zero",))]
)
def test_hooks_are_called_once_a_step_and_what_they_do_is_not_left_out(
    tmp_path: Path, decay: str, deviations: tuple[str, ...]
) -> None:
    result = judged(tmp_path, HOOKS.replace("DECAY", decay))
    assert result.deviations == deviations


SPAN = (
    CLASS.replace("rho=0.9", "span=19")
    .replace("    EXTRA", "")
    .replace("rho, eps, {}", "1, eps, {}")
)
SPAN = SPAN.replace("self.lr, self.rho, ", "self.span = span\n        self.lr, self.one, ")
SPAN = SPAN.replace("self.rho", "(1 - 2 / (self.span + 1))")


def test_a_reading_that_was_tried_in_vain_is_not_what_a_port_was_told(tmp_path: Path) -> None:
    """The decay is a span of steps: 0.9 by its default, and told by whoever gives another."""
    result = judged(tmp_path, SPAN, "*/float64/m*")
    assert result.deviations == ("decay_rate=ignored",)
    assert result.diagnosis
    assert result.diagnosis.best
    assert result.diagnosis.best.untold == {"decay_rate"}


@pytest.mark.parametrize(
    ("pattern", "said"), [("*/page-one-step", True), ("*/mixed-arrays", False)]
)
def test_of_a_cause_that_first_steps_alone_tell_it_is_said(
    tmp_path: Path, pattern: str, said: bool
) -> None:
    text = CLASS.replace("    EXTRA", "").replace(
        "np.sqrt(v / self.fix) + self.eps", "np.sqrt(v + 1)"
    )
    result = judged(tmp_path, text, pattern)
    assert result.deviations
    assert (ONE_STEP in result.notes) is said


RETURNED = """
import numpy as np


class RMSPropOptimizer:
    def __init__(self, config):
        self.config, self.kept = config, {}

    def update(self, weights, gradients):
        c, updated = self.config, {}
        for name, w in weights.items():
            g = np.clip(gradients[name], -c.clip_value, c.clip_value)
            old = self.kept.pop(id(w), np.zeros_like(w))
            s = c.smoothing * old + (1 - c.smoothing) * g * g
            updated[name] = w - c.learning_rate * g / (np.sqrt(s) + c.epsilon)
            self.kept[id(updated[name])] = s
        return updated
"""


def test_what_is_kept_by_what_came_back_is_not_said_to_be_lost(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(RETURNED, encoding="utf-8")
    outcome = run([own(path)], Options(pattern="*/float64/mixed-*"), every_transport=False)
    assert all("state=reset" not in result.deviations for result in outcome.results)


SIBLINGS = """
import numpy as np


class RMSprop:
    def __init__(self, beta=0.9, eps=1e-8):
        self.beta, self.eps, self.w, self.b = beta, eps, 0.0, 0.0

    def for_dw(self, deriv_weight):
        self.w = self.beta * self.w + (1 - self.beta) * deriv_weight**2
        return deriv_weight / np.sqrt(4 * self.w + self.eps)

    def for_db(self, deriv_bias):
        self.b = self.beta * self.b + (1 - self.beta) * deriv_bias**2
        return deriv_bias / (np.sqrt(self.b) + self.eps)

    def norm(self, x):
        return np.sqrt(np.sum(x * x))
"""


def test_of_two_steps_of_a_class_the_one_that_was_not_called_is_said(tmp_path: Path) -> None:
    result = judged(tmp_path, SIBLINGS)
    assert "for_dw, which keeps an average as well, was not called" in result.bound
    assert "norm" not in result.bound


STEP = """
import numpy as np


class RMSProp:
    def __init__(self, rho=0.9, eps=1e-8):
        self.rho, self.eps, self.v = rho, eps, 0.0

    def direction(self, g):
        self.v = self.rho * self.v + (1 - self.rho) * g * g
        return g / (np.sqrt(self.v) + self.eps)
"""


def test_that_a_step_comes_without_the_learning_rate_is_said(tmp_path: Path) -> None:
    result = judged(tmp_path, STEP)
    assert (result.verdict.word, result.where) == ("exact", "step subtracted")
    assert "multiplied by the learning rate, which its source leaves to its caller" in result.bound
