"""Numbers written for JSON come back as they were, and one module alone says how."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from support import REPOSITORY

from python_ref.numbers.text import decimal, from_json, to_json

NUMBERS = [0.1, -0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_comes_back(number: float) -> None:
    back = from_json(json.loads(json.dumps(to_json(number), allow_nan=False)))
    assert math.copysign(1, back) == math.copysign(1, number) or math.isnan(number)
    assert back == number or (math.isnan(back) and math.isnan(number))


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3.0), (-(10**400), -math.inf), (10**400, math.inf), ("-Infinity", -math.inf)],
)
def test_whole_numbers_and_names_are_read(value: object, number: float) -> None:
    assert from_json(value) == number
    assert type(from_json(value)) is float


@pytest.mark.parametrize("value", [True, None, "nan", "inf", "1", "+Infinity", "", [], {}])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="no number"):
        from_json(value)


def test_people_read_every_digit_and_the_same_names() -> None:
    assert [decimal(n) for n in (0.1, 1e-8, -0.0, math.inf, -math.inf, math.nan)] == [
        *("0.1", "1e-08", "-0.0"),
        *("Infinity", "-Infinity", "NaN"),
    ]


def test_no_other_module_names_what_is_not_finite() -> None:
    written = [
        path.relative_to(REPOSITORY)
        for package in ("python_ref", "harness")
        for path in (REPOSITORY / package).rglob("*.py")
        if "starters" not in path.parts  # ports that have nothing of ours
        and '"Infinity"' in path.read_text(encoding="utf-8").partition('"""\n\nfrom')[2]
    ]
    assert written == [Path("python_ref/numbers/text.py")]
