"""A diagnosis in the words of a person: the cause, what fits as well, where, and what was tried."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from types import MappingProxyType

from harness.diagnosis.diagnose import (
    LARGEST,
    Change,
    Diagnosis,
    Explanation,
    Nearest,
    Part,
    Schedule,
    Suggestion,
    Tried,
)
from harness.diagnosis.hypotheses import Deviations, dialect
from harness.diagnosis.ranking import swapped
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import LIBRARIES, alike, slug

# More names than this of libraries that do the same help nobody, nor do more places.
_NAMES = 3
_PLACES = 6

_NUMBERLESS = "most of what moves becomes NaN or infinite, and too little is left to tell why"
_UNTOLD = "too little was seen to tell why; what fits, perhaps by chance"
_CLAIMED = "it is what it claims to be"


def explanation(diagnosis: Diagnosis, claim: Dialect) -> str:
    """What a port does differently, as a person would say it."""
    best = diagnosis.best
    if best is None:
        if diagnosis.untold is not None:
            return f"{_UNTOLD}: {_deviations(diagnosis.untold)}"
        return _NUMBERLESS if diagnosis.numberless else _unexplained(diagnosis)
    text = _deviations(best)
    if libraries := _same_libraries(diagnosis, best, claim, text):
        text += f"{', together' if len(_sentences(best.chosen)) > 1 else ','} as in {libraries}"
    return text


def findings(diagnosis: Diagnosis, claim: Dialect) -> list[str]:
    """A diagnosis, a fact a line."""
    claimed = diagnosis.best is not None and not diagnosis.best.chosen
    lines = [explanation(diagnosis, claim)]
    lines += [_alternative(other, diagnosis.best) for other in diagnosis.alternatives]
    if diagnosis.suggestion is not None:
        lines.append(_suggestion(diagnosis.suggestion))
    if diagnosis.average == "right" and not claimed:
        lines.append("the moving average that it reports is as claimed, what is made of it is not")
    if diagnosis.average == "wrong" and diagnosis.best is None:
        lines.append("the moving average that it reports is not that of the claim")
    if diagnosis.masked:
        lines.append(f"nothing can be said about: {', '.join(diagnosis.masked)}")
    return lines


def _alternative(other: Explanation, best: Explanation | None) -> str:
    """What fits beside the best; of what is equal to the last bit, the rest is not as good."""
    less = best is not None and best.arithmetic is not None and other.arithmetic is None
    return f"fits {'within rounding' if less else 'as well'}: {_deviations(other)}"


def deviation(
    axis: str,
    value: str,
    constants: Mapping[str, str] = MappingProxyType({}),
    *,
    untold: bool = False,
) -> str:
    """One deviation in words, its formula behind them in brackets, and in that its constants.

    Args:
        axis: its name.
        value: the port's choice.
        constants: those of the port's own that belong to it, as they are written.
        untold: the port was not told what it uses; whether it could be is not known.
    """
    row = AXES[axis][value]
    sentence, formula = row.sentence, row.formula
    if (axis, value, constants.get("learning_rate")) == ("learning_rate", "ignored", "1"):
        sentence = _UNSCALED
    elif untold:
        sentence = sentence.replace("the port uses its own", "the port was not told its")
    for name, written in constants.items():
        if _UNNAMED in formula:
            formula = formula.replace(_UNNAMED, written)
        else:
            formula += f", {_plain(name)} {written}"
    return f"{sentence} [{formula}]"


# What is handed over may be multiplied by it already, and a 1 may be written there.
_UNSCALED = "the learning rate is 1, which is as none"
_ASCENT, _NEGATED = ("direction", "ascent"), ("order", "maximize_before_decay")
_INSIDE = ("epsilon", "inside")
# What is kept with epsilon in it: where else it is added is no fact beside that.
_WITH_EPSILON = {
    ("state", "epsilon_kept"): (
        "epsilon is added to the moving average itself, kept in it and not added again"
        " [v = (d*v + (1-d)*g*g) + eps, g / sqrt(v)]"
    ),
    ("state", "root_kept"): (
        "the root, with epsilon inside it, is kept in place of the moving average"
        " [v = sqrt((d*v + (1-d)*g*g) + eps), g / v]"
    ),
}


def _sentences(chosen: Deviations) -> Deviations:
    """The members that have a sentence: of one sign, of one epsilon, what says where it is."""
    less = {_ASCENT} if _NEGATED in chosen else set()
    less |= {_INSIDE} if _with_epsilon(chosen) else set()
    return tuple(m for m in chosen if m not in less)


def _with_epsilon(chosen: Deviations) -> dict[tuple[str, str], str]:
    """The sentence of what is kept where epsilon is inside it; none where no root is taken."""
    inside = _INSIDE in chosen and ("root", "none") not in chosen
    return {m: _WITH_EPSILON[m] for m in chosen if inside and m in _WITH_EPSILON}


# What formulas say where a port has a constant of its own.
_UNNAMED = "a constant"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def listed(phrases: Sequence[str]) -> str:
    """Phrases as a sentence lists them: "a", "a and b", "a, b and c"."""
    *others, last = phrases or [""]
    return f"{', '.join(others)} and {last}" if others else last


def _deviations(best: Explanation) -> str:
    left = {name: _constant(best, name) for name in best.constants}
    sentences = []
    for axis, value in _sentences(best.chosen):
        names = [name for name in AXES[axis][value].constants if name in left]
        untold = best.untold.issuperset(names) and bool(names)
        constants = {name: left.pop(name) for name in names}
        written = deviation(axis, value, constants, untold=untold)
        sentences.append(_with_epsilon(best.chosen).get((axis, value), written))
    text = listed(sentences) or _CLAIMED
    own = ", ".join(f"{_plain(name)} {written}" for name, written in left.items())
    return f"{text}, with its own {own}" if own else text


def _constant(best: Explanation, name: str) -> str:
    text = f"{best.constants[name]:.10g}"
    if name in best.intervals:
        others = ", the others as they are" if len(best.constants) > 1 else ""
        text += f" (what fits lies {_between(*best.intervals[name])}{others})"
    return text


def _between(low: float, high: float) -> str:
    """Two ends rounded outward, to a tenth of what lies between them or finer."""
    if low <= 0 and high == math.inf:
        return "anywhere above 0"
    unit = Decimal(1).scaleb(math.floor(math.log10(high - low if high < math.inf else low)) - 1)
    least, most = (
        f"{float(Decimal(end).quantize(unit, rounding)):.15g}" if end < math.inf else ""
        for end, rounding in ((low, ROUND_FLOOR), (high, ROUND_CEILING))
    )
    if not most:
        return f"above {least}"
    return f"between {least} and {most}" if low > 0 else f"below {most}"


def _libraries(diagnosis: Diagnosis, best: Explanation, claim: Dialect) -> list[str]:
    """The names of those whose dialect this is in algebra, each library once before any twice.

    Where the learning rate changed, so that its place was told, of those that have it there.
    """
    twin = swapped(best.chosen)
    told = twin != best.chosen and all(e.chosen != twin for e in diagnosis.alternatives)
    told |= ("learning_rate", "first") in best.chosen
    every = alike(dialect(claim, best.chosen), always=told)
    first = {LIBRARIES[name].library.name: name for name in reversed(every)}.values()
    return sorted(every, key=lambda name: name not in first)


def _same_libraries(diagnosis: Diagnosis, best: Explanation, claim: Dialect, text: str) -> str:
    """A few of them, without one that the sentence names already."""
    names = [name for name in _libraries(diagnosis, best, claim) if f"as in {name} [" not in text]
    more = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {more} more" if more > 0 else "")


def known(diagnosis: Diagnosis, claim: Dialect) -> str:
    """The name, as --dialect takes it, of a library that does what was diagnosed; else ""."""
    best = diagnosis.best
    names = _libraries(diagnosis, best, claim) if best and best.chosen else []
    return slug(names[0]) if names else ""


def _unexplained(diagnosis: Diagnosis) -> str:
    """What is said where no set explains everything."""
    where = f"in {diagnosis.evidence}, " if diagnosis.evidence else ""
    if diagnosis.change is not None and diagnosis.change.kind:
        return where + _change(diagnosis.change)
    if diagnosis.parts and all(part.explanation for part in diagnosis.parts):
        return where + _parts(diagnosis.parts)
    phrases = [_tried(diagnosis.tried)]
    if diagnosis.parts:
        phrases.append(where + _parts(diagnosis.parts))
    elif diagnosis.change is not None and not diagnosis.change.before.chosen:
        # Of a few steps deviations explain something too easily; that they are none is seen.
        phrases.append(where + _change(diagnosis.change))
    if diagnosis.nearest is not None:
        phrases.append(_nearest(diagnosis.nearest))
    return "; ".join(phrases)


# What sets of one, two and three deviations are called.
_SETS = ("single deviations that can show here", "pairs", "triples")


def _tried(tried: Tried) -> str:
    if tried.size < 0:
        return f"time ran out before anything was tried to its end ({_took(tried)})"
    phrases = [f"all {sets}" for sets in _SETS[: tried.size]]
    if tried.size < LARGEST and tried.ended and tried.begun:
        phrases.append(f"{tried.begun:,} of the {tried.beyond:,} {_SETS[tried.size]}")
    if not phrases:
        return "what it claims to be does not reproduce it"
    ended = f" (time ran out after {_took(tried)})" if tried.ended else ""
    return f"tried without success: {listed(phrases)}{ended}"


def _took(tried: Tried) -> str:
    text = f"{tried.seconds:.0f} s of processor time"
    return f"{text}, for which {tried.waited:.0f} s went by" if tried.waited else text


def _change(change: Change) -> str:
    before = _deviations(change.before) if change.before.chosen else "as claimed"
    about = "about " if change.printed else ""
    if change.schedule is not None:
        joined = "and" if change.before.chosen else "but"
        scheduled = _scheduled(change.schedule, about)
        return f"{before}, {joined} the learning rate in step t is {scheduled}"
    text = f"up to step {change.step}: {before}"
    if change.kind == "state":
        if change.repeated:
            return f"{text}; the state is lost after every {change.step} steps"
        return f"{text}; the state is lost before step {change.step + 1}"
    if change.kind == "learning_rate":
        since = f"from step {change.step + 1} on"
        if change.factor == 0:
            shown = ", as far as print shows," if change.printed else ""
            return f"{text}; the learning rate is 0{shown} {since}"
        rate = "" if change.learning_rate is None else f"{change.learning_rate:.10g}"
        if change.factor is None:
            return f"{text}; another learning rate {since}, {about}{rate} whatever was given"
        times = "half" if change.factor == 0.5 else f"{change.factor:.6g} times"
        return f"{text}; {about}{times} the learning rate {since}{f' ({rate})' if rate else ''}"
    return f"{text}; what comes after is not explained"


def _scheduled(schedule: Schedule, about: str) -> str:
    """What it is in terms of the one given."""
    if schedule.read:
        factors = ", ".join(f"{factor:.4g}" for factor in schedule.read)
        return f"the one given times about {factors} and so on, whatever was fed"
    if schedule.table:
        factors = ", ".join(f"{factor:.6g}" for factor in schedule.table)
        return f"the one given times {about}{factors} in the first steps, and from then on the last"
    number = f", {schedule.name} = {about}{schedule.number:.6g}" if schedule.name else ""
    return f"the one given times {schedule.formula}{number}"


def _parts(parts: Sequence[Part]) -> str:
    phrases = []
    for part in parts:
        places = ", ".join(part.places[:_PLACES])
        if len(part.places) > _PLACES:
            places += f" and {len(part.places) - _PLACES} more"
        if part.explanation is None:
            what = "not explained"
        else:
            what = _deviations(part.explanation) if part.explanation.chosen else "as claimed"
        phrases.append(f"{places}: {what}")
    return "; ".join(phrases)


def _nearest(nearest: Nearest) -> str:
    named = " and ".join(f"{axis}={value}" for axis, value in nearest.chosen) or "the claim itself"
    own = ", ".join(f"{_plain(name)} {value:.10g}" for name, value in nearest.constants.items())
    named += f" ({own})" if own else ""
    # Nearly all is not all, and what gives all within rounding would explain them.
    given = f"{math.floor(100 * nearest.share)}% of the values within rounding"
    if nearest.share == 1:
        given = "all values nearly"
    text = f"of the claim and single deviations the nearest is {named}, which gives {given}"
    if nearest.left:
        text += f" and is off by up to {nearest.left:.1g} of the way"
        if nearest.evidence:
            text += f" in {nearest.evidence}"
    return text


def _suggestion(suggestion: Suggestion) -> str:
    fields = [
        f'"{name}": {value:g}'
        for name, value in (
            ("rounding", suggestion.rounding),
            ("input_rounding", suggestion.input_rounding),
        )
        if value
    ]
    return (
        f"the numbers have few digits; with {listed(fields)} in the file it would be explained:"
        f" {_deviations(suggestion.explanation)}"
    )
