"""Ways to feed a class whose numbers lie anywhere: a host found them by what moves what.

It runs the class and says which numbers are weights, each with its gradient, and which single
numbers have influence besides (see java/adapter: GraphWays). Their names say here what they are;
a number that a parameter asks for has no value of its own, so one that nobody knows is each of
the hyperparameters that are missing in turn.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from harness.languages.naming import plain_name, says_rmsprop
from harness.ports.naming import class_names
from harness.ports.numbers import by_default, hyper_roles
from harness.ports.roles import CONTAINERS, Wanted, ranked, role_names
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS

# Of a file's classes so many are run, the likeliest first.
MOST_CLASSES = 3
_FEW_KINDS = 2
# What comes back, and what has to be made of it where the learning rate is not in it as yet.
_UNRATED = {"step": "rate", "ascent": "rate", "factor": "rated"}
_VERBS = {
    "weights": "moved by",
    "turned": "moved by the negative of",
    "returned": "moved by",
    "factor": "is what multiplies",
}
# What the constructor of the class itself asks for, as the host of a JVM writes it.
_MADE = re.compile(r"new\.[^.\[]+")
# What a function itself is handed, as the host of a JVM calls it.
_GIVEN = "given."


@dataclass(frozen=True)
class Explored:
    """A way to feed a class, with its numbers' roles.

    Attributes:
        message: what the host is told.
        title: the same for people.
        roles: hyperparameters that it takes.
        precision: what its weights are stored in.
    """

    message: dict[str, Any]
    title: str
    roles: tuple[str, ...]
    precision: str


def classes(shape: Mapping[str, Any], wanted: Wanted) -> list[str]:
    """The classes to explore, the one that was asked for alone."""
    # What only forwards to an object of Scala's does not know the names of its parameters.
    made = {c["class"] for c in shape.get("candidates", []) if c.get("kind") != "static"}
    ranks: list[list[str]] = [
        [name for name in rank if name in made or f"{name}$" not in rank]
        for rank in shape.get("explorable", [])
    ]
    if ranks == [[""]]:  # a host that looks at all functions of a file at once
        return [wanted.function or wanted.class_name or ""]
    if wanted.class_name:
        return [n for n in (ranks or [[]])[-1] if wanted.class_name in class_names(n)]
    names = next(filter(None, ranks), [])
    own = [n for n in names if says_rmsprop(re.split(r"[.$]", n.rstrip("$"))[-1])]
    # What is handed arrays goes before settings and states of the same name.
    methods = {c["class"]: c["methods"] for c in shape["candidates"]}
    own.sort(key=lambda n: not any(map(_handed, methods.get(n, ()))))
    # What only holds settings is stepped by a class whose code says RMSProp, too.
    others = [name for name in (ranks[1] if own else ()) if name.rstrip("$") not in own]
    # What it is nested in goes last.
    others.sort(key=lambda n: any(one.startswith(f"{n.rstrip('$')}$") for one in own))
    return ([*own, *others] or names)[:MOST_CLASSES]


def _handed(method: Mapping[str, Any]) -> bool:
    return any(p["kind"] in CONTAINERS for p in method["parameters"])


def named(shape: Mapping[str, Any], owner: str, way: Mapping[str, Any]) -> bool:
    """Whether what a way calls takes a name: how it keeps several apart is not seen in one."""
    method = way.get("plan", {}).get("method")
    methods = [m for c in shape["candidates"] if c["class"] == owner for m in c["methods"]]
    functions = shape.get("functions", []) if not methods else []
    called = [m["parameters"] for m in methods if m["name"] == method]
    called += [listed for f in functions if f["name"] == method for listed in f["parameters"]]
    names = {plain_name(p["name"]) for listed in called for p in listed}
    return bool(names & role_names("name"))


def readings(
    way: Mapping[str, Any], wanted: Wanted, shape: Mapping[str, Any]
) -> Iterator[Explored]:
    """A way with each reading of its numbers that is possible."""
    way = {**way, "by_default": _by_default(way, shape)}
    rows = {_plain_row(path) for path in way["others"]}
    # What nobody knows may be a number that is missing, before it is an array that is left alone.
    if len(rows) == 1 and not any(map(ranked, rows)):
        yield from _readings(way, wanted, rows)
    yield from _readings(way, wanted, {name for name in rows if _number(name)})


def _readings(
    way: Mapping[str, Any], wanted: Wanted, of_rows: Collection[str]
) -> Iterator[Explored]:
    way, said = _without_given(way, wanted)
    if any(not ranked(_name(path)) for path in _open(way) if path not in way["by_default"]):
        return  # nobody knows what it is
    names, _, roles, rows = read = _named(way, wanted, of_rows)
    quiet, missing = _idle(way, wanted, read)
    if rows and way.get("factors") and "learning_rate" in missing:
        missing = ["learning_rate"]
    unread = [
        list(dict.fromkeys(plain_name(names[p]) for p in paths if not roles[plain_name(names[p])]))
        for paths in (way["asked"], (*way.get("valued", ()), *rows))
    ]
    open_ = [name for several in unread for name in several]
    # What has a default need not be told what nobody knows.
    needed = {*unread[0]} - {plain_name(_name(path)) for path in way["by_default"]}
    count = min(len(missing), len(open_))
    for chosen, places in itertools.product(
        itertools.permutations(missing, count), itertools.combinations(open_, count)
    ):
        if not needed <= {*places}:
            continue
        every = {**roles, **dict(zip(places, chosen, strict=True))}
        told = {p: r for p, n in names.items() if (r := every[plain_name(n)])}
        given = {p: r for p, r in told.items() if r in HYPERPARAMETERS or r in wanted.options}
        given |= {path: role for path, role in quiet.items() if role not in given.values()}
        idle = way["idle"]
        if unknown := [p for p in idle if p.startswith(_GIVEN) and not ranked(_name(p))]:
            left = [role for role in HYPERPARAMETERS if role not in given.values()]
            if left and (len(unknown), len(left)) != (1, 1):
                continue  # what shows as a constant may be what was handed over for one of them
            given |= dict(zip(unknown, left, strict=False))
        # What may be added to the algorithm, and is asked for, is left out of it.
        asked = [p for p in told if p in way["asked"]]
        asked += [p for p in idle if _MADE.fullmatch(p)]
        off = {p: 0.0 for p in asked if p not in given and p not in way["by_default"]}
        others = [path for path in way["others"] if path not in given]
        yield _explored({**way, "others": others}, given, off | said)


def untold(way: Mapping[str, Any], wanted: Wanted, shape: Mapping[str, Any]) -> list[str]:
    """What the user gives to the class itself, and a way tells it nothing of: no such number."""
    reached = {_name(path) for path in (*way["numbers"], *way.get("idle", ()))}
    taken = {parameter["name"] for parameter in _constructed(way, shape)}
    return [name for name in wanted.give if name in taken - reached]


def _constructed(way: Mapping[str, Any], shape: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parameters of the constructors of the class itself."""
    for candidate in shape["candidates"]:
        if candidate["class"] == way["plan"].get("type"):
            for constructor in candidate.get("constructors") or ():
                yield from constructor["parameters"]


