"""Objects that stand in for what an optimizer is handed: layers, parameters, models, settings.

A specification says what is to be offered (see harness.ports.plans): attributes, elements, what
a method does. `Builder` makes it of the weights and gradients of a scenario, and remembers each
place at which one of them is, so that gradients can be put there and weights read again.
"""

from __future__ import annotations

import contextlib
import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np

from harness.transport.python.anything import Anything


class Stand:
    """An object with the attributes that a source asks for."""


class Moving(Stand):
    """The same of something that steps are taken from, as it is: its weights move."""

    def __init__(self, weights: str) -> None:
        self.__dict__["_rmsproof_moves"] = weights


def _moved(by: Callable[[Any, Any], Any]) -> Callable[[Moving, Any], Moving]:
    def move(self: Moving, other: Any) -> Moving:
        name: str = self.__dict__["_rmsproof_moves"]
        setattr(self, name, by(getattr(self, name), other))
        return self

    return move


for _operation in "add sub mul truediv".split():
    setattr(Moving, f"__i{_operation}__", _moved(getattr(operator, _operation)))


class StandMap(dict):  # type: ignore[type-arg]
    """The same of something that holds entries as well."""

    __hash__ = object.__hash__  # type: ignore[assignment]


@dataclass
class Place:
    """Where an array is.

    Attributes:
        role: "weights" or "gradients".
        piece: the number of the array; None for one that only fills up.
        get, put: reads and writes it there.
    """

    role: str
    piece: Optional[int]
    get: Callable[[], Any]
    put: Callable[[Any], None]


Piece = Optional[int]


