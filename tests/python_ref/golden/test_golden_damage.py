"""Files of goldens that are damaged, missing or too many: named, by file and field."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from test_golden import kept_by_name

from python_ref import golden as goldens_of
from python_ref.dialects.dialect import Dialect
from python_ref.golden import DIRECTORY, GoldenError, loads, writing
from python_ref.scenarios.catalogue import scenarios
from python_ref.scenarios.scenario import Scenario

ONE = "reference/float64/page-one-step.json"


def replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


MENDS = "; `rmsproof golden regenerate` rewrites it"

DAMAGE: dict[str, tuple[Callable[[str], str], str]] = {
    "a weight's last digit": (
        replaced("0.4968377233398313", "0.4968377233398314"),
        "differs from what the reference gives now",
    ),
    "an envelope": (
        lambda text: re.sub(r'("envelope": .\n  ."weights": ."w1": .)', r"\g<1>9", text),
        "differs from what the reference gives now",
    ),
    "white space": (replaced('"w1": [', '"w1":  ['), "differs from what the reference gives now"),
    "a line end": (
        replaced("\n", "\r\n"),
        "differs from what the reference gives now",
    ),
    "its words": (replaced("wrong sign", "no sign"), "differs from what the reference gives now"),
    "an input": (
        replaced('"epsilon": 1e-08', '"epsilon": 1e-07'),
        "id: 'e3c7795767899114' does not belong to these inputs, whose id is"
        f" '9410ab089c9097c8'{MENDS}",
    ),
    "the identity": (
        replaced("e3c7795767899114", "e3c7795767899115"),
        "id: 'e3c7795767899115' does not belong to these inputs, whose id is"
        f" 'e3c7795767899114'{MENDS}",
    ),
    "truncation": (
        lambda text: text[: len(text) // 2],
        "is not complete JSON: ",
    ),
    "emptiness": (
        lambda text: "",
        "is not complete JSON: Expecting value: line 1 column 1 (char 0)",
    ),
    "an unknown key": (
        replaced('"class"', '"remark": 1,\n "class"'),
        f"unknown key 'remark'{MENDS}",
    ),
    "a missing key": (replaced(' "class": "core",\n', ""), f"'class' is missing{MENDS}"),
    "a duplicate key": (
        replaced('"class": "core"', '"class": "core",\n "class": "core"'),
        "is not complete JSON: a key appears twice in one object",
    ),
    "a NaN literal": (
        replaced("0.4968377233398313", "NaN"),
        "is not complete JSON: NaN must be the string 'NaN'",
    ),
    "an Infinity literal": (
        replaced("0.4968377233398313", "-Infinity"),
        "is not complete JSON: -Infinity must be the string '-Infinity'",
    ),
    "another format": (
        replaced("rmsproof.golden/1", "rmsproof.golden/2"),
        f"format: expected rmsproof.golden/1, found 'rmsproof.golden/2'{MENDS}",
    ),
    "no such class": (
        replaced('"core"', '"corner"'),
        f"class: expected one of core, edge, partial, found 'corner'{MENDS}",
    ),
    "no such precision": (
        replaced('"float64",', '"float16",'),
        "precision: expected one of float64, float32, float32_double, found 'float16'" + MENDS,
    ),
    "no such axis": (
        replaced('"dialect": {}', '"dialect": {"epsilom": "inside"}'),
        "dialect: no axis 'epsilom'; the axes are ",
    ),
    "text for a number": (
        replaced("[0.1, -0.2]", '[0.1, "-0.2"]'),
        f"gradients[0].w1[1]: expected a number, found '-0.2'{MENDS}",
    ),
    "truth for a number": (
        replaced("[0.5, 0.5]", "[true, 0.5]"),
        f"weights.w1[0]: expected a number, found True{MENDS}",
    ),
    "null for a number": (
        replaced("0.4968377233398313", "null"),
        f"trajectory[0].weights.w1[0]: expected a number, found None{MENDS}",
    ),
    "a number for text": (
        replaced('"reference/float64/page-one-step"', "7"),
        f"name: expected text, found int{MENDS}",
    ),
    "a gradient too long": (
        replaced("[0.1, -0.2]", "[0.1, -0.2, 0.3]"),
        f"gradients[0].w1: has 3 elements, the weights 2{MENDS}",
    ),
    "a gradient of no weight": (
        replaced('"w2": [0.4', '"w3": [0.4'),
        f"gradients[0].w3: is not among the weights; the weights are 'w1', 'w2'{MENDS}",
    ),
    "a missing array": (
        replaced(', "w2": [0.5968377225898316, 0.6031622774601684]', ""),
        f"trajectory[0].weights: array 'w2' is missing{MENDS}",
    ),
    "a step too many": (
        replaced('  {"w1": [0.1', '  {"w1": [0.1, 0.1], "w2": [0.1, 0.1]},\n  {"w1": [0.1'),
        f"trajectory: has 1 steps, the gradients 2{MENDS}",
    ),
    "an object for a list": (
        replaced('"envelope": [', '"envelope": {}, "rest": ['),
        f"unknown key 'rest'{MENDS}",
    ),
    "a list for the whole": (lambda text: f"[{text}]", f"expected an object, found list{MENDS}"),
}


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in which the short goldens of one dialect and precision belong, for speed."""

    def short(precision: str) -> list[Scenario]:
        return [scenario for scenario in scenarios(precision) if scenario.steps <= 3]

    monkeypatch.setattr(writing, "DIALECTS", {"reference": Dialect()})
    monkeypatch.setattr(writing, "PRECISIONS", ("float64",))
    monkeypatch.setattr(writing, "scenarios", short)
    assert len(goldens_of.regenerate(tmp_path)) >= 10
    return tmp_path