def _by_default(way: Mapping[str, Any], shape: Mapping[str, Any]) -> list[str]:
    """The paths of what the class itself is made with that the source has a default for."""
    parameters = _constructed(way, shape)
    names = {p["name"] for p in parameters if p.get("absent") or p.get("omissible")}
    paths = (*way["numbers"], *way.get("idle", ()))
    return [path for path in paths if _MADE.fullmatch(path) and _name(path) in names]


def _without_given(
    way: Mapping[str, Any], wanted: Wanted
) -> tuple[dict[str, Any], dict[str, float]]:
    """A way without the numbers that the user gives, which need no reading; and these."""
    paths = (*way["numbers"], *way.get("idle", ()))
    said = {path: float(wanted.give[n]) for path in paths if (n := _name(path)) in wanted.give}
    left = {
        "asked": [path for path in way["asked"] if path not in said],
        "numbers": {path: n for path, n in way["numbers"].items() if path not in said},
        "idle": [path for path in way.get("idle", ()) if path not in said],
    }
    return {**way, **left}, said


class _Named(NamedTuple):
    """What the numbers of a way are called, by path, are, and mean, by name; rows of one number."""

    names: dict[str, str]
    numbers: dict[str, dict[str, Any]]
    roles: dict[str, str | None]
    rows: dict[str, str]


