"""Which parameter plays which role: a port's shape (what a host found) to a binding.

A host (Python, Java, Scala, Clojure) lists classes, constructors, methods and functions with
their parameters' names and kinds. The rules here are the same for all languages; where a name
does not settle a role, the error says what was found and which line of port.toml would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from harness.languages.naming import says_rmsprop
from harness.ports.assigning import names_of
from harness.ports.attempts import attempts
from harness.ports.bound import Binding, Ranked, Unsettled
from harness.ports.leaves import OBJECTS, TRAINED_ON, gradient_of, plain, weights_in
from harness.ports.naming import class_names
from harness.ports.roles import CONSTANTS, Constant, Parameter, Wanted
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS


class BindingError(Exception):
    """No binding, or more than one: says what was found and which manifest line would settle it.

    Attributes:
        near: something takes gradients and weights, and only another name is unsettled.
        unknown: it was said what to bind, and there is nothing of that name.
        looped: what steps is a loop of its own, which no adapter can call.
    """

    def __init__(
        self, message: str, near: bool = False, unknown: bool = False, looped: bool = False
    ) -> None:
        super().__init__(message)
        self.near, self.unknown, self.looped = near, unknown, looped


def bind(shape: Mapping[str, Any], wanted: Wanted | None = None) -> Binding:
    """Choose the one binding of a shape. Raises BindingError."""
    wanted = wanted or Wanted()
    shape = wanted.of(shape)
    _reject_unknown_names(shape, wanted)
    ways, reasons = _found(shape, wanted)
    if meant := _meant(shape, ways, reasons):  # another one's deviations would be told of it
        raise BindingError(_nothing_fits(shape, meant), near=True)
    if not ways:
        near = any(isinstance(reason, Unsettled) and reason.near for reason in reasons)
        raise BindingError(_nothing_fits(shape, reasons), near)
    every, ways = ways, _of_one_rank(ways)
    chosen = _chosen(ways)
    if len(chosen) > 1:
        raise BindingError(_several_fit(chosen))
    if told := _told_more(chosen[0], reasons):  # no constant is the port's own that it may be told
        raise BindingError(_nothing_fits(shape, told), near=True)
    named = any(rank[0] for rank, binding in ways if binding == chosen[0])
    others = {_owner(b) for rank, b in ways} - {_owner(chosen[0])}
    rest = {_owner(b) for rank, b in ways if not rank[0]} - {_owner(chosen[0])}
    alike = {_owner(b) for rank, b in ways if rank[0]} - {_owner(chosen[0])}
    among = _owner(chosen[0]) if (alike if named else others) else ""
    twins = tuple(b for _, b in every if is_twin(b, chosen[0]))
    return replace(chosen[0], chosen=bool(named and rest), among=among, twins=twins)


def is_twin(one: Binding, other: Binding) -> bool:
    """Whether two are methods of one object that differ in how they hold arrays alone."""
    alike = ("class", "constructor", "construct", "call", "step")
    return (
        one.title == other.title
        and one.types != other.types
        and one.element == other.element
        and all(one.message.get(key) == other.message.get(key) for key in alike)
    )


# So many further ways are tried of a port that `bind` does not settle.
_MOST = 12


def alternatives(shape: Mapping[str, Any], wanted: Wanted | None = None) -> list[Binding]:
    """Other ways to bind a shape than the one that names and types settle, the likeliest first.

    Those that names and types admit as well, then guesses at what nobody knows; where something
    says RMSProp, of that alone.
    """
    wanted = wanted or Wanted()
    shape = wanted.of(shape)
    settled = _of_one_rank(_found(shape, wanted)[0])
    first = _chosen(settled) if settled else []
    ways = [*_likeliest(settled), *_likeliest(_found(shape, wanted, guess=True)[0])]
    if not wanted.class_name and any(says_rmsprop(_owner(way)) for way in ways):
        ways = [way for way in ways if says_rmsprop(_owner(way))]
    others: list[Binding] = []
    for way in ways:
        known = [*(first if len(first) == 1 else []), *others]
        if all(way.message != other.message for other in known):
            others.append(way)
    return others[:_MOST]


def _likeliest(ways: Sequence[Ranked]) -> list[Binding]:
    return [binding for _, binding in sorted(ways, key=lambda way: way[0], reverse=True)]


def _found(
    shape: Mapping[str, Any], wanted: Wanted, guess: bool = False
) -> tuple[list[Ranked], list[str]]:
    """The ways to bind a shape, and why others are none."""
    ways: list[Ranked] = []
    reasons = []
    # What is to be told something first that is not known may fail for want of that.
    # So may a method that collects what another one steps on.
    unprepared = {c["class"] for c in shape.get("candidates", []) if c.get("unprepared")}
    beginning = {
        (c["class"], index)
        for c in shape.get("candidates", [])
        for index, method in enumerate(c.get("methods", []))
        if method.get("begins")
    }
    for attempt in attempts(shape, wanted, guess):
        if isinstance(attempt, str):
            reasons.append(attempt)
        elif shape.get("planned") and "biases" in attempt[1].message["call"]:
            # A host that follows plans hands over two of each by a plan alone.
            reasons.append(f"{attempt[1].title}: takes weights and biases")
        elif (made := attempt[1].message.get("class")) in unprepared or (
            (made, attempt[1].message.get("method")) in beginning
        ):
            ways.append((attempt[0], replace(attempt[1], guessed=True)))
        else:
            ways.append(attempt)
    return ways, reasons


def _meant(shape: Mapping[str, Any], ways: Sequence[Ranked], reasons: Sequence[str]) -> list[str]:
    """Why what says RMSProp, and takes gradients, is not settled, where nothing else is meant."""
    if not ways or any(says_rmsprop(_callee(binding)) for _, binding in ways):
        return []
    stepping = {str(c["class"]) for c in shape.get("candidates", []) if _steps_by_name(c)}
    return [
        reason
        for reason in reasons
        if (isinstance(reason, Unsettled) and reason.near and says_rmsprop(reason.split("(")[0]))
        or reason.partition("(")[0].rpartition(".")[0] in stepping
    ]


def _told_more(binding: Binding, reasons: Sequence[str]) -> list[str]:
    """Why the same method is not bound of what is told more hyperparameters."""
    return [
        reason
        for reason in reasons
        if isinstance(reason, Unsettled)
        and reason.near
        and reason.split("(")[0] == _callee(binding)
        and reason.told > {*binding.roles} & {*HYPERPARAMETERS}
    ]


def _steps_by_name(candidate: Mapping[str, Any]) -> bool:
    """Whether a class that says RMSProp has a method that takes gradients."""
    taken = (p for method in candidate.get("methods", []) for p in method["parameters"])
    return says_rmsprop(str(candidate["class"]).rpartition(".")[2]) and any(
        gradient_of(p["name"]) is not None or p.get("use", {}).get("squared") for p in taken
    )


def _chosen(ways: Sequence[Ranked]) -> list[Binding]:
    """Those of the highest rank; more than one where they differ in more than types."""
    best = max(rank for rank, _ in ways)
    return _one_of_overloads([binding for rank, binding in ways if rank == best])


def _owner(binding: Binding) -> str:
    """The class, or the function, that is bound."""
    return str(binding.message.get("class") or binding.message.get("function"))


def _of_one_rank(ways: Sequence[Ranked]) -> list[Ranked]:
    """Of a method that takes an array, and also arrays of arrays, the one for an array."""
    plain = {_callee(b) for _, b in ways if b.container == "array" and not b.storages}
    return [(rank, b) for rank, b in ways if b.container != "list" or _callee(b) not in plain]


def _callee(binding: Binding) -> str:
    return binding.title.split("(")[0]


def _one_of_overloads(chosen: Sequence[Binding]) -> list[Binding]:
    """Of bindings that differ in types or in a constructor alone, the simplest."""
    bindings: dict[str, Binding] = {}
    for binding in sorted(chosen, key=_simplest):
        bindings.setdefault(_callee(binding), binding)
    return list(bindings.values())


def _simplest(binding: Binding) -> tuple[bool, int]:
    parameters = [*(binding.message.get("construct") or []), *binding.message["call"]]
    return binding.element != "float64", len(parameters)


def _reject_unknown_names(shape: Mapping[str, Any], wanted: Wanted) -> None:
    classes = [c["class"] for c in shape.get("candidates", [])]
    functions = [f["name"] for f in shape.get("functions", [])]
    # A class without anything that can be called from outside is there none the less.
    there_are = [*classes, *(shape.get("explorable") or [[]])[-1]]
    called = [name for c in there_are for name in class_names(c)] + functions
    if wanted.class_name and wanted.class_name not in called:
        there = ", ".join([*classes, *functions]) or "none"
        near = get_close_matches(wanted.class_name[:60], called, 1)
        meant = f"did you mean {near[0]}?" if near else f"found: {there}"
        message = f"no class or function {wanted.class_name!r}; {meant}"
        raise BindingError(message, unknown=True)
    if wanted.function and wanted.function not in functions:
        there = ", ".join(functions) or "none"
        message = f"no function {wanted.function!r}; functions found: {there}"
        raise BindingError(message, unknown=True)
    parameters = dict.fromkeys(name for one in _parameters(shape) for name in names_of(one))
    named = [(f"bind.{role}", name) for role, name in wanted.roles.items()]
    for key, name in [*named, *((f"give.{name}", name) for name in wanted.give)]:
        if name not in parameters:
            near = get_close_matches(name, parameters, 1)
            meant = f"did you mean {near[0]!r}?" if near else f"found: {', '.join(parameters)}"
            message = f"{key}: there is no parameter {name!r}; {meant}"
            raise BindingError(message, unknown=True)
    for parameter in _parameters(shape):
        name = parameter["name"]
        if name in wanted.give and not _takes(parameter, wanted.give[name]):
            message = f"give.{name}: {wanted.give[name]!r} is no {parameter['type'] or 'number'}"
            raise BindingError(message, unknown=True)


def _takes(parameter: Parameter, value: Constant) -> bool:
    """Whether a constant may be of a parameter's type, as far as that is known."""
    kinds = CONSTANTS.get(parameter.get("type") or "")
    if kinds is None and parameter["kind"] == "number":
        kinds = (int, float)
    return kinds is None or (isinstance(value, kinds) and (bool in kinds) == (type(value) is bool))


