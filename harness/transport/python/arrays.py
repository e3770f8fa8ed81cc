"""The arrays a Python port is handed: made, handed over again step after step, and read back.

A training loop has the same weights from its first step to its last: changed in place, or
replaced by what the optimizer returned. So has a scenario, and a port may find its state by an
array's identity, by attributes set on it, or by its place in a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any


class Garbled(Exception):
    """The result is not what was asked for; `misread` if it is no array of numbers at all."""

    def __init__(self, message: str, misread: bool = False) -> None:
        super().__init__(message)
        self.misread = misread


class Named(dict[Any, Any]):
    """Arrays by their names; knows which others, made of a name, it was asked for in vain."""

    missed = ""

    def __contains__(self, key: object) -> bool:
        there = super().__contains__(key)
        if not there and isinstance(key, str) and any(str(name) in key for name in self):
            self.missed = key
        return there

    def get(self, key: Any, default: Any = None) -> Any:
        """What is there, else the default."""
        key in self  # noqa: B015 - it is noted
        return super().get(key, default)


@dataclass(frozen=True)
class Storage:
    """One way to hand over arrays.

    Attributes:
        name: as the shape calls it.
        container: what holds them: a `map`, a `list`, or nothing: one `array` a call.
        as_lists: an array is a list of Python's own floats; otherwise an ndarray.
        outer: the type of a list.
    """

    name: str
    container: str
    as_lists: bool = False
    outer: type = list

    @property
    def precisions(self) -> list[str]:
        """What arrays so stored can hold; Python's own floats are double."""
        return ["float64"] if self.as_lists else ["float64", "float32"]


STORAGES = (
    Storage("maps of ndarrays", "map"),
    Storage("maps of lists", "map", as_lists=True),
    Storage("lists of ndarrays", "list"),
    Storage("tuples of ndarrays", "list", outer=tuple),
    Storage("lists of lists", "list", as_lists=True),
    Storage("ndarrays", "array"),
    Storage("lists", "array", as_lists=True),
)


