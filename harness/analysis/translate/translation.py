"""A call of one library's RMSProp, translated to another's: what to write, and what changed.

Facts only; sentences are made by `report`.
"""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from harness.analysis.translate.algebra import apart, settled
from harness.analysis.translate.drift import Configured, Drift, drifts
from harness.analysis.translate.solve import Solution, configured, solve
from harness.model.errors import UsageError
from harness.ports.roles import hyperparameters_by_name
from python_ref.dialects.calls import calls_of
from python_ref.dialects.settings import Call
from python_ref.files import quoted
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS


@dataclass(frozen=True)
class Source:
    """What is translated.

    Attributes:
        call: the way it is made.
        settings: what was given, by the library's names.
        all: with the defaults.
    """

    call: Call
    settings: Mapping[str, Any]

    @property
    def all(self) -> dict[str, Any]:
        """Every setting, defaults included."""
        return {**self.call.defaults, **self.settings}

    @property
    def configured(self) -> Configured:
        """What it computes."""
        return configured(self.call, self.settings)


@dataclass(frozen=True)
class Default:
    """A hyperparameter that both libraries have a default for, another one each.

    Attributes:
        source, target: each library's name of it, and its default.
    """

    source: tuple[str, Any]
    target: tuple[str, Any]


@dataclass(frozen=True)
class Translation:
    """A call and its translation.

    Attributes:
        source: what was to be translated.
        solution: the call of the target; how same it is, and how far it drifts.
        missing: axes on which it differs for good, with both values.
        epsilon: the value before and after, where it stands elsewhere or changed.
        rate: by what the learning rate was multiplied, where it was.
        defaults: hyperparameters whose defaults differ.
        copied: how far the settings drift if they are copied by what they are called; None where
            that is the translation, or where the target lacks one of them.
        rounded: hyperparameters that the target rounds to float32 in double arithmetic, and the
            source does not.
    """

    source: Source
    solution: Solution
    missing: Mapping[str, tuple[str, str]]
    epsilon: tuple[float, float] | None
    rate: float | None
    defaults: tuple[Default, ...]
    copied: tuple[Drift, ...] | None
    rounded: tuple[str, ...]


def translate(source: Source, library: str) -> Translation:
    """Translate a call to another library's.

    Args:
        source: the call.
        library: the target's name, or that of its package.

    Raises:
        UsageError: there is no such library.
    """
    calls = library_calls(library, "--to")
    first = source.configured
    solution = solve(first, calls)
    second = configured(solution.call, solution.settings)
    wanted = settled(first.dialect, first.values)
    missing = {
        axis: (wanted.choice(axis), solution.form.choice(axis))
        for axis in apart(wanted, solution.form)
    }
    copied = _copied(source, calls[0])
    alike = copied is None or configured(calls[0], copied) == second
    return Translation(
        source,
        solution,
        missing,
        _epsilon(first, second),
        _ratio(first, second),
        different_defaults(source, solution.call),
        None if alike else drifts(first, [configured(calls[0], copied or {})])[0],
        tuple(_rounded(second) - _rounded(first)),
    )


def library_calls(name: str, option: str) -> tuple[Call, ...]:
    """The ways to make a library's RMSProp. Raises UsageError naming the option."""
    try:
        return calls_of(name)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error


def read(library: str, given: Sequence[str], option: str = "--from") -> Source:
    """Read settings "name=value" of a library.

    Raises:
        UsageError: no such library or setting, or a value that is out of range.
    """
    calls = library_calls(library, option)
    settings: dict[str, Any] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise UsageError(f"{quoted(text)}: not of the form NAME=VALUE, as in lr=0.01")
        if name in settings:
            raise UsageError(f"{name}: is given twice")
        settings[name] = _value(name, value)
    call = next((c for c in calls if settings.keys() <= _names(c)), None)
    if call is None:
        raise UsageError(_unknown(calls, settings))
    for name in call.required():
        if settings.get(name) is None:
            raise UsageError(
                f"{call.library} has no default for {name}; give it, as in"
                f" {name}={_LIKELY[call.roles[name]]}"
            )
    for name, value in settings.items():
        _check(call, name, value)
    if not call.possible(settings):
        raise UsageError(f"{call.library}: {', '.join(settings)} cannot be used together")
    return Source(call, settings)


