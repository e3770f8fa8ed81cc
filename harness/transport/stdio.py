"""A port in a process of its own, spoken to in JSON lines on standard input and output.

::

    -> {"id":1,"do":"describe"}
    <- {"id":1,"protocol":1,"name":"mine","language":"rust","precision":"float64","state":true}
    -> {"id":2,"do":"run","precision":"float64","learning_rate":0.001,"decay_rate":0.9,
        "epsilon":1e-8,"options":{},"weights":{"w":[0.5]},"gradients":[{"w":[0.1]}]}
    <- {"id":2,"weights":[{"w":[0.4968]}],"moving_average":[{"w":[0.001]}]}
       or {"id":2,"unsupported":"why"}  or {"id":2,"error":"..."}
    -> {"do":"quit"}

One process answers all scenarios. Whatever breaks the exchange (no answer in time, an end of
the process, a line that is not JSON, another id) is the fault of that scenario alone: the
process is ended with its group and the next scenario gets a fresh one, so a late answer can
never be taken for the answer to another question. Our own adapters for the JVM answer two
questions more, `shape` and `bind`.
"""

from __future__ import annotations

import contextlib
import json
import math
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.binding import OPTIONS, Wanted
from harness.transport.attach import Attached, attach, roles_of
from harness.transport.base import (
    Description,
    Fault,
    Observation,
    Rows,
    Unreachable,
    closed,
    facts_of,
    fault_of,
    offered,
)
from harness.transport.process import Child, Deadline, Pipe
from python_ref.scenarios import PRECISIONS, Scenario

# As for the worker: a virtual machine's start on a loaded machine.
START_SECONDS = 30.0
QUIT_SECONDS = 0.2
LARGEST_REQUEST = 64 << 20
# A reply has a weight and perhaps an average a number: 2 x 26 characters for the longest
# doubles; four times that is no answer to what was asked.
_NUMBER_CHARACTERS = 52
_SLACK = 4
_LEAST_LIMIT = 1 << 16


