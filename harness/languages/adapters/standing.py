"""An adapter in Python in which objects stand in for what a source is handed.

Where a class takes layers, networks or maps of its own, a plan (see harness.ports.plans) says
what the source asks of them. Written out, each is a namespace with these attributes; what nobody
knows is left to a person, on the line where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.languages.adapters import MARK, RATES

Spec = Mapping[str, Any]
_MARGIN = " " * 12
_WIDE = 96
# Names that the adapter has itself.
_TAKEN = frozenset(("self", "w", "g", "name", "weights", "gradients", "optimizer", "np"))
# What a plan needs that is not written out here.
_BEYOND = ("stateful", "closure", "loop", "initial", "returned")


class Beyond(Exception):
    """A plan that cannot be written out as objects that stand in."""


def lines(plan: Mapping[str, Any], imports: Sequence[str], name: str) -> list[str]:
    """The lines of an adapter that calls a source as a plan says.

    Args:
        plan: the `plan` of a message.
        imports: the lines by which the source is imported.
        name: of the adapter's class.

    Raises:
        Beyond: it needs more than is written out here.
    """
    if any(key in plan for key in _BEYOND) or any("spread" in call for call in plan["calls"]):
        raise Beyond
    called = str(plan.get("class") or plan["function"])
    held = _Held(plan)
    made = list(held.made())
    steps = list(held.steps(called))
    text = "\n".join((*made, *steps))
    head = [f'"""{called} as rmsproof calls it."""', ""]
    if "SimpleNamespace(" in text:
        head += ["from types import SimpleNamespace", ""]
    if "np." in text or "=np" in text:
        head += ["import numpy as np", ""]
    counted = "self.steps" in text
    rates = ", ".join(f"self.{role}" for role in RATES)
    body = [
        *imports,
        "",
        "",
        f"class {name}:",
        f"    def __init__(self, {', '.join(RATES)}):",
        f"        {rates} = {', '.join(RATES)}",
        "        self.made = {}",
        *(["        self.steps = 0"] * counted),
        "",
        "    def update(self, weights, gradients):",
        *(["        self.steps += 1"] * counted),
        "        for name, g in gradients.items():",
        f"{_MARGIN}w = weights[name]",
    ]
    return [*head, *body, *made, *steps]


def places_weights(plan: Mapping[str, Any]) -> bool:
    """Whether what a source is handed holds the weights, so that they can be read again."""
    calls = [*plan.get("before", []), *plan["calls"]]
    fed = [plan.get("construct", {}), _own(plan), *(call.get("arguments", {}) for call in calls)]
    specs = [feed["data"] for arguments in fed for feed in arguments.values() if "data" in feed]
    return any(
        spec.get("role") == "weights" or any(value == "w" for _, value in _places(spec, "it"))
        for spec in specs
    )


class _Held:
    """What an adapter keeps for each array: the optimizer, and the objects that it is handed."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._plan = plan
        self._objects: dict[str, Spec] = {}
        calls = [*plan.get("before", []), *plan["calls"]]
        fed = [plan.get("construct", {}), plan.get("set", {}), _own(plan)]
        for arguments in (*fed, *(call.get("arguments", {}) for call in calls)):
            for name, feed in arguments.items():
                spec = feed.get("data")
                if spec is not None and _keeps(spec):
                    known = self._objects.get(name)
                    self._objects[name] = spec if known is None else _merged(known, spec)

    @property
    def _names(self) -> list[str]:
        owner = ["optimizer"] if "class" in self._plan else []
        return [*owner, *map(_variable, self._objects)]

    def made(self) -> Iterator[str]:
        """The lines that make all that is kept, the first time that an array is met."""
        plan, margin = self._plan, _MARGIN + "    "
        if not self._names:
            return
        yield f"{_MARGIN}if name not in self.made:"
        for name, spec in self._objects.items():
            parts = _parts(spec, name)
            yield from _statement(f"{margin}{_variable(name)} = ", parts, margin)
        if "class" in plan:
            yield from self._call(f"{margin}optimizer = {plan['class']}", plan["construct"], margin)
            for key, feed in plan.get("set", {}).items():
                value, mark = self._given(key, feed)
                yield f"{margin}optimizer.{key} = {value}{mark}"
            for key, feed in _own(plan).items():
                value, mark = self._given(key, feed)
                yield f"{margin}optimizer.{key} = {value}{mark}"
        for call in plan.get("before", []):
            opening = f"{margin}optimizer.{call['method']}"
            yield from self._call(opening, call.get("arguments", {}), margin)
        names = ", ".join(self._names)
        yield f"{margin}self.made[name] = {names}"
        yield f"{_MARGIN}{names} = self.made[name]"

    def steps(self, called: str) -> Iterator[str]:
        """The lines of one step: arrays put in their places, calls, the weights read again."""
        places: list[tuple[str, str]] = []
        for name, spec in self._objects.items():
            places += _places(spec, _variable(name))
        for path, value in places:
            yield f"{_MARGIN}{path} = {value}"
        weights = next((path for path, value in places if value == "w"), None)
        for name, spec in self._objects.items():
            for path, effect in _effects(spec, _variable(name)):
                yield f"{_MARGIN}{path} = {_moving(effect, weights)}  # {MARK}: does it do that?"
        given = [
            f["data"]
            for c in self._plan["calls"]
            for f in c.get("arguments", {}).values()
            if "data" in f and f["data"]["kind"] == "leaf"
        ]
        inline = [spec for spec in given if spec["role"] == "weights" and not spec.get("slot")]
        for call in self._plan["calls"]:
            opening = f"optimizer.{call['method']}" if "class" in self._plan else called
            opening = opening.replace(".__call__", "")
            if weights is None and not call.get("hook"):
                opening = f"returned = {opening}"
            yield from self._call(f"{_MARGIN}{opening}", call.get("arguments", {}), _MARGIN)
        if weights is not None:
            yield f"{_MARGIN}weights[name] = {weights}"
        elif inline:
            yield (
                f"{_MARGIN}if returned is not None:  # {MARK}: keep this if it returns the new"
                " weights, not the step"
            )
            yield f"{_MARGIN}    weights[name] = returned"
        else:
            yield f"{_MARGIN}weights[name] = w - returned  # {MARK}: or +, as the source does it"

    def _call(self, opening: str, arguments: Spec, margin: str) -> Iterator[str]:
        parts = []
        for name, feed in arguments.items():
            value, mark = self._given(name, feed)
            parts.append((f"{name}={value}", mark))
        yield from _statement(opening, ("(", parts, ")"), margin)

    def _given(self, name: str, feed: Spec) -> tuple[str, str]:
        """An argument, and the comment behind it."""
        if "data" in feed:
            if name in self._objects:
                return _variable(name), ""
            marks: list[str] = []
            text = _text(feed["data"], name, marks)
            return text, _comment(marks)
        if "role" in feed:
            return f"self.{feed['role']}" if feed["role"] in RATES else "0.0", ""
        if "open" in feed:
            return "None", _comment([name])
        if "size" in feed:
            return "w.shape" if feed["size"] == "shape" else "w.size", ""
        for key, text in (("counter", "self.steps"), ("name", "name"), ("many", "1")):
            if key in feed:
                return text, ""
        return repr(feed.get("value")), ""


