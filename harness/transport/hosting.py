"""The worker process that ports run in, as the harness sees it: started, asked, ended, renewed.

One worker serves any number of ports. When it dies or hangs it is ended with all that it started,
and the next question finds a new one. It is ended as well after a failure that nothing in its
process can be trusted after (memory or stack at their end), and before another port comes in where
the last one left threads running.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from harness.machine.isolation.sandbox import Sandbox
from harness.model.observation import (
    Fault,
    Unreachable,
)
from harness.transport import frames
from harness.transport.ahead import WORKER
from harness.transport.awaiting import missing_reply_fault, more
from harness.transport.base import closed
from harness.transport.guess import WORKERS
from harness.transport.process import Child, Deadline, Pipe
from harness.transport.replies import FORGED, fault_of
from harness.transport.spoken import started

# A JVM with Clojure or Scala starts in about a second; a loaded machine is given time.
START_SECONDS = 30.0
# A process that ends by itself is accounted for by the system; one that is killed may not be.
_ENDING_SECONDS = 1.0


class Worker:
    """The worker process, started when first asked and again after its death.

    Args:
        label: how messages call it.
        jvm: it holds a JVM, which can be asked where it hangs.
        sandbox: where it runs; None for the harness's own surroundings.
        environment: variables that are passed on to it.

    Attributes:
        python: the interpreter it runs in; ours if empty.
    """

    def __init__(
        self,
        label: str = "worker",
        jvm: bool = False,
        sandbox: Sandbox | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._environment = dict(environment or {})
        self._label, self._jvm, self._sandbox = label, jvm, sandbox
        self._child: Child | None = None
        self._pipe: Pipe | None = None
        self._ends: list[int] = []
        self._last_id = 0
        self._lock = threading.Lock()
        self._closed = False
        self.python = ""
        self._pending: deque[int] = deque()
        self._guest = ""
        self.generation = 0
        self._booted: tuple[int, set[str]] = (0, set())

    def boot(self, source: Mapping[str, Any]) -> None:
        """Make a language ready to load ports, unless it is. Raises Unreachable.

        The start of a runtime is ours to wait for; only then does a port's own time begin.
        """
        with self._lock:
            if self._child is not None and self._child.waited(0):
                self._end()  # nobody was asked anything when it ended
            generation, languages = self._booted
            language = str(source["language"])
            if generation == self.generation and self._child and language in languages:
                return
            try:
                reply = self._asked({"do": "boot", **source}, START_SECONDS)
            except Unreachable as error:  # nothing of a port's was run yet
                raise Unreachable(replace(error.fault, kind="not-run")) from None
            if generation != self.generation:
                languages = set()
            self._booted = (self.generation, languages | {language})
        if failure := reply.get("failure"):
            raise Unreachable(fault_of(failure))

    def admit(self, port: str) -> None:
        """Make room for a port: what the one before left behind must not strike it."""
        with self._lock:
            before, self._guest = self._guest, port
            if self._child is None or not self._jvm or before in ("", port):
                return
            try:
                left = self._asked({"do": "left"}, START_SECONDS).get("left", True)
            except Unreachable:  # it ended meanwhile, and nobody was asked anything
                return
            if left:
                self._end()

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request, return its reply. Raises Unreachable: it died, hung or babbled."""
        with self._lock:
            return self._asked(request, seconds)

    def post(self, request: dict[str, Any], seconds: float) -> bool:
        """Send a request whose reply is collected later; False if it was not taken whole.

        A worker that died or hangs shows itself when the replies are collected, in their order.

        Raises:
            Unreachable: no reply is pending, so that it is this request that meets the end.
        """
        with self._lock:
            child, pipe = self._running()
            self._last_id += 1
            frame = frames.pack({**request, "id": self._last_id})
            try:
                if not self._pending:
                    self._check(child)
                pipe.send(frame, time.monotonic() + seconds)
            except (Deadline, EOFError) as error:
                if self._pending:
                    return False
                raise self._broken(child, pipe, seconds, error) from None
            self._pending.append(self._last_id)
            return True

    def collect(self, seconds: float) -> dict[str, Any]:
        """The reply to the oldest request posted. Raises Unreachable, as `ask` does."""
        with self._lock:
            child, pipe = self._running()
            return self._received(child, pipe, self._pending.popleft(), seconds)

    def renew(self) -> None:
        """Give the process its whole processor time anew: it is handed another port."""
        with self._lock:
            if self._child is not None:
                self._child.renew()

    def reset(self) -> None:
        """End the process; the next request starts another."""
        with self._lock:
            self._end()

    def forget(self) -> None:
        """End the process if replies are pending that nobody will collect."""
        with self._lock:
            if self._pending:
                self._end()

    def _asked(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        child, pipe = self._running()
        self._check(child)
        self._last_id += 1
        frame = frames.pack({**request, "id": self._last_id})
        return self._received(child, pipe, self._last_id, seconds, frame)

    def _check(self, child: Child) -> None:
        """Raise Unreachable if the process ended since it was last asked."""
        if child.waited(0):
            fault = child.death()
            self._end()
            raise Unreachable(replace(fault, message=f"before it was asked, {fault.message}"))

    def _received(
        self, child: Child, pipe: Pipe, number: int, seconds: float, frame: bytes = b""
    ) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        try:
            pipe.send(frame, deadline)
            while (reply := frames.take(pipe.buffer)) is None:
                more(child, pipe, deadline)
        except (Deadline, EOFError) as error:
            WORKERS.seconds += seconds if isinstance(error, Deadline) else 0.0
            raise self._broken(child, pipe, seconds, error) from None
        except msgspec.DecodeError:
            self._end()
            raise Unreachable(FORGED) from None
        took = reply.get("took")
        WORKERS.seconds += took if isinstance(took, float) and took > 0 else 0.0
        if reply.get("id") != number:
            self._end()
            message = f"the reply has id {reply.get('id')}, the request had id {number}"
            raise Unreachable(Fault("garbled", message, fatal=True))
        return reply

    def _broken(
        self, child: Child, pipe: Pipe, seconds: float, error: Deadline | EOFError
    ) -> Unreachable:
        """End the process; the fault of a reply that did not come, or not whole."""
        fault = missing_reply_fault(child, error, seconds, "jvm" if self._jvm else "python")
        if pipe.buffer:
            whole = f" of {end}" if (end := frames.length(pipe.buffer)) else ""
            message = f"{fault.message}; read {len(pipe.buffer)}{whole} bytes of its reply"
            fault = replace(fault, message=message)
        self._end()
        return Unreachable(fault)

    @property
    def dead(self) -> bool:
        """Whether the next request will start a new process."""
        return self._child is None

    def close(self) -> None:
        """End the process, its group, and our ends of the pipes, for good."""
        self._closed = True
        if not self._lock.acquire(blocking=False):
            if child := self._child:  # the thread that awaits its answer lets go of the lock
                child.kill()
            self._lock.acquire()
        try:
            self._end(_ENDING_SECONDS)
        finally:
            self._lock.release()

    def _end(self, grace: float = 0.0) -> None:
        """End the process; with so many seconds for it to see the end of what it is asked."""
        if self._child is None:
            return
        ends, self._ends = self._ends, []
        if not grace:
            self._child.close()
        for end in ends:
            os.close(end)
        if grace:
            self._child.close(grace)
        self._child = self._pipe = None
        self._pending.clear()

    def _running(self) -> tuple[Child, Pipe]:
        if self._closed:
            raise closed()
        if self._child is None or self._pipe is None:
            self._child, self._pipe, self._ends = started(
                WORKER,
                self._label,
                self._sandbox,
                environment=self._environment,
                python=self.python,
            )
            self.generation += 1
            if self._closed:  # while it was started
                self._end()
                raise closed()
        return self._child, self._pipe
