"""What a port's source is known to have: as a whole, and of what is called in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from harness.ports.roles import ranked
from harness.transport.guess import names_in, owner_of
from harness.transport.replies import readable
from harness.transport.states import begins_elsewhere, makes_up_state, state_maker
from harness.transport.untold import made_with, may_be, may_be_handed, may_be_set
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS


class About:
    """What is known of a source, of which a host told the shape.

    Args:
        shape: what the source offers, as its host says it; the port can have written it itself.
        message: what the host was told to call; None before it is bound.
    """

    def __init__(self, shape: Mapping[str, Any], message: Mapping[str, Any] | None) -> None:
        self._shape, self._message = shape, message
        self._called = message or {}

    def _classes(self, name: object) -> list[Mapping[str, Any]]:
        """What is said of a class by its name: one, or nothing where it is none of the source."""
        return [c for c in self._shape.get("candidates", []) if c["class"] == name]

    @property
    def stopped(self) -> str:
        """What ended the top level of its source, of which only definitions were then run."""
        return str(self._shape.get("stopped", ""))

    @property
    def stood_in(self) -> Mapping[str, str]:
        """Modules that its source imports and that are stood in for; why each is missing."""
        missing: Mapping[str, str] = self._shape.get("stood_in", {})
        return missing

    @property
    def defines(self) -> bool:
        """Whether its source defines a class or a function."""
        return bool(self._shape.get("candidates") or self._shape.get("functions"))

    @readable()
    def untold(self, role: str, constant: float, told: bool) -> list[str]:
        """The parameters that may be what is taken for a constant in a hyperparameter's place."""
        return may_be(self._shape, self._called, role, constant, told)

    @property
    def called(self) -> list[str]:
        """The class and the methods, or the function, that are called; empty where nothing is."""
        return [] if self._message is None or self.of_library else names_in(self._message)

    @property
    @readable()
    def stepping(self) -> list[str]:
        """The class and its methods that are called, all by name; empty where that is no class."""
        called, message = self.called, self._message or {}
        plan = message.get("plan", {})
        if plan.get("function") and plan.get("class"):
            called = [plan["class"], plan["function"]]
        place = message.get("method")
        if isinstance(place, int):
            candidates = self._shape.get("candidates", [])
            listed = next(c["methods"] for c in candidates if c["class"] == message["class"])
            called = [message["class"], listed[place]["name"]]
        called = [*called, *(str(call.get("method")) for call in plan.get("before", []))]
        called.append(str(message.get("graph", {}).get("plan", {}).get("first", "")))
        # What a JVM's reflection calls at length.
        return [re.sub(r"\(.*", "", name).rpartition(".")[2] for name in called]

    @property
    def of_library(self) -> bool:
        """Whether it is an optimizer of a library, of which the library tells its settings."""
        return "library" in self._shape

    @property
    @readable()
    def names(self) -> list[str]:
        """What its source defines: classes, and functions but for those of records and settings.

        >>> made = {"name": "make-rmsprop", "parameters": [[{"name": "lr"}]]}
        >>> step = {"name": "go", "parameters": [[{"name": "w"}]]}
        >>> About({"functions": [made, step]}, None).names
        ['go']
        """
        defined = self._shape.get("functions", [])
        functions = [str(f["name"]) for f in defined if not self._makes_settings(f)]
        functions = [name for name in functions if not name.startswith(("->", "map->"))]
        return [*(str(c["class"]) for c in self._shape.get("candidates", [])), *functions]

    def _makes_settings(self, function: Mapping[str, Any]) -> bool:
        """Whether a function is told settings alone, and makes what a function steps by."""
        told = [p["name"] for taken in function["parameters"] for p in taken]
        settings = all({r for _, r in ranked(name)} & {*HYPERPARAMETERS} for name in told)
        return (
            not self._shape.get("planned") and "inner" not in function and bool(told) and settings
        )

    @property
    @readable()
    def extended(self) -> bool:
        """Whether another class of its source extends the one that is called, or this a base."""
        name, at = owner_of(self._called), self._called.get("method")
        bases = [b for c in self._shape.get("candidates", []) for b in c.get("bases", [])]
        methods = (c["methods"] for c in self._classes(name))
        handed_down = isinstance(at, int) and any(m[at].get("inherited") for m in methods)
        return handed_down or any(b == name or b.endswith(f".{name}") for b in bases)

    @property
    @readable()
    def makes_objects(self) -> bool:
        """Whether an object of its class is made for every scenario."""
        if "graph" in self._called or "constructor" in self._called:
            return not self.of_library
        plan = self._called.get("plan", {})
        steps = {call.get("method") for call in plan.get("calls", ())}
        methods = (m for c in self._classes(plan.get("class")) for m in c["methods"])
        static = [bool(m.get("static")) for m in methods if m["name"] in steps]
        return bool(static) and not any(static)

    @readable()
    def settable(self, role: str, constant: float) -> str:
        """The name under which it may be told what is taken for a constant; or ""."""
        if self.of_library:  # whose settings are told by their names
            return ""
        held = may_be_handed(self._shape, self._called, role)
        return held or may_be_set(self._shape, owner_of(self._called), role, constant)

    @property
    def explorable(self) -> bool:
        """Whether its host can look at it from outside, and names alone bound it before."""
        return bool(self._shape.get("explorable")) and not self._shape.get("planned")

    @property
    def tellable(self) -> bool:
        """Whether its host knows where numbers are that it could be told otherwise."""
        tellable = self._shape.get("tellable", self._shape.get("explorable"))
        return bool(tellable) and not self.of_library

    @property
    def functional(self) -> bool:
        """Whether it is made of functions."""
        return bool(self._shape.get("functions"))

    @property
    @readable()
    def makes_up_state(self) -> bool:
        """Whether its first call is handed a state of which nobody knows how it begins."""
        return self._message is not None and makes_up_state(self._shape, self._message)

    @property
    def unrated(self) -> bool:
        """Whether what it returns is the step without the learning rate."""
        return bool(self._called.get("plan", {}).get("scaled"))

    @readable()
    def made_with(self, given: Collection[str]) -> list[str]:
        """What it had to be made with that no test case says: "corrected = false", "mu = 0".

        >>> lr, mu, on = ({"name": name, "kind": "number"} for name in ("lr", "mu", "on"))
        >>> made = {"parameters": [lr, mu, on | {"kind": "flag"}]}
        >>> one = {"class": "O", "constructors": [made], "methods": [{"parameters": []}]}
        >>> called = {"class": "O", "constructor": 0, "method": 0, "call": []}
        >>> called["construct"] = ["learning_rate", "momentum", None]
        >>> About({"candidates": [one]}, called).made_with(())
        ['mu = 0', 'on = false']

        Args:
            given: the options that test cases give.
        """
        return made_with(self._shape, self._called, given)

    @property
    @readable()
    def begins_elsewhere(self) -> bool:
        """Whether it is handed nothing for a state that a function of its own would make."""
        return self._message is not None and begins_elsewhere(self._shape, self._message)

    @property
    @readable()
    def state_maker(self) -> str:
        """The function of its own that makes the state which its first call is handed; or ""."""
        return "" if self._message is None else state_maker(self._shape, self._message)

    @property
    @readable()
    def forgotten(self) -> str:
        """What says that it is called before a first step, and is not called; "" for none."""
        named = self._called.get("function")
        listed = self._classes(self._called.get("class"))
        functions = [f for f in self._shape.get("functions", []) if f["name"] == named]
        unsaid = self._message is not None and "graph" not in self._message
        said = [c.get("forgotten") or c.get("prepared") or "" for c in (*listed, *functions)]
        return next((str(name) for name in said if unsaid), "")

    @property
    @readable()
    def has_others(self) -> bool:
        """Whether its class has other methods than the one that is called, which take something."""
        index, listed = self._called.get("method"), self._classes(self._called.get("class"))
        others = (m for c in listed for at, m in enumerate(c["methods"]) if at != index)
        return any(method["parameters"] for method in others)

    @property
    @readable()
    def makes_states(self) -> bool:
        """Whether its host can ask a function of the port for the state."""
        return bool(self._shape.get("planned"))
