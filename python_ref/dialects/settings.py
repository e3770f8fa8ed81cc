"""How the RMSProps of libraries are called, and which dialect a call with given settings is.

The calls themselves, a row a way to make one, stand in `settings_table`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

Rules = tuple[tuple[str, str], ...]
"""Conditions, and what holds under them. "momentum" holds where that setting is neither zero,
false nor missing, "!momentum" where it is, "start=1" where it is that, "start=eps" where it is what
the setting eps is; all of several must hold, and none always do."""


@dataclass(frozen=True)
class Call:
    """A way in which a library's RMSProp is made.

    Attributes:
        library: its name in the table of libraries.
        objects: where the class or function is defined, by full name; the first is the usual.
        roles: a setting's name to the hyperparameter or option that it is.
        rules: settings and the deviations under them; a later rule goes before an earlier one.
        defaults: of all settings; None where one must be given, or where None does nothing.
        text: what is written to make it, in pieces under conditions. A piece names settings in
            braces; "{settings}" are all that the library's own call takes, by keyword, and
            "{settings:NAME NAME}" these of them.
        beside: what a setting that is none of the call's own is written as, apart from the call.
        spelled: what a setting of the call is written as, where not as name=value.
        choices: the values that a switch may take; the name of a setting stands for its value.
        scales: what one unit of a setting makes of its role, where it is not one.
        fixed: hyperparameters that the library has fixed, by role.
        impossible: conditions under which there is no such call.
        literals: how the language writes True, False and None.
        imports: what makes the names of its text known, in Python.
    """

    library: str
    objects: tuple[str, ...]
    roles: Mapping[str, str]
    rules: Rules
    defaults: Mapping[str, Any] = field(default_factory=dict)
    text: Rules = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    spelled: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    scales: Mapping[str, float] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)
    impossible: tuple[str, ...] = ()
    literals: tuple[str, str, str] = ("True", "False", "None")
    imports: str = ""

    def dialect(self, settings: Mapping[str, Any]) -> Dialect:
        """Return what is computed with these settings, by parameter name; others are defaults."""
        given = {**self.defaults, **settings}
        chosen: dict[str, str] = {}
        for deviations in _under(self.rules, given):
            for deviation in deviations.split():
                axis, _, _ = deviation.partition("=")
                chosen[axis] = deviation
        return Dialect(chosen.values())

    def values(self, settings: Mapping[str, Any]) -> dict[str, float]:
        """Return the hyperparameters and options of these settings by name, where any is given."""
        given = {**self.defaults, **settings}
        result = dict(self.fixed)
        for name, role in self.roles.items():
            if (value := _number(given.get(name))) is not None and (value or role not in result):
                result[role] = value * self.scales.get(name, 1.0)
        return result

    def possible(self, settings: Mapping[str, Any]) -> bool:
        """Whether there is a call with these settings."""
        given = {**self.defaults, **settings}
        return not any(_all_hold(conditions, given) for conditions in self.impossible)

    def required(self) -> tuple[str, ...]:
        """The settings that must be given: hyperparameters without a default."""
        return tuple(
            name
            for name, role in self.roles.items()
            if role in HYPERPARAMETERS and self.defaults.get(name) is None
        )

    def code(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what to write, line by line: the call, then what stands beside it.

        Of the call's own settings, hyperparameters are always written, others where they are not
        the defaults.
        """
        given = {**self.defaults, **settings}
        words = {name: self._literal(value) for name, value in given.items()}
        own = _Keywords(self, given)
        pieces = [text.format(settings=own, **words) for text in _under(self.text, given)]
        lines = _together(pieces)
        for name, line in self.beside.items():
            if given.get(name):
                lines += line.format(words[name], **words).split("\n")
        return tuple(lines)

    def keywords(self, given: Mapping[str, Any], names: Iterable[str]) -> str:
        """Return these settings as the call has them."""
        written = []
        for name in names:
            if self.roles.get(name) in HYPERPARAMETERS or given[name] != self.defaults[name]:
                spelled = self.spelled.get(name, f"{name}={{}}")
                written.append(spelled.format(self._literal(given[name])))
        return ", ".join(written)

    def _literal(self, value: Any) -> str:
        for known, word in zip((True, False, None), self.literals, strict=True):
            if value is known:
                return word
        return f"{value!r}"


@dataclass(frozen=True)
class _Keywords:
    """The settings of a call, for the braces of a text."""

    call: Call
    given: Mapping[str, Any]

    def __format__(self, names: str) -> str:
        """All of the call's own, or those that are named."""
        return self.call.keywords(self.given, names.split() or self.call.defaults)


def _together(pieces: list[str]) -> list[str]:
    """One piece on a line, several as the arguments of the first."""
    if len(pieces) == 1:
        return pieces[0].split("\n")
    return [pieces[0], *(f"    {piece}," for piece in pieces[1:]), ")"]


def _under(rules: Rules, settings: Mapping[str, Any]) -> Iterator[str]:
    """What holds under the conditions that these settings meet."""
    for conditions, result in rules:
        if _all_hold(conditions, settings):
            yield result


def _all_hold(conditions: str, settings: Mapping[str, Any]) -> bool:
    return all(_holds(condition, settings) for condition in conditions.split())


def _holds(condition: str, settings: Mapping[str, Any]) -> bool:
    name, separator, value = condition.removeprefix("!").partition("=")
    given = settings.get(name)
    if separator:
        wanted = settings.get(value, value)
        return str(given) == str(wanted) or (
            _number(given) is not None and _number(given) == _number(wanted)
        )
    return bool(given) != condition.startswith("!")


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def roles(text: str) -> dict[str, str]:
    """Read "lr:learning_rate alpha:decay_rate": settings and what they are."""
    return dict(pair.split(":") for pair in text.split())


SWITCHED_ON = frozenset(OPTIONS)
"""The roles of settings that do nothing unless they are given."""
