"""A diagnosis in whole sentences: the cause, what fits beside it, where, and what was tried."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.diagnosis.diagnose import (
    Change,
    Diagnosis,
    Explanation,
    Nearest,
    Part,
    Schedule,
    Suggestion,
    Tried,
)
from harness.report import causes
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import PLAIN

REFERENCE = Dialect()
INSIDE = Explanation((("epsilon", "inside"),))
RESET = Explanation((("state", "reset"),))
CLAIM = Explanation(())
EXACT = (("float64", PLAIN),)
EPSILON = "epsilon is added inside the square root [g / sqrt(v + eps)]"
SCRATCH = (
    "each step starts from scratch: the average is not kept"
    " [v = v0, m = 0, b = 0, t = 1 at every step]"
)
ONE = "tried without success: all single deviations that can show here"
TWO = f"{ONE} and all pairs"


def said(diagnosis: Diagnosis, claim: Dialect = REFERENCE) -> str:
    return causes.explanation(diagnosis, claim)


# -- the cause ------------------------------------------------------------------------------------


def test_what_is_claimed_is_said_to_be_it_and_nothing_else_is() -> None:
    assert (
        said(Diagnosis(CLAIM), Dialect(["epsilon=none", "state=reset"]))
        == "it is what it claims to be"
    )
    assert said(Diagnosis(CLAIM)).startswith("it is what it claims to be, as in PyTorch")
    assert said(Diagnosis(None, numberless=True, tried=Tried(2))) == (
        "most of what moves becomes NaN or infinite, and too little is left to tell why"
    )
    assert said(Diagnosis(None, untold=CLAIM, tried=Tried(1))) == (
        "too little was seen to tell why; what fits, perhaps by chance: it is what it claims to be"
    )


@pytest.mark.parametrize(
    ("tried", "sentence"),
    [
        (Tried(0), "what it claims to be does not reproduce it"),
        (Tried(1), ONE),
        (Tried(2), TWO),
        (Tried(2, 5, 7), TWO),
        (Tried(2, 0, 7, ended=True), f"{TWO} (time ran out after 0 s of processor time)"),
        (
            Tried(2, 50, 7000, seconds=19.6, ended=True),
            f"{ONE}, all pairs and 50 of the 7,000 triples"
            " (time ran out after 20 s of processor time)",
        ),
        (Tried(3, 50, 7000), f"{ONE}, all pairs and all triples"),
        (
            Tried(-1, seconds=1.0),
            "time ran out before anything was tried to its end (1 s of processor time)",
        ),
    ],
)
def test_of_what_nothing_explains_it_is_said_what_was_tried(tried: Tried, sentence: str) -> None:
    assert said(Diagnosis(None, tried=tried)) == sentence


@pytest.mark.parametrize(
    ("nearest", "sentence"),
    [
        (Nearest((), 0.0, 0.25), "the claim itself, which gives 25% of the values within rounding"),
        (
            Nearest((("epsilon", "inside"),), 0.0123, 0.999, "mixed-arrays"),
            "epsilon=inside, which gives 99% of the values within rounding and is off by up to"
            " 0.01 of the way in mixed-arrays",
        ),
        (
            Nearest((("epsilon", "inside"),), 0.0123, 1.0),
            "epsilon=inside, which gives all values nearly and is off by up to 0.01 of the way",
        ),
        (
            Nearest((("clip", "value"),), 0.5, 0.2, constants={"clip": 0.25}),
            "clip=value (clip 0.25), which gives 20% of the values within rounding and is off by"
            " up to 0.5 of the way",
        ),
        (
            Nearest((("root", "none"), ("write", "none")), 3e-5, 0.0),
            "root=none and write=none, which gives 0% of the values within rounding and is off by"
            " up to 3e-05 of the way",
        ),
    ],
)
def test_the_nearest_is_described_and_not_named_as_the_cause(
    nearest: Nearest, sentence: str
) -> None:
    assert said(Diagnosis(None, nearest=nearest, tried=Tried(2))) == (
        f"{TWO}; of the claim and single deviations the nearest is {sentence}"
    )


# -- where ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            Change(CLAIM, 3, "state"),
            "up to step 3: as claimed; the state is lost before step 4",
        ),
        (
            Change(CLAIM, 3, "state", repeated=True),
            "up to step 3: as claimed; the state is lost after every 3 steps",
        ),
        (
            Change(CLAIM, 3, "learning_rate", factor=0.5),
            "up to step 3: as claimed; half the learning rate from step 4 on",
        ),
        (
            Change(INSIDE, 3, "learning_rate", factor=0.5, learning_rate=0.01),
            f"up to step 3: {EPSILON}; half the learning rate from step 4 on (0.01)",
        ),
        (
            Change(CLAIM, 9, "learning_rate", factor=0.1 + 1e-9, learning_rate=0.0123456789012),
            "up to step 9: as claimed; 0.1 times the learning rate from step 10 on (0.0123456789)",
        ),
        (
            Change(CLAIM, 3, "learning_rate", factor=0.47, printed=True),
            "up to step 3: as claimed; about 0.47 times the learning rate from step 4 on",
        ),
        (
            Change(CLAIM, 4, "learning_rate", factor=0.0, learning_rate=0.0),
            "up to step 4: as claimed; the learning rate is 0 from step 5 on",
        ),
        (
            Change(CLAIM, 4, "learning_rate", factor=0.0, learning_rate=0.0, printed=True),
            "up to step 4: as claimed; the learning rate is 0, as far as print shows, from step 5"
            " on",
        ),
        (
            Change(CLAIM, 4, "learning_rate", factor=0.1),
            "up to step 4: as claimed; 0.1 times the learning rate from step 5 on",
        ),
        (
            Change(CLAIM, 4, "learning_rate", learning_rate=0.001),
            "up to step 4: as claimed; another learning rate from step 5 on, 0.001 whatever was"
            " given",
        ),
        (
            Change(CLAIM, 0, "schedule", schedule=Schedule("min(1, t/n)", "n", 100.0)),
            "as claimed, but the learning rate in step t is the one given times min(1, t/n), n ="
            " 100",
        ),
        (
            Change(INSIDE, 0, "schedule", schedule=Schedule("1/sqrt(t)")),
            f"{EPSILON}, and the learning rate in step t is the one given times 1/sqrt(t)",
        ),
        (
            Change(CLAIM, 0, "schedule", schedule=Schedule("", table=(1.0, 0.5, 0.1))),
            "as claimed, but the learning rate in step t is the one given times 1, 0.5, 0.1 in the"
            " first steps, and from then on the last",
        ),
        (
            Change(CLAIM, 0, "schedule", schedule=Schedule("", read=(0.2, 0.43449))),
            "as claimed, but the learning rate in step t is the one given times about 0.2, 0.4345"
            " and so on, whatever was fed",
        ),
    ],
)
def test_a_change_that_explains_the_rest_is_the_cause(change: Change, sentence: str) -> None:
    nearest = Nearest((), 0.5, 0.5)
    assert said(Diagnosis(None, change=change, nearest=nearest, tried=Tried(2))) == sentence


def test_what_comes_after_a_beginning_may_stay_unexplained() -> None:
    after = "up to step 3: as claimed; what comes after is not explained; "
    nearest = "of the claim and single deviations the nearest is the claim itself, which gives 50%"
    for before, there in ((CLAIM, after), (INSIDE, "")):
        change = Change(before, 3)
        found = Diagnosis(None, change=change, tried=Tried(2), nearest=Nearest((), 0.0, 0.5))
        assert said(found) == f"{TWO}; {there}{nearest} of the values within rounding"


def test_parts_are_the_cause_where_each_is_explained_and_else_beside_what_was_tried() -> None:
    names = tuple(f"w{i}" for i in range(8))
    parts = Part(names, CLAIM), Part(("b", "c[1]"), INSIDE)
    whole = f"w0, w1, w2, w3, w4, w5 and 2 more: as claimed; b, c[1]: {EPSILON}"
    assert said(Diagnosis(None, parts=parts, tried=Tried(2))) == whole
    six = replace(parts[0], places=names[:6])
    assert said(Diagnosis(None, parts=(six,))) == "w0, w1, w2, w3, w4, w5: as claimed"
    some = Diagnosis(None, parts=(*parts, Part(("d",), None)), tried=Tried(2))
    assert said(some) == f"{TWO}; {whole}; d: not explained"
    both = replace(some, change=Change(CLAIM, 3))
    assert said(both) == said(some), "of a beginning nothing is said beside parts"
    changed = replace(both, change=Change(CLAIM, 3, "state"))
    assert said(changed).startswith("up to step 3")
    for there, sentence in (
        (changed, said(changed)),
        (Diagnosis(None, parts=parts), whole),
        (Diagnosis(None, change=Change(CLAIM, 3)), said(changed).partition(";")[0]),
    ):
        assert f"in page-ten-steps, {sentence}" in said(replace(there, evidence="page-ten-steps"))


# -- beside the cause -----------------------------------------------------------------------------


def test_what_fits_beside_the_best_is_told_and_whether_as_well() -> None:
    reset = f"fits as well: {SCRATCH}"
    rounding = f"fits within rounding: {SCRATCH}"
    for best, other, line in (
        (INSIDE, RESET, reset),
        (replace(INSIDE, arithmetic=EXACT), RESET, rounding),
        (replace(INSIDE, arithmetic=EXACT), replace(RESET, arithmetic=EXACT), reset),
        (INSIDE, replace(RESET, arithmetic=EXACT), reset),
        (None, RESET, reset),
    ):
        assert causes.findings(Diagnosis(best, (other,)), REFERENCE)[1:] == [line]


RIGHT = "the moving average that it reports is as claimed, what is made of it is not"
WRONG = "the moving average that it reports is not that of the claim"


@pytest.mark.parametrize(
    ("best", "average", "line"),
    [
        (INSIDE, "right", RIGHT),
        (None, "right", RIGHT),
        (CLAIM, "right", None),
        (None, "wrong", WRONG),
        (INSIDE, "wrong", None),
        (None, "", None),
    ],
)
def test_a_reported_average_is_told_where_it_says_something(
    best: Explanation | None, average: str, line: str | None
) -> None:
    found = causes.findings(Diagnosis(best, average=average), REFERENCE)
    assert found[1:] == ([line] if line else [])


def test_what_is_masked_and_what_a_file_forgot_to_say_are_lines_of_their_own() -> None:
    masked = Diagnosis(INSIDE, masked=("root", "clip"))
    assert causes.findings(masked, REFERENCE)[1:] == ["nothing can be said about: root, clip"]
    for given, fields in (
        ((0.5, 0.0), '"rounding": 0.5'),
        ((0.0, 5e-7), '"input_rounding": 5e-07'),
        ((5e-7, 0.5), '"rounding": 5e-07 and "input_rounding": 0.5'),
    ):
        forgot = Diagnosis(None, suggestion=Suggestion(*given, INSIDE), tried=Tried(2))
        assert causes.findings(forgot, REFERENCE) == [
            TWO,
            f"the numbers have few digits; with {fields} in the file it would be explained:"
            f" {EPSILON}",
        ]


# -- libraries ------------------------------------------------------------------------------------


def test_where_the_rate_is_told_libraries_that_take_it_elsewhere_are_not_named() -> None:
    inner, outer = (Explanation((("momentum", f"lr_{x}_buffer"),)) for x in ("in", "out_of"))
    assert "as in PyTorch momentum" in said(Diagnosis(inner, (outer,)))
    assert "as in PyTorch momentum" in said(Diagnosis(outer))
    assert "PyTorch" not in said(Diagnosis(inner))
    assert "as in" not in said(Diagnosis(Explanation((("learning_rate", "first"),))))


def test_a_few_libraries_are_named_and_how_many_more_there_are() -> None:
    text = said(Diagnosis(INSIDE))
    names, _, more = text.removeprefix(f"{EPSILON}, as in ").rpartition(" and ")
    every = causes._libraries(Diagnosis(INSIDE), INSIDE, REFERENCE)
    assert names == ", ".join(every[:3])
    assert more == f"{len(every) - 3} more"
    own = Explanation((("epsilon", "none"), ("state", "reset")))
    assert "as in" not in said(Diagnosis(own))


@pytest.mark.parametrize(
    ("count", "named"),
    [(0, ""), (1, ", as in A"), (3, ", as in A, B, C"), (4, ", as in A, B, C and 1 more")],
)
def test_names_that_are_few_are_all_there_are(
    count: int, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(causes, "_libraries", lambda *_: list("ABCD")[:count])
    assert said(Diagnosis(INSIDE)) == f"{EPSILON}{named}"
    two = Explanation((*INSIDE.chosen, *RESET.chosen))
    assert said(Diagnosis(two)).endswith(named.replace(",", ", together", 1))


def test_the_dialect_to_claim_is_that_of_the_first_library() -> None:
    assert causes.known(Diagnosis(INSIDE), REFERENCE) == "keras-3"
    assert causes.known(Diagnosis(CLAIM), REFERENCE) == ""
    assert causes.known(Diagnosis(None), REFERENCE) == ""
    assert causes.known(Diagnosis(RESET), Dialect(["epsilon=none"])) == ""


def test_a_constant_stands_in_the_formula_or_behind_it_with_ten_digits() -> None:
    assert causes.deviation("decay_rate", "ignored", {"decay_rate": "0.95"}).endswith("[d = 0.95]")
    two = {"learning_rate": 1 / 3, "momentum": 0.9}
    own = Explanation((("write", "none"),), two)
    assert said(Diagnosis(own)).endswith(
        "[w[i] for no i], with its own learning rate 0.3333333333, momentum 0.9"
    )
    assert causes.listed(["a", "b"]) == "a and b"
    assert causes.listed(["a"]) == "a"


def test_a_sign_that_is_turned_once_is_told_once() -> None:
    """The step is subtracted there: added, too, it would go down again."""
    turned = ("direction", "ascent"), ("order", "maximize_before_decay")
    decayed = Dialect(["weight_decay=coupled"])
    assert said(Diagnosis(Explanation(turned)), decayed).startswith(
        "the gradient is negated before weight decay is added, instead of the step [g = -g + wd*w]"
    )
    assert said(Diagnosis(Explanation(turned[:1])), decayed).startswith("the step is added")


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ("state=epsilon_kept", "kept in it and not added again [v = (d*v + (1-d)*g*g) + eps, g /"),
        ("state=root_kept", "the moving average [v = sqrt((d*v + (1-d)*g*g) + eps), g / v]"),
    ],
)
def test_epsilon_that_is_kept_is_told_once_and_where_it_is(chosen: str, sentence: str) -> None:
    axis, value = chosen.split("=")
    inside = ("epsilon", "inside")
    both = said(Diagnosis(Explanation((inside, (axis, value)))))
    assert sentence in both
    assert "g / sqrt(v + eps)" not in both
    alone = said(Diagnosis(Explanation(((axis, value),))))
    assert AXES[axis][value].formula in alone
    rootless = said(Diagnosis(Explanation((inside, ("root", "none"), (axis, value)))))
    assert AXES[axis][value].formula in rootless
