"""What came is held against what a document shows, to the digits shown."""

from __future__ import annotations

import time
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import alike

from harness.documents.printed import begins, differs, numbers


@pytest.mark.parametrize(
    ("shown", "actual"),
    [
        ("", ""),
        ("17.2500", "17.25001"),
        ("17.2500", "17.24995"),
        ("17.2500", "17.25005"),
        ("1e-08", "1.0000001e-08"),
        ("1.0E-8", "1e-08"),
        ("100", "1e2"),
        ("1.0", "1"),
        ("0", "0.0"),
        ("-0.0", "0.0"),
        ("0.12345678", "0.1234568"),
        ("nan", "NaN"),
        ("Infinity", "inf"),
        ("np.float64(1.0)", "1.0"),
        ("[1.0, 2.0]", "[np.float64(1.0), np.float64(2.0)]"),
        ("[0.5 0.6]", "[0.5, 0.6]"),
        ("[0 0]", "[0. 0.]"),
        ("[ 7.25 13.5 ]", "[7.25, 13.5]"),
        ("[1. 2.\n 3.]", "[1. 2. 3.]"),
        ("{'w': array([0.25, 0.5])}", "{'w': array([0.2500001, 0.4999999])}"),
        ("array([1., 2.], dtype=float32)", "[1. 2.]"),
        ("w1:  [0.5]", "w1: [0.5]\n"),
        ("x  =  1", "x = 1"),
        ("a\n...\nz 1", "a\nb\nc\nz 1"),
        ("a\n...\nz", "a\nz"),
        ("a\n...\nm\n...\nz", "a\nb\nm\ny\nz"),
        ("...\nz", "a\nz"),
        ("a\n...", "a\nb"),
        ("a\n...", "a"),
        ("...", ""),
        ("[[1 2]\n ...\n [5 6]]", "[[1 2]\n [3 4]\n [5 6]]"),
        ("<Opt object at 0x7f3a2b4c5d6e>", "<Opt object at 0x7f0000000000>"),
        ("[D@1b6d3586", "[D@4554617c"),
    ],
)
def test_is_the_same(shown: str, actual: str) -> None:
    assert differs(shown, actual) is None


LINE = "line 1 shows"


@pytest.mark.parametrize(
    ("shown", "actual"),
    [
        ("17.2500", "17.249949"),
        ("17.2500", "17.2501"),
        ("1e-08", "2e-08"),
        ("inf", "-inf"),
        ("nan", "0.0"),
        ("0.4975", "0.5"),
        ("0.4", "0"),
        ("5", "5.4"),
    ],
)
def test_is_another_number(shown: str, actual: str) -> None:
    sentence = f'{LINE} "{shown}", but the code prints "{actual}": {shown} is not {actual}'
    assert differs(shown, actual) == sentence


@pytest.mark.parametrize(
    ("shown", "actual", "sentence"),
    [
        ("w1 0.5", "w2 0.5", f'{LINE} "w1 0.5", but the code prints "w2 0.5"'),
        ("done", "Done", f'{LINE} "done", but the code prints "Done"'),
        ("x", "", f'{LINE} "x", but the code prints nothing more'),
        ("", "x", 'the code prints more than the output shown: "x"'),
        ("a\nm: 0.5", "a\nm: 0.75",
         'line 2 shows "m: 0.5", but the code prints "m: 0.75": 0.5 is not 0.75'),
        ("a\n...\nz 1", "a\nb\nz 2",
         'line 3 shows "z 1", but the code prints "z 2": 1 is not 2'),
        ("a\n...\nm\n...\nz", "a\nb\nz",
         'line 3 shows "m", but the code prints nothing more'),
        ("a\n...\na", "a", 'line 3 shows "a", but the code prints nothing more'),
    ],
)  # fmt: skip
def test_the_first_difference_is_named(shown: str, actual: str, sentence: str) -> None:
    assert differs(shown, actual) == sentence


def test_of_a_long_line_the_place_is_quoted() -> None:
    shown = " ".join(map(str, range(1000)))
    sentence = differs(shown, shown.replace("777", "778"))
    assert sentence is not None
    assert sentence.endswith(": 777 is not 778")
    assert len(sentence) < 350


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12),
    st.integers(1, 12),
    st.sampled_from([ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN]),
)
def test_a_number_rounded_to_any_digit_is_the_same_and_one_digit_on_is_not(
    number: float, decimals: int, rounding: str
) -> None:
    exact = Context(prec=60)
    unit = Decimal(1).scaleb(-decimals)
    actual = repr(number)
    shown = Decimal(actual).quantize(unit, rounding, exact)
    assert differs(f"{shown:f}", actual) is None
    # Two units off is wrong wherever the rounding went, unless fewer digits came than are shown.
    if Decimal(actual).as_tuple().exponent <= -decimals:
        assert differs(f"{exact.add(shown, 2 * unit):f}", actual) is not None


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_is_too_strange(shown: str, actual: str) -> None:
    assert differs(shown, shown) is None
    assert differs(shown, actual) is None or differs(shown, actual)
    assert len(numbers(shown)) <= len(shown)


@given(
    st.lists(st.sampled_from(["a", "1.5", "[2 3]", "...", "x = 4"]), max_size=8), st.integers(0, 8)
)
def test_every_beginning_of_an_output_begins_it(lines: list[str], length: int) -> None:
    assert begins("\n".join(lines), "\n".join(lines[:length]))


@pytest.mark.parametrize(
    ("shown", "actual", "so"),
    [
        ("a\nb", "a\n", True),
        ("a\n...\nz", "a\nb\n", True),
        ("a\nb", "a\nc", False),
        ("a", "a\nb", False),
        ("x = 1.50", "x = 1.6", False),
    ],
)
def test_begins(shown: str, actual: str, so: bool) -> None:
    assert begins(shown, actual) is so


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("w1: [0.5 -1e-08] nan", ["0.5", "-1e-08", "nan"]),
        ("x=3, y = .5, z: +2.", ["3", ".5", "+2."]),
        ("12ms v2 a1b 3d infinite", []),
        ("np.float64(2.5) (1, -inf)", ["2.5", "1", "-inf"]),
        ("", []),
    ],
)
def test_numbers(text: str, found: list[str]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    "piece", alike(["a\n...\n", "array([", "1e", "1", "(", "[]", "] ", ".", "\n"], suite=3)
)
def test_hostile_output_takes_bounded_time(piece: str) -> None:
    begin = time.perf_counter()
    text = piece * (60_000 // len(piece))
    differs(text, f"{text}b")
    assert time.perf_counter() - begin < 20


@pytest.mark.parametrize(
    "digits", ["9" * 500, "1e999999999", "1e99999999999999999999", "-1e-9999999999"]
)
def test_enormous_numbers_are_compared(digits: str) -> None:
    assert differs(digits, f"{digits} ") is None
    assert differs(digits, "0.25") is not None
