"""From a defect to what is behind it: candidates for a repair tried, the best of them kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

from harness.documents import scripts
from harness.documents.attempt import Attempt, Bench
from harness.documents.lacking import LACKING, NOT_HERE, undefined_name
from harness.documents.reading import Reading
from harness.documents.source import Source
from harness.judging.verdict import Result
from harness.languages import registry
from harness.languages.registry import headline, scripted
from harness.languages.repair import Broken, Repaired
from harness.languages.repair.indentation import lost, restored
from harness.languages.repair.python import unimported
from harness.model.observation import Fault
from harness.model.words import GOOD

LAYERS = 12
"""A block gets so many repairs."""

STOPPED = ("does-not-compile", "crashes", "times-out", "garbled", "no-update")
"""The verdicts behind which something else may be found."""

# So many candidates are tried for a repair; where one gets further, but not to code that is
# right or explained, a few more.
_CANDIDATES, _TRIES = 10, 4
# How far a block came: a repair must not throw it back.
_REACHED = {
    "not-run": 0,
    "does-not-compile": 0,
    "times-out": 1,
    "crashes": 1,
    "garbled": 1,
    "no-update": 2,
}
_WHOLE, _EXPLAINED = 3, 4


class Walk:
    """Finds the next step of a block that something stops."""

    def __init__(self, reading: Reading, bench: Bench) -> None:
        self._reading, self._bench = reading, bench

    def passed(
        self, source: Source, result: Result, name: str | None
    ) -> tuple[Source, Repaired, Attempt] | None:
        """The candidate that gets furthest past the complaint: text, change, what came of it."""
        if not stops(result):
            return None
        message = result.verdict.fault.message if result.verdict.fault else ""
        earlier = source.borrowed() if scripted(source.block.language) else ""
        word = result.verdict.word
        broken = Broken(source.text, source.line, word, message, earlier, source.foreign)
        best: tuple[Source, Repaired, Attempt] | None = None
        reached = -1
        for tries, candidate in enumerate(islice(self._candidates(source, broken), _CANDIDATES)):
            last_resort = candidate.change.endswith("left out")
            if not self._bench.left() or (best and (tries >= _TRIES or last_resort)):
                break
            changed = source.repaired(candidate)
            attempt = self._bench.tried(changed, name or None)
            after = _state(attempt, name)
            if candidate.without and not _did_without(candidate, after):
                continue
            if after is None or not (
                _further(result, after) or _past(source.block.language, result, after)
            ):
                continue
            rank = _rank(after)
            if rank > reached and (rank == _EXPLAINED or not candidate.guessed):
                best, reached = (changed, candidate, attempt), rank
            if reached >= _EXPLAINED:
                break
        if best is None and result.verdict.word == "not-run" and not source.alone:
            attempt = self._bench.tried(alone := replace(source, alone=True), name)
            after = _state(attempt, name)
            if isinstance(after, Result) and _rank(after) == _EXPLAINED:
                return alone, Repaired(source.text, "only what it defines was run"), attempt
        return best

    def imported(self, source: Source) -> tuple[Source, Repaired, Attempt, Fault] | None:
        """A Python block that nothing binds, with what it forgot to import, where that is why.

        Without its imports no way of calling it works, so none of them says what it lacks.
        """
        if not scripted(source.block.language) or not self._bench.left():
            return None
        lacking = unimported(Broken(source.text, source.line, "", "", source.borrowed()))
        if lacking is None:
            return None
        repaired, name, line = lacking
        changed = source.repaired(repaired)
        attempt = self._bench.tried(changed)
        results = [one.result for one in attempt.judged.values()]
        if not any(_rank(result) == _EXPLAINED for result in results):
            return None
        at = f"{self._reading.document.path.name}:{line}"
        message = f"NameError: name '{name}' is not defined ({at})"
        return changed, repaired, attempt, Fault("does-not-compile", message)

    def _candidates(self, source: Source, broken: Broken) -> Iterator[Repaired]:
        language = source.block.language
        if scripted(language) and broken.verdict == "does-not-compile" and lost(source.text):
            yield from self.indented(source)
        yield from registry.by_name(language).repairs(broken)

    def indented(self, source: Source) -> Iterator[Repaired]:
        """The lost indentation: that which reproduces a printed output, where there is one."""
        block = source.block
        for following in self._reading.document.blocks[block.index :]:
            if following.printed is None or not scripted(following.language):
                continue
            candidates = islice(restored(source.text), scripts.CANDIDATES)
            made = partial(self._reading.script, block, following)
            text = scripts.reproducing(candidates, made, following)
            if text is not None:
                change = (
                    "the lost indentation restored, the way that prints what line"
                    f" {following.printed.line} shows"
                )
                yield Repaired(text, change)
                return
        for text in islice(restored(source.text), _CANDIDATES):
            yield Repaired(text, "the lost indentation restored")


def stops(result: Result) -> bool:
    """Whether something may be found behind a result: a repair may get past it."""
    fault = result.verdict.fault
    lacks = fault is not None and (LACKING in fault.message or NOT_HERE in fault.message)
    return result.verdict.word in STOPPED or (result.verdict.word == "not-run" and lacks)


def _did_without(candidate: Repaired, after: Result | Fault | None) -> bool:
    """Whether a text that lost some names needs none of them: it runs, or lacks another one."""
    fault = after if isinstance(after, Fault) else after.verdict.fault if after else None
    if fault is None or fault.kind == "loaded":
        return True
    name = undefined_name(fault.message)
    # What a `*` would have given, nobody knows.
    another = name is not None and not {name, "*"} & candidate.without
    return another or (fault.kind == "not-run" and LACKING in fault.message)


def _state(attempt: Attempt, name: str | None) -> Result | Fault | None:
    """What a repaired text shows; None where nothing is left to judge."""
    if attempt.fault is not None:
        return attempt.fault
    judged = attempt.judged.get(name) if name else next(iter(attempt.judged.values()), None)
    if judged is None:
        return Fault("loaded", "") if name is None else None
    return judged.result


def _further(before: Result, after: Result | Fault) -> bool:
    """Whether a block came further than before: from compiling to running, to moving weights."""
    old, new = _REACHED[before.verdict.word], _REACHED.get(_word(after), _WHOLE)
    return new > old and _word(after) not in ("not-run", "unsupported")


def _rank(after: Result | Fault) -> int:
    """How far a text came: stopped, wrong in an unknown way, right or explained."""
    reached = _REACHED.get(_word(after), _WHOLE)
    if reached < _WHOLE or isinstance(after, Fault):
        return reached
    return _EXPLAINED if after.verdict.word in GOOD or after.deviations else _WHOLE


def _past(language: str, before: Result, after: Result | Fault) -> bool:
    """Whether a block is where it was, but complains of something else."""
    fault = after if isinstance(after, Fault) else after.verdict.fault
    if _REACHED[before.verdict.word] != _REACHED.get(_word(after), _WHOLE):
        return False
    earlier, now = _complaint(before.verdict.fault), _complaint(fault)
    first = headline(language, earlier)
    return first not in now and first != headline(language, now)


def _word(after: Result | Fault) -> str:
    return after.kind if isinstance(after, Fault) else after.verdict.word


def _complaint(fault: Fault | None) -> str:
    """What is complained of, without columns, which a repair may shift."""
    return re.sub(r"(:\d+):\d+\b|, column \d+", r"\1", fault.message) if fault else ""
