"""The weights among an object's numbers, each with its gradient, by what moves what.

A weight is moved, and keeps whatever is added to it before; its gradient moves no other weight,
and is moved by nothing that it moves. Names decide between equals alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Optional

from harness.transport.python.explored.graph import is_argument, is_returned
from harness.transport.python.explored.influence import Influence
from harness.transport.python.explored.reach import plain, says_gradients, several

Pair = tuple[str, str, str]
"""Where a weight is put before a step, "" for nowhere; its gradient; and what comes of it."""


class Pairs:
    """Finds pairs.

    Attributes:
        pairs: of a weight, its gradient and its result each.
        mode: "weights" where they are changed in place; "returned"; "step" and "ascent" where
            what comes back has yet to be subtracted or added.
    """

    def __init__(self, influence: Influence) -> None:
        self._influence = influence
        self.pairs: list[Pair] = []
        self.mode = "weights"
        weights = self._weights(whole=True)
        self._match([w for w in weights if not any(map(is_returned, influence.moved(w)))], True)
        if not self.pairs:
            self._returned()
        # In a second step an average keeps most of itself, too.
        if not self.pairs and not influence.later:
            self.mode = "weights"
            # What decays besides keeps only most of itself.
            self._match(weights or self._weights(whole=False), True)
            if not self.pairs:
                self._replaced()

    def _weights(self, whole: bool) -> list[str]:
        """Numbers that are changed in place, keep what is added to them, and move no other such."""
        influence = self._influence
        kept = [
            path
            for path in influence.made
            if influence.changed(path)
            and (influence.keeps(path, path) if whole else path in influence.moved(path))
            and any(o != path and path in influence.moved(o) for o in influence.made)
        ]
        return [w for w in kept if not any(o != w and o in influence.moved(w) for o in kept)]

    def _returned(self) -> None:
        """What comes back: new weights, which keep what is added to the old ones, or a step."""
        influence = self._influence
        results = [path for path in influence.after if is_returned(path)]
        old: dict[str, str] = {}
        for result in results:
            # What is neither handed over nor changed is no weight: it is added to what comes back.
            keeping = [
                path
                for path in influence.made
                if influence.keeps(result, path) and (is_argument(path) or influence.changed(path))
            ]
            if len(keeping) == 1:
                old[result] = keeping[0]
        if old:
            self.mode = "returned"
            self._match(list(old), False)
            found = [(old[result], gradient, result) for _, gradient, result in self.pairs]
            self.pairs = [pair for pair in found if pair[0] != pair[1]]
            return
        self._match(results, False)
        self.mode = self._direction()

    def _replaced(self) -> None:
        """Gradients that become the step where they are."""
        for path in self._influence.made:
            moved = self._influence.changed(path) and path in self._influence.moved(path)
            if moved and is_argument(path) and says_gradients(path):
                self.pairs.append(("", path, path))
        self.mode = self._direction()

    def _direction(self) -> str:
        """Whether what comes back for gradients above 0 is below: "ascent", else "step"."""
        climbs = self.pairs and self._influence.after[self.pairs[0][2]] < 0
        return "ascent" if climbs else "step"

    def _match(self, results: Sequence[str], in_place: bool) -> None:
        """Find the gradient of each result; of some alone where several have one in common."""
        for result in results:
            gradient = self._gradient(result, results)
            if gradient is not None:
                self.pairs.append((result if in_place else "", gradient, result))
        if not self.pairs:
            self._common(results, in_place)

    def _gradient(self, result: str, results: Collection[str]) -> Optional[str]:
        """What moves one result alone, and is moved by nothing else that moves it alone."""
        influence = self._influence
        alone = [
            path
            for path in influence.made
            if path != result
            and result in influence.moved(path)
            and not self._remembers(path, results)
            and not any(o != result and o in results for o in influence.moved(path))
        ]
        sources = [
            path
            for path in alone
            if not any(
                o != path and path in influence.moved(o) and o not in influence.moved(path)
                for o in alone
            )
        ]
        if len(results) == 1:  # a setting moves one alone, too
            return _only(filter(says_gradients, sources))
        elements = (p for p in sources if is_argument(p) and several(p))
        return _only(sources) or _only(filter(says_gradients, sources)) or _only(elements)

    def _remembers(self, path: str, results: Collection[str]) -> bool:
        """Whether a number is what a step makes of itself and another one, as an average is."""
        influence = self._influence
        if not influence.changed(path) or path not in influence.moved(path):
            return False
        others = (o for o in influence.made if o != path and several(o) and o not in results)
        return any(path in influence.moved(o) for o in others)

    def _common(self, results: Collection[str], in_place: bool) -> None:
        """Numbers of one kind that each move several, as an error does: one weight of each."""
        kinds: dict[str, list[str]] = {}
        for path in self._influence.made:
            moves = several(path) and path not in results and says_gradients(path)
            if moves and any(result in self._influence.moved(path) for result in results):
                kinds.setdefault(plain(path), []).append(path)
        for paths in kinds.values():
            found: dict[str, Pair] = {}
            for path in paths:
                for result in results:
                    by = [o for o in paths if result in self._influence.moved(o)]
                    if by == [path]:
                        found.setdefault(path, (result if in_place else "", path, result))
            if len(found) > len(self.pairs):
                self.pairs = list(found.values())


def _only(sources: Iterable[str]) -> Optional[str]:
    left = list(sources)
    return left[0] if len(left) == 1 else None
