"""The disposable process that strangers' code runs in: Python ports, or a JVM through JPype.

Started by `hosted`; reads frames from descriptor 3's pipe and answers on descriptor 4's (the
numbers come as arguments), so that whatever a port prints never meets the exchange: standard
output is pointed at standard error before anything is loaded. The process may die with its
port at any time; the harness starts another.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np

from harness.machine.start import make_way
from harness.transport.libraries.host import of_things
from harness.transport.python import packing
from harness.transport.python.failures import LoadError
from harness.transport.python.host import PythonHost

Array = Any


class Host(Protocol):
    """A loaded port: PythonHost, or the JVM's behind JPype."""

    costly: bool

    def shape(self) -> dict[str, Any]:
        """Classes and functions with their parameters."""

    def bind(self, binding: dict[str, Any]) -> None:
        """Take the binding chosen from the shape."""

    def open(
        self,
        precision: str,
        hyperparameters: Mapping[str, float],
        names: Sequence[str],
        lengths: Sequence[int],
        weights: Array,
        beside: bool = False,
    ) -> dict[str, Any] | None:
        """Make a fresh port, or another object of the last one; return None, or the failure."""

    def run(self, steps: int, gradients: Array, present: bytes) -> dict[str, Any]:
        """Go further steps."""


class Explorable(Host, Protocol):
    """One that says that it has classes to explore."""

    def explore(
        self, name: str, seconds: float, words: Mapping[str, Sequence[str]]
    ) -> dict[str, Any]:
        """Ways to feed a class that its shape does not show, by running it."""

    def settings(self) -> dict[str, float]:
        """The numbers that what is open could have been told in a way that was not taken."""


def _load(request: dict[str, Any]) -> Host:
    if not request["jvm"]:
        # Where it hangs or crashes is said as by a JVM, which has its own ways.
        faulthandler.register(signal.SIGQUIT, all_threads=True)
        faulthandler.enable()
        for folder in request.get("folders", ()):
            make_way(folder)
        if request.get("object"):
            make_way(request["folder"])
            host = PythonHost.of_object(request["object"], request.get("declared", {}))
        else:
            make_way(str(Path(request["source"]).parent))
            # A script's own arguments, and no windows.
            sys.argv[:] = [request["source"]]
            os.environ.setdefault("MPLBACKEND", "Agg")
            host = PythonHost(
                request["source"],
                afresh=request.get("afresh", ()),
                near=request.get("near", ()),
                absent=request.get("absent", ()),
                lines=request.get("lines"),
                spared=request.get("spared", False),
                declared=request.get("declared", {}),
            )
        asked = host.things(request.get("named", ""))
        return of_things(*asked, request.get("settings")) or host
    from harness.transport.jvm_host import JvmHost

    return JvmHost(request)


def answer(hosts: dict[str, Host], request: dict[str, Any]) -> dict[str, Any]:
    """Answer one request; a port's failure is an answer, never an exception."""
    do = request["do"]
    if do == "boot":
        if request["jvm"]:
            from harness.transport.jvm_host import boot

            boot(request)
        return {}
    if do == "left":
        from harness.transport.jvm_host import left

        return {"left": left()}
    key = request["port"]
    if do == "load":
        try:
            hosts[key] = _load(request)
            return {"shape": hosts[key].shape()}
        except LoadError as error:
            failure = {"kind": error.kind, "message": str(error), "missing": error.missing}
            return {"failure": failure}
    host = hosts[key]
    if do == "explore":
        explore = cast(Explorable, host).explore
        asked = request["class"], request["seconds"], request["words"]
        if host.costly:
            return _in_a_copy(lambda: {"explored": explore(*asked)})
        return {"explored": explore(*asked)}
    if do == "settings":
        return {"settings": cast(Explorable, host).settings()}
    if do == "bind":
        host.bind(request["binding"])
        return {}
    if host.costly and request.get("open", {}).get("whole"):
        return _in_a_copy(lambda: _run(host, request))
    return _run(host, request)


def _in_a_copy(task: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a task answers in a copy of this process, which itself stays as it was.

    If the copy dies of the port, this process dies the same way.
    """
    read, write = os.pipe()
    if (copy := os.fork()) == 0:
        with os.fdopen(write, "wb") as answering:
            answering.write(packing.pack(task()))
        os._exit(0)
    os.close(write)
    # The copy alone says where it hangs: two that speak at once cannot be understood.
    faulthandler.unregister(signal.SIGQUIT)
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    with os.fdopen(read, "rb") as answered:
        # Not to the end: a process that the port started may hold its side open.
        header = answered.read(4)
        body = answered.read(int.from_bytes(header, "little"))
    _, status = os.waitpid(copy, 0)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        with contextlib.suppress(OSError):  # SIGKILL has no other
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    if code or len(header) < 4:
        os._exit(code or 1)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    faulthandler.register(signal.SIGQUIT, all_threads=True)
    reply: dict[str, Any] = packing.unpack(body)
    return reply


def _run(host: Host, request: dict[str, Any]) -> dict[str, Any]:
    """Open a fresh port if that is asked for, and go steps with it."""
    width = request["width"]
    if "open" in request:
        given = request["open"]
        failure = host.open(
            given["precision"],
            given["hyperparameters"],
            given["names"],
            given["lengths"],
            np.frombuffer(given["weights"], dtype="<f8"),
            given.get("beside", False),
        )
        if failure:
            return {"weights": b"", "failure": failure, "facts": {}}
    steps = request["steps"]
    gradients = np.frombuffer(request["gradients"], dtype="<f8").reshape(steps, width)
    result = host.run(steps, gradients, request["present"])
    average = result["moving_average"]
    return {
        "weights": _raw(result["weights"]),
        "moving_average": None if average is None else _raw(average),
        "failure": result["failure"],
        "facts": result["facts"],
    }


def _raw(array: Array) -> bytes:
    """Raw little-endian doubles."""
    return np.ascontiguousarray(array, dtype="<f8").tobytes()


def _worked() -> float:
    """Processor time of this thread and of the copies that it waited for."""
    times = os.times()
    return time.thread_time() + times.children_user + times.children_system


def main() -> None:
    """Answer until the pipe closes."""
    read, write = int(sys.argv[1]), int(sys.argv[2])
    os.dup2(2, 1)
    os.set_inheritable(read, False)
    os.set_inheritable(write, False)
    requests, replies = os.fdopen(read, "rb"), os.fdopen(write, "wb")
    hosts: dict[str, Host] = {}
    ours = os.getpid()
    while header := requests.read(4):
        request = packing.unpack(requests.read(int.from_bytes(header, "little")))
        begun = _worked()
        try:
            reply = answer(hosts, request)
        except Exception as error:  # ours, not the port's, whose failures are answers
            message = f"the adapter: {type(error).__name__}: {error}"
            reply = {"failure": {"kind": "not-run", "message": message}, "weights": b""}
        if os.getpid() != ours:
            os._exit(0)  # a child that the port forked and let come back must not answer too
        replies.write(packing.pack({"id": request["id"], "took": _worked() - begun, **reply}))
        replies.flush()
    # Threads that a port left running must not keep the process.
    os._exit(0)
