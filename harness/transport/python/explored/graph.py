"""An object that steps, and what its step is given: made anew whenever it is asked for."""

from __future__ import annotations

import inspect
import random
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Optional

import numpy as np

from harness.transport.python.explored import mending
from harness.transport.python.explored.making import TURN, Maker, Module
from harness.transport.python.explored.reach import (
    Cell,
    Reach,
    own,
    root_of,
    says_gradients,
    towards,
)
from harness.transport.python.session import concrete
from harness.transport.python.shape import described
from harness.transport.python.signatures import parameters

RETURNED = "returned"
# What weights are that another thing is made of, to see what it keeps of them.
_OTHER = 0.375
PREPARING = re.compile(
    r"(?:ini|set_?up|alloc|prepar|build|compile|register|attach|reset|add_|bind|create_|make_|new_"
    r"|zero|empty|begin|start).*"
)


class Graph:
    """What a plan makes.

    Args:
        plan: the "type", a class or function; the "method" that steps, of the class or of what
            the function returns, and the one that is called "first" in every step; the "size"
            and "form" of what is made, the "counts" that are another; whether what says that it
            "prepares" is called first; what is "mended" before the first step.
        numbers: by the path of the parameter that asks for them.

    Attributes:
        asked: numbers of parameters without one of their own, but for the step's, by path.
        given: the same of parameters that have one.
        valued: those of the step's that have one, by name.
        counts: the paths of parameters that were told how many there are of anything.
        begun: the step's arguments that something of the port's own made.
        unprepared: a function beside the step may make one, and could not be called.
    """

    def __init__(
        self, module: Module, plan: Mapping[str, Any], numbers: Mapping[str, float]
    ) -> None:
        np.random.seed(1)  # noqa: NPY002 - what a port asks for its weights
        random.seed(1)
        maker = Maker(module, plan["size"], plan["counts"], plan["form"], numbers)
        shape, made = module.shapes[plan["type"]], thing(module, plan["type"])
        method = plan["method"]
        self._beginnings, self._called = module.beginnings, plan["method"] or plan["type"]
        self._this: Any = None
        self._kept: Mapping[str, Any] = {}  # what keeps numbers from step to step, by path
        self.begun: set[str] = set()
        self._following: set[str] = set()  # the numbers that are what nobody knows
        self.unprepared = False
        self._first: Optional[Callable[..., Any]] = None
        self._first_taken: Sequence[Mapping[str, Any]] = ()
        if "class" in shape:
            methods = {m["name"]: m for m in (*shape["methods"], *shape.get("private", ()))}
            uses = methods[method].get("constructed", {})
            taken = shape["constructors"][0]["parameters"]
            taken = [{**p, "use": uses.get(p["name"]) or p.get("use", {})} for p in taken]
            self._this = maker.call(concrete(made), taken, "new")
            self._kept = {"this": self._this}
            self.step_of = getattr(self._this, method)
            self._taken = methods[method]["parameters"]
            if plan["first"]:
                self._first = getattr(self._this, plan["first"])
                self._first_taken = methods[plan["first"]]["parameters"]
            others = {n: (getattr(self._this, n), m["parameters"]) for n, m in methods.items()}
        elif method:
            self._this = maker.call(made, shape["parameters"][0], "new")
            calls = callables(self._this)
            # Which function of several it is, is no element: what each has caught is a setting.
            several = isinstance(self._this, (tuple, Mapping))
            self._kept = {f"this.{name}": call for name, call in calls.items()}
            self._kept = self._kept if several else {"this": self._this}
            self.step_of = calls[method]
            self._taken = _taken(self.step_of)
            others = {name: (call, _taken(call)) for name, call in calls.items()}
        else:
            self.step_of, self._taken = made, shape["parameters"][0]
            functions = {n: s for n, s in module.shapes.items() if "class" not in s}
            others = {n: (module.names[n], s["parameters"][0]) for n, s in functions.items()}
        if plan["prepares"]:
            self._prepare(maker, {n: one for n, one in others.items() if one[0] != self.step_of})
        self._arguments = maker.arguments([*self._first_taken, *self._taken], "")
        self._turns = [
            n for n, v in self._arguments.items() if isinstance(v, int) and TURN.fullmatch(n)
        ]
        # Numbers of the step itself are reached as its arguments.
        self.asked = {p: n for p, n in maker.asked.items() if p.rfind(".") > 0}
        self.given = {p: n for p, n in maker.given.items() if p.rfind(".") > 0}
        self.valued = {p[1:] for p in maker.given if p.rfind(".") == 0}
        self._returned: Any = None
        self.counts = list(maker.counts)
        self._unknown = [
            made for made in maker.unknown.values() if isinstance(made, (list, np.ndarray))
        ]
        mending.put(plan["mended"], self.reach().holders)

    def _prepare(self, maker: Maker, others: Mapping[str, tuple[Any, Sequence[Any]]]) -> None:
        """Call what says that it prepares; what it makes is handed over as the state."""
        for name, (call, taken) in others.items():
            if not PREPARING.fullmatch(name.strip("_")):
                continue
            given = {p["name"] for p in taken}
            # What it has in common with the step is the step's.
            maker.arguments([p for p in self._taken if p["name"] in given], "")
            before = {*maker.unknown}
            try:
                # Beside a function that steps, it is given what that is; an object, what makes one.
                maker.preparing = True
                arguments = maker.arguments(taken, name if "this" in self._kept else f".{name}")
                unknown = [maker.unknown[path] for path in {*maker.unknown} - before]
                made, following = self._made(partial(maker.bound, call, taken), arguments, unknown)
                self._following |= {path for path in following if path.startswith("this")}
            except Exception:  # others may prepare it none the less
                self.unprepared |= self._this is not None and "this" not in self._kept
                continue
            finally:
                maker.preparing = False
            states = [p["name"] for p in self._taken if p["name"] not in given]
            states = [n for n in states if not says_gradients(n) and not maker.number(n)]
            step = maker.arguments(self._taken, "")  # a step's number is none
            states = [n for n in states if not isinstance(step.get(n), (int, float, str))]
            if made is not None and made is not self._this and states:
                maker.shared[states[0]] = made
                self.begun.add(states[0])
                inside = (path[len(RETURNED) :] for path in following if is_returned(path))
                self._following |= {f"{states[0]}{path}" for path in inside}

    def _made(
        self,
        call: Callable[[Mapping[str, Any]], Any],
        arguments: Mapping[str, Any],
        unknown: Sequence[Any],
    ) -> tuple[Any, set[str]]:
        """What a call makes of arguments, and the numbers that are those of which nobody knows.

        Raises:
            ValueError: it keeps something else of these than their own numbers.
        """
        if not unknown:
            return call(arguments), set()
        others = {
            name: _other(given) if any(given is one for one in unknown) else given
            for name, given in arguments.items()
        }
        before = Reach({RETURNED: call(others), "this": self._this}).cells
        made = call(arguments)
        following = set()
        for path, cell in Reach({RETURNED: made, "this": self._this}).cells.items():
            other = before[path].value if path in before else None
            if other not in (cell.value, _OTHER):
                raise ValueError(f"{path} is made of what is not known")
            if other != cell.value:
                following.add(path)
        return made, following

    def reach(self, towards: Optional[Collection[str]] = None) -> Reach:
        """What can be reached now, or on the way to some paths alone."""
        roots = {**self._arguments, **self._kept, "step": self.step_of}
        return Reach({**roots, RETURNED: self._returned}, towards)

    def cells(self, towards: Optional[Collection[str]] = None) -> dict[str, Cell]:
        """The numbers that can be reached now."""
        cells = self.reach(towards).cells
        for name in self._arguments:
            if name in cells:
                cell = cells[name]
                cells[name] = Cell(cell.value, cell.narrow, self._setter(name))
        return cells

    def _setter(self, name: str) -> Callable[[Any], None]:
        return lambda number: self._arguments.__setitem__(name, number)

    def unknown(self) -> set[str]:
        """What parameters of what was made were given of which nothing is known, by path."""
        holders = self.reach().holders.items()
        arrays = {path for path, held in holders if any(held is one for one in self._unknown)}
        return arrays | self._following

    @property
    def owner(self) -> Any:
        """What keeps its numbers: an object, or what a function returned; a function alone."""
        return self.step_of if self._this is None else self._this

    def begin(self, carried: Collection[str]) -> None:
        """Begin what is carried as its callers do, unless something of the port's made it."""
        for path, cell in self.cells().items():
            root = root_of(path)
            if root in carried and root not in self.begun:
                says = self._beginnings
                cell.put(says.of_argument(self._called, root) if says else 0.0)

    def carry(self, carried: Mapping[str, str]) -> None:
        """Hand over what came back as an argument the next time, by name and path."""
        if not carried:
            return
        reach = self.reach(towards(carried.values()))
        for name, path in carried.items():
            number = reach.cells.get(path)
            self._arguments[name] = number.value if number else reach.holders[path]

    def step(self, turn: int) -> None:
        """Take the step of this number, from 1. Raises whatever the port does."""
        self._arguments.update(dict.fromkeys(self._turns, turn))
        self._returned = None
        with np.errstate(all="ignore"):
            if self._first is not None:
                Maker.bound(self._first, self._first_taken, self._arguments)
            returned = Maker.bound(self.step_of, self._taken, self._arguments)
        self._returned = None if returned is self._this else returned


