"""Looks for ways to feed a class's or a function's steps, whatever it keeps its numbers in.

Which number is which is told by what moves what; names decide between equals alone.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import re
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Optional

from harness.languages.naming import RMSPROP, plain_name, says_rmsprop
from harness.transport.python.explored import mending
from harness.transport.python.explored.graph import (
    PREPARING,
    Graph,
    callables,
    is_argument,
    is_number,
    is_returned,
    thing,
)
from harness.transport.python.explored.influence import Influence
from harness.transport.python.explored.making import FORMS, Maker, Module
from harness.transport.python.explored.pairs import Pair, Pairs
from harness.transport.python.explored.reach import own, plain, root_of, says_gradients, several
from harness.transport.python.failures import message_of
from harness.transport.python.patience import TooLong, limited

_NAMED = (ast.ClassDef, ast.FunctionDef)
_CHOICE = re.compile(rf"[\w-]{{0,5}}{RMSPROP.pattern}[\w-]{{0,5}}", re.IGNORECASE)
_MOST_METHODS = 6
# Methods of which ways are known: others may be parts of these.
_ENOUGH = 2
# Pairs beyond these are more of the same.
_PAIRS = 4
_MOST_PARTS = 3
_SIZES = (2, 3, 1)
_OTHERWISE = "its state begins as something of its own makes it"
_PARTLY = "some of its numbers move no weights that were found, beside others that do"
# What one making of an object and all of its steps may take.
_SECONDS = 2.0
# What something else would have put there.
_MOST_MENDS = 12
_STEPS = re.compile(
    r"(?:step|update|apply|optimi|descend|adjust|perform|minimi|train|learn|tune|__call__)|.*(?:update|optimi).*"
)
_GETS = re.compile(
    r"(?:get|is|has|to|load|save|read|write|print|main|describe|reset|init|zero|clear|set|forward"
    r"|backward|predict|plot|fit|evaluate|loss|add|prepare|build|compile|__)(?!call__).*"
)


def explorable(tree: ast.Module, shapes: Mapping[str, Any]) -> list[list[str]]:
    """What may be looked at from outside: what says RMSProp somewhere, then all else.

    Where a source never says it, numbers that move as weights do are anybody's.
    """
    texts = {n.name: ast.dump(n) for n in tree.body if isinstance(n, _NAMED)}
    every = [one["class"] for one in shapes["candidates"]]
    every += [one["name"] for one in shapes["functions"]]
    saying = [name for name in every if RMSPROP.search(texts.get(name.partition(".")[0], ""))]
    return [saying, every] if saying or RMSPROP.search(ast.dump(tree)) else []


def choice(tree: ast.Module) -> str:
    """The text of a source that may choose RMSProp; "" for none."""
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    return next((t for t in texts if isinstance(t, str) and _CHOICE.fullmatch(t)), "")


# How much is told of what moves what, and the ways that this admits.
_Found = tuple[tuple[int, int], list[dict[str, Any]]]


@dataclass
class Ways:
    """The ways to feed a class or a function, those of the likeliest method first.

    Args:
        module: what is looked at.
        name: of the class or function.
        seconds: that looking may take.

    Attributes:
        ways: as a binding has them.
        refused: why methods have none.
    """

    module: Module
    name: str
    seconds: float
    ways: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._deadline = time.thread_time() + self.seconds
        methods = 0
        names = self._methods()
        saying = [name for name in names if says_rmsprop(name)]
        two = [(one, name) for one in saying for name in names if name != one]
        for first, method in (*(("", name) for name in names), *two):
            if methods == _ENOUGH or (first and methods):
                return
            if found := self._best(first, method):
                self.ways += found
                methods += 1

    def _methods(self) -> list[str]:
        shape = self.module.shapes[self.name]
        if "class" not in shape:
            return self._returned()
        said = says_rmsprop(self.name.rpartition(".")[2])
        names = [m["name"] for m in (*shape["methods"], *shape.get("private", ()))]
        named = [
            name
            for name in dict.fromkeys(names)
            if says_rmsprop(name)
            or _STEPS.match(bare := name.strip("_") if name != "__call__" else name)
            or (said and not _GETS.match(bare))
        ]
        named.sort(key=lambda n: (not says_rmsprop(n), not _STEPS.match(n), n.startswith("_")))
        return named[:_MOST_METHODS]

    def _returned(self) -> list[str]:
        """A function itself, "", or what may step of what it returns."""
        found: dict[str, None] = {}
        taken = self.module.shapes[self.name]["parameters"][0]
        for form in FORMS:
            maker = Maker(self.module, _SIZES[0], {}, form, {})
            with contextlib.suppress(Exception, TooLong), limited(_SECONDS):
                made = maker.call(thing(self.module, self.name), taken, "new")
                found.update(dict.fromkeys(callables(made)))
        steps = [n for n in found if not PREPARING.match(n) and not _GETS.match(n)]
        return [*steps, ""][:_MOST_METHODS]

    def _parts(self) -> list[str]:
        """The port's other classes, of which what is handed over may consist."""
        kind = self.module.names.get(self.name)
        names = [name for name, thing in self.module.names.items() if inspect.isclass(thing)]
        others = [n for n in names if own(t := self.module.names[n]) and not _related(t, kind)]
        return others[:_MOST_PARTS]

    def _best(self, first: str, method: str) -> list[dict[str, Any]]:
        """Of the ways in which an object can be made the one that is told most numbers."""
        failed: dict[str, None] = {}
        best: Optional[_Found] = None
        for prepares in (False, True):
            for size in _SIZES:
                if size == 1 and any(_PARTLY in why for why in failed):
                    break  # of one nobody sees it
                found = self._of_size(first, method, size, prepares, failed)
                so_far = [one for one in (best, *found) if one is not None]
                best = max(so_far, key=lambda one: one[0], default=None)
                if found or self._left() <= 0:
                    break
            # What makes a state that is carried from step to step may be there.
            otherwise = any(_OTHERWISE in why for why in failed)
            if best is not None and not best[1][0]["carried"] and not otherwise:
                break
        if best is not None:
            return best[1]
        why = "time ran out" if self._left() <= 0 else next(iter(failed))
        self.refused.append(f"{method or 'call'}: {why}")
        return []

    def _of_size(
        self, first: str, method: str, size: int, prepares: bool, failed: dict[str, None]
    ) -> list[_Found]:
        """What objects of one size admit, in each form of what they are made of."""
        found: list[_Found] = []
        for form in (*FORMS, *self._parts()):
            if (left := self._left()) <= 0:
                break
            plan = self._plan(first, method, size, form, prepares)
            try:
                with limited(min(left, _SECONDS)):
                    if one := self._looked(plan):
                        found.append(one)
                    else:
                        failed.setdefault("nothing moves as weights do")
            except (Exception, TooLong) as error:
                failed.setdefault(message_of(error))
        return found

    def _left(self) -> float:
        """Seconds that looking may still take; not above 0 where there are none."""
        return self._deadline - time.thread_time()

    def _plan(
        self, first: str, method: str, size: int, form: str, prepares: bool
    ) -> dict[str, Any]:
        """How an object is made and steps; see harness.transport.python.explored.graph."""
        words = {"numbers": sorted(self.module.words), "needed": sorted(self.module.needed)}
        called = {"type": self.name, "via": "", "first": first, "method": method}
        made = {"size": size, "counts": {}, "form": form, "prepares": prepares, "mended": []}
        return {**called, **made, "words": words}

    def _looked(self, plan: dict[str, Any]) -> Optional[_Found]:
        self._mend(plan)
        found = self._influenced(plan)
        if found is not None and self._made_otherwise(plan, found[1][0]):
            raise ValueError(_OTHERWISE)
        if found is None:
            holders = Graph(self.module, plan, {}).reach().holders
            if lacking := mending.absent(holders, plan["size"]):
                plan["mended"] = [*plan["mended"], *lacking]
                return self._influenced(plan)
        return found

    def _made_otherwise(self, plan: Mapping[str, Any], way: Mapping[str, Any]) -> bool:
        """Whether something of the port's own makes a state that begins as zeros here, or may."""
        kept = {*way["carried"], *(root_of(path) for path in way["others"])}
        if not kept:
            return False
        prepared = Graph(self.module, {**plan, "prepares": True}, {})
        own = bool(prepared.begun & kept)
        return not plan["prepares"] if own else prepared.unprepared

    def _influenced(self, plan: dict[str, Any]) -> Optional[_Found]:
        make = partial(Graph, self.module, plan)
        influence = Influence(make, self._deadline)
        if (found := _read(plan, influence)) is None:
            influence = Influence(make, self._deadline, later=True)
            if (found := _read(plan, influence)) is None:
                return None
        results = [result for _, _, result in found[1][0]["pairs"]]
        for path in Graph(self.module, plan, {}).counts:
            if path in plan["counts"]:
                continue
            more = {**plan, "counts": {**plan["counts"], path: plan["size"] + 1}}
            if not influence.same_with(partial(Graph, self.module, more), results):
                # What is computed with is no size: of that there is 1.
                plan["counts"] = {**plan["counts"], path: 1}
                return self._influenced(plan)
        return found

    def _mend(self, plan: dict[str, Any]) -> None:
        """Add to a plan what its step lacks. Raises what the port does where that is not known."""
        for _ in range(_MOST_MENDS):
            graph = Graph(self.module, plan, {})
            try:
                return graph.step(1)
            except Exception as error:
                one = mending.mend(error, graph.reach().holders, plan["size"])
                if one is None or one in plan["mended"]:
                    raise
                plan["mended"] = [*plan["mended"], one]
        return None