class Builder:
    """Makes what specifications describe.

    Args:
        array: the array of a role ("weights", "gradients", "zeros") and piece, new; what it
            begins with, if neither.
        names: of the pieces.
        slots: how many arrays go together: a layer's weights and biases are two.
        hyper: values by role.
        parameter: makes what holds weights and has their gradients as `grad`, if not a stand-in.
        first: the number in the first key that is put together with one.
        known: gives a class of the source by its name.
        numbered: maps have numbers as keys, where a name would do.
        begins: what arrays that are made up begin with in an attribute of this name.
        begun: what others begin with.
    """

    def __init__(
        self,
        array: Callable[[str, Piece, float], Any],
        names: Sequence[str],
        slots: int,
        hyper: Mapping[str, Any],
        parameter: Optional[Callable[[Any, Any], Any]] = None,
        first: int = 1,
        known: Optional[Callable[[str], Any]] = None,
        numbered: bool = False,
        begins: Callable[[str], float] = lambda _: 0.0,
        begun: float = 0.0,
    ) -> None:
        self._begins, self._begun = begins, begun
        self._within = ""  # the attribute that something is made for
        self._first, self._known, self._numbered = first, known, numbered
        self._array, self._names, self._slots, self._hyper = array, names, slots, hyper
        self._parameter = parameter
        self.places: list[Place] = []

    def build(self, spec: Mapping[str, Any], scope: Sequence[Piece]) -> list[Any]:
        """What a specification describes, in a list of one, where it may be replaced."""
        holder: list[Any] = [None]
        holder[0] = self._made(spec, scope, lambda: holder[0], lambda v: holder.__setitem__(0, v))
        return holder

    def _made(
        self,
        spec: Mapping[str, Any],
        scope: Sequence[Piece],
        get: Callable[[], Any],
        put: Callable[[Any], None],
    ) -> Any:
        kind = spec["kind"]
        if kind == "leaf":
            return self._leaf(spec, scope, get, put)
        if kind == "list":
            return self._list(spec, scope)
        if kind == "map":
            return self._attributed(self._map(spec, scope), spec, scope)
        if kind == "parts":
            parts: list[Any] = []
            for i, part in enumerate(spec["parts"]):
                parts.append(self._made(part, scope, *_inside(get, i)))
            return parts if spec.get("changed") else tuple(parts)
        if kind == "object":
            if self._parameter is not None and "grad" in spec["attributes"]:
                return self._real(scope[0], self._parameter)
            return self._attributed(self._bare(spec), spec, scope)
        if kind == "method":
            return self._method(spec, scope)
        if kind == "config":
            return {
                key: self._hyper[role] for key, role in spec["keys"].items() if role in self._hyper
            }
        if kind == "many":
            count = max(1, -(-len(scope) // self._slots)) + spec.get("beyond", 0)
            return [1] * count if spec.get("listed") else count
        if kind == "numpy":
            return np
        if kind == "anything":
            return Anything()
        if kind == "hyper":
            return self._hyper.get(spec["role"], spec.get("value"))
        if kind == "name":
            return self._names[scope[0]] if scope and scope[0] is not None else "w"
        return spec.get("value")

    def _bare(self, spec: Mapping[str, Any]) -> Any:
        """An object that has nothing yet, of a class that the source asks for."""
        for name in spec.get("classes", ()):
            with contextlib.suppress(Exception):  # there is no such class, or it wants arguments
                known: Any = self._known(name) if self._known else None
                if inspect.isclass(known) and known.__module__ != "builtins":
                    return object.__new__(known)
        weights = [n for n, part in spec["attributes"].items() if part.get("role") == "weights"]
        return Moving(weights[0]) if spec.get("moves") and weights else Stand()

    def put(
        self, owner: Any, attributes: Mapping[str, Mapping[str, Any]], scope: Sequence[Piece]
    ) -> None:
        """Give an object these attributes."""
        for name, inner in attributes.items():
            if _answers(owner, name) and inner["kind"] != "leaf":
                continue
            get, put = _attribute(owner, name)
            around, self._within = self._within, name
            put(self._made(inner, scope, get, put))
            self._within = around

    def _attributed(self, owner: Any, spec: Mapping[str, Any], scope: Sequence[Piece]) -> Any:
        self.put(owner, spec.get("attributes", {}), scope)
        if spec.get("mirrored") and (weights := self._weights_of(spec, scope)) is not None:
            for name in spec["mirrored"]:
                if not _answers(owner, name):
                    setattr(owner, name, getattr(weights, name, None))
        return owner

    def _weights_of(self, spec: Mapping[str, Any], scope: Sequence[Piece]) -> Any:
        leaves = [part for part in spec["attributes"].values() if part.get("role") == "weights"]
        slot = leaves[0].get("slot") or 0 if leaves else len(scope)
        return self._array("weights", scope[slot], 0.0) if slot < len(scope) else None

    def _real(self, piece: Piece, parameter: Callable[[Any, Any], Any]) -> Any:
        arrays = (self._array(role, piece, 0.0) for role in ("weights", "gradients"))
        made = parameter(*arrays)
        self.places.append(Place("weights", piece, *_attribute(made, "data")))
        self.places.append(Place("gradients", piece, *_attribute(made, "grad")))
        return made

    def _leaf(
        self,
        spec: Mapping[str, Any],
        scope: Sequence[Piece],
        get: Callable[[], Any],
        put: Callable[[Any], None],
    ) -> Any:
        slot = spec.get("slot") or 0
        piece = scope[slot] if slot < len(scope) else None
        if spec["role"] in ("weights", "gradients"):
            self.places.append(Place(spec["role"], piece, get, put))
            return self._array(spec["role"], piece, 0.0)
        begun = self._begins(self._within) if self._within else self._begun
        return self._array(spec["role"], piece, begun)

    def _groups(self, of: Mapping[str, Any], scope: Sequence[Piece]) -> list[Sequence[Piece]]:
        slotted = _slotted(of)
        size = self._slots if slotted and len(scope) > 1 else 1
        if of["kind"] == "list" and not slotted:  # two in each: what goes by one place is seen
            size = max(1, min(2, len(scope)))
        groups = [list(scope[i : i + size]) for i in range(0, len(scope), size)]
        for group in groups:
            group.extend([None] * (size - len(group)))
        return list(groups)

    def _list(self, spec: Mapping[str, Any], scope: Sequence[Piece]) -> Any:
        # Where its source counts from one on, something is there before that.
        groups = [[None] * self._slots] * spec.get("ahead", 0) + self._groups(spec["of"], scope)
        made: list[Any] = [None] * len(groups)
        for i, group in enumerate(groups):
            made[i] = self._made(spec["of"], group, *_entry(made, i))
        return made

    def _map(self, spec: Mapping[str, Any], scope: Sequence[Piece]) -> Any:
        made: dict[Any, Any] = StandMap() if spec.get("attributes") else {}
        key: Any
        for key, inner in spec.get("entries", {}).items():
            made[key] = self._made(inner, scope, *_entry(made, key))
        if prefixes := spec.get("prefixes"):
            size = len(prefixes)
            for start in range(0, len(scope), size):
                for slot, prefix in enumerate(prefixes):
                    piece = scope[start + slot] if start + slot < len(scope) else None
                    key = f"{prefix}{self._number(scope[start], start, size)}"
                    made[key] = self._made(spec["of"], [piece], *_entry(made, key))
        elif "of" in spec:
            for group in self._groups(spec["of"], scope):
                first = group[0]
                key = spec.get("before", "") + (self._names[first] if first is not None else "_")
                key = self._number(first, 0, self._slots) if self._numbered else key
                made[key] = self._made(spec["of"], group, *_entry(made, key))
        return made

    def _number(self, piece: Piece, start: int, size: int) -> int:
        """The number of the group that begins with a piece, among all that there are."""
        return (start if piece is None else piece) // size + self._first

    def _method(self, spec: Mapping[str, Any], scope: Sequence[Piece]) -> Callable[..., Any]:
        inner = Builder(
            self._array,
            self._names,
            self._slots,
            self._hyper,
            self._parameter,
            self._first,
            self._known,
            self._numbered,
            self._begins,
            self._begun,
        )
        inner._within = self._within
        returned = inner.build(spec["returns"], scope) if spec.get("returns") else [None]
        self.places.extend(inner.places)
        effect = spec.get("effect", "nothing")
        # All that is known by now, and what the objects around it will still add.
        places, names = self.places, self._names

        def method(*given: Any, **named: Any) -> Any:
            if effect != "nothing":
                _taken(effect, [*given, *named.values()], places, scope, names)
            return returned[0]

        return method


def _answers(owner: Any, name: str) -> bool:
    """Whether a class that the source asks for answers itself what an attribute is."""
    known = getattr(type(owner), name, None)
    return isinstance(known, property) and known.fset is None


def _taken(
    effect: str,
    given: Sequence[Any],
    places: Sequence[Place],
    scope: Sequence[Piece],
    names: Sequence[str],
) -> None:
    """Do to the weights what a stand-in's method is taken to do with what it is given."""
    pieces: list[Piece] = list(scope)
    values = list(given)
    if values and (keys := _keys(values[0])) is not None:
        pieces = [i for i in scope if i is not None and names[i] in keys] or pieces
        values = values[1:]
    flat: list[Any] = []
    listed = [v for v in values if isinstance(v, (list, tuple))]
    if len(listed) == len(values) and values:
        for together in zip(*listed):
            flat.extend(together)
    else:
        flat = values
    for piece, value in zip(pieces, flat):
        for place in places:
            if place.role == "weights" and place.piece == piece and piece is not None:
                now = place.get()
                if effect == "set":
                    place.put(value)
                elif effect == "add":
                    place.put(now + value)
                elif effect == "subtract":
                    place.put(now - value)
                elif effect == "times gradient":
                    gradient = next(
                        p for p in places if p.role == "gradients" and p.piece == piece
                    ).get()
                    place.put(now - value * gradient)
                break


def _keys(value: Any) -> Optional[set[str]]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, (list, tuple)) and value and all(isinstance(v, str) for v in value):
        return set(value)
    return None


def _slotted(spec: Mapping[str, Any]) -> bool:
    """Whether arrays of a group are told apart by name below this."""
    if spec.get("slot") is not None:
        return True
    inner = [spec.get("of"), spec.get("returns"), *spec.get("parts", [])]
    inner += [*spec.get("attributes", {}).values(), *spec.get("entries", {}).values()]
    return any(_slotted(part) for part in inner if part)


def _entry(holder: Any, key: Any) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    def put(value: Any) -> None:
        holder[key] = value

    return lambda: holder[key], put


def _inside(get: Callable[[], Any], key: int) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    """A part of what may be replaced by another; that of a tuple is changed in place."""

    def put(value: Any) -> None:
        parts = get()
        if isinstance(parts, tuple):
            parts[key][...] = value
        else:
            parts[key] = value

    return lambda: get()[key], put


def _attribute(owner: Any, name: str) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    return lambda: getattr(owner, name), lambda value: setattr(owner, name, value)