def _parameters(shape: Mapping[str, Any]) -> Iterator[Parameter]:
    called = [
        one["parameters"]
        for candidate in shape.get("candidates", [])
        for part in ("constructors", "globals", "methods")
        for one in candidate.get(part) or []
    ]
    for function in shape.get("functions", []):
        called += [*function["parameters"], *(function.get("inner") or [])]
    return (parameter for parameters in called for parameter in parameters)


def _nothing_fits(shape: Mapping[str, Any], reasons: Sequence[str]) -> str:
    if not reasons:
        classes = [c["class"] for c in shape.get("candidates", [])]
        functions = [f["name"] for f in shape.get("functions", [])]
        seen = ", ".join([*classes, *functions]) or "nothing that can be called"
        return (
            "no class or function takes gradients and weights"
            f" (found: {seen}); a port is a class with a method (gradients, weights)"
            " or a function of hyperparameters, gradients and weights"
        )
    # What says RMSProp first, then what came furthest: a parameter without a role beats an
    # unrelated method.
    near = sorted(
        reasons,
        key=lambda r: (
            not says_rmsprop(r.partition("(")[0]),
            not isinstance(r, Unsettled),
            not getattr(r, "near", 0),
        ),
    )
    message = f"no method or function of the right shape: {'; '.join(near[:4])}"
    first = near[0]
    if not isinstance(first, Unsettled):
        return message
    names = ", ".join(first.names)
    if any(_is_data(name) or gradient_of(name) is not None for name in first.names):
        return message  # no number that a line could settle
    if first.roles and len(first.names) == 1:
        role = first.roles[0]
        if _NO_SETTING.fullmatch(plain(names)) and role in HYPERPARAMETERS:
            return message
        meant = f"If {names} stands for the {role.replace('_', ' ')}, say so in port.toml beside it"
        return f'{message}. {meant}\n[bind]\n{role} = "{names}"'
    if first.roles and len(first.roles) <= len(first.names):
        lines = "".join(f'\n{role} = "PARAMETER"' for role in first.roles)
        told = "say in port.toml beside it which"
        return f"{message}. If these are among {names}, {told}\n[bind]{lines}"
    name = first.names[0]
    batch = "batch" in name.lower()
    if first.near and first.plain and (batch or not _NO_SETTING.fullmatch(plain(name))):
        value = "1" if batch or name in first.whole else "0.0"
        told = "If a constant will do, say in port.toml beside it"
        return f"{message}. {told}\n[give]\n{name} = {value}"
    return message


# What data, points, sizes and several of something are called, and no hyperparameter.
_NO_SETTING = re.compile(
    r"[xyz]|.*(?:size|dim|len|length|num|seed|epoch|index|idx|offset)|num.*|.*[a-z]{2}[^pst]s"
)


def _is_data(name: str) -> bool:
    """Whether a name is that of data or of a model, and not of a number or of an array."""
    word = plain(name)
    model = word in OBJECTS and weights_in(name) is None and len(word) > 1
    return model or (word in TRAINED_ON and len(word) > 2) or word.endswith(("loss", "cost"))


def _several_fit(chosen: Sequence[Binding]) -> str:
    listed = "; ".join(binding.title for binding in chosen)
    classes = {binding.message.get("class") for binding in chosen}
    if len(classes) > 1:
        names = ", ".join(sorted(str(name) for name in classes if name))
        return f"several fit: {listed}. Choose with --class NAME (one of {names})"
    first = chosen[0].message
    key = "function" if "function" in first else "method"
    name = chosen[0].title.split("(")[0].rsplit(".", 1)[-1]
    return f'several fit: {listed}. Choose in port.toml beside it:\n[bind]\n{key} = "{name}"'
