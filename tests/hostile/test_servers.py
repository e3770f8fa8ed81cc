"""What is sent to our own servers, changed at random: each request is answered, and the next, too.

The harness sends none of these; but a server that dies of a request, or never answers one, would be
taken for a port that does. In Python the worker, on the JVM the wire's end in Java, which speaks
for Scala and Clojure as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from faulty.faults import HERE, goldens
from faulty.test_faults_jvm import port as jvm_port
from hostile.test_forged_frames import VALUES, changed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.languages.jvm.toolchain import Toolchain
from harness.languages.launch import Spoken
from harness.languages.python import loading
from harness.languages.registry import by_name
from harness.ports.targets import of_target
from harness.transport import requests
from harness.transport.frames import pack
from harness.transport.hosted import HostedTransport
from harness.transport.hosting import Worker
from harness.transport.stdio import StdioTransport

GOLDEN = goldens()[1]
SECONDS = 20.0
fuzzed = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def worker() -> Iterator[HostedTransport]:
    """A worker with a right Python port."""
    path = HERE / "python" / "changes_gradients.py"
    one = Worker()
    said = loading(source=str(path))
    transport = HostedTransport("local", "it", one, said, of_target(str(path)).wanted, SECONDS)
    transport.describe()
    yield transport
    transport.close()


@pytest.fixture(scope="module")
def java() -> Iterator[StdioTransport]:
    """The wire's end in Java with a right port."""
    asked = jvm_port("java", "Right")
    launch = by_name("java").launch(asked, "stdio", Toolchain(), [])
    assert isinstance(launch, Spoken)
    transport = StdioTransport(
        "it", launch.command, timeout=SECONDS, source=launch.source, wanted=asked.wanted
    )
    transport.describe()
    yield transport
    transport.close()


def in_frames(worker: HostedTransport) -> dict[str, Any]:
    return worker._request(GOLDEN.scenario, "float64", 0, GOLDEN.scenario.steps)


def fits(request: Any) -> bool:
    """Whether a frame holds its numbers."""
    try:
        return bool(pack(request))
    except OverflowError:
        return False


def is_json(request: Any) -> bool:
    """Whether it can be written as JSON, which has no word for what is not finite."""
    try:
        return bool(json.dumps(request, default=repr, allow_nan=False))
    except ValueError:
        return False


@fuzzed
@given(st.data())
def test_any_request_in_frames_is_answered(worker: HostedTransport, data: st.DataObject) -> None:
    generation = worker._worker.generation
    request = data.draw(changed(in_frames(worker)).filter(fits))
    reply = worker._worker.ask(request, SECONDS)
    assert "failure" in reply
    assert worker._worker.generation == generation
    right = worker.run(GOLDEN.scenario, "float64")
    assert np.array_equal(right.weights, GOLDEN.weights)


@pytest.mark.jvm
@fuzzed
@given(st.data())
def test_any_request_in_lines_is_answered(java: StdioTransport, data: st.DataObject) -> None:
    child = java._responder._child
    run = json.loads(requests.run(GOLDEN.scenario, "float64", java._message))
    bind = {"do": "bind", "binding": java._message}
    any_other = st.dictionaries(st.text(max_size=6), VALUES)
    message = data.draw((changed(run) | changed(bind) | any_other).filter(is_json))
    if message.get("do") == "bind":
        message["binding"] = java._message  # what is called stays the port's
    message.pop("id", None)
    message.setdefault("do", "run")
    reply = java._responder.ask(json.dumps(message, default=repr), SECONDS)
    assert {"error", "failure", "weights", "bound", "shape", "protocol", "left"} & set(reply)
    assert java._responder._child is child
    right = java.run(GOLDEN.scenario, "float64")
    assert np.array_equal(right.weights, GOLDEN.weights)
