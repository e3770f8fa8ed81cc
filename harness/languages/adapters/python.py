"""An adapter in Python: a class whose `update` changes what `weights` holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from harness.languages.adapters import (
    MARK,
    RATES,
    STAND_IN,
    WIDE,
    Action,
    Parameter,
    Sketch,
    left,
    listed,
    split,
    texts,
)
from harness.languages.adapters.standing import Beyond, lines, places_weights

_RATES = {role: f"self.{role}" for role in RATES}
# What is not fed is switched off; how many steps there were is counted.
_OFF = {
    "momentum": "0.0",
    "weight_decay": "0.0",
    "iteration": "self.steps",
    "one": "1",
    "biases": STAND_IN,
    "pairs": "[(weights[name], g) for name, g in gradients.items()]",
    "pairs, gradients first": "[(g, weights[name]) for name, g in gradients.items()]",
}
# So many adapters in which nothing is left open are tried.
_TRIED = 6
_ONE = {"weights": "w", "gradients": "g", "size": "w.size"}
_ALL = {"weights": "weights", "gradients": "gradients"}


def write(sketch: Sketch) -> Iterator[str]:
    """Texts, the fullest first.

    Objects stand in where that leaves less to a person than the call that names suggest, or
    nothing at all; what takes all arrays at once is given them so, as long as only what it returns
    is open.
    """
    named = list(texts(sketch, _lines))
    standing = sorted(_standing(sketch), key=_open)
    whole = sketch.action is not None and sketch.action.whole
    fuller = [text for text in standing if _open(text) < _open(named[0]) - whole]
    # What is complete is tried, and may show that it is not so called.
    yield from [text for text in fuller if not _open(text)][:_TRIED]
    yield from [text for text in fuller if _open(text)][:1]
    yield from named


def _standing(sketch: Sketch) -> Iterator[str]:
    """Texts in which objects stand in, and all is called that the source prepares itself by."""
    most = max((len(plan.get("before", ())) for plan in sketch.plans), default=0)
    action = sketch.action or Action("")
    for plan in sketch.plans:
        # What is put into the object itself needs nothing told before.
        if len(plan.get("before", ())) < most and "own" not in plan:
            continue
        steps = {call.get("method", action.name) for call in plan["calls"]}
        # What returns nothing leaves its weights somewhere, and the plan has to say where.
        if (action.sure and action.name not in steps) or (
            action.silent and not places_weights(plan)
        ):
            continue
        with suppress(Beyond):
            called = str(plan.get("class") or plan["function"])
            if called in _OWN or _belied(sketch, plan):
                continue
            imports = list(_import(sketch.module, called.partition(".")[0]))
            yield "\n".join(lines(plan, imports, sketch.name)) + "\n"


def _belied(sketch: Sketch, plan: Mapping[str, Any]) -> bool:
    """Whether a plan takes another parameter for the decay than what the source takes from one."""
    given = (*(sketch.constructor or ()), *(sketch.action.parameters if sketch.action else ()))
    decays = {p.name for p in given if p.role == "decay_rate"}
    fed = [plan.get("construct", {}), *(call.get("arguments", {}) for call in plan["calls"])]
    taken = {n for feeds in fed for n, f in feeds.items() if f.get("role") == "decay_rate"}
    return bool(decays and taken) and decays != taken


def _open(text: str) -> int:
    """How many lines are left to a person."""
    return len(left(text))


def _lines(sketch: Sketch) -> Iterator[str]:
    action = sketch.action
    title = sketch.name
    sketch, renamed = _renamed(sketch)
    action = sketch.action
    taken = sketch.owner or (action.name if action else "")
    yield f'"""{renamed or taken or sketch.file} as rmsproof calls it."""'
    yield ""
    called = [*sketch.before, *filter(None, [action])]
    parameters = [*(sketch.constructor or ()), *(p for one in called for p in one.parameters)]
    asked = any(p.asked and p.role not in _RATES for p in parameters if not p.default)
    if asked:  # a person is going to need it
        yield "from types import SimpleNamespace"
        yield ""
    if asked or any(p.role == "biases" for p in parameters):
        yield "import numpy as np"
        yield ""
    names = [p.value.partition(".")[0] for p in parameters]
    names = [taken.partition(".")[0], *(name for name in names if name.isidentifier())]
    for name in dict.fromkeys(name for name in names if name not in ("self", "True")):
        as_ = renamed if renamed and name == f"{renamed}_" else name
        yield from _import(sketch.module, as_, name)
    yield ""
    yield ""
    yield f"class {title}:"
    yield f"    def __init__(self, {', '.join(RATES)}):"
    given = f"map(float, ({', '.join(RATES)}))" if sketch.checked else ", ".join(RATES)
    yield f"        {', '.join(_RATES.values())} = {given}"
    makes = sketch.makes
    if makes:
        yield "        self.optimizers = {}"
    counted = any(p.role == "iteration" for p in (action.parameters if action else ()))
    if counted:
        yield "        self.steps = 0"
    yield ""
    yield "    def update(self, weights, gradients):"
    if counted:
        yield "        self.steps += 1"
    if action is not None and action.whole:
        yield from _body(sketch, makes, '"all"', "weights.update(returned)", _ALL, " " * 8)
    else:
        yield "        for name, g in gradients.items():"
        yield "            w = weights[name]"
        yield from _body(sketch, makes, "name", "weights[name] = returned", _ONE, " " * 12)


# Names that the adapter has itself.
_OWN = ("optimizer", "returned", "weights", "gradients", "name", "w", "g")


def _renamed(sketch: Sketch) -> tuple[Sketch, str]:
    """The sketch under a name that the adapter has not itself, and what that stands for."""
    action = sketch.action
    if sketch.owner in _OWN:
        return replace(sketch, owner=f"{sketch.owner}_"), sketch.owner
    if action is not None and not sketch.owner and action.name in _OWN:
        return replace(sketch, action=replace(action, name=f"{action.name}_")), action.name
    return sketch, ""


def _import(module: str, name: str, known: str = "") -> Iterator[str]:
    if all(part.isidentifier() for part in module.split(".")):
        as_ = f" as {known}" if known not in ("", name) else ""
        yield f"from {module} import {name}{as_}" if name else f"import {module}"
    else:
        yield "from importlib import import_module"
        yield ""
        end = (
            f"{known or name} = import_module({module!r}).{name}"
            if name
            else f"import_module({module!r})"
        )
        yield end


def _body(
    sketch: Sketch, makes: bool, key: str, put: str, data: dict[str, str], margin: str
) -> Iterator[str]:
    """What a step does: make the optimizer at the first one, call it, take what it returns."""
    action = sketch.action
    if makes:
        yield f"{margin}if {key} not in self.optimizers:"
        made = f"{margin}    self.optimizers[{key}] = {sketch.owner}("
        yield from _call(
            made, sketch.constructor or (), {**_RATES, **_OFF, **data}, margin + " " * 4
        )
        for told in sketch.before:
            opening = f"{margin}    self.optimizers[{key}].{told.name}("
            yield from _call(opening, told.parameters, {**_RATES, **_OFF, **data}, margin + " " * 4)
        yield f"{margin}optimizer = self.optimizers[{key}]"
    if action is None:
        yield from listed(sketch, "#", margin)
        yield (
            f"{margin}raise NotImplementedError  # {MARK}: call what makes a step, and leave the"
            " new weights in `w` or weights[name]"
        )
        return
    of = "optimizer." if makes else f"{sketch.owner}." if sketch.owner else ""
    known = {**_RATES, **_OFF, **data}
    if sketch.seen:
        yield f"{margin}# there are also:"
        yield from listed(sketch, "#  ", margin)
    if not action.takes("weights") and (action.silent or action.writes):
        yield from _unplaced(action, margin)
        yield from _call(f"{margin}{of}{action.name}(", action.parameters, known, margin)
        inner = margin
        if action.whole:
            yield f"{margin}for name in gradients:"
            inner += "    "
        yield f"{inner}weights[name] = ...  # {MARK}: the new weights, from where it wrote them"
        return
    if action.silent:
        yield from _call(f"{margin}{of}{action.name}(", action.parameters, known, margin)
        return
    called = f"{margin}returned = {of}{action.name}(".replace(".__call__(", "(")
    yield from _call(called, action.parameters, known, margin)
    yield (
        f"{margin}if returned is not None:  # {MARK}: keep this if it returns the new weights,"
        " not the step"
    )
    several = any(p.listed and p.role == "weights" for p in action.parameters)
    yield f"{margin}    {put}{'[0]' * (several and not action.whole)}"


def _unplaced(action: Action, margin: str) -> Iterator[str]:
    """What a person reads where a step is handed no weights: where it has them from."""
    data = "`w`" if action.takes("gradients") else "`w` and `g`"
    yield f"{margin}# {MARK}: put {data} where {action.name} has them{_of(action.writes)}"
    if not action.takes("gradients"):
        for name in action.calls[:3]:
            yield f"{margin}#   it calls self.{name}, replaced by `optimizer.{name} = lambda *_: g`"


def _of(writes: Sequence[str]) -> str:
    return f"; it writes {', '.join(writes)}" if writes else ""


def _call(
    opening: str, parameters: Sequence[Parameter], known: dict[str, str], margin: str
) -> Iterator[str]:
    places, names = split(parameters)
    given = [("", p) for p in places] + [(f"{p.name}=", p) for p in names]
    if all(_known(p, known) for _, p in given):
        line = f"{opening}{', '.join(name + _given(p, known) for name, p in given)})"
        if len(line) <= WIDE:
            yield line
            return
    yield opening
    for name, p in given:
        if _known(p, known):
            yield f"{margin}    {name}{_given(p, known)},"
        else:
            kind = f": {p.type}" if p.type else ""
            told = f"{p.name}{kind} is"
            told += f"; it is asked for {p.asked}" if p.asked else ""
            told += f"; {' or '.join(p.spare)}? It may be left out" if p.spare else ""
            yield f"{margin}    {name}{p.otherwise or None},  # {MARK}: what {told}"
    yield f"{margin})"


def _known(parameter: Parameter, known: dict[str, str]) -> bool:
    return bool(parameter.value) or (parameter.role in known and not parameter.keyed)


def _given(parameter: Parameter, known: dict[str, str]) -> str:
    if parameter.value:
        return parameter.value
    name = known[parameter.role]
    single = ("w", "g", _OFF["biases"])
    return f"[{name}]" if parameter.listed and name in single else name
