"""The settings of a library that compute what is wanted: tried in all combinations, by algebra.

Every switch of every way to make the library's RMSProp is tried, with and without each option that
is wanted; numbers follow from the normal form of what is wanted. Whatever comes out is read as a
call again and held against what was wanted: nothing rests on the way it was found.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from harness.analysis.translate.algebra import apart, formula, sameness, settled
from harness.analysis.translate.drift import Configured, Drift, drifts, worst
from python_ref.dialects.axes import AXES, NUMBERS
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.settings import SWITCHED_ON, Call
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS

Settings = dict[str, Any]


@dataclass(frozen=True)
class Solution:
    """Settings of the target, and what they compute.

    Attributes:
        call: the way to make it.
        settings: by the library's names, as far as they are not its defaults; hyperparameters all.
        form: the normal form of what it computes.
        sameness: with what is wanted: "always", "constant learning rate" or "never".
        drift: from what is wanted, measured.
    """

    call: Call
    settings: Mapping[str, Any]
    form: Dialect
    sameness: str
    drift: tuple[Drift, ...] = ()


# Forms that need more changes than the simplest by this many axes are not looked at: rewriting
# takes away no more.
_SLACK = 3


def solve(source: Configured, calls: Sequence[Call]) -> Solution:
    """The settings of a library that are equal to the source, or else drift least from it."""
    wanted = settled(source.dialect, source.values)
    solutions = [s for call in calls for s in _solutions(source, wanted, call)]
    best = [
        s for word in ("always", "constant learning rate") for s in solutions if s.sameness == word
    ]
    if best and best[0].sameness == "always":
        chosen = [min((s for s in best if s.sameness == "always"), key=_plainness)]
    else:
        chosen = sorted((s for s in solutions if s.sameness == "never"), key=_plainness)[:_MEASURED]
        if best:
            chosen = [min(best, key=_plainness)]
    measured = drifts(source, [configured(s.call, s.settings) for s in chosen])
    return min(
        (Solution(s.call, s.settings, s.form, s.sameness, d)
         for s, d in zip(chosen, measured, strict=True)),
        key=lambda s: worst(s.drift),
    )  # fmt: skip


_MEASURED = 48


def configured(call: Call, settings: Mapping[str, Any]) -> Configured:
    """What a call with these settings computes."""
    return Configured(call.dialect(settings), call.values(settings))


def _plainness(solution: Solution) -> tuple[int, int]:
    """How much there is to write, beside the call and in it."""
    given = {k: v for k, v in solution.settings.items() if v != solution.call.defaults.get(k)}
    beside = sum(1 for name in given if name in solution.call.beside)
    return beside + len(solution.call.text), len(given)


def _solutions(source: Configured, wanted: Dialect, call: Call) -> Iterator[Solution]:
    """The calls that are equal to what is wanted or, if none is, differ on fewest axes."""
    raw = formula(source.dialect)
    tried = [(settings, call.dialect(settings)) for settings in _tried(source, wanted, call)]
    distances = [min(_distance(raw, d), _distance(wanted, d)) for _, d in tried]
    nearest = min(distances)
    forms = []
    for (settings, _), distance in zip(tried, distances, strict=True):
        if distance <= nearest + _SLACK:
            for fitted in _fitted(wanted, call, settings):
                form = settled(call.dialect(fitted), call.values(fitted))
                forms.append((fitted, form, sameness(wanted, form)))
    equal = [f for f in forms if f[2] != "never"]
    if not equal:
        counts = [_cost(wanted, form) for _, form, _ in forms]
        equal = [f for f, n in zip(forms, counts, strict=True) if n == min(counts)]
    for fitted, form, word in equal:
        yield Solution(call, fitted, form, word)


def _distance(a: Dialect, b: Dialect) -> int:
    return sum(a.choice(axis) != b.choice(axis) for axis in _FORMULAS)


_FORMULAS = tuple(
    name
    for name in AXES
    if name not in (*NUMBERS, "schedule", "learning_rate", "decay_rate", "eps")
)


def _cost(wanted: Dialect, form: Dialect) -> int:
    """On how many axes two forms differ; where epsilon goes can be made up for, and counts less."""
    return sum(1 if axis == "epsilon" else 2 for axis in apart(wanted, form))


def _tried(source: Configured, wanted: Dialect, call: Call) -> Iterator[Settings]:
    """Every combination of switches and options, with the numbers that are wanted."""
    base: Settings = {}
    exact = set(source.values.values())
    numbers = {n: x if x in exact else _short(x) for n, x in wanted.constants.items()}
    ways: list[list[Settings]] = []
    for role in dict.fromkeys(call.roles.values()):
        names = [name for name, of in call.roles.items() if of == role]
        if role in HYPERPARAMETERS:
            usual = call.defaults.get(names[0]) if role == "decay_rate" else 0.0
            base[names[0]] = numbers.get(role, usual)
        else:
            off = {n: 0.0 for n in names if call.defaults.get(n)}
            given = numbers.get(role)
            ways.append([off])
            if given is not None and role in SWITCHED_ON:
                scales = {name: call.scales.get(name, 1.0) for name in names}
                ways[-1] += [
                    {**off, n: given if scale == 1 else _short(given / scale)}
                    for n, scale in scales.items()
                ]
    ways += [[{name: value} for value in values] for name, values in call.choices.items()]
    for parts in product(*ways):
        settings = {**base, **{name: value for part in parts for name, value in part.items()}}
        for name, value in settings.items():
            if isinstance(value, str):
                settings[name] = settings[value]
        if call.possible(settings):
            yield settings


def _fitted(wanted: Dialect, call: Call, settings: Settings) -> Iterator[Settings]:
    """The settings with learning rate and epsilon such that the normal form has the wanted ones.

    Where epsilon stands at another place, it is tried as it is, squared and as its root.
    """
    names = {role: name for name, role in reversed([*call.roles.items()])}
    form = settled(call.dialect(settings), call.values(settings))
    for role in ("learning_rate", "epsilon"):
        have, want = form.constants.get(role), wanted.constants.get(role)
        if role in names and have and want and not math.isclose(have, want, rel_tol=1e-12):
            ratio = want / have
            settings = {**settings, names[role]: _short(settings[names[role]] * ratio)}
    yield settings
    epsilon = wanted.constants.get("epsilon")
    if "epsilon" in apart(wanted, form) and epsilon and "epsilon" in names:
        for other in (epsilon * epsilon, math.sqrt(epsilon)):
            yield {**settings, names["epsilon"]: _short(other)}


def _short(value: float) -> float:
    """A solved number without the noise of its last digit."""
    return float(f"{value:.15g}")
