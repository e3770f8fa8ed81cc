"""A process that answers JSON lines: one request, one line, under the request's number.

It is started when it is first asked, and again after its end. Whatever breaks the exchange (no
answer in time, an end of the process, a line that is not JSON, another number) ends it with its
group, so a late answer can never be taken for the answer to another question. One of our own
adapters serves several ports, one after another: each is admitted, and what the one before left
behind ends the process first.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.model.observation import Fault, Unreachable
from harness.transport.awaiting import (
    all_read,
    already_there,
    jvm_crash,
    missing_reply_fault,
    wait_for_more,
)
from harness.transport.base import closed
from harness.transport.process import Child, Deadline, Pipe
from harness.transport.replies import Broken, parsed, quoted

QUIT_SECONDS = 0.2
# Our own adapter ends at once on an idle machine; if it is killed, what it took is not counted.
_ADAPTER_QUIT_SECONDS = 1.0
# What no request is longer than, and no reply but that to one: its numbers are counted.
LARGEST = 64 << 20
LEAST_LIMIT = 1 << 16
# A JVM that crashes takes a moment to say so and to end.
_LAST_WORDS_SECONDS = 1.0
# How long something is waited for that must not come after the last reply.
_QUIET_SECONDS = 0.03
# Whether threads were left is soon said.
_LEFT_SECONDS = 5.0


class Responder:
    """The process.

    Args:
        command: program and arguments.
        label: how messages call it.
        cwd: the folder it is started in.
        adapter: it is one of our own, a JVM, which serves ports in turn and says where it hangs.
        environment: variables that are passed on to it.

    Attributes:
        lock: held while something is asked that belongs together.
        guest: the port that it serves; None where it serves none, or is not there.
    """

    def __init__(
        self,
        command: Sequence[str],
        label: str,
        *,
        cwd: Path | None = None,
        adapter: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command, self._label, self._cwd, self._adapter = list(command), label, cwd, adapter
        self._environment = dict(environment or {})
        self._child: Child | None = None
        self._pipe: Pipe | None = None
        self._answered = False  # by the process there is
        self._last_id = 0
        self._closed = False
        self.lock = threading.RLock()
        self.guest: object = None

    @property
    def dead(self) -> bool:
        """Whether the next request will start a new process."""
        return self._child is None

    def admit(self, port: object) -> None:
        """Make room for a port: what the one before left behind must not strike it."""
        with self.lock:
            before, self.guest = self.guest, port
            if self._child is None or self._pipe is None or before in (None, port):
                return
            if not self._child.waited(0) and not already_there(self._child, self._pipe).strip():
                self._child.renew()
                with contextlib.suppress(Unreachable):
                    if not self.ask('{"do":"left"}', _LEFT_SECONDS).get("left", True):
                        return
            self.end()  # nobody else was asked anything
            self.guest = port

    def ask(
        self, request: str, seconds: float, limit: int = LARGEST, *, greeting: float | None = None
    ) -> dict[str, Any]:
        """Send one request and return its reply. Raises Unreachable; then the process is gone.

        Args:
            request: JSON without its id.
            seconds: what the reply may take.
            limit: bytes that it may have.
            greeting: the process may still be starting; once it has read, it has so many seconds.
        """
        with self.lock:
            return self._asked(request, seconds, limit, greeting)

    def _asked(
        self, request: str, seconds: float, limit: int, greeting: float | None
    ) -> dict[str, Any]:
        child, pipe = self._running()
        if child.waited(0):
            fault = child.death()
            left = already_there(child, pipe)
            words = f"; it had written {quoted(left)}" if left.strip() else ""
            self.end()
            message = f"before it was asked, {fault.message}{words}"
            raise Unreachable(replace(fault, message=message))
        self._last_id += 1
        line = f'{{"id":{self._last_id},{request[1:]}\n'.encode()
        deadline = time.monotonic() + seconds
        try:
            # While it starts, what it says unasked is read as its answer: which of the two
            # came first is chance then.
            if greeting is None and already_there(child, pipe).strip():
                raise Broken(f"output before it was asked: {quoted(pipe.buffer)}")
            pipe.send(line, deadline, limit)
            searched = 0
            while (end := pipe.buffer.find(b"\n", searched)) < 0:
                searched = len(pipe.buffer)
                if len(pipe.buffer) > limit:
                    raise Broken(f"a reply of more than {limit} bytes to a request of {len(line)}")
                if greeting is not None and all_read(child):
                    seconds, greeting = min(seconds, greeting), None
                    deadline = time.monotonic() + seconds
                wait_for_more(child, pipe, deadline, greeting is not None)
            if end > limit:
                raise Broken(f"a reply of {end} bytes to a request of {len(line)}")
            reply = parsed(bytes(pipe.buffer[:end]), self._last_id)
            del pipe.buffer[: end + 1]
            if pipe.buffer.strip():
                raise Broken(f"output after the reply: {quoted(pipe.buffer)}")
            self._answered = True
            return reply
        except Broken as error:
            fault = Fault("garbled", str(error), fatal=True)
            if self._adapter and (crash := self._last_words(pipe)):
                fault = Fault("crashes", f"the process {child.ended()}: {crash}", fatal=True)
        except (Deadline, EOFError) as error:
            fault = missing_reply_fault(child, error, seconds, "jvm" if self._adapter else "")
            if pipe.buffer:
                fault = _cut_short(fault, pipe.buffer)
            elif not self._answered and not self._adapter and fault.kind == "times-out":
                message = f"{fault.message}; did you flush standard output after the line?"
                fault = replace(fault, message=message)
        self.end()
        raise Unreachable(fault)

    @staticmethod
    def _last_words(pipe: Pipe) -> str:
        """What a JVM that crashes says of that, on standard output; "" where it is none."""
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        with contextlib.suppress(Deadline, EOFError):
            while pipe.buffer.startswith(b"#") and len(pipe.buffer) <= LEAST_LIMIT:
                pipe.receive(deadline)
        return jvm_crash(pipe.buffer.decode("utf-8", "replace").splitlines())

    def start(self) -> None:
        """Start the process, unless it is there. Raises Unreachable."""
        with self.lock:
            self._running()

    def _running(self) -> tuple[Child, Pipe]:
        if self._closed:
            raise closed()
        if self._child is None or self._pipe is None:
            self._child = Child(
                self._command, self._label, cwd=self._cwd, environment=self._environment
            )
            self._answered = False
            if self._closed:  # while it was started
                self.end()
                raise closed()
            self._pipe = Pipe(self._child.output, self._child.input)
        return self._child, self._pipe

    def late_words(self) -> Fault | None:
        """What comes after the last reply; the process is ended then."""
        with self.lock:
            if self._child is None or self._pipe is None:
                return None
            with contextlib.suppress(Deadline, EOFError):
                self._pipe.receive(time.monotonic() + _QUIET_SECONDS)
            if not self._pipe.buffer.strip():
                return None
            fault = Fault("garbled", f"output after the reply: {quoted(self._pipe.buffer)}")
            self.end()
            return fault

    def end(self) -> None:
        """End the process; the next request starts another."""
        with self.lock:
            self.guest = None
            if self._child is not None:
                self._child.close()
            self._child = self._pipe = None

    def close(self) -> None:
        """Ask the process to quit, for good; end it if it does not."""
        self._closed = True
        if not self.lock.acquire(blocking=False):
            if child := self._child:  # the thread that awaits its answer lets go of the lock
                child.kill()
            self.lock.acquire()
        try:
            if self._child is not None and self._pipe is not None:
                with contextlib.suppress(Deadline, EOFError):
                    self._pipe.send(b'{"do":"quit"}\n', time.monotonic() + QUIT_SECONDS)
                self._child.close(_ADAPTER_QUIT_SECONDS if self._adapter else QUIT_SECONDS)
            self.end()
        finally:
            self.lock.release()


def loading(source: Mapping[str, Any]) -> str:
    """The request by which one of our own adapters loads a port and says its shape."""
    return json.dumps({"do": "shape", "port": source})


def _cut_short(fault: Fault, begun: bytearray) -> Fault:
    """The fault of a reply of which only the beginning came."""
    if fault.kind == "times-out":
        message = f"{fault.message}; {len(begun)} bytes without an end of line: {quoted(begun)}"
        return replace(fault, message=message)
    message = f"the reply ends after {len(begun)} bytes: {quoted(begun)}; {fault.message}"
    return Fault("garbled", message, fatal=True)
