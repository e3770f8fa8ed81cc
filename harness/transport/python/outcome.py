"""Where the weights come out of a step: in place, returned, or as a step to be taken."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.transport.python.arrays import Garbled
from harness.transport.python.stand_ins import Piece, Place
from harness.transport.python.steps import Row, Steps


class Outcome:
    """What a call leaves of the weights of a scenario."""

    def __init__(self, session: Steps) -> None:
        self._session = session

    def take(
        self,
        taking: Sequence[int],
        returned: Any,
        unit: Sequence[Piece],
        places: Mapping[int, Place],
    ) -> None:
        """Read the weights after a call, wherever they are.

        Args:
            taking: the pieces that take part in the step.
            returned: what the call returned, without its state.
            unit: the pieces that were handed over.
            places: where weights were put that were handed over.

        Raises:
            Garbled: they are in none of these.
        """
        session = self._session
        if session.result in ("auto", "entries"):
            moved = False
            read = {}
            for i in taking:
                if i in places:
                    read[i] = session.read(i, places[i].get())
                    moved |= not _same(read[i], session.flat[session.cuts[i]])
            if moved or session.result == "entries":
                for i, values in read.items():
                    session.flat[session.cuts[i]] = values
                if moved:
                    session.settled("in place")
                return
        if session.result == "auto" and returned is None:
            return
        values = self._returned(taking, returned, unit)
        session.settled(self._kind(values) if session.result == "auto" else session.result)
        for i, value in values.items():
            cut = session.cuts[i]
            if session.result == "returned":
                session.flat[cut] = value
            else:
                factor = session.learning_rate if session.plan.get("scaled") else 1.0
                moved_by = value if factor == 1.0 else np.asarray(factor * value)
                # As `w -= step` does it: in the wider of the two, then as it is stored.
                now = session.flat[cut].astype(session.dtype)
                after = now + moved_by if session.result == "step added" else now - moved_by
                session.flat[cut] = after.astype(session.dtype).astype(np.float64)
            if i in places:
                places[i].put(session.array("weights", i))

    def _kind(self, values: Mapping[int, Row]) -> str:
        """Whether weights were returned, or the step: far from them, along the gradient or not."""
        session = self._session
        far = near = along = 0.0
        for i, value in values.items():
            cut = session.cuts[i]
            far += float(np.abs(value - session.flat[cut]).sum())
            near += float(np.abs(value).sum())
            along += float((value * session.gradients[cut]).sum())
        if not far:
            return "returned"
        if far < near:
            return "returned"
        return "step added" if along < 0 else "step subtracted"

    def _returned(
        self, taking: Sequence[int], returned: Any, unit: Sequence[Piece]
    ) -> dict[int, Row]:
        """The arrays in what was returned. Raises Garbled."""
        session = self._session
        if len(taking) == 1 and not isinstance(returned, (list, tuple, dict)):
            return {taking[0]: session.read(taking[0], returned)}
        if isinstance(returned, Mapping):
            found = {}
            values = list(returned.values())
            for at, i in enumerate(taking):
                if session.names[i] in returned:
                    found[i] = session.read(i, returned[session.names[i]])
                elif len(values) == len(unit):
                    found[i] = session.read(i, values[at])
            if len(found) == len(taking):
                return found
            raise Garbled("what it returned holds no such arrays", misread=True)
        if isinstance(returned, (list, tuple, np.ndarray)):
            if len(taking) == 1:
                try:
                    return {taking[0]: session.read(taking[0], returned)}
                except Garbled:
                    pass
            if len(returned) == len(unit):
                return {i: session.read(i, returned[unit.index(i)]) for i in taking}
            if len(returned) >= len(taking):
                return {i: session.read(i, returned[at]) for at, i in enumerate(taking)}
        raise Garbled(f"what it returned is a {type(returned).__name__}, no arrays", misread=True)

    def first(self, returned: Sequence[Any], taking: Sequence[int], held: Sequence[Any]) -> str:
        """Which side of a pair weights are, or a step: "first" or "second"; the other is a state.

        What is nearer to the weights is; of two that are far from any the one that has signs, as
        squares have none.

        Args:
            returned: the pair.
            taking: the pieces that take part in the step.
            held: what weights were handed over in.
        """
        sides = [self._distance(side, taking, held) for side in returned]
        usual = sum(float(np.abs(self._session.flat[self._session.cuts[i]]).sum()) for i in taking)
        if usual / 2 < min(sides) and max(sides) < sys.float_info.max:
            signed = [
                any((values < 0).any() for values in self._returned(taking, side, taking).values())
                for side in returned
            ]
            return "second" if signed == [False, True] else "first"
        return "first" if sides[0] <= sides[1] else "second"

    def _distance(self, side: Any, taking: Sequence[int], held: Sequence[Any]) -> float:
        session = self._session
        if isinstance(side, Mapping) and any(side is one for one in held):
            return -1.0
        try:
            values = self._returned(taking, side, taking)
        except (Garbled, KeyError, IndexError, TypeError):
            return float("inf")
        far = sum(float(np.abs(v - session.flat[session.cuts[i]]).sum()) for i, v in values.items())
        # Weights that are no numbers are weights all the same.
        return sys.float_info.max if np.isnan(far) or np.isinf(far) else far


def _same(now: Row, before: Row) -> bool:
    return bool(np.array_equal(now, before, equal_nan=True))
