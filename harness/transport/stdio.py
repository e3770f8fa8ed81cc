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

One that says `"arrays":"base64"` is sent arrays as little-endian doubles in base64, and sends them
back so; our own adapters always are. Numbers in JSON are for everyone else.

One process answers all scenarios. Whatever breaks the exchange is the fault of that scenario
alone; the next one gets a fresh process, which is greeted with `describe` before it is fed, so
that its start is never a scenario's time. Our own adapters for the JVM answer three questions
more, `shape` (which loads a port), `bind` and `left`, and say more of a scenario: a failure
beside the steps before it, and facts. They serve the ports of a run one after another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from reprlib import repr as brief
from typing import Any

import numpy as np

from harness.model.messages import PROTOCOL
from harness.model.observation import Fault, Observation, Rows, Unreachable
from harness.ports.noted import noted
from harness.ports.roles import Wanted
from harness.transport import requests
from harness.transport.attach import attach
from harness.transport.base import LOADING_SECONDS, Description, Patience
from harness.transport.replies import (
    Broken,
    fault_of,
    first_misread,
    observed,
    of,
    printable_text,
    readable,
)
from harness.transport.responder import LARGEST, LEAST_LIMIT, Responder, loading
from python_ref.scenarios.scenario import PRECISIONS, Scenario

# As for the worker: a virtual machine's start on a loaded machine.
START_SECONDS = 30.0
# A reply has a weight and perhaps an average a number: 2 x 26 characters for the longest
# doubles; four times that is no answer to what was asked.
_NUMBER_CHARACTERS = 52
# Eight bytes in base64 are more than ten.
_PACKED_CHARACTERS = 10
_SLACK = 4


