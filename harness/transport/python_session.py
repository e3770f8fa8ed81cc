"""One scenario with one fresh Python port: containers made, the port called, its result found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_STATE_FIELDS = frozenset(
    "movingaverage movingaverages avg average averages v s ms cache meansquare squareavg"
    " squaredgrad squaredgrads history accumulator state".split()
)


class Garbled(Exception):
    """The result is not what was asked for."""


@dataclass
class PythonPort:
    """What is called, with which parameters, whose it is, and the state it was handed back."""

    call: Callable[..., Any]
    parameters: list[dict[str, Any]]
    owner: Any
    state: Any = None
    started: bool = False


class Session:
    """The steps of one scenario: containers made, the port called, the result found."""

    def __init__(
        self,
        names: tuple[str, ...],
        bounds: list[int],
        as_list: bool,
        plain: bool,
        dtype: np.dtype[Any],
        hyper: dict[str, Any],
        weights: NDArray[Any],
    ) -> None:
        self.names, self.bounds, self.dtype, self.hyper = names, bounds, dtype, hyper
        self.weights = weights
        self.ports: list[PythonPort] = []
        self.step = 0
        self.where = self.pair = ""
        self.gradients_changed = self.widened = False
        self._asked: int | None = None  # the array a plain port was called with
        self._field = ""  # where a port of a class keeps its average
        self._as_list, self._plain = as_list, plain

    def go(
        self, binding: Mapping[str, Any], gradients: NDArray[Any], taking_part: list[int]
    ) -> None:
        """Go one step with a flat row of gradients. Raises Garbled, and what the port raises."""
        if self._plain:
            for i in taking_part:
                cut = slice(self.bounds[i], self.bounds[i + 1])
                given = self._array(gradients[cut])
                held = self._array(self.weights[cut])
                self._asked = i
                returned = self._call(binding, self.ports[i], given, held)
                self._noted(given, gradients[cut])
                self.weights[cut] = self._found(binding, [i], held, held, returned)
            return
        cuts = {i: slice(self.bounds[i], self.bounds[i + 1]) for i in taking_part}
        given_map = {self.names[i]: self._array(gradients[cut]) for i, cut in cuts.items()}
        held_map = {self.names[i]: self._array(self.weights[cut]) for i, cut in cuts.items()}
        originals = dict(held_map)
        returned = self._call(binding, self.ports[0], given_map, held_map)
        for i, cut in cuts.items():
            self._noted(given_map.get(self.names[i]), gradients[cut])
        flat = self._found(binding, taking_part, held_map, originals, returned)
        start = 0
        for cut in cuts.values():
            size = cut.stop - cut.start
            self.weights[cut] = flat[start : start + size]
            start += size

    def _array(self, values: NDArray[Any]) -> Any:
        return values.tolist() if self._as_list else values.copy()

    def _noted(self, given: Any, original: NDArray[Any]) -> None:
        if (  # mostly: as it was, byte for byte
            type(given) is np.ndarray
            and (given.dtype, given.shape) == (original.dtype, original.shape)
            and given.tobytes() == original.tobytes()
        ):
            return
        try:
            self.gradients_changed |= not np.array_equal(
                np.asarray(given), original, equal_nan=True
            )
        except Exception:
            self.gradients_changed = True

    def _call(
        self, binding: Mapping[str, Any], port: PythonPort, gradients: Any, weights: Any
    ) -> Any:
        values = {**self.hyper, "gradients": gradients, "weights": weights}
        roles = binding["call"]
        if "state" in roles:
            defaulted = port.parameters[roles.index("state")].get("default")
            if not port.started and not defaulted:
                port.state = self._initial(int(binding.get("initial", 0)))
            # A port that hands no state back keeps it where its default is.
            if port.state is not None or not defaulted:
                values["state"] = port.state
        returned = chosen(port.parameters, roles, values).call(port.call)
        port.started = True
        returned = _succeeded(port, returned)
        return self._without_state(binding, port, returned) if "state" in roles else returned

    def _initial(self, number: int) -> Any:
        """A first call's state without a default: nothing, nothing yet by name, or zeros."""
        if number == 0:
            return None
        if number == 1:
            return {}
        zeros = [
            self._array(np.zeros_like(cut)) for cut in np.split(self.weights, self.bounds[1:-1])
        ]
        if self._plain:
            return zeros[self._asked or 0]
        return dict(zip(self.names, zeros, strict=False))

    def _without_state(self, binding: Mapping[str, Any], port: PythonPort, returned: Any) -> Any:
        """Split a returned [weights, state] pair, whichever way round, or a map of both."""
        if isinstance(returned, Mapping):
            keys = {str(key).lower(): key for key in returned}
            state_key = next((keys[k] for k in keys if k.replace("_", "") in _STATE_FIELDS), None)
            weights_key = next(
                (keys[k] for k in ("weights", "params", "w", "theta") if k in keys), None
            )
            if state_key is not None and weights_key is not None and weights_key not in self.names:
                port.state = returned[state_key]
                return returned[weights_key]
        if isinstance(returned, tuple | list) and len(returned) == 2:
            sides = [self._distance(side) for side in returned]
            if sides[0] is not None or sides[1] is not None:
                distances = [float("inf") if side is None else side for side in sides]
                first = distances[0] <= distances[1]
                if binding.get("pair") in ("first", "second"):
                    first = binding["pair"] == "first"
                elif distances[0] != distances[1]:
                    self.pair = "first" if first else "second"
                port.state = returned[1 if first else 0]
                return returned[0 if first else 1]
        return returned

    def _distance(self, side: Any) -> float | None:
        """How far a returned side is from the weights given; None where it cannot be them."""
        try:
            if isinstance(side, Mapping):
                parts = [np.asarray(side[name], dtype=float) for name in self.names if name in side]
                if len(parts) != len(side):
                    return None
                known = [
                    self.weights[self.bounds[i] : self.bounds[i + 1]]
                    for i, name in enumerate(self.names)
                    if name in side
                ]
            else:
                whole = np.asarray(side, dtype=float)
                if whole.ndim != 1 or self._asked is None:
                    return None
                parts = [whole]
                known = [self.weights[self.bounds[self._asked] : self.bounds[self._asked + 1]]]
            if not known or any(p.shape != k.shape for p, k in zip(parts, known, strict=True)):
                return None
            far = float(sum(np.abs(p - k).sum() for p, k in zip(parts, known, strict=True)))
            return float("inf") if np.isnan(far) else far
        except (TypeError, ValueError, KeyError):
            return None

    def _found(
        self,
        binding: Mapping[str, Any],
        taking_part: list[int],
        held: Any,
        originals: Any,
        returned: Any,
    ) -> NDArray[np.float64]:
        """The weights after a call, wherever they are: in place, replaced, or returned."""
        before = np.concatenate(
            [self.weights[self.bounds[i] : self.bounds[i + 1]] for i in taking_part]
            or [np.zeros(0)]
        ).astype(np.float64)
        mode = binding.get("result", "auto")
        decided = (
            mode
            if mode != "auto"
            else {"returned": "returned", "": "auto"}.get(self.where, "entries")
        )
        if decided == "returned":
            self.where = "returned"
            return self._read(returned, taking_part)
        entries = self._read(held, taking_part)
        if not _same(entries, before):
            replaced = not self._plain and any(
                held[n] is not originals[n] for n in held if n in originals
            )
            self.where = "replaced" if replaced else "in place"
            return entries
        if decided == "auto" and returned is not None and returned is not held:
            try:
                read = self._read(returned, taking_part)
            except Garbled:
                if isinstance(returned, Mapping | list | tuple | np.ndarray):
                    raise
                return entries
            if not _same(read, before):
                self.where = "returned"
            return read
        return entries

    def _read(self, found: Any, taking_part: list[int]) -> NDArray[np.float64]:
        parts = []
        for i in taking_part:
            name, length = self.names[i], self.bounds[i + 1] - self.bounds[i]
            if not self._plain:
                if not isinstance(found, Mapping):
                    raise Garbled(f"expected a map of weights, found {type(found).__name__}")
                if name not in found:
                    raise Garbled(f"array {name!r} is missing")
            value = found if self._plain else found[name]
            try:
                array = np.asarray(value)
                if array.dtype.kind not in "fiu":
                    raise ValueError
            except ValueError as error:
                raise Garbled(f"array {name!r} holds something that is not a number") from error
            if array.shape != (length,):
                raise Garbled(f"array {name!r} has shape {array.shape}, expected ({length},)")
            if self.dtype == np.float32 and array.dtype == np.float64 and length:
                self.widened |= not self._as_list
            parts.append(array.astype(np.float64))
        return np.concatenate(parts) if parts else np.zeros(0)

    def average(self) -> NDArray[np.float64] | None:
        """The moving average where it is visible, (N,); it decides nothing."""
        parts = []
        for i, name in enumerate(self.names):
            port = self.ports[i if self._plain else 0]
            length = self.bounds[i + 1] - self.bounds[i]
            held = port.state
            if held is None and port.owner is not None:
                fields = getattr(port.owner, "__dict__", {})
                if self._field not in fields:
                    known = (k for k in fields if k.replace("_", "").lower() in _STATE_FIELDS)
                    self._field = next(known, "")
                held = fields.get(self._field)
            if held is None:
                return None
            value = held.get(name, np.zeros(length)) if isinstance(held, Mapping) else held
            try:
                array = np.asarray(value, dtype=np.float64)
            except (TypeError, ValueError):
                return None
            if array.shape != (length,):
                return None
            parts.append(array)
        return np.concatenate(parts) if parts else None


