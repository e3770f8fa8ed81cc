"""An adapter in Clojure: read right after its source, in its namespace; a function of closures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from harness.languages.adapters import MARK, Parameter, Part, Sketch, listed

_KNOWN = {
    "learning_rate": "learning-rate",
    "decay_rate": "decay-rate",
    "epsilon": "epsilon",
    "weights": "w",
    "gradients": "g",
}


def lines(sketch: Sketch) -> Iterator[str]:
    """The lines of an adapter."""
    action = sketch.action
    whole = action is not None and action.whole
    yield f";; {sketch.file} as rmsproof calls it: read after it, in the same namespace."
    yield "(defn rmsprop-adapter"
    yield "  [learning-rate decay-rate epsilon]"
    yield "  (let [state (atom {})] ; what a step leaves for the next, if you need it"
    if whole:
        yield "    (fn update-weights [weights gradients]"
        yield from _called(sketch, {**_KNOWN, "weights": "weights", "gradients": "gradients"}, 6)
        yield "      )))"
    else:
        yield "    (fn update-weights [weights gradients]"
        yield "      (into {}"
        yield "            (for [[k g] gradients :let [w (get weights k)]]"
        yield "              [k"
        yield from _called(sketch, _KNOWN, 15)
        yield "               ])))))"


def _called(sketch: Sketch, known: dict[str, str], width: int) -> Iterator[str]:
    """The new weights, as the value of a form."""
    margin = " " * width
    action = sketch.action
    if action is None:
        yield from listed(sketch, ";;", margin)
        yield (
            f'{margin}(throw (UnsupportedOperationException. "{MARK}: call what makes a step; the'
            ' value here is the new weights"))'
        )
        return
    if sketch.seen:
        yield f"{margin};; there are also:"
        yield from listed(sketch, ";;  ", margin)
    yield f"{margin};; {MARK}: keep this if it returns the new weights alone, not the step"
    if all(p.role in known and p.part is None for p in action.parameters):
        yield f"{margin}({' '.join([action.name, *(known[p.role] for p in action.parameters)])})"
        return
    yield f"{margin}({action.name}"
    for part, parameters in groupby(action.parameters, key=_argument):
        opening, between = ("{", " ") if part and not part.spread else ("", "")
        for i, p in enumerate(parameters):
            key = f"{between if i else opening}{p.part.key} " if p.part else ""
            if p.role in known:
                yield f"{margin} {key}{known[p.role]}"
            else:
                yield f"{margin} {key}nil ; {MARK}: what {p.name} is"
        if opening:
            yield f"{margin}  }}"
    yield f"{margin} )"


def _argument(parameter: Parameter) -> Part | None:
    """What is the same for all parts of one argument."""
    return replace(parameter.part, key="") if parameter.part else None
