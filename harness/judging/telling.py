"""A constant of the port's own that somebody could tell it, in a way that names do not show.

Settings may come by a lambda, a map, a file or public variables. Whatever the way, it ends in a
number that can be reached once the port is made: there it is told, and judged once more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import IGNORED
from harness.judging.judge import Answers
from harness.judging.through_adapter import kept_back
from harness.judging.verdict import Result
from harness.languages.literals import NEAR, steps_with
from harness.ports.binding import BindingError
from harness.ports.port import Port
from harness.ports.roles import ranked
from harness.transport.hosted import HostedTransport
from harness.transport.untold import SMALL
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS

_SCALED = (
    "what it returns is multiplied by the learning rate, which its source leaves to its caller"
)
_NO_EPSILON = "epsilon=none"


def told_otherwise(
    transport: HostedTransport, result: Result, ask_it: Callable[[], Answers]
) -> Result:
    """The result where the port is told what seems to be its own constants, if it can be.

    Raises:
        BindingError: it can, and what it does then is neither right nor explained.
    """
    best = likeliest(result)
    if best is None:
        return result
    # What it was told and does not use is its own fault, wherever else it could be told that.
    told = reached(transport)
    own = {
        role: best.intervals.get(role, (value * (1 - NEAR), value * (1 + NEAR)))
        for role, value in best.constants.items()
        if role in HYPERPARAMETERS and f"{IGNORED[role]}=ignored" in best.deviations
        if role not in told
    }
    # Where none was told and none shows, a number as small as one may be, or 0 that nobody set.
    unset = _NO_EPSILON in best.deviations and "epsilon" not in told
    own |= {"epsilon": (0.0, SMALL)} if unset else {}
    places = dict(_places(transport.settings(), own)) if own else {}
    before = transport.way
    while places:
        transport.adopt(before.telling(places))
        again = ask_it().result()
        # What is told and changes nothing is another number, and the constant is the port's own.
        idle = {r for r in places.values() if {f"{IGNORED[r]}=ignored"} & {*again.deviations}}
        idle |= {"epsilon"} if _NO_EPSILON in again.deviations else set()
        if again.stands and not idle & {*places.values()}:
            said = [f"the {role.replace('_', ' ')} as {_name(at)}" for at, role in places.items()]
            told_it = f"told {', '.join(dict.fromkeys(said))} once it was made"
            bound = (again.bound or result.bound, told_it)
            return replace(again, bound="; ".join(filter(None, bound)))
        if not again.stands and not (unset and {*places.values()} == {"epsilon"}):
            path, role = next(iter(places.items()))
            raise untold(role, _name(path))
        places = {path: role for path, role in places.items() if again.stands and role not in idle}
    transport.adopt(before)
    return result


def refuse_untold(result: Result, transport: HostedTransport) -> None:
    """Raise BindingError where what is said to be a constant may be a number that it takes."""
    best = likeliest(result)
    told = reached(transport) if best else ()
    # Of an option that nobody gives, a default is the port's own constant.
    for role in HYPERPARAMETERS:
        axis = IGNORED[role]
        none = f"{role}=none"
        if best is None or not {f"{axis}=ignored", none} & {*best.deviations}:
            continue
        constant = 0.0 if none in best.deviations else best.constants.get(role, math.nan)
        if names := transport.about.untold(role, constant, role in told):
            known = role.replace("_", " ")
            raise BindingError(
                f"not bound: nothing says whether {' or '.join(names)} is the {known}. If one is,"
                f' say so in port.toml beside it\n[bind]\n{role} = "{names[0]}"'
            )
        if role not in told and (name := transport.about.settable(role, constant)):
            raise untold(role, name)


def noted_untold(port: Port, transport: HostedTransport, result: Result) -> Result:
    """The result, which says of constants that somebody might tell it in a way not found.

    What its source computes with is its own, and so is what it is told and does not use.
    """
    if made := transport.about.made_with(port.wanted.options):
        result = result.saying(f"told {', '.join(made)}, which no test case says")
    if transport.about.unrated:
        result = result.saying(_SCALED)
    diagnosis = result.diagnosis
    best = diagnosis.best if diagnosis else None
    if diagnosis is None or best is None or transport.about.of_library:
        return result
    back = kept_back(port)
    told, constants = {*transport.describe().roles} - back, best.constants
    own = [
        role
        for role in HYPERPARAMETERS
        if f"{IGNORED[role]}=ignored" in best.deviations and role not in told
    ]
    texts = [
        p.read_text(encoding="utf-8", errors="replace")
        for p in (port.source if own else ())
        if p.is_file()
    ]

    def computed(role: str) -> bool:
        value = constants.get(role, math.nan)
        # A rate of 1 is none, and stands nowhere.
        return value != 1 and any(steps_with(text, role, value) for text in texts)

    left = [role for role in own if not computed(role)]
    if not left:
        return result
    known = _either([role.replace("_", " ") for role in left])
    words = f"no way was found to tell it its {known}"
    if back & {*left}:
        words = f"the adapter hands the {known} to nothing"
    untold = frozenset(left)
    among = tuple(replace(other, untold=untold) for other in diagnosis.alternatives)
    diagnosis = replace(diagnosis, best=replace(best, untold=untold), alternatives=among)
    return replace(result, diagnosis=diagnosis).saying(words)


def _either(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def reached(transport: HostedTransport) -> frozenset[str]:
    """What a port is told; seen from outside, not what only goes where nothing moves by it."""
    told, message = frozenset(transport.describe().roles), transport.way.message
    if "graph" not in message:
        return told
    idle = message["graph"].get("idle", ())
    return told & {role for path, role in message.get("roles", {}).items() if path not in idle}


def likeliest(result: Result) -> Explanation | None:
    """What explains a port, else what comes nearest: both may say that a constant is its own."""
    diagnosis = result.diagnosis
    near = diagnosis.nearest if diagnosis else None
    best = diagnosis.best if diagnosis else None
    return best or (Explanation(near.chosen, near.constants) if near else None)


def untold(role: str, name: str) -> BindingError:
    """That a port may be told a hyperparameter under a name, and nobody knows how."""
    known = role.replace("_", " ")
    return BindingError(
        f"not bound: its {known} may be set as {name}, in a way that was not found; of what it is"
        " by default nothing is said"
    )


def _places(
    settings: Mapping[str, float], own: Mapping[str, tuple[float, float]]
) -> Iterator[tuple[str, str]]:
    """The paths of numbers that are such a constant, and its role: if names say it, only those."""
    for role, (low, high) in own.items():
        # What an average is swapped by looks like a constant that is what is left of it.
        swapped = role == "decay_rate"
        fitting = [
            path
            for path, value in settings.items()
            if low <= value <= high or (swapped and low <= 1 - value <= high)
        ]
        meant = {
            path: [one for _, one in ranked(_name(path)) if one in HYPERPARAMETERS + OPTIONS]
            for path in fitting
        }
        named = [path for path in fitting if role in meant[path]]
        yield from ((path, role) for path in named or fitting if named or not meant[path])


def _name(path: str) -> str:
    """What a path calls the number: a field, or a map's key."""
    return str(re.findall(r"[^.\[\]]+", path)[-1])
