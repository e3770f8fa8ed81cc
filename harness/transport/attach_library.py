"""The optimizer of a library, attached: its parameters' roles, and what its settings make of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from harness.languages.naming import says_rmsprop
from harness.model.errors import UsageError
from harness.ports.numbers import by_default, usual
from harness.ports.roles import Wanted, hyperparameters_by_name, ranked
from harness.transport.base import Called, Description
from harness.transport.handing import TRIAL, Conversation
from python_ref.dialects.axes import AXES
from python_ref.dialects.calls import call_of
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.settings import Call
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

_Shape = Mapping[str, Any]
# Keras has a parameter for each way to clip.
_CLIPS = {"clipvalue": "value", "clipnorm": "norm", "global_clipnorm": "global_norm"}


def attach_library(conversation: Conversation, shape: _Shape, wanted: Wanted) -> Description:
    """Bind the one there is, that was asked for, or that says RMSProp. Raises UsageError."""
    candidate = _chosen(shape["library"], wanted)
    settings = dict(wanted.settings)
    title = _title(candidate["name"], settings)
    _check(candidate, settings, title)
    jit = bool(candidate["jit"] and settings.pop("jit", False))
    call = call_of(candidate["objects"])
    known = {p["name"]: p["default"] for p in candidate["parameters"]}
    made = {**known, **candidate["made"], **settings}
    claim = call.dialect(made) if call else None
    meant = claim
    if wanted.claimed is not None:
        meant = Dialect(wanted.claimed)
    options = set(_options(meant)) if meant else set()
    roles = _roles(call, meant, options, made)
    if call is None:
        roles |= _told_by_default(candidate["parameters"], roles, title)
    construct = [
        None if p["name"] in settings else roles.get(p["name"]) for p in candidate["parameters"]
    ]
    _refuse_unsettled(candidate, construct, settings, title)
    fed = [role for role in construct if role]
    fixed = {
        role: float(made[name])
        for name, role in roles.items()
        if role not in fed and _is_number(made[name])
    }
    message = {
        "library": candidate["name"],
        "construct": construct,
        "call": [],
        "settings": settings,
        "jit": jit,
    }
    conversation.bind(message)
    container = "map" if candidate["partial"] and not jit else "list"
    return Description(
        "python",
        tuple(_precisions(conversation)) or ("float64", "float32"),
        container,
        tuple(dict.fromkeys([*fed, *fixed])),
        chosen=len(shape["library"]) > 1,
        called=Called(title, claim, fixed),
    )


def _chosen(candidates: list[_Shape], wanted: Wanted) -> _Shape:
    saying = [c for c in candidates if says_rmsprop(c["name"])]
    if len(candidates) > 1:
        if len(saying) == 1:
            return saying[0]
        names = ", ".join(c["name"] for c in candidates)
        raise UsageError(f"several are optimizers: {names}. Choose one with --class NAME")
    if wanted.class_name not in (None, candidates[0]["name"]):
        raise UsageError(f"no optimizer {wanted.class_name!r}; found: {candidates[0]['name']}")
    return candidates[0]


def _title(name: str, settings: Mapping[str, Any]) -> str:
    given = ", ".join(f"{key}={value!r}" for key, value in settings.items())
    return f"{name}({given})"


def _check(candidate: _Shape, settings: Mapping[str, Any], title: str) -> None:
    """Raise UsageError: a setting does not exist, or the library refuses its value."""
    known = [p["name"] for p in candidate["parameters"] if not p["parameters"]]
    for name in candidate["unknown"]:
        near = get_close_matches(name, known, 3, 0.5)
        meant = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(known)}"
        if not known:
            meant = "it was made with its settings already"
        raise UsageError(f"--set {name}: {candidate['name']} has no such setting; {meant}")
    if candidate["failed"] and settings:
        raise UsageError(f"{title} cannot be made: {candidate['failed']}")


def _options(claim: Dialect) -> Iterator[str]:
    """The options that a dialect needs."""
    for axis, value in claim.choices().items():
        yield from (name for name in AXES[axis][value].constants if name in OPTIONS)


def _roles(
    call: Call | None, meant: Dialect | None, options: set[str], made: Mapping[str, Any]
) -> dict[str, str]:
    """The hyperparameters and the options in use, by the name of the parameter or setting."""
    wanted = {*HYPERPARAMETERS, *options}
    if call:
        clip = meant.choice("clip") if meant else ""
        return {
            name: role
            for name, role in call.roles.items()
            if role in wanted and name in made and _CLIPS.get(name, clip) == clip
        }
    return hyperparameters_by_name(made, wanted)


def _told_by_default(
    parameters: list[_Shape], roles: Mapping[str, str], title: str
) -> dict[str, str]:
    """What a default tells of a number whose name does not. Raises UsageError: it may be several.

    One that nobody gives what it is for would be said to be a constant.
    """
    numbers = [
        {"name": p["name"], "value": float(p["default"])}
        for p in parameters
        if _is_number(p["default"]) and (p["name"] in roles or not ranked(p["name"]))
    ]
    known = [roles.get(number["name"]) for number in numbers]
    found = by_default(numbers, known)
    for role in set(HYPERPARAMETERS) - set(found):
        if len(fitting := usual(numbers, found, role)) > 1:
            names = " or ".join(numbers[i]["name"] for i in fitting)
            raise UsageError(
                f"{title}: nothing says whether {names} is the {role.replace('_', ' ')}; make the"
                " optimizer in a function whose parameter does: check FILE.py:make_optimizer"
            )
    return {n["name"]: role for n, role in zip(numbers, found, strict=True) if role}


def _refuse_unsettled(
    candidate: _Shape, construct: list[str | None], settings: Mapping[str, Any], title: str
) -> None:
    """Raise UsageError: something must be given, and nobody knows what."""
    for parameter, role in zip(candidate["parameters"], construct, strict=True):
        name = parameter["name"]
        if parameter["required"] and not (parameter["parameters"] or role or name in settings):
            raise UsageError(
                f"{title}: {name} must be given; say --set {name}=VALUE, or make the optimizer in a"
                " file: check FILE.py:make_optimizer"
            )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _precisions(conversation: Conversation) -> Iterator[str]:
    """What arrays may hold: a scenario before those that count, in which a library compiles."""
    for precision in ("float64", "float32"):
        if conversation.run(TRIAL, precision).fault is None:
            yield precision
