"""Constants of a port's own that were missed once: each kind of way to them, of sets that are true.

Solving for the true set alone takes no time, and what it does not find the search cannot.
"""

from __future__ import annotations

import numpy as np
import pytest
from drawing import REFERENCE, drawn

from harness.diagnosis.budget import Budget
from harness.diagnosis.hypotheses import of_formula
from harness.diagnosis.search import Search

# Draws, and why their constants were missed.
SOLVED = {
    28: "what floats lose in the first steps is far more than in all of them",
    258: "print leaves an interval, and what is shortest lies near one end of it",
    359: "an epsilon has starts that leave almost the same",
    667: "print and floats leave other digits than those that were written",
    680: "of doubles that hold floats the digits that fit best are not those written",
    769: "likewise, where an epsilon is hardly determined",
    848: "most weights never move, and floats lose much of them",
    1019: "a clip has a kink at every norm",
}
DENSE = {
    404: "a clip that few steps show",
    505: "a plateau takes in all starts but one",
    638: "the third of the starts leads there",
    767: "a plateau beside a scale",
    1275: "a weight decay far from where it starts",
}


# Those that take a second or more, and of whose kind there is another.
SLOW = {28, 667, 767}


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(seed, marks=[pytest.mark.slow] if seed in SLOW else [])
        for seed in (*SOLVED, *DENSE)
    ],
)
def test_the_constants_of_the_true_set_are_solved_for(seed: int) -> None:
    draw = drawn(seed)
    chosen = of_formula(draw.chosen)
    search = Search(REFERENCE, [draw.evidence], (), Budget())
    with np.errstate(all="ignore"):
        dense = seed in DENSE or len(chosen) == 1
        found = search._solved([search._opened(chosen)], dense=dense)
    (solved,) = found
    assert of_formula(solved.chosen) == chosen
    for name, value in draw.constants.items():
        assert solved.constants[name] == pytest.approx(value, rel=2e-3 if seed == 667 else 1e-12)


@pytest.mark.parametrize("seed", [1089, 1188])
def test_a_set_that_leaves_only_a_count_open_is_tried_with_each(seed: int) -> None:
    """A schedule whose factor is given, and which does not say every how many steps."""
    draw = drawn(seed)
    chosen = of_formula(draw.chosen)
    search = Search(REFERENCE, [draw.evidence], (), Budget())
    with np.errstate(all="ignore"):
        assert search._varied([chosen]) == []
        (found,) = search._by_closed(search._shut([chosen]))
    assert found.constants == {"every": draw.constants["every"]}


def test_what_only_many_starts_lead_to_is_found_when_all_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = drawn(404)
    chosen = of_formula(draw.chosen)
    monkeypatch.setattr(Search, "_sets", lambda _, size: [chosen] if size == len(chosen) else [])
    search = Search(REFERENCE, [draw.evidence], (), Budget())
    with np.errstate(all="ignore"):
        (found,) = search.run()
    assert of_formula(found.chosen) == chosen
    assert (search.tried().size, search.tried().ended) == (3, False)
