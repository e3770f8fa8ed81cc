"""Optimizers of a page that only a guess can call: judged where it explains, else never accused."""

from __future__ import annotations

import pytest
from documents.conftest import Examine, fenced

GRADIENT = fenced("""
import numpy as np

def slope(x):
    return 2 * x + 3
""")
LOOP = """
def rmsprop(lr, start, iters, eps=1e-8, beta=0.9):
    v, x = 0, start
    for i in range(iters):
        g = slope(x)
        v = beta * v + (1 - beta) * g ** 2
        x -= lr / (np.sqrt(v) + eps) * g
        if abs(g) < 1e-9:
            return x
    return x
"""
LAYERS = """
class RMSProp:
    def __init__(self, model, lr=1e-3, rho=0.9, eps=1e-8):
        self.model, self.lr, self.rho, self.eps = model, lr, rho, eps
        self.cache = [{k: np.zeros_like(v) for k, v in x.params.items()} for x in model.layers]

    def step(self):
        for layer, cache in zip(self.model.layers, self.cache):
            for k in layer.params:
                cache[k] = self.rho * cache[k] + (1 - self.rho) * layer.grads[k] ** 2
                layer.params[k] -= self.lr * layer.grads[k] / (np.sqrt(cache[k]) + self.eps)
"""


@pytest.mark.parametrize(
    ("code", "called"),
    [
        (LOOP, "the loop in rmsprop (line 12), x moved by gradients that are given for g"),
        (LAYERS, "RMSProp.step(model: an object with layers)"),
    ],
)
@pytest.mark.parametrize(("inside", "verdict"), [(False, "exact"), (True, "diverges")])
def test_what_its_shape_tells_how_to_call_is_judged(
    written: Examine, code: str, called: str, inside: bool, verdict: str
) -> None:
    for name in ("eps", "self.eps") if inside else ():
        for root in ("np.sqrt(v)", "np.sqrt(cache[k])"):
            code = code.replace(f"{root} + {name}", f"{root[:-1]} + {name})")
    row = written(GRADIENT + fenced(code)).rows[1]
    result = row.layers[-1].result
    assert result.verdict.word == verdict
    assert called in result.bound
    found = result.diagnosis and result.diagnosis.best
    assert (found.deviations if found else ()) == (("epsilon=inside",) if inside else ())


@pytest.mark.slow  # all that is known is searched
def test_what_no_guess_explains_is_no_optimizer(written: Examine) -> None:
    wrong = LAYERS.replace("self.lr *", "0.3 * np.cos(self.lr) *")
    row = written(GRADIENT + fenced(wrong)).rows[1]
    assert (row.kind, row.layers) == ("other", ())
    assert row.message == "no optimizer whose parameters could be recognised"


def test_a_state_begins_as_the_page_makes_it(written: Examine) -> None:
    code = """
import numpy as np

def init_state(w):
    return np.ones_like(w)

def rmsprop(w, grad, state, lr=1e-3, rho=0.9, eps=1e-8):
    state = rho * state + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(state) + eps), state
"""
    (row,) = written(fenced(code)).rows
    result = row.layers[-1].result
    assert result.deviations == ("initial_average=one",)
    assert result.bound == "its state was made by init_state at first"


def test_what_was_run_and_is_no_optimizer_was_run_all_the_same(written: Examine) -> None:
    odd = "def length(lr, grads, layer):\n    return sum(g * g for g in grads) ** 0.5 * layer.rate"
    found = written(fenced(odd))
    assert found.rows[0].layers == ()
    assert found.network_cut is not None
