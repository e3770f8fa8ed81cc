"""The calls of a scenario: which arrays take part, where they lie, what a port writes."""

from __future__ import annotations

from dataclasses import replace

import naive
import numpy as np
import pytest

from python_ref.scenarios.calls import Layout


def laid_out() -> Layout:
    """Anew: a scenario keeps what it was."""
    return replace(naive.fed("float64")).layout


def test_a_call_says_which_arrays_take_part_and_where_they_lie() -> None:
    layout = laid_out()
    assert (layout.size, layout.longest) == (5, 3)
    assert layout.weights.tolist() == [0.5 / 7, -0.2 / 7, 0.1 / 7, 0.9, -0.2]
    early, _, none, both, late, _ = layout.calls
    assert both.columns == slice(None)
    assert [call.columns.tolist() for call in (early, none, late)] == [[0, 1, 2], [], [3, 4]]
    assert [both.slices, late.slices, none.slices] == [
        [slice(0, 3), slice(3, 3), slice(3, 5)],
        [slice(0, 0), slice(0, 2)],
        [],
    ]
    assert [call.size for call in layout.calls] == [3, 3, 0, 5, 2, 5]
    assert [call.number for call in layout.calls] == [1, 2, 3, 4, 5, 6]
    assert [call.seen for call in layout.calls] == [0, 3, 3, 3, 3, 3]
    assert [call.t.tolist() for call in (early, both, late)] == [[1] * 3, [3, 3, 3, 1, 1], [2, 2]]
    assert both.t.dtype == np.int64
    assert both.counted("kept") is both.t
    assert both.counted("reset").tolist() == [1] * 5
    assert both.counted("global_step").tolist() == [4] * 5
    assert both.new.tolist() == [False, False, False, True, True]
    assert late.gradient.tolist() == [-0.6, 0.3]


@pytest.mark.parametrize(
    ("write", "written"),
    [
        ("none", [False] * 5),
        ("first_element", [True, False, False, True, False]),
        ("all_but_last", [True, True, False, True, False]),
        ("first_array", [True, True, True, False, False]),
        ("last_array", [False, False, False, True, True]),
    ],
)
def test_a_call_says_which_elements_a_port_writes(write: str, written: list[bool]) -> None:
    whole = laid_out().calls[3]
    mask = whole.written(write)
    assert mask is not None
    assert (mask.tolist(), mask.dtype) == (written, np.bool_)
    assert whole.written("all") is None