def _related(one: type, other: Any) -> bool:
    return inspect.isclass(other) and (issubclass(one, other) or issubclass(other, one))


def _read(plan: Mapping[str, Any], influence: Influence) -> Optional[_Found]:
    """The ways that what moves what admits, and how much there is of them; None for none."""
    found = Pairs(influence)
    if not found.pairs or not _plausible(plan, found):
        return None
    if _partly(influence, found.pairs):
        raise ValueError(_PARTLY)
    results = {result for _, _, result in found.pairs}
    taken = {path for pair in found.pairs for path in pair[:2]}
    numbers: dict[str, float] = {}
    asked: list[str] = []
    for path, value in {**influence.asked, **influence.given}.items():
        follow = influence.derives(path)
        # What follows from it was set to something else when it was nudged.
        moved = any(results & influence.moved(p).keys() for p in (path, *follow))
        if moved and not taken & follow:
            numbers[path] = value
            if path in influence.asked:
                asked.append(path)
    others: list[str] = []
    for path, value in influence.made.items():
        if path in taken or influence.derived(path) or not results & influence.moved(path).keys():
            continue
        if _mended(plan, path) or {path, path.rpartition("[")[0]} & influence.unknown:
            return None  # nobody knows how what is not a gradient begins, or what is given
        if is_number(path):
            numbers[path] = value
            asked += [] if path in influence.valued else [path]
        elif not influence.changed(path) and value == 0 and (several(path) or is_argument(path)):
            others.append(path)
    if (carried := _carried(influence, found.pairs, set(plan["words"]["numbers"]))) is None:
        return None
    if _unmatched(influence, found.pairs, carried):
        raise ValueError(_PARTLY)
    for name in carried:
        numbers.pop(name, None)
    asked = [path for path in asked if path not in carried]
    others = [path for path in others if root_of(path) not in carried]
    # Factors are 1, and what is added to them stays 0; else each is tried.
    factors = [
        path
        for path in others
        if any(
            result in influence.moved(path) and influence.stops(path, weight, result)
            for weight, _, result in found.pairs
        )
    ]
    narrow = influence.narrow(found.pairs[0][1])
    way = {
        "plan": dict(plan),
        "mode": found.mode,
        "pairs": [list(pair) for pair in found.pairs],
        "numbers": {path: n for path, n in numbers.items() if abs(n) < float("inf")},
        "asked": asked,
        "valued": [path for path in numbers if path not in asked],
        "others": factors or others,
        "factors": bool(factors),
        "zeros": bool(factors) and len(others) > len(factors),
        "carried": carried,
        "precision": "float32" if narrow else "float64",
    }
    # What the port makes of its state is how it begins.
    prepared = int(bool(carried) and plan["prepares"])
    rests = (1.0, 0.0) if others and not factors else (1.0,)
    return (len(asked) + prepared, min(len(found.pairs), _PAIRS)), [
        {**way, "rest": rest} for rest in rests
    ]