@pytest.mark.parametrize("what", DAMAGE)
def test_verify_names_file_and_field(what: str, tmp_path: Path) -> None:
    change, message = DAMAGE[what]
    path = tmp_path / "damaged.json"
    original = (DIRECTORY / ONE).read_text(encoding="utf-8")
    path.write_bytes(change(original).encode())
    problems = verified(path)
    assert len(problems) == 1
    assert problems[0].startswith(f"{path}: {message}"), problems[0]
    if message.endswith(MENDS):
        assert problems[0] == f"{path}: {message}"


def verified(path: Path) -> list[str]:
    """`verify`, of a directory that should hold the one golden alone."""
    with pytest.MonkeyPatch.context() as patch:
        wanted = [(path, kept_by_name()[ONE.removesuffix(".json")])]
        patch.setattr(writing, "expected", lambda directory=None: iter(wanted))
        return goldens_of.verify(path.parent)


def test_verify_finds_nothing_in_what_was_regenerated(directory: Path) -> None:
    assert goldens_of.verify(directory) == []


def test_verify_and_regenerate_find_missing_and_orphan(directory: Path) -> None:
    missing = directory / ONE
    orphan = directory / "reference/float64/page-two-steps.json"
    text = missing.read_bytes()
    missing.rename(orphan)
    assert goldens_of.verify(directory) == [
        f"{missing}: is missing",
        f"{orphan}: belongs to no golden",
    ]
    assert sorted(goldens_of.regenerate(directory)) == sorted([missing, orphan])
    assert missing.read_bytes() == text
    assert not orphan.exists()
    assert goldens_of.regenerate(directory) == []
    assert not list(directory.rglob(".*")), "no temporary file is left"


def test_regenerating_spares_a_folder_of_something_else(tmp_path: Path) -> None:
    theirs = tmp_path / "data" / "2019" / "results.json"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("{}", encoding="utf-8")
    with pytest.raises(GoldenError, match="not known for goldens"):
        goldens_of.regenerate(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [theirs]


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(b'{"format": "\xff"}')
    with pytest.raises(GoldenError, match=re.escape(f"{path}: is not UTF-8 (byte 12)")):
        goldens_of.load(path)
    with pytest.raises(GoldenError, match=r"gone\.json: cannot be read: No such file"):
        goldens_of.load(tmp_path / "gone.json")


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldenError, match=r"^here: "):
        loads("[" * 100_000, "here")