class StdioTransport:
    """A command that speaks the protocol.

    Args:
        port: the port's name, for messages.
        command: program and arguments.
        cwd: the folder it is started in.
        hosted: whether it is one of our own adapters, which is told what to bind.
        jvm: whether it is a JVM, which can be asked for its threads.
        wanted: what the user said of its binding.
        timeout: seconds for one scenario.
    """

    name = "stdio"

    def __init__(
        self,
        port: str,
        command: Sequence[str],
        *,
        timeout: float,
        cwd: Path | None = None,
        hosted: bool = False,
        jvm: bool = False,
        wanted: Wanted | None = None,
    ) -> None:
        self._port, self._command, self._cwd = port, list(command), cwd
        self._hosted, self._jvm, self._wanted, self._timeout = hosted, jvm, wanted, timeout
        self._child: Child | None = None
        self._pipe: Pipe | None = None
        self._attached: Attached | None = None
        self._message: dict[str, Any] | None = None
        self._description: Description | None = None
        self._last_id = 0
        self._lock = threading.RLock()
        self._closed = False

    # -- the transport's side ----------------------------------------------------------------

    def describe(self) -> Description:
        """Start the port and ask what it is. Raises Unreachable, BindingError."""
        if self._description is None:
            if self._hosted:
                self._attached = attach(self, self._port, self._wanted)
                self._description = self._attached.description
            else:
                self._description = self._described()
        return self._description

    def run(self, scenario: Scenario, precision: str) -> Observation:
        """Feed a whole scenario; faults come back inside the observation."""
        nothing = np.zeros((0, scenario.size))
        # Two characters a number at the least: what is surely too long is not even written.
        length = 2 * scenario.size * scenario.steps
        if length <= LARGEST_REQUEST:
            line = json.dumps(_request(scenario, precision, self._message), ensure_ascii=False)
            length = len(line)
        if length > LARGEST_REQUEST:
            message = (
                f"at least {length >> 20} MB of JSON, and stdio takes {LARGEST_REQUEST >> 20} MB"
                " a scenario; longer ones go through jpype or local"
            )
            return Observation(nothing, fault=Fault("unsupported", message))
        limit = _LEAST_LIMIT + _SLACK * _NUMBER_CHARACTERS * scenario.size * scenario.steps
        limit += _SLACK * scenario.steps * sum(len(json.dumps(n)) + 8 for n in scenario.names)
        try:
            reply = self._ask(line, self._timeout, limit)
            return _observed(reply, scenario)
        except Unreachable as error:
            return Observation(nothing, fault=error.fault)

    def run_many(self, scenarios: Sequence[Scenario], precision: str) -> Iterator[Observation]:
        """Feed scenarios in turn, each after the reply to the one before."""
        return (self.run(scenario, precision) for scenario in scenarios)

    def stream(self, scenario: Scenario, precision: str) -> Iterator[Rows]:
        """Not for stdio: a scenario is one line. Raises Unreachable where the line is too long."""
        observation = self.run(scenario, precision)
        if observation.fault:
            raise Unreachable(observation.fault)
        yield from observation.weights

    def close(self) -> None:
        """Ask the port to quit; end it if it does not."""
        self._closed = True
        if not self._lock.acquire(blocking=False):
            if child := self._child:  # the thread that awaits its answer lets go of the lock
                child.kill()
            self._lock.acquire()
        try:
            if self._child is not None and self._pipe is not None:
                with contextlib.suppress(Deadline, EOFError):
                    self._pipe.send(b'{"do":"quit"}\n', time.monotonic() + QUIT_SECONDS)
                self._child.close(grace=QUIT_SECONDS)
            self._end()
        finally:
            self._lock.release()

    # -- attaching one of our own adapters -----------------------------------------------------

    def load(self) -> dict[str, Any]:
        """Ask our adapter for the port's shape. Raises Unreachable."""
        reply = self._ask('{"do":"shape"}', START_SECONDS)
        if failure := reply.get("failure"):
            raise Unreachable(fault_of(failure))
        shape: dict[str, Any] = reply["shape"]
        return shape

    def bind(self, message: dict[str, Any]) -> None:
        """Tell our adapter what to construct and call."""
        self._message = message
        reply = self._ask(json.dumps({"do": "bind", "binding": message}), START_SECONDS)
        if "error" in reply:
            raise Unreachable(Fault("not-run", f"the adapter: {reply['error']}"))

    # -- the exchange ------------------------------------------------------------------------

    def _described(self) -> Description:
        reply = self._ask('{"do":"describe"}', START_SECONDS)
        if "error" in reply:
            raise Unreachable(Fault("crashes", f"describe: {reply['error']}"))
        if reply.get("protocol") != 1:
            self._end()
            message = f"describe: expected protocol 1, found {reply.get('protocol')!r}"
            raise Unreachable(Fault("garbled", message))
        declared = reply.get("precision")
        listed = declared if isinstance(declared, list) else [declared]
        precisions = tuple(p for p in listed if p in PRECISIONS)
        if not precisions or len(precisions) != len(listed):
            self._end()
            message = f"describe: precision {declared!r} is none of {', '.join(PRECISIONS)}"
            raise Unreachable(Fault("garbled", message))
        return Description(
            name=str(reply.get("name") or self._port),
            language=str(reply.get("language") or ""),
            precisions=precisions,
            state=reply.get("state") is True,
        )

    def _ask(self, request: str, seconds: float, limit: int = LARGEST_REQUEST) -> dict[str, Any]:
        """Send one request and return its reply. Raises Unreachable; then the process is gone."""
        with self._lock:
            return self._asked(request, seconds, limit)

    def _asked(self, request: str, seconds: float, limit: int) -> dict[str, Any]:
        child, pipe = self._running()
        self._last_id += 1
        line = f'{{"id":{self._last_id},{request[1:]}\n'.encode()
        deadline = time.monotonic() + seconds
        try:
            if pipe.buffer.strip():
                raise _Broken(f"text before it was asked: {_shown(pipe.buffer)}")
            pipe.send(line, deadline, limit)
            while (end := pipe.buffer.find(b"\n")) < 0:
                if len(pipe.buffer) > limit:
                    raise _Broken(f"a reply of more than {limit} bytes to a request of {len(line)}")
                pipe.receive(deadline)
            if end > limit:
                raise _Broken(f"a reply of {end} bytes to a request of {len(line)}")
            text = bytes(pipe.buffer[:end])
            del pipe.buffer[: end + 1]
            return self._reply(text)
        except _Broken as error:
            fault = Fault("garbled", str(error), fatal=True)
        except Deadline:
            fault = child.hang(seconds, self._jvm)
            if pipe.buffer:
                message = f"{len(pipe.buffer)} bytes without an end of line: {_shown(pipe.buffer)}"
                fault = Fault("times-out", f"{fault.message}; {message}", fatal=True)
        except EOFError:
            fault = child.death()
            if pipe.buffer:
                message = f"the reply ends after {len(pipe.buffer)} bytes: {_shown(pipe.buffer)}"
                fault = Fault("garbled", f"{message}; {fault.message}", fatal=True)
        self._end()
        raise Unreachable(fault)

    def _reply(self, text: bytes) -> dict[str, Any]:
        try:
            reply = json.loads(text)
        except (ValueError, RecursionError):
            raise _Broken(f"a line that is not JSON: {_shown(text)}") from None
        if not isinstance(reply, dict):
            raise _Broken(f"a JSON object was expected: {_shown(text)}")
        if reply.get("id") != self._last_id or isinstance(reply.get("id"), bool):
            raise _Broken(f"id {self._last_id} was asked, the reply has {reply.get('id')!r}")
        return reply

    def _running(self) -> tuple[Child, Pipe]:
        if self._closed:
            raise closed()
        if self._child is None or self._pipe is None:
            self._child = Child(self._command, self._port, cwd=self._cwd)
            if self._closed:  # while it was started
                self._end()
                raise closed()
            self._pipe = Pipe(self._child.output, self._child.input)
            if self._message is not None:  # a fresh process of our own adapter knows nothing yet
                self.load()
                self.bind(self._message)
        assert self._child is not None
        assert self._pipe is not None
        return self._child, self._pipe

    def _end(self) -> None:
        if self._child is not None:
            self._child.close()
        self._child = self._pipe = None