def _own(plan: Mapping[str, Any]) -> dict[str, Spec]:
    """What is put in place of attributes that the constructor made."""
    return {key: {"data": spec} for key, spec in plan.get("own", {}).get("data", {}).items()}


def _variable(name: str) -> str:
    return f"{name}_" if name in _TAKEN else name


def _comment(marks: Sequence[str]) -> str:
    return f"  # {MARK}: what {' and '.join(marks)} is" if marks else ""


def _statement(
    opening: str, parts: tuple[str, Sequence[tuple[str, str]], str], margin: str
) -> Iterator[str]:
    """A call, or what makes an object: on one line, or one a line where something is left open."""
    before, inside, after = parts
    whole = f"{opening}{before}{', '.join(text for text, _ in inside)}{after}"
    if not any(mark for _, mark in inside) and len(whole) <= _WIDE:
        yield whole
        return
    yield f"{opening}{before}"
    for text, mark in inside:
        yield f"{margin}    {text},{mark}"
    yield f"{margin}{after}"


def _parts(spec: Spec, name: str) -> tuple[str, list[tuple[str, str]], str]:
    """What makes an object, its parts with the comments behind each."""
    if spec["kind"] == "object":
        parts = []
        for key, inner in _attributes(spec).items():
            marks: list[str] = []
            parts.append((f"{key}={_text(inner, f'{name}.{key}', marks)}", _comment(marks)))
        return "SimpleNamespace(", parts, ")"
    marks = []
    text = _text(spec, name, marks)
    if not marks:
        return text, [], ""
    return "(", [(text, _comment(marks))], ")[0]"


def _attributes(spec: Spec) -> dict[str, Spec]:
    weights = next((s for s in spec["attributes"].values() if s.get("role") == "weights"), None)
    mirrored = spec.get("mirrored", []) if weights is not None and not weights.get("slot") else []
    return {**spec["attributes"], **{key: {"kind": "mirrored", "of": key} for key in mirrored}}