class Weights:
    """The weights of one scenario.

    Args:
        storage: how they are handed over.
        names, bounds: of the arrays; array i is flat[bounds[i]:bounds[i + 1]].
        dtype: of ndarrays, when they are first handed over.
        initial: (N,) values before the first step, representable in `dtype`.

    Attributes:
        flat: (N,) the values now.
        where: how the port gives them back: "in place", "replaced", "returned"; "" until a
            weight has moved.
        widened: float32 was given and something wider came back.
    """

    def __init__(
        self,
        storage: Storage,
        names: Sequence[str],
        bounds: Sequence[int],
        dtype: np.dtype[Any],
        initial: Array,
    ) -> None:
        self.storage, self.names, self._dtype = storage, names, dtype
        self.cuts = [slice(*pair) for pair in zip(bounds, bounds[1:])]
        self.flat = np.array(initial)
        self._everything = list(range(len(self.cuts)))
        self._arrays = [self.array(self.flat[cut]) for cut in self.cuts]
        self._whole = self.together(self._everything, self._arrays)
        self.where = ""
        self.widened = False

    def array(self, values: Array) -> Any:
        """A new array of these values, as the port is handed one."""
        return values.tolist() if self.storage.as_lists else values.astype(self._dtype)

    def together(self, part: Iterable[int], arrays: Iterable[Any]) -> Any:
        """Arrays in a new container; a single array as it is."""
        if self.storage.container == "map":
            return dict(zip((self.names[i] for i in part), arrays))
        if self.storage.container == "list":
            return self.storage.outer(arrays)
        return next(iter(arrays), None)

    def given(self, part: list[int]) -> Any:
        """What the port is handed for the arrays that take part: the live ones."""
        if self.storage.container != "array" and part == self._everything:
            return self._whole
        return self.together(part, (self._arrays[i] for i in part))

    def now(self, part: list[int]) -> Array:
        """The values of some arrays, one after another."""
        return np.concatenate([self.flat[self.cuts[i]] for i in part] or [np.zeros(0)])

    def take(self, part: list[int], handed: Any, returned: Any, result: str) -> None:
        """Read the weights after a call, wherever they are, and keep the arrays they are in.

        Args:
            part: the arrays that took part.
            handed: the container that the port was handed.
            returned: what it returned.
            result: "entries", "returned" or "auto": where its weights are known to be.

        Raises:
            Garbled: there are no such weights.
        """
        if result == "auto":
            result = {"returned": "returned", "": "auto"}.get(self.where, "entries")
        if result == "returned":
            self._keep(part, returned, self.read(part, returned))
            self.where = "returned"
            return
        before = self.now(part)
        entries = self.read(part, handed)
        if not _same(entries, before):
            own = zip(part, self._parts(part, handed))
            replaced = self.storage.container != "array" and any(
                array is not self._arrays[i] for i, array in own
            )
            self.where = "replaced" if replaced else "in place"
        elif result == "auto" and returned is not None and returned is not handed:
            try:
                read = self.read(part, returned)
            except Garbled:
                if isinstance(returned, (Mapping, list, tuple, np.ndarray)):
                    raise
            else:
                if not _same(read, before):
                    self.where = "returned"
                self._keep(part, returned, read)
                return
        self._keep(part, handed, entries)

    def read(self, part: list[int], container: Any) -> Array:
        """The values in a container, one array after another. Raises Garbled."""
        values = []
        single = self.storage.container == "array"
        for i, value in zip(part, self._parts(part, container)):
            length = self.cuts[i].stop - self.cuts[i].start
            try:
                array = np.asarray(value)
                if array.dtype.kind not in "fiu":
                    raise ValueError
            except Exception as error:  # what comes back may refuse to be an array
                message = f"array {self.names[i]!r} holds something that is not a number"
                raise Garbled(message, misread=single) from error
            if array.shape != (length,):
                message = f"array {self.names[i]!r} has shape {array.shape}, expected ({length},)"
                raise Garbled(message, misread=single and array.ndim != 1)
            if self._dtype == np.float32 and array.dtype == np.float64 and length:
                self.widened |= not self.storage.as_lists
            values.append(array.astype(np.float64))
        return np.concatenate(values) if values else np.zeros(0)

    def entry(self, container: Any, part: list[int], i: int) -> Any:
        """Array i in a container of the arrays of `part`; None if it is not there."""
        if self.storage.container == "array":
            return container
        if self.storage.container == "map":
            return container.get(self.names[i]) if isinstance(container, Mapping) else None
        try:
            return container[part.index(i)]
        except (TypeError, IndexError, KeyError):
            return None

    def _parts(self, part: list[int], container: Any) -> list[Any]:
        if self.storage.container == "array":
            return [container]
        if self.storage.container == "map":
            if not isinstance(container, Mapping):
                raise Garbled(
                    f"expected a map of weights, found {type(container).__name__}", misread=True
                )
            if missing := [self.names[i] for i in part if self.names[i] not in container]:
                raise Garbled(f"array {missing[0]!r} is missing")
            return [container[self.names[i]] for i in part]
        if not isinstance(container, (list, tuple, np.ndarray)):
            raise Garbled(
                f"expected a list of weights, found {type(container).__name__}", misread=True
            )
        if len(container) != len(part):
            raise Garbled(f"a list of {len(container)} arrays, expected {len(part)}")
        return list(container)

    def _keep(self, part: list[int], container: Any, values: Array) -> None:
        """Hand the arrays in a container over from now on, as far as they are of our kind."""
        kind = list if self.storage.as_lists else np.ndarray
        start, same = 0, True
        for i, array in zip(part, self._parts(part, container)):
            cut = self.cuts[i]
            self.flat[cut] = values[start : (start := start + cut.stop - cut.start)]
            if array is not self._arrays[i]:
                own = isinstance(array, kind)
                same &= own
                self._arrays[i] = array if own else self.array(self.flat[cut])
        if self.storage.container == "array" or container is self._whole:
            return
        if part == self._everything:
            whole = dict if self.storage.container == "map" else self.storage.outer
            kept = same and isinstance(container, whole)
            self._whole = container if kept else self.together(part, self._arrays)
        elif self.storage.container == "list":
            self._whole = self._with(self._whole)
        else:
            self._whole.update((self.names[i], self._arrays[i]) for i in part)

    def _with(self, whole: Any) -> Any:
        """A list of all arrays, the one there is if it can be changed."""
        if not isinstance(whole, list):
            return self.storage.outer(self._arrays)
        whole[:] = self._arrays
        return whole


def _same(now: Array, before: Array) -> bool:
    """Equal as numbers, or both NaN, of one shape; np.array_equal takes long for every step."""
    return not ((now != before) & ~(np.isnan(now) & np.isnan(before))).any()
