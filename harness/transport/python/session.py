"""One scenario with one fresh Python port: the port called, its state kept, its result found."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np

from harness.transport.python.arrays import Garbled, Named, Weights
from harness.transport.python.beginnings import Beginnings

Array = Any
_STATE_FIELDS = frozenset(
    "movingaverage movingaverages avg average averages v s ms cache meansquare squareavg"
    " squaredgrad squaredgrads history accumulator state".split()
)
# What comes back beside weights, or holds them; anything else is an object of somebody's own.
_READ = (type(None), bool, str, Number, np.generic, np.ndarray, Mapping, list, tuple, set)
_LONGEST_NAME = 60


@dataclass
class PythonPort:
    """What is called, with which parameters, whose it is, and the state it was handed back."""

    call: Callable[..., Any]
    parameters: list[dict[str, Any]]
    owner: Any
    state: Any = None
    started: bool = False


class Session:
    """The steps of one scenario: the port called with its arrays, the result found.

    Args:
        weights: handed over and read back.
        hyper: what the port is given for the hyperparameters and options it takes.
        binding: how it is called.
        ports: it, or one for each array.
        beginnings: of averages that are made up, as the source says it; None for zeros.
    """

    def __init__(
        self,
        weights: Weights,
        hyper: dict[str, Any],
        binding: Mapping[str, Any],
        ports: Sequence[PythonPort],
        beginnings: Beginnings | None = None,
    ) -> None:
        self._beginnings = beginnings
        self.weights, self.hyper, self._binding, self.ports = weights, hyper, binding, ports
        self.step = 0
        self.pair = ""
        self._came_back = False  # the last call did
        self._fed = False  # a gradient that is not 0
        self._unread = ""  # the type of what came back, where nobody knows what it holds
        self.gradients_changed = False
        self._fields: list[str] | None = None  # where a port of a class may keep its average

    @property
    def flat(self) -> Array:
        """The weights now, (N,)."""
        return self.weights.flat

    def owners(self) -> list[Any]:
        """What is called: objects, or functions with what they have caught."""
        return [port.call if port.owner is None else port.owner for port in self.ports]

    def facts(self) -> dict[str, Any]:
        """What was seen beside the numbers (see harness.model.observation)."""
        return {
            "where": self.weights.where or "nowhere",
            "container": self.weights.storage.container,
            "pair": self.pair,
            "gradients_changed": self.gradients_changed,
            "widened": self.weights.widened,
            "unread": "" if self.weights.where else self._unread,
            "missed": "" if self.weights.where else self._missed(),
        }

    def _missed(self) -> str:
        """What a port that moves nothing looks for among gradients by names; empty for nothing."""
        weights, part = self.weights, list(range(len(self.weights.cuts)))
        # It is asked once more, which changes what it keeps: only where it should have moved.
        still = not self._fed or not self.hyper.get("learning_rate", 1.0)
        if weights.storage.container != "map" or not self._came_back or still:
            return ""
        ones = [np.ones_like(weights.flat[cut]) for cut in weights.cuts]
        asked = Named(weights.together(part, map(weights.array, ones)))
        held = weights.together(part, map(weights.array, ones))
        with contextlib.suppress(Exception, SystemExit):
            self._call(self._binding, self.ports[0], asked, held, part)
        return asked.missed[:_LONGEST_NAME]

    def go(self, gradients: Array, taking_part: list[int]) -> None:
        """Go one step with a flat row of gradients. Raises Garbled, and what the port raises."""
        self._fed = self._fed or bool(gradients.any())
        if self.weights.storage.container == "array":
            for i in taking_part:
                self._go(self._binding, self.ports[i], gradients, [i])
        else:
            self._go(self._binding, self.ports[0], gradients, taking_part)

    def _go(
        self, binding: Mapping[str, Any], port: PythonPort, row: Array, part: list[int]
    ) -> None:
        weights = self.weights
        originals = [row[weights.cuts[i]] for i in part]
        given = weights.together(part, map(weights.array, originals))
        container = weights.given(part)
        self._came_back = False
        returned = self._call(binding, port, given, container, part)
        self._came_back = True
        for i, original in zip(part, originals):
            self._noted(weights.entry(given, part, i), original)
        weights.take(part, container, returned, binding.get("result", "auto"))
        if not weights.where and not (isinstance(returned, _READ) or returned is port.owner):
            self._unread = type(returned).__name__[:_LONGEST_NAME]

    def _noted(self, given: Any, original: Array) -> None:
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
        self,
        binding: Mapping[str, Any],
        port: PythonPort,
        gradients: Any,
        weights: Any,
        part: list[int],
    ) -> Any:
        values = {**self.hyper, "gradients": gradients, "weights": weights}
        roles = binding["call"]
        if "state" in roles:
            defaulted = port.parameters[roles.index("state")].get("default")
            if not port.started and not defaulted:
                if "begin" in binding:
                    port.state = self._begun(port, binding["begin"], weights, part)
                else:
                    named = port.parameters[roles.index("state")]["name"]
                    number = int(binding.get("initial", 0))
                    port.state = self._initial(number, part, port.call, named)
            # A port that hands no state back keeps it where its default is.
            if port.state is not None or not defaulted:
                values["state"] = port.state
        returned = chosen(port.parameters, roles, values).call(port.call)
        port.started = True
        returned = _succeeded(port, returned)
        return self._without_state(binding, port, returned, part) if "state" in roles else returned

    def _begun(self, port: PythonPort, name: str, weights: Any, part: list[int]) -> Any:
        """What a function beside the port makes of weights, or else of their number."""
        function = getattr(port.call, "__func__", port.call)
        maker = inspect.unwrap(function).__globals__[name]
        try:
            return maker(weights)
        except Exception:
            return maker(sum(self.weights.cuts[i].stop - self.weights.cuts[i].start for i in part))

    def _initial(self, number: int, part: list[int], call: Any, named: str) -> Any:
        """A first call's state without a default: nothing, nothing yet by name, or zeros.

        In place of zeros what the source says that it begins with. Raises Unbegun.
        """
        if number == 0:
            return None
        if number == 1:
            return {}
        weights = self.weights
        if weights.storage.container != "array":
            part = list(range(len(weights.cuts)))
        function = getattr(call, "__name__", "")
        begun = self._beginnings.of_argument(function, named) if self._beginnings else 0.0
        arrays = (np.full_like(weights.flat[weights.cuts[i]], begun) for i in part)
        return weights.together(part, map(weights.array, arrays))

    def _without_state(
        self, binding: Mapping[str, Any], port: PythonPort, returned: Any, part: list[int]
    ) -> Any:
        """Split a returned [weights, state] pair, whichever way round, or a map of both."""
        if isinstance(returned, Mapping):
            keys = {str(key).lower(): key for key in returned}
            state_key = next((keys[k] for k in keys if k.replace("_", "") in _STATE_FIELDS), None)
            weights_key = next(
                (keys[k] for k in ("weights", "params", "w", "theta") if k in keys), None
            )
            known = self.weights.names
            if state_key is not None and weights_key is not None and weights_key not in known:
                port.state = returned[state_key]
                return returned[weights_key]
        if isinstance(returned, (tuple, list)) and len(returned) == 2:
            sides = [self._distance(side, part) for side in returned]
            if sides[0] is not None or sides[1] is not None:
                distances = [float("inf") if side is None else side for side in sides]
                first = distances[0] <= distances[1]
                if None in sides and self._misshapen(returned[first], min(distances), part):
                    first = not first  # weights of another shape, beside a state of the right one
                if binding.get("pair") in ("first", "second"):
                    first = binding["pair"] == "first"
                elif distances[0] != distances[1]:
                    self.pair = "first" if first else "second"
                port.state = returned[1 if first else 0]
                return returned[0 if first else 1]
        return returned

    def _misshapen(self, side: Any, distance: float, part: list[int]) -> bool:
        """Whether a side that cannot be read is weights all the same, by the size of its numbers.

        Args:
            side: one of a pair.
            distance: of the other from the weights given.
            part: the arrays that take part.
        """
        parts = list(side.values()) if isinstance(side, Mapping) else side
        try:
            values = np.hstack([np.ravel(each) for each in parts]).astype(np.float64)
        except (TypeError, ValueError):
            return False
        usual = np.abs(self.weights.now(part))
        away = (
            np.abs(np.abs(values) - usual.mean()).mean() if len(values) and len(usual) else np.inf
        )
        return bool(distance > usual.sum() / 2 and away < usual.mean() / 2)

    def _distance(self, side: Any, part: list[int]) -> float | None:
        """How far a returned side is from the weights given; None where it cannot be them."""
        widened = self.weights.widened
        try:
            if isinstance(side, Mapping) and len(side) != len(part):
                return None
            values = self.weights.read(part, side)
        except Garbled:
            return None
        finally:  # a state may be wider than the weights
            self.weights.widened = widened
        far = float(np.abs(values - self.weights.now(part)).sum())
        return float("inf") if np.isnan(far) else far

    def average(self) -> Array | None:
        """The moving average where it is visible, (N,); it decides nothing."""
        everything = list(range(len(self.weights.cuts)))
        if self.weights.storage.container != "array":
            return self._average_of(self.ports[0], everything)
        parts = []
        for i in everything:
            if (values := self._average_of(self.ports[i], [i])) is None:
                return None
            parts.append(values)
        return np.concatenate(parts) if parts else None

    def _average_of(self, port: PythonPort, part: list[int]) -> Array | None:
        """The average of some arrays in a port's state or fields, one after another."""
        if port.state is not None:
            return self._read_average(port.state, part)
        fields = getattr(port.owner, "__dict__", {})
        if self._fields is None:
            known = [k for k in fields if k.replace("_", "").lower() in _STATE_FIELDS]
            # What does not read as an average now never will.
            self._fields = [k for k in known if self._read_average(fields[k], part) is not None]
        for key in self._fields:
            if (values := self._read_average(fields.get(key), part)) is not None:
                return values
        return None

    def _read_average(self, average: Any, part: list[int]) -> Array | None:
        """The values of an average, zeros for what a map does not have yet; None if it is none."""
        parts = []
        for i in part:
            length = self.weights.cuts[i].stop - self.weights.cuts[i].start
            try:
                if isinstance(average, Mapping):
                    value = average.get(self.weights.names[i], np.zeros(length))
                elif self.weights.storage.container == "list":
                    value = average[i]
                else:
                    value = average
                array = np.asarray(value, dtype=np.float64)
            except Exception:  # whatever a port keeps there is no concern of ours
                return None
            if array.shape != (length,):
                return None
            parts.append(array)
        return np.concatenate(parts) if parts else None


