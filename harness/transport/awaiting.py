"""Waiting for a process's answer, and what it says of itself when none comes.

A process that hangs is asked for its threads with SIGQUIT, which a JVM answers by itself and our
Python worker by faulthandler; a JVM that crashes says where. Both are found among the lines of
its standard error.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import termios
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from harness.model.observation import Fault
from harness.transport.process import Child, Deadline, Pipe

# How often a process is looked at that owes an answer: its end is not always the pipe's.
_GLANCE = 0.1
_MOST_FRAMES = 3
# Until the dump is there; a port that takes the signal for itself makes none.
_SECONDS = 1.0
_LINES = 4000

_OURS = Path(__file__).parent
# As faulthandler prints a thread: the innermost frame first.
_PYTHON_THREAD = "(most recent call first):"
_PYTHON_FRAME = re.compile(r'File "(.*)", line (\d+) in (.*)')

# Where Python says that it is while it imports.
IMPORTING = "importlib._bootstrap"
READING = "rmsproof itself"
"""Where a process is that does something for us in a module of Python's own."""
_OWN_MODULE = re.compile(r"/lib/python3\.\d+/(?!site-packages/)")
_PYTHON_FATAL = "Fatal Python error: "

_JVM_DUMP = "Full thread dump"
_JVM_MAIN = '"main" '
_JVM_FRAME = re.compile(r"at ([^(]*)\((.*)\)")
_ADAPTER = "rmsproof.adapter."
# Of the platform itself, and of the languages' runtimes.
_PLATFORM = re.compile(r"[\w.]+@[^/]*/")
_RUNTIME = ("clojure.lang.", "clojure.core$", "scala.")

_FATAL = "# A fatal error has been detected by the Java Runtime Environment"
_SIGNAL = re.compile(r"#  (SIG\w+|EXCEPTION_\w+|Internal Error) .*")
_PROBLEMATIC = "# Problematic frame:"


class HeldOpen(EOFError):
    """The process has ended, and one that it started keeps its output open."""


def more(child: Child, pipe: Pipe, deadline: float) -> None:
    """Wait until more of an answer is there.

    Raises:
        Deadline: none came in time.
        EOFError: none will come; HeldOpen if only looking at the process could tell.
    """
    while True:
        ended = child.waited(0)
        try:
            return pipe.receive(min(deadline, time.monotonic() + _GLANCE))
        except Deadline:
            if ended:
                raise HeldOpen from None
            if time.monotonic() >= deadline:
                raise


def all_read(child: Child) -> bool:
    """Whether a process has read all that it was sent: then it runs. False where nobody knows."""
    unread = array("i", [-1])
    with contextlib.suppress(OSError):
        fcntl.ioctl(child.input, termios.FIONREAD, unread)
    return unread[0] == 0


def wait_for_more(child: Child, pipe: Pipe, deadline: float, glance: bool) -> None:
    """Wait until more of an answer is there, or only for a moment; otherwise as `more`."""
    until = min(deadline, time.monotonic() + _GLANCE) if glance else deadline
    try:
        more(child, pipe, until)
    except Deadline:
        if time.monotonic() >= deadline:
            raise


def already_there(child: Child, pipe: Pipe) -> bytearray:
    """What lies in the pipe before anything was asked; nobody is waited for."""
    readable, _, _ = select.select([] if pipe.closed else [child.output], [], [], 0)
    if readable:
        with contextlib.suppress(EOFError):
            pipe.receive(time.monotonic() + _GLANCE)
    return pipe.buffer


def missing_reply_fault(
    child: Child, error: Deadline | EOFError, seconds: float, runtime: str
) -> Fault:
    """The fault of an answer that did not come; the process is still to be ended.

    Args:
        child: the process that it was expected of.
        error: what waiting for it raised.
        seconds: how long it had.
        runtime: "jvm" or "python" for a process that can be asked where it stands, else "".
    """
    if isinstance(error, Deadline):
        fault = child.hang(seconds)
        place = _where_it_hangs(child, _FRAMES[runtime]) if runtime else ""
        return replace(fault, message=f"{fault.message}; it was at {place}") if place else fault
    message = child.death().message
    if runtime and (crash := _CRASHES[runtime](_lines(child))):
        message = f"the process {child.ended()}: {crash}"
    if isinstance(error, HeldOpen):
        message += "; a process that it started keeps its output open"
    return Fault("crashes", message, fatal=True)