def _partly(influence: Influence, pairs: Sequence[Pair]) -> bool:
    """Whether some of a kind move no weight: gradients, but not the first of some, as a bias is."""
    gradients, results = {pair[1] for pair in pairs}, {pair[2] for pair in pairs}
    kinds = {plain(path) for path in gradients if several(path)}
    return any(
        plain(path) in kinds
        and influence.nudged(path)
        and not results & influence.moved(path).keys()
        for path in influence.made
        if path not in gradients and not path.endswith("[0]")
    )


def _unmatched(influence: Influence, pairs: Sequence[Pair], carried: Collection[str]) -> bool:
    """Whether other gradients than those of the weights that were found move something."""
    known = {root_of(gradient) for _, gradient, _ in pairs} | {*carried}
    known |= {root_of(path) for path in influence.made if influence.changed(path)}
    return any(
        is_argument(path) and several(path) and says_gradients(root_of(path))
        for path in influence.made
        if root_of(path) not in known and influence.moved(path)
    )


def _plausible(plan: Mapping[str, Any], found: Pairs) -> bool:
    """Whether what is returned may be a step: what scales its input returns as much."""
    says = any(says_rmsprop(name) for name in (str(plan["type"]), str(plan["method"])))
    return (
        found.mode in ("weights", "returned")
        or says
        or all(says_gradients(g) for _, g, _ in found.pairs)
    )


