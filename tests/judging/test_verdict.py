"""Verdicts: the worst of many goldens in one word, and what may never improve it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import PARTED, compared

from harness.comparison.compare import Comparison
from harness.judging.verdict import of_golden, of_port
from harness.model.expectation import Expectation
from harness.model.observation import Fault
from harness.model.words import ORDER, UNDECIDED, VERDICTS
from python_ref.numbers.arithmetic import PLAIN, Arithmetic

LEFT, DIVIDE = Arithmetic(square="left"), Arithmetic(quotient="divide_first")


def word_of(*words: str) -> str:
    return of_port([compared(word) for word in words]).word


words = st.sampled_from(ORDER)
undecided = st.sampled_from(UNDECIDED)


@pytest.mark.parametrize("word", [*ORDER, *UNDECIDED])
def test_one_golden_alone_is_the_verdict(word: str) -> None:
    assert of_golden(compared(word)) == word
    assert word_of(word) == word
    assert word in VERDICTS


@given(st.lists(words, min_size=1, max_size=8))
def test_the_worst_decides_in_any_order(given_words: list[str]) -> None:
    assert word_of(*given_words) == min(given_words, key=ORDER.index)


def test_the_order_is_the_stated_one() -> None:
    assert ORDER == (
        "does-not-compile",
        "times-out",
        "crashes",
        "garbled",
        "diverges",
        "conforms",
        "exact",
    )


@given(st.lists(words, min_size=1, max_size=4), st.lists(undecided, max_size=4), st.randoms())
def test_what_was_not_done_neither_improves_nor_worsens(
    done: list[str], not_done: list[str], random: Any
) -> None:
    mixed = [*done, *not_done]
    random.shuffle(mixed)
    assert word_of(*mixed) == word_of(*done)


@pytest.mark.parametrize(
    ("not_done", "word"),
    [
        (["unsupported"], "unsupported"),
        (["not-run"], "not-run"),
        (["not-run", "unsupported"], "unsupported"),
    ],
)
def test_only_undone_goldens_are_the_verdict_themselves(not_done: list[str], word: str) -> None:
    found = of_port([compared(w) for w in not_done])
    assert (found.word, found.compared) == (word, 0)
    assert (found.fault, found.golden) == (Fault(word, f"it {word}"), f"a {word} one")


def test_edges_are_counted_and_noted_beside_core_goldens_that_were_not_fed() -> None:
    edge = compared("diverges", kind="edge")
    found = of_port([compared("unsupported"), edge])
    assert (found.word, found.compared, found.edge) == ("unsupported", 1, (edge,))


@pytest.mark.parametrize("only", [[], [compared("exact", kind="edge")]])
def test_nothing_compared_is_never_a_success(only: list[Comparison]) -> None:
    found = of_port(only)
    assert (found.word, found.fault) == ("not-run", Fault("not-run", "nothing was compared"))
    assert found.compared == len(only), "what does not decide is still counted"


def test_core_goldens_that_were_never_fed_are_counted_with_the_reason() -> None:
    assert (of_port([compared()]).unfed, of_port([compared()]).why_unfed) == (0, "")
    undone = compared("not-run", fault=Fault("not-run", "three deaths in a row"))
    found = of_port([compared(), undone, compared("unsupported"), undone, compared("crashes")])
    assert (found.word, found.unfed, found.why_unfed) == ("crashes", 2, "three deaths in a row")


def test_the_deciding_golden_is_named_with_its_divergence() -> None:
    first = compared("diverges", golden="first")
    second = compared("diverges", golden="second", first=replace(PARTED, golden="second"))
    found = of_port([compared(), first, second])
    assert (found.golden, found.first, found.arithmetic) == ("first", PARTED, ())


def test_a_fault_is_named_with_its_golden() -> None:
    found = of_port([compared(), compared("crashes", first=PARTED), compared("diverges")])
    assert (found.word, found.golden) == ("crashes", "a crashes one")
    assert found.fault == Fault("crashes", "it crashes")
    assert found.first is None, "where it parted before it broke is not what decided"
    assert of_port([compared("conforms")]).first is None


def test_whole_goldens_are_counted() -> None:
    goldens = [compared(), compared("diverges"), compared("crashes"), compared(kind="edge")]
    assert of_port(goldens).compared == 3


# -- no-update ------------------------------------------------------------------------------------


def still(**changes: Any) -> Comparison:
    return compared("diverges", **{"moved": False, **changes})


@pytest.mark.parametrize(
    ("goldens", "word"),
    [
        ([still()], "no-update"),
        ([still(), still()], "no-update"),
        # A golden at learning rate 0, where nothing should move, is met by standing still.
        ([still(), compared(moves=False, moved=False)], "no-update"),
        # It moves in one golden only: it does update, wrongly.
        ([still(), compared()], "diverges"),
        ([still(), compared("conforms")], "diverges"),
        ([still(), compared("diverges")], "diverges"),
        ([still(), compared(kind="edge")], "diverges"),
        # Movement where the reference stands still is no update of what should move.
        ([still(), compared("diverges", moves=False)], "no-update"),
        ([compared("diverges", moves=False)], "diverges"),
        ([still(), compared("crashes")], "crashes"),
        ([still(), compared("unsupported")], "no-update"),
    ],
)
def test_no_update_is_for_ports_that_never_move(goldens: list[Comparison], word: str) -> None:
    assert of_port(goldens).word == word
    assert of_port(goldens[::-1]).word == word


def test_no_update_shows_a_weight_that_should_have_moved() -> None:
    lr_zero = {"golden": "learning-rate-zero", "moves": False}
    for other in compared("diverges", **lr_zero), compared(**lr_zero, moved=False):
        found = of_port([other, still(golden="page")])
        assert (found.word, found.golden, found.first) == ("no-update", "page", PARTED)


# -- edges ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["diverges", "crashes", "garbled", "conforms"])
def test_an_edge_is_a_note_and_decides_only_when_asked(word: str) -> None:
    edge = compared(word, kind="edge")
    found = of_port([compared(), edge])
    assert (found.word, found.edge) == ("exact", (edge,))
    assert of_port([compared(), edge], edge_decides=True).word == word


def test_an_edge_that_is_equal_is_no_note() -> None:
    assert of_port([compared(), compared(kind="edge")]).edge == ()


def test_an_edge_is_held_to_the_ports_own_arithmetic() -> None:
    """Equal at the edge in an order of operations that the port does not use is not equal."""
    core = compared(equal=(LEFT, DIVIDE))
    assert of_port([core, compared(kind="edge", equal=(LEFT,))]).edge == ()
    other = compared(kind="edge", equal=(DIVIDE,))
    assert of_port([core, other]).edge == (other,)
    # One that has no arithmetic is equal in any.
    assert of_port([compared("conforms"), other]).edge == ()


# -- arithmetic ----------------------------------------------------------------------------------


def test_exact_needs_one_arithmetic_for_all_goldens() -> None:
    assert of_port([compared(equal=(LEFT, DIVIDE)), compared(equal=(DIVIDE,))]).arithmetic == (
        ("float64", DIVIDE),
    )
    found = of_port([compared(equal=(LEFT,)), compared(equal=(DIVIDE,))])
    assert (found.word, found.arithmetic) == ("conforms", ())


def test_of_several_arithmetics_the_first_listed_is_reported() -> None:
    found = of_port([compared(equal=(PLAIN, LEFT, DIVIDE)), compared(equal=(LEFT, DIVIDE))])
    assert found.arithmetic == (("float64", LEFT),)


def test_each_precision_has_its_own_arithmetic() -> None:
    narrow = compared(family="float32", equal=(LEFT,))
    assert of_port([compared(), narrow]).arithmetic == (("float64", PLAIN), ("float32", LEFT))
    assert of_port([narrow]).arithmetic == (("float32", LEFT),)
    mixed = [compared(), narrow, compared(family="float32", equal=(DIVIDE,))]
    assert of_port(mixed).word == "conforms"


def test_only_exact_has_an_arithmetic() -> None:
    for word in "conforms", "diverges", "crashes":
        assert of_port([compared(), compared(word)]).arithmetic == ()


# -- expectations --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "word", "deviations", "met"),
    [
        (Expectation("exact"), "exact", [], True),
        (Expectation("exact"), "conforms", [], False),
        (Expectation("conforms"), "exact", [], False),
        (Expectation("diverges"), "diverges", ["epsilon=inside"], True),
        (Expectation("diverges", frozenset()), "diverges", ["epsilon=inside"], False),
        (Expectation("diverges", frozenset({"a=b", "c=d"})), "diverges", ["c=d", "a=b"], True),
        (Expectation("diverges", frozenset({"a=b", "c=d"})), "diverges", ["a=b"], False),
        (Expectation("diverges", frozenset({"a=b"})), "diverges", ["a=b", "c=d"], False),
        (Expectation("diverges", frozenset({"a=b"})), "exact", [], False),
    ],
)
def test_an_expectation_is_met_exactly(
    expected: Expectation, word: str, deviations: list[str], met: bool
) -> None:
    """Better than expected is not as expected either."""
    assert expected.met(word, deviations) is met
