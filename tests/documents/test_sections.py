"""What a page's headings and captions say of a block, and whose values a fragment may take."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.documents.extract import read
from harness.documents.reading import Reading
from python_ref.dialects.dialect import Dialect

UPDATE = "s = rho * s + (1 - rho) * dw**2\nw -= lr * dw / np.sqrt(s + eps)"
ADAM = (
    "m = beta1 * m + (1 - beta1) * g  # Momentum\nv = beta2 * v + (1 - beta2) * g**2  # RMSprop\n"
    "w -= lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)"
)
SAID = {
    "its heading": ("## RMSProp", UPDATE, True),
    "its heading, underlined": ("RMSProp\n-------", UPDATE, True),
    "a caption that only tells of it": ("## Adam\n\nCombines momentum and RMSprop:", ADAM, False),
    "one that begins with it": ("## Adam\n\nRMSProp with momentum:", ADAM, False),
    "its caption, below another's heading": ("## AdaGrad\n\nRMSProp in NumPy:", UPDATE, True),
    "another's heading": ("## RMSProp\n\n## SGD\n\nUnlike RMSProp's:", UPDATE, False),
    "a caption that tells of another": ("# RMSProp\n\nUnlike AdaGrad, it forgets:", UPDATE, True),
    "one that tells of another's": ("# RMSProp\n\nUnlike in AdaGrad's:", "s += dw**2", False),
    "another's caption": ("## RMSProp\n\nAdaGrad in NumPy:", UPDATE, False),
    "another's comment": ("What RMSProp solves:", f"# AdaGrad's step\n{UPDATE}", False),
    "a comment that tells of another": ("# RMSProp", f"# Steps as AdaGrad's\n{UPDATE}", True),
    "a label": ("RMSProp, in short:\n\nIt divides.", UPDATE, True),
    "another's label": ("Adam:\n\nIt is RMSProp with momentum:", UPDATE, False),
    "its comment": ("## AdaGrad", f"# RMSProp\n{UPDATE}", True),
    "a comment of a part": ("## Adam", f"# Momentum\n# RMSProp\n{ADAM}", False),
    "a name in its code": ("## Adam", UPDATE.replace("s ", "rmsprop_s "), True),
    "no heading": ("More.", UPDATE, False),
}
EXAMPLE = "lr = 0.1\nx = 3.0\nfor i in range(9):\n    x = x - lr * 2 * x"
FOREIGN = {
    "an example's": (f"# Training\n\n```python\n{EXAMPLE}\n```\n\n## RMSProp", {"lr", "x", "i"}),
    "one of its own section": (f"## RMSProp\n\n```python\n{EXAMPLE}\n```", set()),
    "settings": ("# Settings\n\n```python\nlr = 0.1\nrho = 0.9\n```\n\n## RMSProp", set()),
    "another's settings": ("## Momentum\n\n```python\nlr = 0.1\n```\n\n## RMSProp", {"lr"}),
    "set anew": (
        f"# A\n\n```python\n{EXAMPLE}\n```\n\n## RMSProp\n\n```python\nlr = 1\n```", {"x", "i"},
    ),
}  # fmt: skip


def _reading(tmp_path: Path, above: str, code: str) -> Reading:
    page = tmp_path / "page.md"
    page.write_text(f"{above}\n\n```python\n{code}\n```\n")
    return Reading(read(page), Dialect())


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_of_a_block(name: str, tmp_path: Path) -> None:
    above, code, said = SAID[name]
    reading = _reading(tmp_path, above, code)
    assert reading.source(reading.document.blocks[-1]).said is said


@pytest.mark.parametrize(
    ("above", "another"),
    [("## Adam\n\n### Code", True), ("## Adam\n\n## More", False), ("## RMSProp", False)],
)
def test_another_is_what_stands_in_its_section(above: str, another: bool, tmp_path: Path) -> None:
    reading = _reading(tmp_path, above, ADAM)
    assert reading.source(reading.document.blocks[-1]).another is another


@pytest.mark.parametrize("name", FOREIGN)
def test_a_fragment_takes_no_values_of_another_example(name: str, tmp_path: Path) -> None:
    above, names = FOREIGN[name]
    reading = _reading(tmp_path, above, UPDATE)
    assert reading.source(reading.document.blocks[-1]).foreign == names


def test_a_fragment_gets_imports_alone_of_what_stops_before_it(tmp_path: Path) -> None:
    above = "## RMSProp\n\n```python\nimport numpy as np\nfor g in batches:\n    w = w - g\n```"
    reading = _reading(tmp_path, above, UPDATE)
    (piece,) = reading.source(reading.document.blocks[-1]).earlier
    assert piece.text.split() == ["import", "numpy", "as", "np"]