def _succeeded(port: PythonPort, returned: Any) -> Any:
    """What a port returned without its successor, whose the next step then is.

    An immutable port returns a changed copy of itself beside the weights.
    """
    owner, name = port.owner, getattr(port.call, "__name__", "")
    if owner is None or getattr(port.call, "__self__", None) is not owner:
        return returned
    if isinstance(returned, (tuple, list)) and len(returned) == 2:
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
    for parameter, role in zip(parameters, roles):
        if role is None or role not in values:
            skipped = True
            continue
        given.add(role)
        if parameter.get("several") and not isinstance(values[role], Mapping):
            value = values[role]
            positional += value if isinstance(value, (list, tuple)) else [value]
        elif parameter.get("positional_only") or not (skipped or parameter.get("keyword_only")):
            positional.append(values[role])
        else:
            named[parameter["name"]] = values[role]
    return Arguments(positional, named, frozenset(given))


def plain_facts(where: str) -> dict[str, Any]:
    """What is said of numbers that are put and read one by one (see harness.model.observation)."""
    return {
        "where": where,
        "container": "array",
        "pair": "",
        "gradients_changed": False,
        "widened": False,
    }


def concrete(thing: Any) -> Any:
    """A class of which objects can be made: what is abstract in it does nothing."""
    missing = getattr(thing, "__abstractmethods__", ()) if inspect.isclass(thing) else ()
    if not missing:
        return thing
    made = type(thing.__name__, (thing,), dict.fromkeys(missing, lambda *_, **__: None))
    made.__module__ = thing.__module__
    return made