class _Broken(Exception):
    """The exchange is broken by what the port wrote."""


def _shown(data: bytes | bytearray) -> str:
    text = bytes(data[:120]).decode("utf-8", "replace").rstrip("\n")
    return repr(text) + (" ..." if len(data) > 120 else "")


def _wire_number(value: float) -> float | str:
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _wire_arrays(arrays: Any) -> dict[str, Any]:
    return {name: [_wire_number(x) for x in array.tolist()] for name, array in arrays.items()}


def _request(scenario: Scenario, precision: str, binding: dict[str, Any] | None) -> dict[str, Any]:
    options: dict[str, Any] = dict(scenario.options)
    if binding is not None:
        given = offered(scenario, roles_of(binding))
        options = {k: _wire_number(x) for k, x in given.items() if k in OPTIONS}
    return {
        "do": "run",
        "precision": precision,
        "learning_rate": scenario.learning_rate,
        "decay_rate": scenario.decay_rate,
        "epsilon": scenario.epsilon,
        "options": options,
        "weights": _wire_arrays(scenario.weights),
        "gradients": [_wire_arrays(step) for step in scenario.gradients],
    }


def _observed(reply: dict[str, Any], scenario: Scenario) -> Observation:
    """Read a reply to `run`; whatever is not as asked is a fault of kind garbled."""
    nothing = np.zeros((0, scenario.size))
    if "unsupported" in reply:
        return Observation(nothing, fault=Fault("unsupported", str(reply["unsupported"])))
    if "error" in reply:
        return Observation(nothing, fault=Fault("crashes", str(reply["error"])))
    failure = fault_of(reply["failure"]) if reply.get("failure") else None
    try:
        weights = _rows(reply.get("weights"), "weights", scenario, whole=failure is None)
        average = None
        if reply.get("moving_average") is not None:
            average = _rows(reply["moving_average"], "moving_average", scenario, failure is None)
    except _Broken as error:
        return Observation(nothing, fault=Fault("garbled", str(error)))
    return Observation(weights, average, failure, facts_of(reply.get("facts") or {}))


def _rows(value: Any, field: str, scenario: Scenario, whole: bool) -> Rows:
    if not isinstance(value, list):
        raise _Broken(f"{field}: a list of steps was expected, found {_kind(value)}")
    if len(value) != scenario.steps and (whole or len(value) > scenario.steps):
        raise _Broken(f"{field}: {len(value)} steps, expected {scenario.steps}")
    rows = np.zeros((len(value), scenario.size))
    for t, step in enumerate(value):
        where = f"{field}, step {t + 1}"
        if not isinstance(step, dict):
            raise _Broken(f"{where}: an object of arrays was expected, found {_kind(step)}")
        if unknown := [name for name in step if name not in scenario.weights]:
            raise _Broken(f"{where}: array {unknown[0]!r} was never given")
        start = 0
        for name, length in zip(scenario.names, scenario.lengths, strict=True):
            if name not in step:
                raise _Broken(f"{where}: array {name!r} is missing")
            rows[t, start : start + length] = _numbers(step[name], f"{where}, {name}", length)
            start += length
    return rows


def _numbers(value: Any, where: str, length: int) -> list[float]:
    if not isinstance(value, list):
        raise _Broken(f"{where}: a list of numbers was expected, found {_kind(value)}")
    if len(value) != length:
        raise _Broken(f"{where}: {len(value)} numbers, expected {length}")
    return [_number(x, f"{where}[{i}]") for i, x in enumerate(value)]


def _number(value: Any, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if value in ("NaN", "Infinity", "-Infinity"):
        return float(str(value).replace("Infinity", "inf"))
    raise _Broken(f"{where}: a number was expected, found {_kind(value)}")


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return f"text {value[:40]!r}"
    return {"dict": "an object", "list": "a list", "bool": "true or false"}.get(
        type(value).__name__, type(value).__name__
    )
