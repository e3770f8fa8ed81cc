"""A port in a process of its own, spoken to in JSON lines on standard input and output.

::

    -> {"id":1,"do":"describe"}
    <- {"id":1,"protocol":1,"name":"mine","language":"rust","precision":"float64","state":true}
    -> {"id":2,"do":"run","precision":"float64","learning_rate":0.001,"decay_rate":0.9,
        "epsilon":1e-8,"options":{},"weights":{"w":[0.5]},"gradients":[{"w":[0.1]}]}
    <- {"id":2,"weights":[{"w":[0.4968]}],"moving_average":[{"w":[0.001]}]}
       or {"id":2,"unsupported":"why"}  or {"id":2,"error":"..."}
    -> {"do":"quit"}

A port may say `"echo":true` when it is described. Then it is asked once more, with numbers that
careless parsers get wrong, and says what it read: so that bits which are lost in reading or
printing are not taken for its arithmetic. Ports that say nothing are never asked::

    -> {"id":2,"do":"describe","echo":[0.1,5e-324]}
    <- {"id":2,"echo":[0.1,5e-324]}

One process answers all scenarios. Whatever breaks the exchange (no answer in time, an end of
the process, a line that is not JSON, another id) is the fault of that scenario alone: the
process is ended with its group and the next scenario gets a fresh one, so a late answer can
never be taken for the answer to another question. A fresh process is greeted with `describe`
before it is fed, so that its start is never a scenario's time. Our own adapters for the JVM
answer two questions more, `shape` and `bind`, and say more of a scenario: a failure beside the
steps before it, and facts.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from reprlib import repr as brief
from typing import Any

import numpy as np

from harness.model.messages import PROTOCOL
from harness.model.observation import Fault, Observation, Rows, Unreachable
from harness.ports.roles import Wanted
from harness.transport import requests
from harness.transport.attach import attach
from harness.transport.awaiting import (
    all_read,
    already_there,
    jvm_crash,
    missing_reply_fault,
    wait_for_more,
)
from harness.transport.base import LOADING_SECONDS, Description, Patience, closed
from harness.transport.process import Child, Deadline, Pipe
from harness.transport.replies import (
    Broken,
    fault_of,
    first_misread,
    observed,
    of,
    parsed,
    readable,
    said,
    shown,
)
from python_ref.scenarios.scenario import PRECISIONS, Scenario

# As for the worker: a virtual machine's start on a loaded machine.
START_SECONDS = 30.0
QUIT_SECONDS = 0.2
LARGEST_REQUEST = 64 << 20
# A reply has a weight and perhaps an average a number: 2 x 26 characters for the longest
# doubles; four times that is no answer to what was asked.
_NUMBER_CHARACTERS = 52
_SLACK = 4
_LEAST_LIMIT = 1 << 16
# A JVM that crashes takes a moment to say so and to end.
_LAST_WORDS_SECONDS = 1.0
# How long something is waited for that must not come after the last reply.
_QUIET_SECONDS = 0.03


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
        environment: variables that are passed on to it.
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
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._port, self._command, self._cwd = port, list(command), cwd
        self._hosted, self._jvm, self._wanted = hosted, jvm, wanted
        self._patience = Patience(timeout)
        self._child: Child | None = None
        self._pipe: Pipe | None = None
        self._message: dict[str, Any] | None = None
        self._description: Description | None = None
        self._environment = dict(environment or {})
        self._answered = False  # by the process there is
        self._last_id = 0
        self._lock = threading.RLock()
        self._closed = False

    # -- the transport's side ----------------------------------------------------------------

    def describe(self) -> Description:
        """Start the port and ask what it is. Raises Unreachable, BindingError."""
        if self._description is None:
            if self._hosted:
                with readable():
                    self._description = attach(self, self._wanted)
                self._patience.tried()
            else:
                self._description = self._described()
        return self._description

    def run(self, scenario: Scenario, precision: str) -> Observation:
        """Feed a whole scenario; faults come back inside the observation."""
        nothing = np.zeros((0, scenario.size))
        # Two characters a number at the least: what is surely too long is not even written.
        length = 2 * scenario.size * scenario.steps
        if length <= LARGEST_REQUEST:
            line = requests.run(scenario, precision, self._message)
            length = len(line)
        if length > LARGEST_REQUEST:
            message = (
                f"at least {length >> 20} MB of JSON, more than the {LARGEST_REQUEST >> 20} MB"
                " that stdio takes; longer ones go through jpype or local"
            )
            return Observation(nothing, fault=Fault("unsupported", message))
        limit = _LEAST_LIMIT + _SLACK * _NUMBER_CHARACTERS * scenario.size * scenario.steps
        limit += _SLACK * scenario.steps * sum(len(json.dumps(n)) + 8 for n in scenario.names)
        try:
            with self._lock:
                self._running()  # a process that starts now is given the time for that
            with self._patience.watched():
                reply = self._ask(line, self._patience.seconds, limit)
        except Unreachable as error:
            return Observation(nothing, fault=error.fault)
        finally:
            if self._description is not None:
                self._patience.tried()
        observation = observed(reply, scenario, precision, self._hosted)
        if observation.fault and observation.fault.fatal:
            with self._lock:
                self._end()
        return observation

    def run_many(self, scenarios: Sequence[Scenario], precision: str) -> Iterator[Observation]:
        """Feed scenarios in turn, each after the reply to the one before.

        What comes too much may come late, when the next has been sent. A scenario that meets it
        is fed once more, to a process that was asked nothing else: if that answers as it must,
        the words were the one's before.
        """
        before: Observation | None = None
        for scenario in scenarios:
            observation = self.run(scenario, precision)
            if before is not None and before.fault is None and _babbled(observation):
                again = self.run(scenario, precision)
                if not _babbled(again):
                    before, observation = _late(before, observation), again
            if before is not None:
                yield before
            before = observation
        if before is not None:
            yield before if before.fault or not (late := self._left()) else _late(before, late)

    def _left(self) -> Observation | None:
        """What comes after the last reply; its process is ended then."""
        with self._lock:
            if self._child is None or self._pipe is None:
                return None
            with contextlib.suppress(Deadline, EOFError):
                self._pipe.receive(time.monotonic() + _QUIET_SECONDS)
            if not self._pipe.buffer.strip():
                return None
            fault = Fault("garbled", f"output after the reply: {shown(self._pipe.buffer)}")
            self._end()
            return Observation(np.zeros((0, 0)), fault=fault)

    def stream(self, scenario: Scenario, precision: str) -> Iterator[Rows]:
        """Not for stdio: a scenario is one line. Raises Unreachable where the line is too long."""
        observation = self.run(scenario, precision)
        if observation.fault:
            raise Unreachable(observation.fault)
        yield from observation.weights

    def restart(self) -> None:
        """End the process; the next scenario meets a new one, which was never asked anything."""
        with self._lock:
            self._end()

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
        reply = self._ask('{"do":"shape"}', LOADING_SECONDS)
        if failure := reply.get("failure"):
            raise Unreachable(fault_of(failure))
        with readable():
            shape: dict[str, Any] = reply["shape"]
        return shape

    def bind(self, message: dict[str, Any]) -> None:
        """Tell our adapter what to construct and call."""
        self._message = message
        reply = self._ask(json.dumps({"do": "bind", "binding": message}), START_SECONDS)
        if "error" in reply:
            raise Unreachable(Fault("not-run", f"the adapter: {said(reply['error'])}"))

    # -- the exchange ------------------------------------------------------------------------

    def _described(self) -> Description:
        reply = self._ask('{"do":"describe"}', LOADING_SECONDS, _LEAST_LIMIT, greeting=True)
        if "error" in reply:
            raise Unreachable(Fault("crashes", f"describe: {said(reply['error'])}"))
        try:
            spoken, declared = of(reply, "protocol"), of(reply, "precision")
        except Broken as error:
            self._end()
            raise Unreachable(Fault("garbled", f"describe: {error}")) from None
        if spoken != PROTOCOL or isinstance(spoken, bool):
            self._end()
            message = f"describe: expected protocol {PROTOCOL}, found {brief(spoken)}"
            raise Unreachable(Fault("garbled", message))
        listed = declared if isinstance(declared, list) else [declared]
        precisions = tuple(p for p in listed if p in PRECISIONS)
        if not precisions or len(precisions) != len(listed):
            self._end()
            message = f"describe: precision {brief(declared)} is not one of {', '.join(PRECISIONS)}"
            raise Unreachable(Fault("garbled", message))
        if len(set(precisions)) != len(precisions):
            self._end()
            raise Unreachable(Fault("garbled", "describe: a precision stands twice in its list"))
        misread = self._misread(precisions) if reply.get("echo") is True else None
        return Description(said(reply.get("language") or ""), precisions, misread=misread)

    def _misread(self, precisions: Sequence[str]) -> tuple[float, float] | None:
        """The first number that the port does not echo as it was sent; None if it does all."""
        sent = requests.echoed(precisions)
        reply = self._ask(json.dumps({"do": "describe", "echo": sent}), LOADING_SECONDS)
        try:
            return first_misread(reply, sent)
        except Broken as error:
            self._end()
            raise Unreachable(Fault("garbled", f"describe: {error}", fatal=True)) from None

    def _ask(
        self,
        request: str,
        seconds: float,
        limit: int = LARGEST_REQUEST,
        *,
        greeting: bool = False,
    ) -> dict[str, Any]:
        """Send one request and return its reply. Raises Unreachable; then the process is gone.

        Args:
            request: JSON without its id.
            seconds: what the reply may take.
            limit: bytes that it may have.
            greeting: the process may still be starting; once it has read, it has a scenario's time.
        """
        with self._lock:
            return self._asked(request, seconds, limit, greeting)

    def _asked(self, request: str, seconds: float, limit: int, starting: bool) -> dict[str, Any]:
        child, pipe = self._running()
        if child.waited(0):
            fault = child.death()
            left = already_there(child, pipe)
            words = f"; it had written {shown(left)}" if left.strip() else ""
            self._end()
            message = f"before it was asked, {fault.message}{words}"
            raise Unreachable(replace(fault, message=message))
        self._last_id += 1
        line = f'{{"id":{self._last_id},{request[1:]}\n'.encode()
        deadline = time.monotonic() + seconds
        try:
            if already_there(child, pipe).strip():
                raise Broken(f"output before it was asked: {shown(pipe.buffer)}")
            pipe.send(line, deadline, limit)
            searched = 0
            while (end := pipe.buffer.find(b"\n", searched)) < 0:
                searched = len(pipe.buffer)
                if len(pipe.buffer) > limit:
                    raise Broken(f"a reply of more than {limit} bytes to a request of {len(line)}")
                if starting and all_read(child):
                    starting, seconds = False, min(seconds, self._patience.seconds)
                    deadline = time.monotonic() + seconds
                wait_for_more(child, pipe, deadline, starting)
            if end > limit:
                raise Broken(f"a reply of {end} bytes to a request of {len(line)}")
            reply = parsed(bytes(pipe.buffer[:end]), self._last_id)
            del pipe.buffer[: end + 1]
            if pipe.buffer.strip():
                raise Broken(f"output after the reply: {shown(pipe.buffer)}")
            self._answered = True
            return reply
        except Broken as error:
            fault = Fault("garbled", str(error), fatal=True)
            if self._jvm and (crash := self._last_words(pipe)):
                fault = Fault("crashes", f"the process {child.ended()}: {crash}", fatal=True)
        except (Deadline, EOFError) as error:
            fault = missing_reply_fault(child, error, seconds, "jvm" if self._jvm else "")
            if pipe.buffer:
                fault = _cut_short(fault, pipe.buffer)
            elif not self._answered and not self._hosted and fault.kind == "times-out":
                message = f"{fault.message}; did you flush standard output after the line?"
                fault = replace(fault, message=message)
        self._end()
        raise Unreachable(fault)

    @staticmethod
    def _last_words(pipe: Pipe) -> str:
        """What a JVM that crashes says of that, on standard output; "" where it is none."""
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        with contextlib.suppress(Deadline, EOFError):
            while pipe.buffer.startswith(b"#") and len(pipe.buffer) <= _LEAST_LIMIT:
                pipe.receive(deadline)
        return jvm_crash(pipe.buffer.decode("utf-8", "replace").splitlines())

    def _running(self) -> tuple[Child, Pipe]:
        if self._closed:
            raise closed()
        if self._child is None or self._pipe is None:
            self._child = Child(
                self._command, self._port, cwd=self._cwd, environment=self._environment
            )
            self._answered = False
            if self._closed:  # while it was started
                self._end()
                raise closed()
            self._pipe = Pipe(self._child.output, self._child.input)
            if self._description is not None:
                self._patience.again()
            if self._message is not None:  # a fresh process of our own adapter knows nothing yet
                self.load()
                self.bind(self._message)
            elif self._description is not None:
                self._described()
        assert self._child is not None
        assert self._pipe is not None
        return self._child, self._pipe

    def _end(self) -> None:
        if self._child is not None:
            self._child.close()
        self._child = self._pipe = None


def _babbled(observation: Observation) -> bool:
    """Whether what came was no reply to what was asked."""
    return observation.fault is not None and observation.fault.kind == "garbled"


def _late(observation: Observation, late: Observation) -> Observation:
    """An observation whose process went on writing after it."""
    assert late.fault is not None
    fault = replace(late.fault, message=f"written after its reply: {late.fault.message}")
    return replace(observation, weights=observation.weights[:0], moving_average=None, fault=fault)


def _cut_short(fault: Fault, begun: bytearray) -> Fault:
    """The fault of a reply of which only the beginning came."""
    if fault.kind == "times-out":
        message = f"{fault.message}; {len(begun)} bytes without an end of line: {shown(begun)}"
        return replace(fault, message=message)
    message = f"the reply ends after {len(begun)} bytes: {shown(begun)}; {fault.message}"
    return Fault("garbled", message, fatal=True)
