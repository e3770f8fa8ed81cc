"""What an adapter is written from: what can be read is filled in, what cannot is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.languages.adapters import left, python
from harness.ports.roles import Wanted
from harness.ports.sketch import sketched
from harness.transport.python.host import PythonHost

# A source, lines that its adapter has, and what is left to a person.
READ = {
    "options that nothing is fed for are switched off": (
        """
class RMSProp:
    def __init__(self, mystery, lr, weight_decay):
        self.mystery, self.lr, self.weight_decay = mystery, lr, weight_decay

    def update(self, params, grads):
        return params - self.lr * grads / self.mystery
""",
        ["0.0,", "returned = optimizer.update(w, g)", "weights[name] = returned"],
        ["what mystery is"],
    ),
    "lists get a list of one": (
        """
def rmsprop_update(weights, grads, mystery, lr=0.01):
    for i in range(len(weights)):
        weights[i] = weights[i] - lr * grads[i] / mystery
    return weights
""",
        ["[w],", "[g],", "weights[name] = returned[0]"],
        ["what mystery is"],
    ),
    "steps are counted, and keys of its own are said": (
        """
def rms_update(parameters, grads, epoch, mystery, alfa, beta):
    for l in range(len(parameters)):
        v = mystery["dW" + str(l)] = beta * mystery["dW" + str(l)] + grads["dW" + str(l)] ** 2
        parameters["W" + str(l)] -= alfa / (1 + epoch) * grads["dW" + str(l)] / v
""",
        ["self.steps = 0", "self.steps += 1", "self.steps,", "self.learning_rate,"],
        [
            "what parameters is; it is asked for ['W1']...",
            "what grads is; it is asked for ['dW1']...",
            "what mystery is; it is asked for ['dW1']...",
        ],
    ),
    "what a source asks of an object is said": (
        """
class RMSProp:
    def __init__(self, lr):
        self.lr = lr

    def update(self, network, grads):
        for k, g in enumerate(grads.of(network)):
            network.arrays[k] -= self.lr * g / network.scale()
""",
        [],
        ["what network is; it is asked for .scale(), .arrays"],
    ),
}


@pytest.mark.parametrize("name", READ)
def test_an_adapter_has_what_can_be_read(name: str, tmp_path: Path) -> None:
    source, lines, unknown = READ[name]
    path = tmp_path / "mine.py"
    path.write_text(source, encoding="utf-8")
    shape = PythonHost(str(path)).shape()
    text = next(python.write(sketched(shape, Wanted(), path, "mine")))
    assert set(lines) <= {line.strip() for line in text.splitlines()}
    said = [words for _, words in left(text)]
    assert [words for words in unknown if words not in said] == []
