"""One object or function that is called as a plan says, and where its weights come out."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Optional, Protocol

import numpy as np

from harness.transport.python.anything import Anything
from harness.transport.python.arrays import Garbled
from harness.transport.python.beginnings import Beginnings
from harness.transport.python.stand_ins import Builder, Piece, Place

Row = Any
# What is handed over, unlike what begins as zeros.
_GIVEN = ("weights", "gradients")
# The key of what an object has itself among what was built.
_OWN = ""


class Steps(Protocol):
    """The scenario that an instance is part of; see harness.transport.python.planned."""

    plan: Mapping[str, Any]
    slots: int
    names: list[str]
    cuts: list[slice]
    array_of: list[int]
    flat: Row
    gradients: Row
    dtype: Any
    parameter: Any
    beginnings: Optional[Beginnings]
    gradients_changed: bool
    widened: bool
    first: str

    @property
    def result(self) -> str:
        """Where the weights come out, "auto" until that is known."""

    @property
    def learning_rate(self) -> float:
        """What a returned step is multiplied with that the port leaves unscaled."""

    def settled(self, where: str) -> None:
        """Remember where the weights come out."""

    def array(self, role: str, piece: Piece, begun: float = 0.0) -> Any:
        """A new array for a role, as the port is handed one; what else begins as is `begun`."""

    def feed(self, spec: Mapping[str, Any], unit: Sequence[Piece]) -> Any:
        """What an argument is that is no array."""

    def read(self, piece: int, value: Any) -> Row:
        """The values of a piece, flat. Raises Garbled."""

    def target(self, name: str) -> Any:
        """The class or function of that name."""

    def hyper(self) -> dict[str, Any]:
        """The values that are given, by role."""


class Instance:
    """One object or function with the units that it updates."""

    def __init__(self, session: Steps, units: list[list[Piece]]) -> None:
        self._session, self._units = session, units
        self._state: Any = None
        # What is returned anew by who is called, and handed over again: by unit and number.
        self._carried: dict[tuple[str, int], Any] = {}
        self._built: dict[str, tuple[list[Any], list[Place]]] = {}
        plan = session.plan
        everything = [i for unit in units for i in unit]
        self._everything = everything
        if "class" in plan:
            given = self._arguments(plan.get("construct", {}), everything)
            made = session.target(plan["class"])
            self._owner = self._furnished(made, given) if "own" in plan else made(**given)
        else:
            self._owner = None
            self._function = session.target(plan["function"])
            if "closure" in plan:
                self._function = self._function(**self._arguments(plan["closure"], everything))
        for name, spec in plan.get("set", {}).items():
            setattr(self._owner, name, self._argument(spec, everything))
        for call in plan.get("before", []):
            for unit in units if call.get("units") else [everything]:
                self._call(call, unit)
        if (initial := plan.get("initial")) is not None:
            self._state = self._initial(initial, everything)

    def _furnished(self, made: Any, given: Mapping[str, Any]) -> Any:
        """An object whose constructor goes as far as it can, with a scenario's arrays put in."""
        own = self._session.plan["own"]
        owner = made.__new__(made)
        unset: Sequence[str] = ()
        with contextlib.suppress(Exception):
            owner.__init__(**given)
            unset = own["unset"]  # nobody would have made it: it is missing, and says so
        for name, parameter in own["stored"].items():
            if parameter in given:
                vars(owner).setdefault(name, given[parameter])
        for name, spec in own["filled"].items():
            if name in unset and not hasattr(owner, name):
                continue
            if isinstance(getattr(owner, name, None), (type(None), Anything)):
                setattr(owner, name, self._argument(spec, self._everything))
        builder = self._builder(self._attributes_begin())
        builder.put(owner, own["data"], self._everything)
        self._built[_OWN] = [owner], builder.places
        return owner

    def _attributes_begin(self) -> Callable[[str], float]:
        """What made-up arrays in attributes begin with."""
        beginnings = self._session.beginnings
        return beginnings.of_attribute if beginnings else lambda _: 0.0

    def _handed(self, name: str) -> float:
        """What a made-up array begins with that the step is handed by this name."""
        plan, beginnings = self._session.plan, self._session.beginnings
        calls = [call for call in plan["calls"] if name in call.get("arguments", {})]
        called = calls[0].get("method") if calls else None
        function = str(called or plan.get("function", ""))
        return beginnings.of_argument(function, name) if beginnings and function else 0.0

    def _builder(self, begins: Callable[[str], float], begun: float = 0.0) -> Builder:
        session = self._session
        first = session.plan.get("first", 1)
        hyper, parameter = session.hyper(), session.parameter
        known, numbered = session.target, bool(session.plan.get("numbered"))
        slots = session.slots
        return Builder(
            session.array,
            session.names,
            slots,
            hyper,
            parameter,
            first,
            known,
            numbered,
            begins,
            begun,
        )

    def _initial(self, initial: Mapping[str, Any], unit: Sequence[Piece]) -> Any:
        if "function" in initial:
            function = self._session.target(initial["function"])
            return function(**self._arguments(initial["arguments"], unit))
        if initial["kind"] in ("keys", "zeros"):
            given = [call.get("arguments", {}) for call in self._session.plan["calls"]]
            states = [name for one in given for name, spec in one.items() if "state" in spec]
            begun = self._handed(states[0]) if states else 0.0
        if initial["kind"] == "keys":
            places = [unit[slot] if slot < len(unit) else None for slot in initial["slots"]]
            arrays = [self._session.array("zeros", piece, begun) for piece in places]
            return dict(zip(initial["keys"], arrays))
        if initial["kind"] == "zeros" and self._session.plan["arrangement"] == "each":
            return self._session.array("zeros", self._units[0][0], begun)
        if initial["kind"] == "zeros":  # one for each that has weights
            return [self._session.array("zeros", each[0], begun) for each in self._units]
        return {"empty": {}, "none": None}[initial["kind"]]

    def _call(self, call: Mapping[str, Any], unit: Sequence[Piece]) -> Any:
        arguments = self._arguments(call.get("arguments", {}), unit)
        method = getattr(self._owner, call["method"]) if "method" in call else self._function
        listed = [name for name in call.get("positional", []) if name in arguments]
        positional = [arguments.pop(name) for name in listed]
        positional += arguments.pop(call["spread"], ()) if "spread" in call else ()
        return method(*positional, **arguments)

    def _arguments(self, specs: Mapping[str, Any], unit: Sequence[Piece]) -> dict[str, Any]:
        return {name: self._argument(spec, unit, name) for name, spec in specs.items()}

    def _argument(self, spec: Mapping[str, Any], unit: Sequence[Piece], name: str = "") -> Any:
        if "state" in spec:
            return self._state
        if "carried" in spec:
            number = int(spec["carried"])
            piece = unit[number] if number < len(unit) else None
            begun = self._session.array("zeros", piece, self._handed(name))
            return self._carried.setdefault((str(unit), number), begun)
        if "data" not in spec:
            return self._session.feed(spec, unit)
        # What holds weights stays the same from step to step, wherever it is handed over; what
        # begins as zeros does under its name: one of two averages is not the other.
        key = json.dumps([spec["data"], list(unit)], sort_keys=True)
        key += "" if any(f'"role": "{role}"' in key for role in _GIVEN) else name
        if key not in self._built:
            up = _makes_up(spec["data"])
            begun = self._handed(name) if up else 0.0
            builder = self._builder(self._attributes_begin(), begun)
            holder = builder.build(spec["data"], unit)
            self._built[key] = holder, builder.places
        return self._built[key][0][0]

    # -- a step ----------------------------------------------------------------------------------

    def go(self, part: set[int]) -> None:
        """Go one step with the arrays that take part."""
        session = self._session
        units = self._units if session.plan["arrangement"] != "together" else [self._everything]
        for unit in units:
            taking = [i for i in unit if i is not None and session.array_of[i] in part]
            if not taking and len(part):
                continue
            self._one(unit, taking)

    def _one(self, unit: Sequence[Piece], taking: Sequence[int]) -> None:
        session = self._session
        self._fresh_gradients(unit)
        returned: Any = None
        for call in session.plan["calls"]:
            came = self._call(call, unit)
            if not call.get("hook"):
                returned = came
        self._noted(unit)
        returned = self._without_carried(returned, unit)
        self._take(taking, self._without_state(returned, taking), unit)

    def _fresh_gradients(self, unit: Sequence[Piece]) -> None:
        """Gradients of their own for this step, in new containers where they are alone."""
        scope = set(unit)
        for key, (_, places) in list(self._built.items()):
            mine = [
                p for p in places if p.role == "gradients" and (p.piece in scope or p.piece is None)
            ]
            if not mine:
                continue
            if key != _OWN and all(place.role == "gradients" for place in places):
                del self._built[key]
                continue
            for place in mine:
                place.put(self._session.array("gradients", place.piece))

    def _noted(self, unit: Sequence[Piece]) -> None:
        session = self._session
        for _, places in self._built.values():
            for place in places:
                if place.role != "gradients" or place.piece is None or place.piece not in unit:
                    continue
                try:
                    now = session.read(place.piece, place.get())
                except Garbled:  # set to None, or taken away: it was used up
                    continue
                session.gradients_changed |= not np.array_equal(
                    now, session.gradients[session.cuts[place.piece]], equal_nan=True
                )

    def _take(self, taking: Sequence[int], returned: Any, unit: Sequence[Piece]) -> None:
        """Read the weights after a call, wherever they are."""
        session = self._session
        places = {
            place.piece: place
            for _, listed in self._built.values()
            for place in listed
            if place.role == "weights" and place.piece is not None
        }
        if session.result in ("auto", "entries"):
            moved = False
            read = {}
            for i in taking:
                if i in places:
                    read[i] = session.read(i, places[i].get())
                    moved |= not _same(read[i], session.flat[session.cuts[i]])
            if moved or session.result == "entries":
                for i, values in read.items():
                    session.flat[session.cuts[i]] = values
                if moved:
                    session.settled("in place")
                return
        if session.result == "auto" and returned is None:
            return
        values = self._returned(taking, returned, unit)
        if session.result == "auto":
            session.settled(self._kind(values))
        for i, value in values.items():
            cut = session.cuts[i]
            if session.result == "returned":
                session.flat[cut] = value
            else:
                factor = session.learning_rate if session.plan.get("scaled") else 1.0
                moved_by = value if factor == 1.0 else np.asarray(factor * value)
                # As `w -= step` does it: in the wider of the two, then as it is stored.
                now = session.flat[cut].astype(session.dtype)
                after = now + moved_by if session.result == "step added" else now - moved_by
                session.flat[cut] = after.astype(session.dtype).astype(np.float64)
            if i in places:
                places[i].put(session.array("weights", i))

    def _kind(self, values: Mapping[int, Row]) -> str:
        """Whether weights were returned, or the step: far from them, along the gradient or not."""
        session = self._session
        far = near = along = 0.0
        for i, value in values.items():
            cut = session.cuts[i]
            far += float(np.abs(value - session.flat[cut]).sum())
            near += float(np.abs(value).sum())
            along += float((value * session.gradients[cut]).sum())
        if not far:
            return "returned"
        if far < near:
            return "returned"
        return "step added" if along < 0 else "step subtracted"

    def _returned(
        self, taking: Sequence[int], returned: Any, unit: Sequence[Piece]
    ) -> dict[int, Row]:
        """The arrays in what was returned. Raises Garbled."""
        session = self._session
        if len(taking) == 1 and not isinstance(returned, (list, tuple, dict)):
            return {taking[0]: session.read(taking[0], returned)}
        if isinstance(returned, Mapping):
            found = {}
            values = list(returned.values())
            for at, i in enumerate(taking):
                if session.names[i] in returned:
                    found[i] = session.read(i, returned[session.names[i]])
                elif len(values) == len(unit):
                    found[i] = session.read(i, values[at])
            if len(found) == len(taking):
                return found
            raise Garbled("what it returned holds no such arrays", misread=True)
        if isinstance(returned, (list, tuple, np.ndarray)):
            if len(taking) == 1:
                try:
                    return {taking[0]: session.read(taking[0], returned)}
                except Garbled:
                    pass
            if len(returned) == len(unit):
                return {i: session.read(i, returned[unit.index(i)]) for i in taking}
            if len(returned) >= len(taking):
                return {i: session.read(i, returned[at]) for at, i in enumerate(taking)}
        raise Garbled(f"what it returned is a {type(returned).__name__}, no arrays", misread=True)

    def _without_carried(self, returned: Any, unit: Sequence[Piece]) -> Any:
        """What was returned without what is handed over again by its place there."""
        listed = self._session.plan.get("returned")
        if not listed or not isinstance(returned, tuple) or len(returned) != len(listed):
            return returned
        arguments = self._session.plan["calls"][0]["arguments"]
        left = []
        for name, value in zip(listed, returned):
            if "carried" in (spec := arguments.get(name, {})):
                self._carried[str(unit), int(spec["carried"])] = value
            else:
                left.append(value)
        return left[0] if len(left) == 1 else tuple(left)

    def _without_state(self, returned: Any, taking: Sequence[int]) -> Any:
        """What was returned without the state, which is handed over again."""
        if not self._session.plan.get("stateful"):
            return returned
        if not isinstance(returned, (tuple, list)) or len(returned) != 2:
            if isinstance(returned, dict) and not taking:
                self._state = returned
            return returned
        widened = self._session.widened
        first = self._session.first or self._first(returned, taking)
        # To look at a state in passing says nothing of the weights.
        self._session.first, self._session.widened = first, widened
        self._state = returned[first == "first"]
        return returned[first == "second"]

    def _first(self, returned: Sequence[Any], taking: Sequence[int]) -> str:
        """Which side of a pair weights are, or a step: "first" or "second"; the other is a state.

        What is nearer to the weights is; of two that are far from any the one that has signs, as
        squares have none.
        """
        sides = [self._distance(side, taking) for side in returned]
        usual = sum(float(np.abs(self._session.flat[self._session.cuts[i]]).sum()) for i in taking)
        if usual / 2 < min(sides) and max(sides) < sys.float_info.max:
            signed = [
                any((values < 0).any() for values in self._returned(taking, side, taking).values())
                for side in returned
            ]
            return "second" if signed == [False, True] else "first"
        return "first" if sides[0] <= sides[1] else "second"

    def _distance(self, side: Any, taking: Sequence[int]) -> float:
        session = self._session
        held = (h[0] for h, places in self._built.values() if any(_weighs(p) for p in places))
        if isinstance(side, Mapping) and any(side is one for one in held):
            return -1.0
        try:
            values = self._returned(taking, side, taking)
        except (Garbled, KeyError, IndexError, TypeError):
            return float("inf")
        far = sum(float(np.abs(v - session.flat[session.cuts[i]]).sum()) for i, v in values.items())
        # Weights that are no numbers are weights all the same.
        return sys.float_info.max if np.isnan(far) or np.isinf(far) else far


def _makes_up(spec: Mapping[str, Any]) -> bool:
    """Whether something that is made for a parameter holds arrays that begin as zeros."""
    if spec["kind"] == "leaf":
        return spec["role"] not in _GIVEN
    inside = [spec.get("of"), *spec.get("parts", ()), *spec.get("entries", {}).values()]
    return any(_makes_up(part) for part in inside if part)


def _weighs(place: Place) -> bool:
    return place.role == "weights"


def _same(now: Row, before: Row) -> bool:
    return bool(np.array_equal(now, before, equal_nan=True))
