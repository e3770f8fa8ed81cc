"""One scenario with an update that is written into somebody's own loop, or computes its gradients.

The function that holds it is rewritten (see rewritten.py) so that it asks for each gradient. What
it updates has a size of its own, that of its data: as many elements of a scenario go together as
there is room for, in as many runs as it takes. Which there are, `loops` says. Where there is room
for more, each of several updates is given another array, lest one that differs be never seen.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from harness.transport.python.anything import Anything, Holding
from harness.transport.python.arrays import Garbled
from harness.transport.python.outlined import SLOPE, outlines
from harness.transport.python.rewritten import LEFT, generator_of
from harness.transport.python.session import plain_facts

Row = Any
# What is imported beside plain numbers.
_PLAIN = frozenset(
    "__future__ abc collections copy csv dataclasses functools itertools json logging math"
    " matplotlib operator os random statistics sys time typing".split()
)
# More arrays than this no network of a page has.
_MOST_PLACES = 1000


class Looped:
    """The steps of one scenario.

    Attributes:
        place: tells an object numbers where they are.

    Args:
        plan: which update, and what its function is given.
        tree: of the source.
        path: of the source.
        namespace: of its module, fresh.
        bounds: of the arrays; array i is flat[bounds[i]:bounds[i + 1]].
        initial: (N,) values before the first step.
        hyper: values by role.
    """

    def __init__(
        self,
        plan: Mapping[str, Any],
        tree: ast.Module,
        path: str,
        namespace: dict[str, Any],
        bounds: Sequence[int],
        initial: Row,
        hyper: Mapping[str, Any],
    ) -> None:
        self.flat = np.array(initial, dtype=np.float64)
        self.step = 0
        self._moved = False
        self._form = _Form()
        self._cuts = [slice(*pair) for pair in zip(bounds, bounds[1:])]
        self._source = plan, tree, path, namespace, hyper
        # Runs are made when they are first given a gradient; those of an array, by its number.
        self._runs: dict[int, list[tuple[slice, list[_Run]]]] = {}
        self.place: Callable[[Any], None] = lambda _: None

    def go(self, gradients: Row, taking_part: Sequence[int]) -> None:
        """Go one step with a flat row of gradients. Raises Garbled, and what the port raises."""
        for i in taking_part:
            before = self.flat[self._cuts[i]].copy()
            first = i not in self._runs
            try:
                self._one(i, gradients)
            except (_Grown, ArithmeticError, TypeError) as error:
                form = self._form.after(error)
                if not first or form == self._form:
                    raise
                self._form = form
                self.flat[self._cuts[i]] = before
                del self._runs[i]
                self.go(gradients, [i])

    def _one(self, i: int, gradients: Row) -> None:
        if i not in self._runs:
            self._runs[i] = self._begun(i)
        for cut, runs in self._runs[i]:
            after, *others = (run.go(gradients[cut]) for run in runs)
            if not all(np.array_equal(after, other, equal_nan=True) for other in others):
                raise Garbled("its updates do not all move weights alike", misread=True)
            self._moved |= not np.array_equal(after, self.flat[cut], equal_nan=True)
            self.flat[cut] = after

    def _begun(self, i: int) -> list[tuple[slice, list[_Run]]]:
        begun = []
        start, stop = self._cuts[i].start, self._cuts[i].stop
        while start < stop:
            runs = [_Run(*self._source, self._form, stop - start, i, self.place)]
            cut = slice(start, min(start + runs[0].size, stop))
            if runs[0].size > stop - start:  # of more updates than arrays each is given one, too
                others = range(i + len(self._cuts), runs[0].updates, len(self._cuts))
                more = [(self._form, stop - start, n, self.place) for n in others]
                runs += [_Run(*self._source, *one) for one in more]
            for run in runs:
                run.begin(self.flat[cut])
            begun.append((cut, runs))
            start = cut.stop
        return begun

    def owners(self) -> list[Any]:
        """The objects whose methods go on."""
        runs = [run for parts in self._runs.values() for _, runs in parts for run in runs]
        return [run.owner for run in runs if run.owner is not None]

    def average(self) -> Row | None:
        """The moving average is not looked for."""
        return None

    def facts(self) -> dict[str, Any]:
        """What was seen beside the numbers (see harness.model.observation)."""
        return plain_facts("replaced" if self._moved else "nowhere")


class _Form(NamedTuple):
    """How numbers are handed to a loop, of which it is not known beforehand what it can take.

    Attributes:
        room: how many its weights are; 0 if as many as there are.
        rest: the gradients of what there is room for at the end.
        boxed: a single number is an array of one.
    """

    room: int = 0
    rest: float = 0.0
    boxed: bool = False

    def after(self, error: Exception) -> _Form:
        """The form to try where this one failed in the first step; the same if there is none."""
        if isinstance(error, _Grown):  # what it holds is of that size, whatever it begins as
            return self._replace(room=self.room or error.size)
        if isinstance(error, ArithmeticError):  # it divides by an average without an epsilon
            return self._replace(rest=1.0)
        return self._replace(boxed=True)


class _Grown(Garbled):
    """Its weights are more than they were: it computes with something of that size."""

    def __init__(self, message: str, size: int) -> None:
        super().__init__(message, misread=True)
        self.size = size


class _Run:
    """One function that goes on from step to step, with the weights that it has room for.

    Attributes:
        owner: the object whose method it is; None of a function.
        size: how many they are.
        updates: how many there are of them.
    """

    def __init__(
        self,
        plan: Mapping[str, Any],
        tree: ast.Module,
        path: str,
        namespace: dict[str, Any],
        hyper: Mapping[str, Any],
        form: _Form,
        left: int,
        first: int,
        place: Callable[[Any], None],
    ) -> None:
        self._plan, self._hyper, self._form = plan, hyper, form
        self._room = form.room or left
        self._left: dict[str, Any] = {}
        self._made: dict[str, Any] = {}  # what stands in, the same from step to step
        namespace.setdefault(SLOPE, Anything())
        if "place" in plan:  # the names of a module are the loop's own
            namespace = dict(namespace)
        node = copy.deepcopy(_node(plan, tree))
        owner = plan.get("class", "")
        self._function, update = generator_of(node, namespace, path, owner)
        self._pairs, self._looped = update.pairs, bool(update.loops)
        self._namespace = namespace
        self.owner = (
            namespace[owner](**self._arguments(plan.get("construct", {}))) if owner else None
        )
        place(self.owner)
        self._arrays = made = self._asked(self._called())
        # Weights of which nothing is known have the size that they grow to.
        self._sizes = [
            (form.room or 1) if isinstance(w, Anything) else int(np.size(w)) for w in self._arrays
        ]
        # Of what may be of an array nobody says that it fails as a plain number does.
        arrays = _has_arrays(tree)
        self._single = [np.float64 if arrays or isinstance(w, Anything) else float for w in made]
        self.size = sum(self._sizes)
        self.updates = len(self._sizes)
        turn = first % self.updates
        self._order = [*range(turn, self.updates), *range(turn)]  # in which they are filled
        if not self.size:
            raise Garbled("its weights are empty before the first step", misread=True)

    def begin(self, weights: Row) -> None:
        """Put weights in the place of those that it has."""
        self._arrays = self._shaped(weights)

    def go(self, gradients: Row) -> Row:
        """The weights after a step with these gradients."""
        given = tuple(self._arrays), tuple(self._shaped(gradients, self._form.rest))
        try:
            self._arrays = self._next(self._generator.send(given))
        except StopIteration:
            self._arrays = self._after()
        return self._read()[: len(gradients)]

    def _next(self, asked: tuple[Any, Any]) -> list[Any]:
        """The weights when they are next asked for; others go on as they are, without a step."""
        weights, places = asked
        for _ in range(_MOST_PLACES):
            if places == self._places:
                return list(weights)
            still = [np.zeros(np.shape(each)) for each in weights]
            weights, places = self._generator.send((weights, still))
        raise Garbled("its loop does not come back to the array that it began with", misread=True)

    def _after(self) -> list[Any]:
        """The weights after a call that has ended; where a call is a step, the next is begun."""
        if self._looped:
            raise Garbled("its loop ends before the scenario does", misread=True)
        scope = dict(self._left)
        weights = [eval(p.weights, self._namespace, scope) for p in self._pairs]
        again = {name: scope[name] for name in self._plan.get("carried", ())}
        self._asked(self._called(again))
        return weights

    def _called(self, again: Mapping[str, Any] = {}) -> Any:
        arguments = {**self._arguments(self._plan.get("arguments", {})), **again}
        arguments[LEFT] = self._left.update
        return self._function(*(() if self.owner is None else (self.owner,)), **arguments)

    def _asked(self, generator: Any) -> list[Any]:
        """The weights that it has when it first asks for gradients."""
        self._generator = generator
        try:
            weights, self._places = next(generator)
            return list(weights)
        except StopIteration:
            raise Garbled("its update is not reached", misread=True) from None

    def _arguments(self, specs: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._argument(name, spec) for name, spec in specs.items()}

    def _argument(self, name: str, spec: Mapping[str, Any]) -> Any:
        if "role" in spec:
            return float(self._hyper[spec["role"]])
        if "start" in spec:
            array = np.zeros(self._room)
            return {"array": array, "arrays": [array], "number": 0.0}[spec["start"]]
        if "value" in spec:
            return spec["value"]
        if "settings" in spec:
            settings = {key: float(self._hyper[role]) for key, role in spec["settings"].items()}
            return self._made.setdefault(name, Holding(settings=settings))
        if "later" in spec:
            return self._made.setdefault(name, Holding(spec["later"]))
        return self._made.setdefault(name, Anything())

    def _shaped(self, values: Row, rest: float = 0.0) -> list[Any]:
        """Values in the shapes of its weights; there is room for more at the end."""
        filled = np.full(self.size, rest)
        filled[: len(values)] = values
        made = list(self._arrays)
        start = 0
        for place in self._order:
            array, size = self._arrays[place], self._sizes[place]
            part = filled[start : start + size]
            shape = np.shape(part)[: size > 1] if isinstance(array, Anything) else np.shape(array)
            alone = not shape and not self._form.boxed
            made[place] = self._single[place](part[0]) if alone else part.reshape(shape or 1)
            start += size
        return made

    def _read(self) -> Row:
        values = []
        for pair, array, size in zip(self._pairs, self._arrays, self._sizes):
            try:
                flat = np.asarray(array, dtype=np.float64).reshape(-1)
            except Exception as error:
                message = f"{pair.weights} holds something that is no number"
                raise Garbled(message, misread=True) from error
            if flat.size != size:
                message = f"{pair.weights} has {flat.size} numbers, not {size}"
                if flat.size > size and len(self._sizes) == 1:
                    raise _Grown(message, flat.size)
                raise Garbled(message, misread=True)
            values.append(flat)
        return np.concatenate([values[place] for place in self._order])


def _has_arrays(tree: ast.Module) -> bool:
    """Whether a source imports what may have arrays: anything but what computes with numbers."""
    imports = (n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom)))
    names = [getattr(one, "module", None) or a.name for one in imports for a in one.names]
    return any(name.partition(".")[0] not in _PLAIN for name in names)


def _node(plan: Mapping[str, Any], tree: ast.Module) -> Any:
    if "outline" in plan:
        return outlines(tree)[plan["outline"]].function
    if "place" in plan:
        return tree.body[plan["place"]]
    body: Any = tree.body
    for name in filter(None, (plan.get("class", ""), plan["function"])):
        named = [
            n for n in body if isinstance(n, (ast.ClassDef, ast.FunctionDef)) and n.name == name
        ]
        node = named[-1]
        body = node.body
    return node