def _same(now: NDArray[Any], before: NDArray[Any]) -> bool:
    """Equal as numbers, or both NaN, of one shape; np.array_equal takes long for every step."""
    return not ((now != before) & ~(np.isnan(now) & np.isnan(before))).any()


def _succeeded(port: PythonPort, returned: Any) -> Any:
    """What a port returned without its successor, whose the next step then is.

    An immutable port returns a changed copy of itself beside the weights.
    """
    owner, name = port.owner, getattr(port.call, "__name__", "")
    if owner is None or getattr(port.call, "__self__", None) is not owner:
        return returned
    if isinstance(returned, tuple | list) and len(returned) == 2:
        for i, part in enumerate(returned):
            if type(part) is type(owner) and part is not owner:
                port.owner, port.call = part, getattr(part, name)
                return returned[1 - i]
    return returned


@dataclass(frozen=True)
class Arguments:
    """Arguments for a call; `given` are the roles that have one."""

    positional: list[Any]
    named: dict[str, Any]
    given: frozenset[str]

    def call(self, function: Callable[..., Any]) -> Any:
        """Call a function with them."""
        return function(*self.positional, **self.named)


def chosen(
    parameters: Sequence[Mapping[str, Any]], roles: Sequence[str | None], values: Mapping[str, Any]
) -> Arguments:
    """Arguments for the roles that have a value; the rest keep their defaults."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    given = set()
    skipped = False
    for parameter, role in zip(parameters, roles, strict=True):
        if role is None or role not in values:
            skipped = True
            continue
        given.add(role)
        if parameter.get("positional_only") or not (skipped or parameter.get("keyword_only")):
            positional.append(values[role])
        else:
            named[parameter["name"]] = values[role]
    return Arguments(positional, named, frozenset(given))
