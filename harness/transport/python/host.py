"""A Python port in this process: found, bound, called, and its result read back.

The same conversation as the JVM's Host (shape, bind, open, run), so that one binding and one
worker serve all languages. Every `open` meets a fresh port: the file is executed again (its
module's globals are new), a class is instantiated anew.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from harness.languages.choices import choosing
from harness.transport import absent
from harness.transport.python import looped, loops, tensors
from harness.transport.python.anything import Anything
from harness.transport.python.arrays import STORAGES, Garbled, Storage, Weights
from harness.transport.python.beginnings import Beginnings, Unbegun
from harness.transport.python.explored import ways
from harness.transport.python.explored.making import Module
from harness.transport.python.explored.session import Explored
from harness.transport.python.failures import (
    LoadError,
    asks_for_input,
    builtin,
    lacked,
    line_of,
    message_of,
    missing,
    set_elsewhere,
)
from harness.transport.python.modules import Source
from harness.transport.python.packages import root
from harness.transport.python.placed import Places, place
from harness.transport.python.planned import Planned
from harness.transport.python.ported import new_port
from harness.transport.python.session import Session, concrete
from harness.transport.python.shape import described
from harness.transport.python.signatures import beneath
from harness.transport.python.told import bound_later, telling
from harness.transport.python.unprepared import unprepared

Array = Any


class PythonHost:
    """A loaded Python source or object.

    Attributes:
        costly: the source takes long to run again; its port must be fresh by other means.

    Args:
        source: a file; or
        target: an object that was imported.
        afresh: files that are run again with the source, where that imports them.
        name: of the object.
        spared: modules that are not installed are stood in for, as long as nothing uses them.
        declared: what its project needs, by name, with the command that installs it.
        near: further folders where its imports may be.
        absent: names that it was left without, which held data.
        lines: the first and last one between which a loop is meant, and nothing that is defined.
    """

    def __init__(
        self,
        source: str | None = None,
        target: Any = None,
        afresh: Sequence[str] = (),
        name: str = "",
        spared: bool = False,
        declared: Mapping[str, str] = {},
        near: Sequence[str] = (),
        absent: Sequence[str] = (),
        lines: Sequence[int] | None = None,
    ) -> None:
        self._absent, self._lines = absent, lines
        given = afresh, spared, declared, near
        self._source = Source(source, *given) if source is not None else None
        self._declared = declared
        self._target, self._name = target, name
        self._path = source or ""
        self._binding: dict[str, Any] = {}
        self._namespace = self._source.first() if self._source else {}
        self.costly = bool(self._source and self._source.costly)
        self._beginnings = Beginnings(self._source.tree) if self._source else None
        self._session: Session | Planned | looped.Looped | Explored
        self._shapes: dict[str, Mapping[str, Any]] = {}

    @classmethod
    def of_object(cls, reference: str, declared: Mapping[str, str] = {}) -> PythonHost:
        """Import "module:Object". Raises LoadError."""
        module_name, _, attribute = reference.partition(":")
        try:
            target: Any = importlib.import_module(module_name)
            for part in attribute.split("."):
                if not hasattr(target, part):
                    raise LoadError("absent", absent.attribute(target, part))
                target = getattr(target, part)
        except LoadError:
            raise
        except ModuleNotFoundError as error:
            if reason := absent.module(error, module_name):
                raise LoadError("absent", reason) from error
            raise LoadError("not-run", missing(error, declared=declared), missing=True) from error
        except (ImportError, SyntaxError, AttributeError) as error:
            raise LoadError("does-not-compile", message_of(error)) from error
        except BaseException as error:
            raise LoadError("crashes", f"while importing: {message_of(error)}") from error
        return cls(target=target, name=attribute, declared=declared)

    def things(self, named: str) -> tuple[dict[str, Any], str]:
        """What may be the optimizer of a library, by name, and the name that was asked for."""
        if self._source is None:
            return {self._name: self._target}, self._name
        if named:
            return {key: thing for key, thing in self._namespace.items() if key == named}, named
        own = self._namespace.get("__name__")
        return {
            name: thing
            for name, thing in self._namespace.items()
            if not name.startswith("_")
            and not inspect.ismodule(thing)
            # What was imported is only used here.
            and (getattr(thing, "__module__", None) == own or not callable(thing))
        }, ""

    # -- shape -----------------------------------------------------------------------------

    def shape(self) -> dict[str, Any]:
        """Classes and functions with their parameters (see harness.ports.binding)."""
        if self._source is None:
            name = getattr(self._target, "__name__", type(self._target).__name__)
            things = {name: self._target}
        else:
            own = self._namespace.get("__name__")
            things = {
                name: thing
                for name, thing in self._namespace.items()
                if not name.startswith("_") and getattr(beneath(thing), "__module__", None) == own
            }
        if self._lines:
            things = {}
        try:
            shapes = described(things, self._source is not None)
        except Exception as error:  # an annotation or a signature that cannot be had
            kind = "does-not-compile" if isinstance(error, NameError) else "crashes"
            raise LoadError(kind, message_of(error, self._path)) from error
        self._shapes = {one["class"]: one for one in shapes["candidates"]}
        self._shapes |= {one["name"]: one for one in shapes["functions"]}
        return {
            "language": "python",
            "planned": True,
            "storages": [storage.name for storage in STORAGES],
            "containers": [storage.container for storage in STORAGES],
            "precisions": [storage.precisions for storage in STORAGES],
            "stopped": self._source.stopped if self._source else "",
            "forms": ["tensor"] if tensors.imported(self._namespace) else [],
            "stood_in": self._source.stood_in if self._source else {},
            "chooses": choosing(self._source.tree) if self._source else {},
            "loops": self._loops(),
            "tellable": self._source is not None,
            "explorable": ways.explorable(self._source.tree, shapes) if self._source else [],
            **shapes,
        }

    def _loops(self) -> list[dict[str, Any]]:
        found = loops.described(self._source.tree) if self._source else []
        first, last = self._lines or (0, sys.maxsize)
        return [loop for loop in found if first <= loop["line"] <= last]

    def explore(
        self, name: str, seconds: float, words: Mapping[str, Sequence[str]]
    ) -> dict[str, Any]:
        """Ways to feed a class or function that its shape does not show, by running it."""
        found = ways.Ways(self._module(words), name, seconds)
        return {"ways": found.ways, "refused": found.refused}

    def _module(self, words: Mapping[str, Sequence[str]]) -> Module:
        assert self._source is not None  # of an object nobody knows how it is made
        text = ways.choice(self._source.tree)
        numbers, needed = frozenset(words["numbers"]), frozenset(words["needed"])
        return Module(self._namespace, self._shapes, text, numbers, needed, self._beginnings)

    # -- binding and running ---------------------------------------------------------------

    def bind(self, binding: dict[str, Any]) -> None:
        """Take the binding chosen from the shape."""
        self._binding = binding

    def settings(self) -> dict[str, float]:
        """The numbers that what is open could have been told in a way that was not taken."""
        if self._source is None:
            return {}
        owners = self._session.owners()
        cells = self._places().of(owners[0]) if owners else {}
        # What another module has is not made anew with it.
        cells |= {} if self.costly else self._places().of_module()
        return {path: cell.value for path, cell in cells.items()}

    def _places(self) -> Places:
        assert self._source is not None
        return Places(self._source.tree, self._namespace)

    def open(
        self,
        precision: str,
        hyperparameters: Mapping[str, float],
        names: Sequence[str],
        lengths: Sequence[int],
        weights: Array,
        beside: bool = False,
    ) -> dict[str, Any] | None:
        """Make a fresh port, or another object of the last one; return None, or the failure."""
        binding = self._binding
        storage = STORAGES[int(binding.get("storage", 0))]
        self._dtype = np.dtype("float32" if precision.startswith("float32") else "float64")
        bounds = np.cumsum([0, *lengths]).tolist()
        hyper = {key: self._scalar(value, storage) for key, value in hyperparameters.items()}
        try:
            plan = binding.get("plan") or {}
            again = "place" in plan or not self.costly
            if self._source is not None and again and not beside:
                self._namespace = self._source.run(plan.get("place"))
            for role in (*(binding.get("construct") or ()), *binding["call"]):
                if role is not None and role.startswith("="):  # a constant; see ports.roles
                    hyper[role] = self._constant(role[1:])
            plan = self._told(plan)
            placed = {p: hyper[role] for p, role in binding.get("placed", {}).items()}
            if placed:
                place(self._places().of_module(), placed)
            if self._source is not None and "loop" in plan:
                tree, path = self._source.tree, self._path
                data = {name: Anything() for name in self._absent}
                namespace = {**data, **self._namespace}
                if plan.get("later"):
                    namespace[plan["class"]] = self._named(plan["class"])
                self._session = looped.Looped(plan, tree, path, namespace, bounds, weights, hyper)
                self._session.place = partial(self._place, placed)
                return None
            if "graph" in binding:
                way, roles = binding["graph"], binding["roles"]
                module = self._module(way["plan"]["words"])
                self._session = Explored(module, way, roles, hyper, bounds, weights)
            elif plan:
                self._session = Planned(
                    plan, self._named, names, bounds, self._dtype, weights, hyper, self._beginnings
                )
            else:
                values = Weights(storage, tuple(names), bounds, self._dtype, weights)
                count = max(1, len(names)) if storage.container == "array" else 1
                ports = [new_port(binding, self._shapes, self._named, hyper) for _ in range(count)]
                self._session = Session(values, hyper, binding, ports, self._beginnings)
            for owner in self._session.owners():
                self._place(placed, owner)
        except LoadError as error:
            return {"kind": error.kind, "message": str(error)}
        except Garbled as error:
            return {"kind": "garbled", "message": str(error), "misread": True, "step": 0}
        except BaseException as error:
            later = (binding.get("plan") or binding).get("later")
            where = "before the first step" if later else "the constructor"
            return {**self._crash(error, where), "step": 0}
        return None

    def _place(self, placed: Mapping[str, Any], owner: Any) -> None:
        """Tell what is made some numbers where they are."""
        if placed:
            place(self._places().of(owner), placed)

    def _told(self, fed: Any) -> Any:
        """What a plan feeds, with the values of what it has as the source writes it."""
        if isinstance(fed, list):
            return [self._told(one) for one in fed]
        if not isinstance(fed, dict):
            return fed
        named = fed.keys() == {"written"}
        value = {"value": self._constant(f"={fed['written']}")} if named else None
        return value or {key: self._told(one) for key, one in fed.items()}

    def _constant(self, text: str) -> Any:
        """What a parameter is given in a role's place: JSON, or a name of the source's behind =."""
        if not text.startswith("="):
            return json.loads(text)
        first, *inner = text[1:].split(".")
        try:
            own = first in ("self", "cls")
            thing = self._named(self._binding["class"]) if own else self._namespace[first]
            for part in inner:
                thing = getattr(thing, part)
        except (KeyError, AttributeError):
            raise LoadError("not-run", f"{text[1:]}, which it asks for, is nowhere") from None
        return thing

    def _named(self, name: str) -> Any:
        """A class or function by its name, `Outer.Inner` included."""
        if self._source is None:
            return self._target
        first, *inner = name.split(".")
        thing = self._namespace[first]
        for part in inner:
            thing = getattr(thing, part)
        later = bound_later(self._shapes.get(name, {}), self._binding)
        told = inspect.isclass(thing) and later
        return telling(concrete(thing), later) if told else concrete(thing)

    def run(self, steps: int, gradients: Array, present: bytes) -> dict[str, Any]:
        """Go further steps; see Steps of the JVM's adapter for what comes back."""
        session = self._session
        rows = np.zeros((steps, len(session.flat)))
        averages: Array | None = np.zeros_like(rows)
        failure: dict[str, Any] | None = None
        completed = 0
        width = len(present) // steps if steps else 0
        given = gradients.astype(self._dtype, copy=False)
        for t in range(steps):
            session.step += 1
            taking_part = [i for i in range(width) if present[t * width + i]]
            try:
                with np.errstate(all="ignore"):
                    session.go(given[t], taking_part)
            except Garbled as error:
                failure = {"kind": "garbled", "message": f"step {session.step}: {error}"}
                failure["misread"] = error.misread
                if isinstance(error, Unbegun):
                    failure["own"] = False
            except BaseException as error:
                failure = self._crash(error, f"step {session.step}")
            if failure:
                failure["step"] = session.step
                break
            rows[t] = session.flat
            if averages is not None:
                row = session.average()
                if row is None:
                    averages = None
                else:
                    averages[t] = row
            completed += 1
        return {
            "weights": rows[:completed],
            "moving_average": None if averages is None else averages[:completed],
            "failure": failure,
            "facts": session.facts(),
        }

    def _crash(self, error: BaseException, where: str) -> dict[str, Any]:
        """What the port raised, as a failure."""
        failure = {
            "kind": "crashes",
            "message": f"{where}: {message_of(error, self._path)}",
            "error": builtin(error),
            "line": line_of(error, self._path),
        }
        if self._source and isinstance(error, AttributeError):
            name = self._namespace.get("__name__")
            failure["own"] = lacked(error, self._source.tree, name, root(Path(self._path)))
        if self._source and isinstance(error, (LookupError, TypeError)):
            owner, name = self._called()
            if name and unprepared(self._source.tree, owner, name):
                failure["own"] = False
        if self._source and set_elsewhere(error, self._source.tree):
            failure["own"] = False
        if asks_for_input(error) and not where.startswith("step "):  # it could not even be made
            failure.update(kind="not-run", message=f"{failure['message']}: nobody answers here")
        if isinstance(error, ImportError):  # looked for only when it is called
            failure.update(kind="not-run", message=missing(error, self._path, self._declared))
        if self._source and (lacking := self._source.for_want(error)):
            failure.update(kind="not-run", message=str(lacking))
        if isinstance(error, MemoryError):
            failure["spent"] = True  # what else failed for want of memory, nobody knows
        return failure

    def _called(self) -> tuple[str, str]:
        """The class, if one is bound by names, and the method or function that is called."""
        binding = self._binding
        if "class" not in binding or "method" not in binding:
            return "", str(binding.get("function", ""))
        owner = str(binding["class"])
        return owner, str(self._shapes[owner]["methods"][binding["method"]]["name"])

    def _scalar(self, value: float, storage: Storage) -> Any:
        # NumPy scalars of the arrays' own type, or 1 - d would be formed in double; lists are
        # Python's own floats.
        return (
            float(value)
            if storage.as_lists or self._dtype == np.float64
            else self._dtype.type(value)
        )
