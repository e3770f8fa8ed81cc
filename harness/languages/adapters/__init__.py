"""Adapters: ten lines in a port's own language through which a source that is not bound is reached.

Each has the one shape that is always bound: a class of learning rate, decay rate and epsilon, or
a function of them that returns a function, and an `update` of weights and gradients, arrays by
name. A module a language writes it from a sketch of the source, as much filled in as the sketch
says; what is left to a person is on lines with a mark, and nothing with a mark is ever judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

MARK = "TODO(rmsproof)"
_MARKED = re.compile(rf"\S*{re.escape(MARK)}:?\s*")
_COMMENT_END = re.compile(r"\s*\*/.*$|\"\)*[;}]*\s*$")
CAMEL = {"learning_rate": "learningRate", "decay_rate": "decayRate", "epsilon": "epsilon"}
# A call that takes more is written with an argument a line.
WIDE = 100
STAND_IN = "np.zeros(1)"
"""What stands for biases that nothing is fed for, in Python."""
RATES = tuple(CAMEL)
"""Hyperparameters as a class's constructor takes them, in this order."""


@dataclass(frozen=True)
class Part:
    """Where a parameter stands in an argument that is a map.

    Attributes:
        of: which argument, from 0 on.
        key: as the language writes it.
        spread: the map's keys and values are arguments themselves.
    """

    of: int
    key: str
    spread: bool = False


@dataclass(frozen=True)
class Parameter:
    """One parameter of the source's.

    Attributes:
        type: as the language writes it; empty if it does not say.
        role: what it takes, such as learning_rate or gradients; empty if that is not known.
        default: it may be left out.
        named: it is given by name only.
        listed: it is a list of arrays.
        keyed: the source looks its arrays up by keys of its own.
        asked: what the source asks of it, in the source's words; empty if that is not known.
        own: its type is the port's own: an array has to be made one.
        hints: how that is made of numbers, and read.
        part: of which argument it is a part that a source takes apart, and under which key.
        within: the class of settings that it is an argument of, as code writes it; empty for none.
        imports: the classes that the hints name, as they are imported.
        value: what it is given, as code writes it, where only that is meant; empty for none.
        otherwise: what it is where it is left out, as code writes it; empty if that is not known.
        spare: it may be left out, but is what nothing else is told: the roles that it may have.
    """

    name: str
    type: str = ""
    role: str = ""
    default: bool = False
    named: bool = False
    listed: bool = False
    keyed: bool = False
    asked: str = ""
    own: bool = False
    hints: tuple[str, ...] = ()
    part: Part | None = None
    within: str = ""
    imports: tuple[str, ...] = ()
    value: str = ""
    otherwise: str = ""
    spare: tuple[str, ...] = ()

    def known(self, roles: Container[str]) -> bool:
        """Whether it can be given as it is."""
        return bool(self.value) or (self.role in roles and not self.own)


@dataclass(frozen=True)
class Action:
    """What may be called in every step: a method or a function.

    Attributes:
        whole: it takes all arrays at once, by name or in a list.
        returns: the type of what it returns; empty if the language does not say.
        sure: it is seen to make the step.
        silent: it is seen to return nothing.
        writes: what it assigns of objects, in the source's words, where that is known.
        calls: the methods of its own object that it calls, where that is known.
    """

    name: str
    parameters: tuple[Parameter, ...] = ()
    static: bool = False
    whole: bool = False
    returns: str = ""
    sure: bool = False
    silent: bool = False
    writes: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()

    @property
    def each(self) -> bool:
        """Whether it is called for one number at a time."""
        data = [p.type.lower() for p in self.parameters if p.role in ("weights", "gradients")]
        return bool(data) and all(one in ("float", "double") for one in data)

    def takes(self, role: str) -> bool:
        """Whether one of its parameters is known to be that."""
        return any(p.role == role or p.role.startswith("pairs") for p in self.parameters)


@dataclass(frozen=True)
class Setting:
    """What nothing takes: a hyperparameter, or an algorithm as code writes it.

    Attributes:
        on: the class and its member that sets it.
        field: the member is assigned, not called.
        left: it is left to a person.
    """

    parameter: Parameter
    on: str
    field: bool = False
    left: bool = False


