"""Loading a source in a worker: in the interpreter that has what it imports, else without that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.model.errors import UsageError
from harness.model.observation import Unreachable
from harness.ports.noted import noted
from harness.transport.awaiting import IMPORTING, READING
from harness.transport.hosting import Worker
from harness.transport.replies import FORGED, fault_of, readable


class Loader:
    """What loads a port in its worker, anew when the worker is another one.

    Args:
        port: the port's name, for messages.
        worker: the process it runs in, perhaps with others.
        source: what the worker's `load` is told: language, and where the source is; with
            `pythons`, further interpreters that may have what is missing, and `spare`, whether
            what is missing may be stood in for.
        seconds: for what the source does while it is loaded.

    Attributes:
        shape: what the source offers, once it is loaded.
    """

    def __init__(
        self, port: str, worker: Worker, source: Mapping[str, Any], seconds: float
    ) -> None:
        self._port, self._worker, self._source = port, worker, dict(source)
        self._seconds, self._generation = seconds, -1
        self._reading = dict(self._source.pop("reading", {}))
        self._pythons = list(self._source.pop("pythons", []))
        if python := self._source.pop("python", ""):
            worker.python = python
        self._spare = bool(self._source.pop("spare", False))
        self.shape: dict[str, Any] = {}

    @property
    def behind(self) -> bool:
        """Whether the worker is another one than it was loaded in, or dead."""
        return self._generation != self._worker.generation or self._worker.dead

    def load(self) -> dict[str, Any]:
        """Load the source, return its shape. Raises Unreachable, UsageError."""
        failure = self._failure()
        while failure and failure.get("missing") and self._pythons:
            # Another interpreter may have what this one lacks.
            before, self._worker.python = self._worker.python, self._pythons.pop(0)
            self._worker.reset()
            again = self._failure_elsewhere()
            if again and not again.get("missing"):
                self._worker.python = before
                self._worker.reset()
            else:  # what the user's own lacks is what is to be installed there
                failure = again
        if failure and failure.get("missing") and self._spare:
            # The optimizer itself may never touch what is missing.
            self._source["spared"], self._spare = True, False
            self._worker.reset()
            if self._failure_elsewhere() is None:
                failure = None
            else:
                self._source["spared"] = False
        if failure:
            raise Unreachable(fault_of(failure))
        return self.shape

    def _failure_elsewhere(self) -> dict[str, Any] | None:
        try:
            return self._failure()
        except Unreachable as error:  # it does not even start there
            return {"kind": error.fault.kind, "message": error.fault.message}

    def _failure(self) -> dict[str, Any] | None:
        """Load the source once; the failure, if it is one. Raises Unreachable."""
        self._worker.admit(self._port)
        self._worker.boot(self._source)
        self._worker.renew()
        request = {"do": "load", "port": self._port, **self._source}
        try:
            reply = self._worker.ask(request, self._seconds)
        except Unreachable as error:
            raise _elsewhere(error) from None
        self._generation = self._worker.generation
        failure: dict[str, Any] | None = reply.get("failure")
        if not isinstance(failure or {}, dict):
            raise Unreachable(FORGED)
        if failure and failure.get("kind") == "absent":
            raise UsageError(str(failure.get("message")))
        if not failure:
            if not isinstance(reply.get("shape"), dict):
                raise Unreachable(FORGED)
            with readable():
                self.shape = noted(reply["shape"], self._reading)
        return failure


def _elsewhere(error: Unreachable) -> Unreachable:
    """What went wrong in loading; a library that is slow to load is no fault of a port."""
    fault = error.fault
    if fault.kind == "times-out" and READING in fault.message:
        words = f"it was not read in time: {fault.message}"
    elif fault.kind == "times-out" and IMPORTING in fault.message:
        words = f"what it imports is not loaded: {fault.message}"
    else:
        return error
    return Unreachable(replace(fault, kind="not-run", message=words))
