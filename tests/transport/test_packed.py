"""Arrays in base64: offered by a port when it is described, to the bit, and garbled otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from support import python, tiny

from harness.model.observation import Observation, Unreachable
from harness.report.protocol import schema
from harness.transport import requests
from harness.transport.stdio import StdioTransport

PORT = """
import base64, json, math, struct, sys


def read(text):
    data = base64.b64decode(text)
    return list(struct.unpack(f"<{{len(data) // 8}}d", data))


def written(numbers):
    return base64.b64encode(struct.pack(f"<{{len(numbers)}}d", *numbers)).decode()


for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "quit":
        break
    if request["do"] == "describe":
        reply = {{"protocol": 1, "precision": "float64", "arrays": {form!r}}}
    else:
        assert request["arrays"] == "base64"
        weights = {{n: read(w) for n, w in request["weights"].items()}}
        averages = {{n: [0.0] * len(w) for n, w in weights.items()}}
        d = request["decay_rate"]
        trajectory = []
        for gradients in request["gradients"]:
            for name, given in gradients.items():
                for i, g in enumerate(read(given)):
                    v = averages[name][i] = d * averages[name][i] + (1 - d) * (g * g)
                    step = request["learning_rate"] * g / (math.sqrt(v) + request["epsilon"])
                    weights[name][i] -= step
            trajectory.append({{n: {shown} for n, w in weights.items()}})
        reply = {{"weights": trajectory}}
    print(json.dumps({{"id": request["id"], **reply}}), flush=True)
"""
Transport = Callable[..., StdioTransport]


@pytest.fixture
def transport(tmp_path: Path) -> Transport:
    def made(form: str = "base64", shown: str = "written(w)") -> StdioTransport:
        path = tmp_path / "port.py"
        path.write_text(PORT.format(form=form, shown=shown), encoding="utf-8")
        return StdioTransport("packed", python(path), timeout=20)

    return made


def fed(transport: StdioTransport) -> Observation:
    try:
        assert transport.describe().precisions == ("float64",)
        gradients = [{"w": np.array([0.1, -3e-200])}, {"w": np.array([5e-324, 1e300])}]
        return transport.run(
            tiny(weights={"w": np.array([0.1, -1e-300])}, gradients=gradients), "float64"
        )
    finally:
        transport.close()


def test_every_bit_arrives_and_comes_back(transport: Transport) -> None:
    observation = fed(transport())
    assert observation.fault is None
    v, w, scenario = np.zeros(2), np.array([0.1, -1e-300]), tiny()
    d, rate, epsilon = (
        scenario.hyperparameters[n] for n in ("decay_rate", "learning_rate", "epsilon")
    )
    with np.errstate(all="ignore"):
        for t, g in enumerate([np.array([0.1, -3e-200]), np.array([5e-324, 1e300])]):
            v = d * v + (1 - d) * (g * g)
            w = w - rate * g / (np.sqrt(v) + epsilon)
            assert observation.weights[t].tobytes() == w.tobytes()


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        ("w", "weights, step 1, w: expected doubles in base64, found a list"),
        ("'?' + written(w)", "weights, step 1, w: expected doubles in base64, found text "),
        ("written(w[1:])", "weights, step 1, w: expected 16 bytes, 8 a number, found 8"),
        ("written(w)[:-4]", "weights, step 1, w: expected 16 bytes, 8 a number, found "),
    ],
)
def test_what_is_no_such_array_is_garbled(transport: Transport, shown: str, message: str) -> None:
    fault = fed(transport(shown=shown)).fault
    assert fault is not None
    assert fault.kind == "garbled"
    assert fault.message.startswith(message)


def test_another_form_is_refused(transport: Transport) -> None:
    with pytest.raises(Unreachable, match="describe: arrays 'hex' is neither numbers nor base64"):
        fed(transport("hex"))


def test_it_holds_to_the_schemas() -> None:
    run = {"id": 2, **json.loads(requests.run(tiny(), "float64", None, packed=True))}
    reply = {"id": 2, "weights": run["gradients"]}
    described = {"id": 1, "protocol": 1, "precision": "float64", "arrays": "base64"}
    for name, document in (("run", run), ("reply", reply), ("describe", described)):
        jsonschema.Draft202012Validator(json.loads(schema(name))).validate(document)
