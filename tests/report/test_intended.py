"""What a test that fails says of a port, from results made by hand."""

from __future__ import annotations

import pytest
from report.judged import golden, ports, result

from harness.diagnosis.diagnose import Diagnosis, Explanation
from harness.ports.port import Port
from harness.report import json, saved
from harness.report.failures import of_row
from python_ref.dialects.dialect import Dialect


@pytest.mark.parametrize(
    ("claim", "chosen", "formula", "said"),
    [
        # By its name, where a library does it.
        (
            "reference",
            ("epsilon", "inside"),
            "g / (sqrt(v) + eps)",
            'dialect="keras-3" (--rmsproof-dialect keras-3)',
        ),
        # By its axes where none does, beside what it is said to be already.
        (
            "epsilon=maximum",
            ("direction", "ascent"),
            "w = w - step",
            'dialect=["epsilon=maximum", "direction=ascent"]'
            " (--rmsproof-dialect epsilon=maximum --rmsproof-dialect direction=ascent)",
        ),
    ],
)
def test_what_may_be_intended_is_said_as_a_claim(
    claim: str, chosen: tuple[str, str], formula: str, said: str
) -> None:
    found = result(
        golden(f"{claim}/float64/page-one-step", "diverges"),
        port=Port("mine.py", "python", claim=Dialect([claim] if "=" in claim else [])),
        diagnosis=Diagnosis(Explanation((chosen,))),
    )
    lines = of_row(saved.of(json.of_ports(ports(found))).results[0]).splitlines()
    assert f"expected in place of what is in brackets: {formula}" in lines
    assert f"if that is intended, say so: {said}" in lines