def _where_it_hangs(child: Child, find: Callable[[list[str]], list[str]]) -> str:
    """The innermost frames of the thread that the port runs in, "" where it does not say."""
    with contextlib.suppress(OSError):
        os.killpg(child.pid, signal.SIGQUIT)
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if frames := find(_lines(child)):
            return " < ".join(frames)
        time.sleep(0.02)
    return ""


def jvm_crash(lines: Sequence[str]) -> str:
    """What a JVM that was ended by its own code says of that, "" where it says nothing."""
    start = next((i for i, line in enumerate(lines) if line.startswith(_FATAL)), None)
    if start is None:
        return ""
    report = lines[start:]
    named = next((f[0].strip("# ") for line in report if (f := _SIGNAL.match(line))), "")
    place = next((i for i, line in enumerate(report[:-1]) if line.startswith(_PROBLEMATIC)), None)
    frame = "" if place is None else report[place + 1].strip("# ")
    return " in ".join(part for part in (named, frame) if part)


def _lines(child: Child) -> list[str]:
    return child.last_lines(_LINES).split(" | ")


def _python_frames(lines: Sequence[str]) -> list[str]:
    """The frames down to the first of our own modules', which called the port."""
    thread: list[str] = []
    ours, outermost = False, ""
    for line in lines:
        if line.endswith(_PYTHON_THREAD):
            thread, ours = [], False
        elif match := _PYTHON_FRAME.match(line):
            path = Path(match[1])
            if _OURS in path.parents:
                if thread and _OWN_MODULE.search(outermost):
                    return [READING]
                if thread:
                    return _innermost(thread)
                ours = True  # a thread, or a process, that waits for another
            elif not ours:
                thread.append(f"{match[3]} ({path.name}:{match[2]})")
                outermost = match[1]
    return []


def _innermost(thread: Sequence[str]) -> list[str]:
    """The innermost frames; of what is being imported, however deep in it, also that it is."""
    frames = list(thread[:_MOST_FRAMES])
    if importing := next((frame for frame in thread if IMPORTING in frame), None):
        frames = [*frames[: _MOST_FRAMES - 1], importing]
    return frames


def _python_crash(lines: Sequence[str]) -> str:
    """Where Python stood when a signal ended it."""
    start = next((i for i, line in enumerate(lines) if line.startswith(_PYTHON_FATAL)), None)
    frames = [] if start is None else _python_frames(lines[start:])
    return f"it was at {' < '.join(frames)}" if frames else ""


def _jvm_frames(lines: Sequence[str]) -> list[str]:
    """The innermost frame and the innermost that are neither the platform's nor a runtime's.

    Of the main thread, where ports run, down to the adapter; or to where the JVM left off, with
    the thousandth call.
    """
    starts = [i for i, line in enumerate(lines) if line.startswith(_JVM_DUMP)]
    thread: list[str] = []
    inside = False
    for line in lines[starts[-1] :] if starts else ():
        match = _JVM_FRAME.match(line)
        if inside and (line.startswith('"') or (match and match[1].startswith(_ADAPTER))):
            foreign = [f for f in thread[1:] if not _PLATFORM.search(f)]
            own = [f for f in foreign if not f.startswith(_RUNTIME)]
            if not own and all(map(_PLATFORM.search, thread)):
                return [READING]  # the platform does something for the adapter
            return [_PLATFORM.sub("", f) for f in (thread[:1] + own)[:_MOST_FRAMES]]
        inside = inside or line.startswith(_JVM_MAIN)
        if inside and match:
            thread.append(f"{match[1]}({match[2]})")
    return []


_CRASHES: dict[str, Callable[[list[str]], str]] = {"jvm": jvm_crash, "python": _python_crash}
_FRAMES: dict[str, Callable[[list[str]], list[str]]] = {
    "jvm": _jvm_frames,
    "python": _python_frames,
}