class StdioTransport:
    """A command that speaks the protocol, or a port behind an adapter of ours that does.

    Args:
        port: the port's name, for messages.
        command: program and arguments.
        cwd: the folder it is started in.
        source: what our own adapter is asked to load; None for a stranger.
        wanted: what the user said of its binding.
        timeout: seconds for one scenario.
        environment: variables that are passed on to it.
        shared: an adapter's process that serves other ports, too; its own if None.
    """

    name = "stdio"

    def __init__(
        self,
        port: str,
        command: Sequence[str],
        *,
        timeout: float,
        cwd: Path | None = None,
        source: Mapping[str, Any] | None = None,
        wanted: Wanted | None = None,
        environment: Mapping[str, str] | None = None,
        shared: Responder | None = None,
    ) -> None:
        self._source, self._wanted = source, wanted
        self._hosted = source is not None
        self._packed = self._hosted
        self._patience = Patience(timeout)
        self._own = shared is None
        self._responder = shared or Responder(
            command, port, cwd=cwd, adapter=self._hosted, environment=environment
        )
        self._message: dict[str, Any] | None = None
        self._description: Description | None = None

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
        # What a number takes at the least: what is surely too long is not even written.
        length = (_PACKED_CHARACTERS if self._packed else 2) * scenario.size * scenario.steps
        if length <= LARGEST:
            line = requests.run(scenario, precision, self._message, self._packed)
            length = len(line)
        if length > LARGEST:
            message = (
                f"at least {length >> 20} MB of JSON, more than the {LARGEST >> 20} MB"
                " that stdio takes; longer ones go through jpype or local"
            )
            return Observation(nothing, fault=Fault("unsupported", message))
        limit = LEAST_LIMIT + _SLACK * _NUMBER_CHARACTERS * scenario.size * scenario.steps
        limit += _SLACK * scenario.steps * sum(len(json.dumps(n)) + 8 for n in scenario.names)
        try:
            with self._responder.lock:
                self._revive()  # a process that starts now is given the time for that
                with self._patience.watched():
                    reply = self._responder.ask(line, self._patience.seconds, limit)
        except Unreachable as error:
            return Observation(nothing, fault=error.fault)
        finally:
            if self._description is not None:
                self._patience.tried()
        observation = observed(reply, scenario, precision, self._hosted, self._packed)
        if observation.fault and observation.fault.fatal:
            self._responder.end()
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
                    assert observation.fault is not None
                    before, observation = _late(before, observation.fault), again
            if before is not None:
                yield before
            before = observation
        if before is not None:
            late = None if before.fault else self._responder.late_words()
            yield _late(before, late) if late else before

    def stream(self, scenario: Scenario, precision: str) -> Iterator[Rows]:
        """Not for stdio: a scenario is one line. Raises Unreachable where the line is too long."""
        observation = self.run(scenario, precision)
        if observation.fault:
            raise Unreachable(observation.fault)
        yield from observation.weights

    def restart(self) -> None:
        """End the process; the next scenario meets a new one, which was never asked anything."""
        self._responder.end()

    def close(self) -> None:
        """End the process, unless it serves other ports, too."""
        if self._own:
            self._responder.close()

    # -- attaching one of our own adapters -----------------------------------------------------

    def load(self) -> dict[str, Any]:
        """Ask our adapter for the port's shape. Raises Unreachable."""
        assert self._source is not None
        self._responder.admit(self)
        reply = self._responder.ask(loading(self._source), LOADING_SECONDS)
        if failure := reply.get("failure"):
            raise Unreachable(fault_of(failure))
        with readable():
            return noted(reply["shape"], self._source.get("reading", {}))

    def bind(self, message: dict[str, Any]) -> None:
        """Tell our adapter what to construct and call."""
        if self._elsewhere:
            self.load()  # the port took the process with it when it was tried
        self._message = message
        reply = self._responder.ask(json.dumps({"do": "bind", "binding": message}), START_SECONDS)
        if "error" in reply:
            raise Unreachable(Fault("not-run", f"the adapter: {printable_text(reply['error'])}"))

    # -- the exchange ------------------------------------------------------------------------

    def _described(self) -> Description:
        self._responder.admit(self)
        greeting = self._patience.seconds
        reply = self._responder.ask(
            '{"do":"describe"}', LOADING_SECONDS, LEAST_LIMIT, greeting=greeting
        )
        if "error" in reply:
            raise Unreachable(Fault("crashes", f"describe: {printable_text(reply['error'])}"))
        try:
            spoken, declared = of(reply, "protocol"), of(reply, "precision")
        except Broken as error:
            self._responder.end()
            raise Unreachable(Fault("garbled", f"describe: {error}")) from None
        if spoken != PROTOCOL or isinstance(spoken, bool):
            self._responder.end()
            message = f"describe: expected protocol {PROTOCOL}, found {brief(spoken)}"
            raise Unreachable(Fault("garbled", message))
        listed = declared if isinstance(declared, list) else [declared]
        precisions = tuple(p for p in listed if p in PRECISIONS)
        if not precisions or len(precisions) != len(listed):
            self._responder.end()
            message = f"describe: precision {brief(declared)} is not one of {', '.join(PRECISIONS)}"
            raise Unreachable(Fault("garbled", message))
        if len(set(precisions)) != len(precisions):
            self._responder.end()
            raise Unreachable(Fault("garbled", "describe: a precision stands twice in its list"))
        form = reply.get("arrays", "numbers")
        if form not in ("numbers", "base64"):
            self._responder.end()
            message = f"describe: arrays {brief(form)} is neither numbers nor base64"
            raise Unreachable(Fault("garbled", message))
        self._packed = form == "base64"
        misread = self._misread(precisions) if reply.get("echo") is True else None
        return Description(printable_text(reply.get("language") or ""), precisions, misread=misread)

    def _misread(self, precisions: Sequence[str]) -> tuple[float, float] | None:
        """The first number that the port does not echo as it was sent; None if it does all."""
        sent = requests.echoed(precisions)
        reply = self._responder.ask(json.dumps({"do": "describe", "echo": sent}), LOADING_SECONDS)
        try:
            return first_misread(reply, sent)
        except Broken as error:
            self._responder.end()
            raise Unreachable(Fault("garbled", f"describe: {error}", fatal=True)) from None

    @property
    def _elsewhere(self) -> bool:
        """Whether the process that knows this port is gone, or serves another."""
        return self._responder.dead or self._responder.guest is not self

    def _revive(self) -> None:
        """Where another process, or another port, is behind it: start, load and bind again."""
        if not self._elsewhere:
            return
        self._responder.start()
        if self._description is not None:
            self._patience.again()
        if self._message is not None:
            self.load()
            self.bind(self._message)
        elif self._description is not None:
            self._described()


def _babbled(observation: Observation) -> bool:
    """Whether what came was no reply to what was asked."""
    return observation.fault is not None and observation.fault.kind == "garbled"


def _late(observation: Observation, late: Fault) -> Observation:
    """An observation whose process went on writing after it."""
    fault = replace(late, message=f"written after its reply: {late.message}")
    return replace(observation, weights=observation.weights[:0], moving_average=None, fault=fault)