def _mended(plan: Mapping[str, Any], path: str) -> bool:
    """Whether a number is of an array that was put there."""
    places = (
        f"{at}.{key}" if kind == "." else f"{at}[{key}]" for at, kind, key, _ in plan["mended"]
    )
    return any(path.startswith(f"{place}[") for place in places)


def _carried(
    influence: Influence, pairs: Sequence[Pair], words: Collection[str]
) -> Optional[dict[str, str]]:
    """Arguments that a caller would be handed back, and where these are in what is returned.

    None where something is handed back, and nobody knows as what: a state is no constant.
    """
    roots: dict[str, str] = {}
    results = {result for _, _, result in pairs}
    taken = {path for pair in pairs for path in pair[:2]}
    backs = [path for path in influence.after if is_returned(path) and path not in results]
    for path in influence.made:
        root, moved = root_of(path), influence.moved(path).keys()
        told = path in taken or root in roots or root in influence.valued
        if told or not is_argument(path) or plain_name(root) in words:
            continue
        if not moved & set(backs) or not moved & set(results):
            continue
        fits = {p[: m.start()] for p in backs for m in re.finditer(r"[.\[]|$", p)}
        same = [
            f for f in sorted(fits) if _below(f, influence.after) == _below(root, influence.made)
        ]
        # What holds weights may hold the averages beside them.
        within = {fit: [p for p in pairs if _below(fit, [p[2]])] for fit in same}
        same = [fit for fit in same if all(_comes_of(root, fit, pair) for pair in within[fit])]
        # A setting moves the state as well.
        same = [f for f in same if within[f] or re.fullmatch(r"returned(?:\[\d+\]|\.\w+)", f)]
        if not same:
            continue
        if len(same) != 1 or same[0] in roots.values():
            return None
        roots[root] = same[0]
    return roots


def _comes_of(root: str, fit: str, pair: Pair) -> bool:
    """Whether a result is in what comes back where its weight was in what was handed over."""
    old, _, result = pair
    return old.startswith(root) and old[len(root) :] == result[len(fit) :]


def _below(root: str, paths: Iterable[str]) -> set[str]:
    """What is left of the paths that begin at another one."""
    behind = (path[len(root) :] for path in paths if path.startswith(root))
    return {rest for rest in behind if not rest or rest[0] in ".["}