def _other(given: Any) -> Any:
    if isinstance(given, (float, np.ndarray)):
        return given * 0 + _OTHER
    if isinstance(given, list):
        return [_other(one) for one in given]
    raise ValueError("nobody knows what it makes of that")


def callables(made: Any) -> dict[str, Callable[..., Any]]:
    """What can be called of what a function returned, by name or place: "()" for itself."""
    found: dict[str, Any] = {}
    if isinstance(made, Mapping):
        found = {str(name): held for name, held in made.items()}
    elif isinstance(made, tuple):
        names = getattr(made, "_fields", None) or [getattr(m, "__name__", "") for m in made]
        found = dict(zip(names, made))
    elif inspect.isclass(made):  # a class for its functions alone
        found = {n: getattr(made, n) for n, f in vars(made).items() if isinstance(f, staticmethod)}
    elif own(type(made)):
        found = {name: getattr(made, name, None) for name in dir(made) if name[:2] != "__"}
    if callable(made):
        found["()"] = made
    return {name: call for name, call in found.items() if name and callable(call)}


def _taken(call: Callable[..., Any]) -> Sequence[Mapping[str, Any]]:
    """What is taken by something that is only there now, with what is done with it."""
    bound = getattr(call, "__self__", None) is not None
    function = getattr(call, "__func__", call)
    for shape in described({"call": function}, True)["functions"]:
        taken: list[Mapping[str, Any]] = shape["parameters"][0]
        return taken[bound:]
    return parameters(call)


def thing(module: Module, name: str) -> Any:
    """A class or function by its name, `Outer.Inner` included."""
    first, *inner = name.split(".")
    found = module.names[first]
    for part in inner:
        found = getattr(found, part)
    return found


def is_returned(path: str) -> bool:
    """Whether a path begins at what the step returned."""
    return re.match(rf"{RETURNED}(?:[.\[]|$)", path) is not None


def is_argument(path: str) -> bool:
    """Whether a path begins at an argument of the step."""
    return not path.startswith(("this.", "this[", "step.")) and not is_returned(path)


def is_number(path: str) -> bool:
    """Whether a path is that of a number which the step is given."""
    return "." not in path and "[" not in path