def _text(spec: Spec, name: str, marks: list[str]) -> str:
    """What makes something, as code; what nobody knows of it goes to `marks`."""
    kind = spec["kind"]
    if kind == "leaf":
        if spec.get("slot"):
            return "np.zeros(1)"
        if spec["role"] == "zeros" and not spec.get("written"):
            marks.append(name)
        return {"weights": "w", "gradients": "g"}.get(spec["role"], "np.zeros_like(w)")
    if kind == "list":
        return f"[{_text(spec['of'], f'{name}[0]', marks)}]"
    if kind == "parts":
        if not _places(spec, "it.parts"):  # what of sizes, or of what else
            marks.append(name)
        inner = ", ".join(
            _text(part, f"{name}[{i}]", marks) for i, part in enumerate(spec["parts"])
        )
        return f"[{inner}]"  # which is unpacked as a tuple is, and can be filled anew
    if kind == "object":
        parts = (f"{k}={_text(s, f'{name}.{k}', marks)}" for k, s in _attributes(spec).items())
        return f"SimpleNamespace({', '.join(parts)})"
    if kind == "map" and not spec.get("attributes"):
        entries = (f"{k}: {_text(s, f'{name}[{k}]', marks)}" for k, s in _entries(spec))
        return f"{{{', '.join(entries)}}}"
    if kind == "method":
        if "returns" not in spec:
            return "lambda *_: None"
        inner = _text(spec["returns"], f"{name}()", marks)
        return f"lambda *_: {inner}" if inner.startswith("self.") else f"lambda *_, it={inner}: it"
    if kind == "hyper" and spec.get("role") in RATES:
        return f"self.{spec['role']}"
    if kind == "config":
        known = {k: role for k, role in spec["keys"].items() if role in RATES}
        return f"{{{', '.join(f'{k!r}: self.{role}' for k, role in known.items())}}}"
    if kind == "mirrored":
        return f"w.{spec['of']}"
    if kind in ("name", "numpy", "many"):
        return {"name": "name", "numpy": "np", "many": "1"}[kind]
    if spec.get("value") is None:
        marks.append(name)
    return repr(spec.get("value"))


def _entries(spec: Spec) -> list[tuple[str, Spec]]:
    """A map's entries: keys as code, and what is there."""
    found = [(repr(key), inner) for key, inner in spec.get("entries", {}).items()]
    for slot, prefix in enumerate(spec.get("prefixes", [])):
        found.append((repr(f"{prefix}1"), {**spec["of"], "slot": slot}))
    if not found and "of" in spec:
        found.append(("name", spec["of"]))
    return found


def _places(spec: Spec, path: str) -> list[tuple[str, str]]:
    """Where weights and gradients are below a value, and which of both."""
    kind = spec["kind"]
    if kind == "leaf":
        value = {"weights": "w", "gradients": "g"}.get(spec["role"])
        if not value or spec.get("slot"):
            return []
        if path.endswith("()") and "." in path:  # what answers anew in every step
            return [(path.removesuffix("()"), f"lambda *_: {value}")]
        placed = path.endswith("]") or "." in path  # a name is no place
        return [(path, value)] if placed else []
    if kind == "list":
        return _places(spec["of"], f"{path}[0]")
    if kind == "parts":
        inner = enumerate(spec["parts"])
        return [p for i, part in inner for p in _places(part, f"{path}[{i}]")]
    if kind == "object":
        return [p for k, s in spec["attributes"].items() for p in _places(s, f"{path}.{k}")]
    if kind == "map":
        return [p for k, s in _entries(spec) for p in _places(s, f"{path}[{k}]")]
    return _places(spec["returns"], f"{path}()") if "returns" in spec else []


def _effects(spec: Spec, path: str) -> Iterator[tuple[str, str]]:
    """Where the methods are below a value that change weights, and how they are taken to do so."""
    kind = spec["kind"]
    if kind == "method" and spec.get("effect", "nothing") != "nothing":
        yield path, spec["effect"]
    inner: list[tuple[str, Spec]] = []
    if kind == "list":
        inner = [("[0]", spec["of"])]
    elif kind == "parts":
        inner = [(f"[{i}]", part) for i, part in enumerate(spec["parts"])]
    elif kind == "object":
        inner = [(f".{key}", part) for key, part in spec["attributes"].items()]
    elif kind == "map":
        inner = [(f"[{key}]", part) for key, part in _entries(spec)]
    for place, part in inner:
        yield from _effects(part, path + place)


def _moving(effect: str, weights: str | None) -> str:
    """A function that does to the weights what one is taken to do with what it is given last."""
    if weights is None:
        return "lambda *given: None"
    given = {"add": f"{weights} + given[-1]", "set": "given[-1]"}
    value = given.get(effect, f"{weights} - given[-1]")
    if effect == "times gradient":
        value = f"{weights} - given[-1] * g"
    if weights.endswith("]"):
        owner, _, key = weights[:-1].rpartition("[")
        return f"lambda *given: {owner}.__setitem__({key}, {value})"
    owner, _, key = weights.rpartition(".")
    return f"lambda *given: setattr({owner}, {key!r}, {value})"


def _keeps(spec: Spec) -> bool:
    """Whether something is handed over again as it is: it holds weights, or more than gradients."""
    return spec["kind"] in ("object", "map") or (
        spec["kind"] != "leaf" and bool(any(value == "w" for _, value in _places(spec, "it")))
    )


def _merged(one: Spec, other: Spec) -> Spec:
    """What offers what two do: the same thing, asked for by two methods."""
    if one["kind"] != other["kind"] or one["kind"] != "object":
        return other
    return {
        **one,
        "attributes": {**one["attributes"], **other["attributes"]},
        "mirrored": list(dict.fromkeys((*one.get("mirrored", []), *other.get("mirrored", [])))),
    }