@dataclass(frozen=True)
class Sketch:
    """What was read from a source, for the adapter that calls it.

    Attributes:
        file: the source's name.
        module: what Python imports it as, and the package of a class elsewhere.
        owner: the class, as code of its package writes it; empty for functions.
        constructor: its parameters; None where nothing is constructed.
        imports: classes of other packages that a person may need.
        factory: what makes one, as code writes it, where that is not its constructor.
        action: what is called; None where nothing is likely.
        seen: what else can be called, for a person to choose from.
        called: the action, as it would stand among these.
        narrow: it stores float32.
        checked: it asks whether hyperparameters are numbers of the language's own.
        plans: ways to call it with objects that stand in, likeliest first.
        before: what is called once, before the first step.
        settings: what is set once it is made.
        kept: the arrays that an object keeps, and what has them, as code declares them.
    """

    file: str
    module: str = ""
    owner: str = ""
    constructor: tuple[Parameter, ...] | None = None
    action: Action | None = None
    seen: tuple[str, ...] = ()
    narrow: bool = False
    checked: bool = False
    plans: tuple[Mapping[str, Any], ...] = ()
    before: tuple[Action, ...] = ()
    settings: tuple[Setting, ...] = ()
    kept: tuple[str, ...] = ()
    factory: str = ""
    called: str = ""
    imports: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The adapter's class: named for what it adapts."""
        words = self.owner or (self.action.name if self.action else "")
        stem = re.sub(r"\W", "", words.rpartition(".")[2]) or "RMSProp"
        return f"{stem[:1].upper()}{stem[1:]}Adapter"

    @property
    def makes(self) -> bool:
        """Whether an object is made, one for each array or one for all."""
        return self.constructor is not None and not (self.action and self.action.static)

    @property
    def answers(self) -> bool:
        """Whether the source asks a function for gradients, one array's at a time."""
        called = [self.constructor or (), self.action.parameters if self.action else ()]
        whole = self.action is None or self.action.whole
        return not whole and any(p.role == "slopes" for given in called for p in given)

    @property
    def wide(self) -> bool:
        """Whether hyperparameters are float64: arrays are, or what takes them says so."""
        called = [self.constructor or (), self.action.parameters if self.action else ()]
        given = (p for parameters in called for p in parameters if p.role in RATES)
        return not self.narrow or any(p.type.lower() == "double" for p in given)

    def stages(self) -> Iterator[Sketch]:
        """The sketch, then with ever less of it filled in, should that not compile."""
        yield self
        seen = (*filter(None, [self.called]), *self.seen)
        if self.action is not None:
            yield replace(self, action=None, seen=seen)
        if any(not one.left for one in self.settings):
            left = tuple(replace(one, left=True) for one in self.settings)
            yield from replace(self, settings=left).stages()
            return
        if self.constructor:
            unknown = tuple(
                replace(p, role="", within="", value="") for p in self.constructor if not p.default
            )
            yield replace(self, action=None, before=(), constructor=unknown, seen=seen)
        yield replace(self, action=None, before=(), constructor=None, owner="", seen=seen)


def texts(sketch: Sketch, lines: Callable[[Sketch], Iterable[str]]) -> Iterator[str]:
    """A language's texts of a sketch, the fullest first."""
    for stage in sketch.stages():
        yield "\n".join(lines(stage)) + "\n"


def left(text: str) -> list[tuple[int, str]]:
    """The lines of an adapter that are still to be filled in: numbers from 1, and what to do."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if MARK in line:
            words = _COMMENT_END.sub("", _MARKED.split(line, 1)[-1]).rstrip()
            found.append((number, words or line.strip()))
    return found


# Where an adapter takes a hyperparameter and keeps it, in the words of its five languages.
_TAKES = re.compile(
    r"def __init__\(self.*|^\s*(?:self\.\w+(?:,\s*|\s*=\s*))+(?:\w+(?:,\s*)?)+$"
    r"|^\s*this\.(\w+) = \1;$|\b(?:double|float|Double|Float|va[lr])\s+\w+"
    r"|\w+\s*:\s*(?:Double|Float)\b|\(defn[^\[]*\[[^\]]*\]",
    re.MULTILINE,
)


def handed_on(text: str) -> frozenset[str]:
    """The hyperparameters that an adapter does something with beside taking and keeping them.

    >>> sorted(handed_on("class A(val learningRate: Double, val epsilon: Double) { f(epsilon) }"))
    ['epsilon']
    """
    code = _TAKES.sub("", text)
    forms = {role: (role, name, role.replace("_", "-")) for role, name in CAMEL.items()}
    return frozenset(
        role
        for role, names in forms.items()
        if any(re.search(rf"(?<![\w-]){name}(?![\w-])", code) for name in names)
    )


def listed(sketch: Sketch, comment: str, margin: str) -> list[str]:
    """What can be called, as comments for the person who chooses."""
    return [f"{margin}{comment} {one}" for one in sketch.seen[:8]]


def split(parameters: Sequence[Parameter]) -> tuple[list[Parameter], list[Parameter]]:
    """The parameters to give: those in their places, and those by name; defaults are left out.

    Behind one that is left out, all are given by name.
    """
    places: list[Parameter] = []
    names: list[Parameter] = []
    skipped = False
    for p in parameters:
        if not (p.role or p.value or p.spare) and p.default:
            skipped = True
        elif p.named or skipped:
            names.append(p)
        else:
            places.append(p)
    return places, names