def _named(way: Mapping[str, Any], wanted: Wanted, of_rows: Collection[str]) -> _Named:
    """Read the numbers of a way by their names; of rows, those may be one number each."""
    asked = set(way["asked"])
    names = {path: _name(path) for path in way["numbers"]}
    # What a parameter of some name asks for and what a field of that name has is one thing.
    numbers: dict[str, dict[str, Any]] = {
        plain_name(name): {"name": name} if path in asked else {"name": name, "value": value}
        for (path, value), name in zip(way["numbers"].items(), names.values(), strict=True)
    }
    # A row of what has one name is one number that each layer has, if it can be nothing else.
    rows = {path: _plain_row(path) for path in way["others"]}
    rows = {path: n for path, n in rows.items() if n in of_rows and n not in numbers}
    numbers |= {name: {"name": name} for name in rows.values()}
    known = hyper_roles(list(numbers.values()), wanted)
    if way.get("valued"):
        # A default says which one a number is that a constructor may be given.
        known = by_default(list(numbers.values()), known)
    return _Named(names | rows, numbers, dict(zip(numbers, known, strict=True)), rows)


def _idle(way: Mapping[str, Any], wanted: Wanted, read: _Named) -> tuple[dict[str, str], list[str]]:
    """The roles of what a first step does not depend on, by path; and those that are missing.

    It is given all the same: later steps may. What else there is says which one an alpha is.
    """
    _, numbers, roles, rows = read
    idle = {path: _name(path) for path in way["idle"]}
    missing = [role for role in HYPERPARAMETERS if role not in roles.values()]
    all_ = [*numbers.values(), *({"name": name} for name in idle.values())]
    late = dict(zip(idle, hyper_roles(all_, wanted)[len(numbers) :], strict=True))
    quiet = {path: role for path, role in late.items() if role in missing}
    # What moves nothing may be another thing than what does, of which nobody knows what it is.
    spare = set() if rows and not any(map(_number, rows.values())) else {*quiet.values()}
    alike = {path: roles.get(plain_name(name)) for path, name in idle.items()}
    quiet |= {path: role for path, role in alike.items() if role in HYPERPARAMETERS}
    return quiet, [role for role in missing if role not in spare]


def factored(one: Explored, wanted: Wanted) -> Explored | None:
    """The same with ones for zeros whose names say nothing, if there are any.

    They may be factors, or what is divided by: an error times another's output is a gradient, a
    sum of gradients by their number is one.
    """
    graph = one.message["graph"]
    left = graph["numbers"].keys() - {*graph["asked"], *one.message["roles"]}
    open_ = [path for path, value in graph["numbers"].items() if path in left and not value]
    named = [{"name": _name(path)} for path in open_]
    zeros = [p for p, role in zip(open_, hyper_roles(named, wanted), strict=True) if not role]
    if not zeros:
        return None
    others = {"others": [*graph["others"], *zeros], "rest": 1.0}
    message = {**one.message, "graph": {**graph, **others}}
    said = " and ".join(dict.fromkeys(map(_name, zeros)))
    return replace(one, message=message, title=f"{one.title}, with {said} = 1")


def told(way: Mapping[str, Any], wanted: Wanted) -> set[str]:
    """The hyperparameters that parameters of a way ask for, by their names."""
    names = [{"name": name} for name in dict.fromkeys(map(_name, way["asked"]))]
    return {r for r in hyper_roles(names, wanted) if r in HYPERPARAMETERS}


