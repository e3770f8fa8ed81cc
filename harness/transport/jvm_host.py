"""A JVM port inside this process: JPype around rmsproof.adapter.Host (java/adapter)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jpype
import numpy as np
from numpy.typing import NDArray

from harness.transport.python.failures import LoadError

_at_boot: set[int] = set()


def boot(request: Mapping[str, Any]) -> None:
    """Start the process's JVM, and in it what a language needs before its first port.

    Args:
        request: language, libjvm, options, adapter (class path of the adapters), warm (a
            source of ours in that language, or "").
    """
    if not jpype.isJVMStarted():
        jpype.startJVM(
            request["libjvm"],
            *request["options"],
            classpath=list(request["adapter"]),
            convertStrings=False,
        )
    host = jpype.JClass("rmsproof.adapter.Host")
    if request["warm"]:
        host.load(request["language"], _files([], request["warm"]))
    _at_boot.update(_at_work())


def _at_work() -> set[int]:
    """The threads that keep a program from its end, by id."""
    threads = jpype.JClass("java.lang.Thread").getAllStackTraces().keySet()
    return {int(t.getId()) for t in threads if t.isAlive() and not t.isDaemon()}


def left() -> list[int]:
    """The threads that ports started and left running."""
    return sorted(_at_work() - _at_boot)


def _files(
    classpath: Iterable[str], source: str, libraries: Iterable[str] = (), own: Iterable[str] = ()
) -> Any:
    files = jpype.JClass("rmsproof.adapter.PortFiles")
    words = [jpype.JArray(jpype.JString)(list(some)) for some in (classpath, libraries, own)]
    return files(words[0], source, words[1], words[2])


class JvmHost:
    """One port in the process's JVM.

    Args:
        request: language, classpath (the port's own classes), source (Clojure), libraries
            (what it uses), own (the classes that are offered).
    """

    costly = False

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._strings: dict[tuple[str, ...], Any] = {}
        host = jpype.JClass("rmsproof.adapter.Host")
        refused = jpype.JClass("rmsproof.adapter.LoadException")
        try:
            files = _files(
                request["classpath"],
                request.get("source", ""),
                request.get("libraries", ()),
                request.get("own", ()),
            )
            self._host = host.load(request["language"], files)
        except refused as error:
            raise LoadError(str(error.kind()), str(error.getMessage())) from None

    def shape(self) -> dict[str, Any]:
        """Classes and functions with their parameters (see harness.ports.binding)."""
        shape: dict[str, Any] = json.loads(str(self._host.shape()))
        return shape

    def explore(self, name: str, seconds: float, _: object) -> dict[str, Any]:
        """Ways to feed a class that its shape does not show, by running it."""
        explored: dict[str, Any] = json.loads(str(self._host.explore(name, seconds)))
        return explored

    def settings(self) -> dict[str, float]:
        """The numbers that what is open could have been told in a way that was not taken."""
        settings: dict[str, float] = json.loads(str(self._host.settings()))
        return settings

    def bind(self, binding: dict[str, Any]) -> None:
        """Take the binding chosen from the shape."""
        self._host.bind(json.dumps(binding))

    def open(
        self,
        precision: str,
        hyperparameters: Mapping[str, float],
        names: Sequence[str],
        lengths: Sequence[int],
        weights: NDArray[np.float64],
        beside: bool = False,
    ) -> dict[str, Any] | None:
        """Make a fresh port, or another object of the last one; return None, or the failure."""
        self._size = sum(lengths)
        self._host.beside(beside)
        failure = self._host.open(
            precision,
            self._words(hyperparameters),
            np.array(list(hyperparameters.values()), dtype=np.float64),
            self._words(names),
            np.array(lengths, dtype=np.int32),
            np.array(weights),
        )
        return None if failure is None else json.loads(str(failure))

    def _words(self, words: Iterable[str]) -> Any:
        """A Java String[]; made once for the same words, which every scenario repeats."""
        key = tuple(words)
        if key not in self._strings:
            self._strings[key] = jpype.JArray(jpype.JString)(list(key))
        return self._strings[key]

    def run(self, steps: int, gradients: NDArray[np.float64], present: bytes) -> dict[str, Any]:
        """Go further steps; see Steps of the adapter for what comes back."""
        flags = np.frombuffer(present, dtype=np.int8)
        result = self._host.run(steps, np.array(gradients.reshape(-1)), np.array(flags))
        average = result.movingAverage
        failure = result.failure
        return {
            "weights": np.asarray(result.weights).reshape(-1, self._size or 1),
            "moving_average": None if average is None else np.asarray(average),
            "failure": None if failure is None else json.loads(str(failure)),
            "facts": json.loads(str(result.facts)),
        }