_LIKELY = {"learning_rate": "0.01", "decay_rate": "0.9", "epsilon": "1e-08"}


def _value(name: str, text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        words = {"true": True, "false": False, "none": None, "null": None}
        if text.lower() in words:
            return words[text.lower()]
        raise UsageError(
            f"{name}: {quoted(text)} is neither a number nor True, False or None"
        ) from None


def _names(call: Call) -> set[str]:
    return {*call.defaults, *call.roles, *call.choices}


def _unknown(calls: Sequence[Call], settings: Mapping[str, Any]) -> str:
    """Which settings there are not, and what may be meant."""
    known = list(dict.fromkeys(name for call in calls for name in sorted(_names(call))))
    library = calls[0].library
    for name in settings:
        if name not in known:
            role = hyperparameters_by_name([name], [*HYPERPARAMETERS, *OPTIONS]).get(name)
            by_role = [n for c in calls for n, r in c.roles.items() if r == role]
            near = list(dict.fromkeys(by_role)) or get_close_matches(name, known, 3, 0.5)
            meant = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(known)}"
            return f"{name}: {library} has no such setting; {meant}"
    return f"{library}: {', '.join(settings)} cannot be used together"


def _check(call: Call, name: str, value: Any) -> None:
    """Raise UsageError: a value that nothing can be computed with."""
    role = call.roles.get(name)
    if value is None and call.defaults.get(name) is None:
        return
    if role is None:
        if name in call.choices and not isinstance(value, bool | int | float):
            raise UsageError(f"{name}: {value!r} is neither a number nor True or False")
        return
    number = isinstance(value, int | float) and not isinstance(value, bool)
    # A whole number may be beyond all doubles, which no function of floats takes.
    if not number or not -sys.float_info.max <= value <= sys.float_info.max:
        raise UsageError(f"{name}: {value!r} is no finite number")
    if role in ("decay_rate", "momentum") and not 0 <= value <= 1:
        raise UsageError(f"{name}: {value!r} is not from 0 to 1")
    if value < 0:
        raise UsageError(f"{name}: {value!r} is negative")
    if role == "learning_rate" and not value:
        raise UsageError(f"{name}: with 0 no weight moves, whatever else is set")


def _epsilon(first: Configured, second: Configured) -> tuple[float, float] | None:
    """Epsilon before and after, where either it or its place is another one."""
    same = first.dialect.choice("epsilon") == second.dialect.choice("epsilon")
    before, after = first.values["epsilon"], second.values["epsilon"]
    return None if same and math.isclose(before, after, rel_tol=1e-12) else (before, after)


def _ratio(first: Configured, second: Configured) -> float | None:
    before, after = first.values["learning_rate"], second.values["learning_rate"]
    equal = math.isclose(before, after, rel_tol=1e-12)
    return None if equal or not before else after / before


def different_defaults(source: Source, target: Call) -> tuple[Default, ...]:
    """The hyperparameters and options of which two libraries have other defaults."""
    defaults = []
    names = {role: name for name, role in reversed([*target.roles.items()])}
    for name, role in source.call.roles.items():
        other = names.get(role)
        if other is None or name in source.call.beside or other in target.beside:
            continue
        pair = source.call.defaults.get(name), target.defaults.get(other)
        if (pair[0] or 0) != (pair[1] or 0):
            defaults.append(Default((name, pair[0]), (other, pair[1])))
    return tuple(defaults)


def _copied(source: Source, target: Call) -> dict[str, Any] | None:
    """The settings under the target's names, as one copies them; None where it lacks one."""
    values = source.configured.values
    result: dict[str, Any] = {}
    for name, role in target.roles.items():
        used = values.get(role, 0.0)
        if role not in (target.roles[n] for n in result):
            result[name] = used if used or role in HYPERPARAMETERS else target.defaults.get(name)
    for name, value in source.all.items():
        if name in source.call.choices and value != source.call.defaults.get(name):
            if name not in target.choices:
                return None
            result[name] = value
    needed = {role for role, value in values.items() if value}
    if not needed <= set(target.roles.values()) or not target.possible(result):
        return None
    return result


def _rounded(call: Configured) -> set[str]:
    return set(call.dialect.choice("float32_hyperparameters").split("+")) - {"none"}