def unknown(way: Mapping[str, Any], wanted: Wanted) -> list[str]:
    """The numbers that parameters of a way ask for and whose names say nothing."""
    names = list(dict.fromkeys(_name(path) for path in (*way["asked"], *_open(way))))
    roles = hyper_roles([{"name": name} for name in names], wanted)
    return [name for name, role in zip(names, roles, strict=True) if role is None]


def _open(way: Mapping[str, Any]) -> list[str]:
    """What the class itself is made with that later steps may depend on, and the first does not."""
    idle = way.get("idle", ())
    return [p for p in idle if _MADE.fullmatch(p) and p not in way.get("still", ())]


def _plain_row(path: str) -> str:
    """What a row of numbers is a row of, by the path of one of them."""
    return plain_name(_name(path)).removesuffix("s")


def _number(name: str) -> bool:
    """Whether a name means a hyperparameter and nothing that there is one of for each weight."""
    roles = {role for _, role in ranked(name)}
    return bool(roles) and roles <= {*HYPERPARAMETERS}


def _name(path: str) -> str:
    return re.sub(r"\[[^]]*\]", "", path).rpartition(".")[2]


def _explored(
    way: Mapping[str, Any], given: Mapping[str, str], off: Mapping[str, float]
) -> Explored:
    roles = tuple(dict.fromkeys(given.values()))
    mode = str(way["mode"])
    if mode in _UNRATED and "learning_rate" not in roles:
        mode, roles = _UNRATED[mode], (*roles, "learning_rate")
    left = {*way["by_default"]} - given.keys()
    numbers = {path: value for path, value in way["numbers"].items() if path not in left}
    graph = {**way, "mode": mode, "numbers": {**numbers, **off}}
    del graph["by_default"]
    plan = way["plan"]
    method = _called(plan["method"])
    owner = str(plan["type"]).rpartition(".")[2].rstrip("$")
    if plan["via"]:
        owner = f"{owner}.{_called(plan['via'])}()"
    gradients = _kinds(pair[1] for pair in way["pairs"])
    weights = _kinds(pair[0] for pair in way["pairs"]) or "what it returns"
    verb = _VERBS.get(way["mode"], "is the step of")
    methods = [one for one in (_called(plan.get("first", "")), method) if one.isidentifier()]
    called = f"{owner}.{' and '.join(methods)}" if methods else owner
    title = f"{called}, {weights} {verb} {gradients}"
    if ones := plan.get("counts"):
        title += f", with {' and '.join(map(_name, ones))} = 1"
    if plan.get("size", 0) < 0:
        title += ", of matrices with one column"
    if off:
        title += f", with {' and '.join(f'{_name(path)} = {n:g}' for path, n in off.items())}"
    if ours := _kinds(iter(way.get("ours", ()))):
        title += f", {ours} handed over as zeros at first"
    message = {"class": plan["type"], "graph": graph, "roles": dict(given), "call": list(roles)}
    return Explored(message, title, roles, str(way["precision"]))


def _called(method: str) -> str:
    """What a method is called, which a JVM's reflection writes at length."""
    return re.sub(r"\(.*", "", method).rpartition(".")[2]


def _kinds(paths: Iterator[str]) -> str:
    """Paths without the places of elements: "this.weights[][] and this.biases[]".

    Keys that are texts say which is which, as long as they are few.
    """
    # What an extension of Kotlin is called on is this in its source; Scala's compiler marks what it
    # keeps for doubles alone.
    every = [re.sub(r"^\$this\$\w+", "this", path) for path in paths if path]
    every = [re.sub(r"\$mc\w\$sp", "", path) for path in every]
    for places in (r"\[[\d,]*\]", r"\[[^]]*\]"):
        kinds = dict.fromkeys(re.sub(places, "[]", path) for path in every)
        if len(kinds) <= _FEW_KINDS:
            break
    return " and ".join(kinds)
