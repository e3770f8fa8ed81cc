"""One object or function that is called as a plan says."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.transport.python.anything import Anything
from harness.transport.python.arrays import Garbled
from harness.transport.python.outcome import Outcome
from harness.transport.python.stand_ins import Builder, Piece, Place
from harness.transport.python.steps import Steps

# What is handed over, unlike what begins as zeros.
_GIVEN = ("weights", "gradients")
# The key of what an object has itself among what was built.
_OWN = ""


class Instance:
    """One object or function with the units that it updates."""

    def __init__(self, session: Steps, units: list[list[Piece]]) -> None:
        self._session, self._units = session, units
        self._outcome = Outcome(session)
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
            self.owner = self._furnished(made, given) if "own" in plan else made(**given)
        else:
            self.owner = None
            self._function = session.target(plan["function"])
            if "closure" in plan:
                self._function = self._function(**self._arguments(plan["closure"], everything))
        for name, spec in plan.get("set", {}).items():
            setattr(self.owner, name, self._argument(spec, everything))
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
        method = getattr(self.owner, call["method"]) if "method" in call else self._function
        listed = [name for name in call.get("positional", []) if name in arguments]
        positional = [arguments.pop(name) for name in listed]
        positional += arguments.pop(call["spread"], ()) if "spread" in call else ()
        return method(*positional, **arguments)

    def _arguments(self, specs: Mapping[str, Any], unit: Sequence[Piece]) -> dict[str, Any]:
        return {
            name: self._argument(spec, unit, name)
            for name, spec in specs.items()
            if not self._begins_itself(spec, unit)
        }

    def _begins_itself(self, spec: Mapping[str, Any], unit: Sequence[Piece]) -> bool:
        """Whether an argument is left out: what it becomes is handed over again, not yet there."""
        return bool(spec.get("begun")) and (str(unit), int(spec["carried"])) not in self._carried

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
        taken = [
            (unit, taking)
            for unit in units
            if (taking := [i for i in unit if i is not None and session.array_of[i] in part])
            or not len(part)
        ]
        calls = list(session.plan["calls"])
        steps = [place for place, call in enumerate(calls) if not _around(call)]
        # What a class does around a step is done once, however many units there are.
        first, last = (steps[0], steps[-1] + 1) if len(taken) > 1 else (0, len(calls))
        for call in calls[:first]:
            self._call(call, taken[0][0])
        for unit, taking in taken:
            self._one(unit, taking, calls[first:last])
        for call in calls[last:]:
            self._call(call, taken[0][0])

    def _one(
        self, unit: Sequence[Piece], taking: Sequence[int], calls: Sequence[Mapping[str, Any]]
    ) -> None:
        self._fresh_gradients(unit)
        returned: Any = None
        for call in calls:
            came = self._call(call, unit)
            if not call.get("hook"):
                returned = came
        self._noted(unit)
        returned = self._without_carried(returned, unit)
        weights = {
            place.piece: place
            for _, places in self._built.values()
            for place in places
            if place.role == "weights" and place.piece is not None
        }
        self._outcome.take(taking, self._without_state(returned, taking), unit, weights)

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

    def _without_carried(self, returned: Any, unit: Sequence[Piece]) -> Any:
        """What was returned without what is handed over again by its place there."""
        listed = self._session.plan.get("returned")
        if not listed and isinstance(returned, tuple):
            return self._without_own(returned)
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

    def _without_own(self, returned: tuple[Any, ...]) -> Any:
        """What was returned without what was handed over and holds no weights, as it is."""
        held = [
            holder[0]
            for holder, places in self._built.values()
            if not any(place.role in _GIVEN for place in places)
        ]
        left = [value for value in returned if not any(value is one for one in held)]
        return left[0] if len(left) == 1 < len(returned) else returned

    def _without_state(self, returned: Any, taking: Sequence[int]) -> Any:
        """What was returned without the state, which is handed over again."""
        if not self._session.plan.get("stateful"):
            return returned
        if not isinstance(returned, (tuple, list)) or len(returned) != 2:
            if isinstance(returned, dict) and not taking:
                self._state = returned
            return returned
        widened = self._session.widened
        held = [
            holder[0]
            for holder, places in self._built.values()
            if any(place.role == "weights" for place in places)
        ]
        first = self._session.first or self._outcome.first(returned, taking, held)
        # To look at a state in passing says nothing of the weights.
        self._session.first, self._session.widened = first, widened
        self._state = returned[first == "first"]
        return returned[first == "second"]


def _around(call: Mapping[str, Any]) -> bool:
    """Whether a call is none of the step's, but what a class asks for before or after it."""
    return bool(call.get("hook")) and "arguments" not in call


def _makes_up(spec: Mapping[str, Any]) -> bool:
    """Whether something that is made for a parameter holds arrays that begin as zeros."""
    if spec["kind"] == "leaf":
        return spec["role"] not in _GIVEN
    inside = [spec.get("of"), *spec.get("parts", ()), *spec.get("entries", {}).values()]
    return any(_makes_up(part) for part in inside if part)
