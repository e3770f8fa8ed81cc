"""A child process of ours: a deadline on every answer, and words for how it ended.

Both transports that leave this process stand on it. The child gets pipes for the exchange;
its standard error is drained by a thread and its last lines kept for messages. Ending it ends
all that it started, so a grandchild that holds a pipe open cannot keep us waiting.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from harness.machine.isolation.group import Group
from harness.machine.isolation.limits import PORT, Limits
from harness.machine.isolation.sandbox import to_itself
from harness.model.observation import Fault, Unreachable
from harness.transport.last_words import last_words

# Enough for a JVM's dump of its threads, of which one may be a thousand calls deep.
_LAST_LINES = 4000
_LONGEST_LINE = 2000
_CHUNK = 1 << 16


class Child:
    """A running child process.

    Args:
        command: program and arguments.
        label: how messages call it.
        asked: it is spoken to on its standard input; otherwise that is empty, so that code
            which reads from it meets its end instead of waiting.
        output: the file its standard output goes to; a pipe of ours if None.
        limits: what it may use; None where the command enters a sandbox, which has its own.

    Raises:
        Unreachable: the program is not there or may not be run.
    """

    def __init__(
        self,
        command: Sequence[str],
        label: str,
        *,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
        asked: bool = True,
        output: IO[bytes] | None = None,
        limits: Limits | None = PORT,
    ) -> None:
        self.label = label
        self._limits = limits
        try:
            own = to_itself(command, cwd, limits) if limits else None
            self._group = Group(
                own or command,
                environment=environment,
                limits=None if own else limits,
                stdin=subprocess.PIPE if asked else subprocess.DEVNULL,
                stdout=subprocess.PIPE if output is None else output,
                stderr=subprocess.PIPE,
                cwd=cwd,
                pass_fds=pass_fds,
            )
        except OSError as error:
            message = f"{command[0]}: cannot be started: {error.strerror}"
            raise Unreachable(Fault("crashes", message)) from error
        self._process = self._group.process
        self._lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._drain = threading.Thread(target=self._read_errors, daemon=True)
        self._drain.start()

    @property
    def pid(self) -> int:
        """The child's process id, which is its group's too."""
        return self._group.pid

    def renew(self) -> None:
        """Give the child its whole processor time anew: it was handed another port."""
        if self._limits:
            self._limits.renew(self.pid)
        self._lines.clear()  # what it said so far is another's

    @property
    def output(self) -> int:
        """File descriptor of the child's standard output."""
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    @property
    def input(self) -> int:
        """File descriptor of the child's standard input."""
        assert self._process.stdin is not None
        return self._process.stdin.fileno()

    def last_lines(self, count: int = 3) -> str:
        """The last lines of standard error, joined, or ""."""
        # A copy: the thread that reads goes on adding to it.
        lines = [line for line in list(self._lines) if line.strip()]
        return " | ".join(line.strip()[:300] for line in lines[-count:])

    def ended(self, wait: float = 0.5) -> str:
        """How the child ended, for people: "exit code 1", "signal SIGSEGV"."""
        try:
            code = self._process.wait(wait)
        except subprocess.TimeoutExpired:
            return "closed its output and went on running"
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"was ended by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"

    def waited(self, seconds: float) -> bool:
        """Whether the child ended by itself within so many seconds."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def well(self) -> bool:
        """Whether the child has ended with exit code 0."""
        return self._process.poll() == 0

    def death(self, wait: float = 0.5) -> Fault:
        """The fault of a child that ended while a reply was pending."""
        message = f"the process {self.ended(wait)}"
        self._drain.join(0.2)
        if words := last_words(list(self._lines)):
            message += f": {words}"
        elif lines := self.last_lines():
            message += f"; its standard error ends: {lines}"
        return Fault("crashes", message, fatal=True)

    def hang(self, seconds: float) -> Fault:
        """The fault of a child that gave no answer in time."""
        message = f"no answer within {seconds:.3g} s"
        if lines := self.last_lines():
            message += f"; its standard error ends: {lines}"
        return Fault("times-out", message, fatal=True)

    def kill(self) -> None:
        """End the child and all of its group at once; whoever reads from it meets the end."""
        self._group.kill()

    def close(self, grace: float = 0.0) -> None:
        """End the child and all that it started; `grace` seconds to end by itself."""
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
        if grace:
            self.waited(grace)
        self._group.end()
        self._drain.join(0.5)
        if self._process.stdout:
            with contextlib.suppress(OSError):
                self._process.stdout.close()

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        pending = b""
        # Closed here: whoever ends the child does not wait for who holds it open.
        with self._process.stderr as errors:
            while True:
                try:
                    chunk = os.read(errors.fileno(), _CHUNK)
                except OSError:
                    return
                if not chunk:
                    break
                *lines, pending = (pending + chunk).split(b"\n")
                self._lines.extend(
                    line[:_LONGEST_LINE].decode("utf-8", "replace") for line in lines
                )
                pending = pending[-_CHUNK:]
        if pending:
            self._lines.append(pending.decode("utf-8", "replace"))


class Deadline(Exception):
    """The time for an answer has passed."""


class Pipe:
    """Bytes to and from a child with a deadline, writing and reading in turn.

    A port may write before it has read everything (or never read at all): both directions are
    served together, so neither side waits for ever.
    """

    def __init__(self, read: int, write: int) -> None:
        self._read, self._write = read, write
        os.set_blocking(read, False)
        os.set_blocking(write, False)
        self.buffer = bytearray()
        self.closed = False

    def send(self, data: bytes, deadline: float, limit: int | None = None) -> None:
        """Write all of `data`, keeping what arrives meanwhile.

        Raises:
            Deadline: not all was taken in time.
            EOFError: the other side closed its end.
        """
        view = memoryview(data)
        while view:
            readable, writable, _ = select.select(
                [] if self.closed else [self._read], [self._write], [], self._left(deadline)
            )
            if readable:
                self._fill()
                if limit is not None and len(self.buffer) > limit:
                    return
            if writable:
                try:
                    view = view[os.write(self._write, view[: 1 << 20]) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise EOFError from error

    def receive(self, deadline: float) -> None:
        """Wait until more bytes are in `buffer`. Raises Deadline, EOFError."""
        if self.closed:
            raise EOFError
        readable, _, _ = select.select([self._read], [], [], self._left(deadline))
        if not readable:
            raise Deadline
        self._fill()
        if self.closed:
            raise EOFError

    def _fill(self) -> None:
        try:
            chunk = os.read(self._read, 1 << 20)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self.closed = True
        self.buffer += chunk

    @staticmethod
    def _left(deadline: float) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise Deadline
        return left
