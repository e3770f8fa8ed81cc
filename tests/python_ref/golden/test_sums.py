"""A golden that was changed is refused before it can decide anything, whatever was changed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.judging.goldens import Goldens, vouch
from harness.model.errors import UsageError
from python_ref import golden as goldens_of
from python_ref.dialects.dialect import Dialect
from python_ref.golden import reading, sums, writing

ONE = "reference/float64/page-one-step.json"
MENDS = "; `rmsproof golden regenerate` rewrites it"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A few goldens and their hashes, in place of the bundled ones."""
    (tmp_path / ONE).parent.mkdir(parents=True)
    for name in (ONE, ONE.replace("one-step", "ten-steps")):
        shutil.copyfile(reading.DIRECTORY / name, tmp_path / name)
    (tmp_path / sums.NAME).write_text(sums.text(tmp_path), encoding="ascii")
    monkeypatch.setattr(reading, "DIRECTORY", tmp_path)
    return tmp_path


def fed() -> int:
    """What a run does with its goldens: how many there are to feed. Raises UsageError."""
    return len(Goldens().of(Dialect(), "float64"))


def altered(pattern: str, text: str) -> Callable[[Path], object]:
    def change(path: Path) -> None:
        before = path.read_text(encoding="utf-8")
        after = re.sub(pattern, text, before, count=1, flags=re.DOTALL)
        assert after != before
        path.write_text(after, encoding="utf-8")

    return change


# Each leaves a file that reads well, with an id that belongs to its inputs.
WELL_FORMED = {
    "a weight of the trajectory": altered(r'("trajectory".*?"w1": \[)0\.4', r"\g<1>0.5"),
    "its last digit": altered(r'("trajectory".*?"w1": \[0\.\d+)\d', r"\g<1>0"),
    "a moving average": altered(r'("moving_average": \{"w1": \[)0\.', r"\g<1>1."),
    "the envelope, made wide": altered(r'("envelope".*?"w1": \[)[^,]+', r"\g<1>1.0"),
    "the envelope, taken away": altered(r'("envelope".*?"w1": \[)[^,]+', r"\g<1>null"),
    "its class": altered('"class": "core"', '"class": "edge"'),
    "its name": altered('"name": "reference', '"name": "formula'),
    "what it catches": altered('"catches": "', '"catches": "not '),
    "a blank": altered(r"\n$", "\n\n"),
}


@pytest.mark.parametrize("what", WELL_FORMED)
def test_a_change_that_reads_well_is_refused(copy: Path, what: str) -> None:
    assert fed() == 2
    WELL_FORMED[what](copy / ONE)
    goldens_of.load(copy / ONE)
    with pytest.raises(UsageError) as caught:
        fed()
    assert str(caught.value) == f"{copy / ONE}: was changed after it was written{MENDS}"


@pytest.mark.parametrize("what", ["the learning rate", "the gradients", "the id", "half of it"])
def test_a_change_of_the_inputs_is_named(copy: Path, what: str) -> None:
    change, said = {
        "the learning rate": (altered('"learning_rate": 0.001', '"learning_rate": 0.002'), "id: "),
        "the gradients": (altered(r'("gradients".*?\[)0\.1', r"\g<1>0.2"), "id: "),
        "the id": (altered('"id": "', '"id": "0'), "id: "),
        "half of it": (lambda p: p.write_bytes(p.read_bytes()[:500]), "is not complete JSON: "),
    }[what]
    change(copy / ONE)
    with pytest.raises(UsageError) as caught:
        fed()
    assert str(caught.value).startswith(f"{copy / ONE}: {said}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda here: (here / ONE).unlink(), f"{{0}}/{ONE}: is missing"),
        (
            lambda here: shutil.copyfile(here / ONE, here / ONE.replace("one", "two")),
            f"{{0}}/{ONE.replace('one', 'two')}: is not listed in SHA256SUMS",
        ),
        (lambda here: (here / sums.NAME).unlink(), "{0}/SHA256SUMS: is missing or incomplete"),
        (
            lambda here: (here / sums.NAME).write_bytes((here / sums.NAME).read_bytes()[:-9]),
            "{0}/SHA256SUMS: is missing or incomplete",
        ),
        (
            lambda here: (here / sums.NAME).write_bytes(b"\xff\n"),
            "{0}/SHA256SUMS: is missing or incomplete",
        ),
    ],
)
def test_one_that_is_gone_or_came_from_elsewhere_is_refused(
    copy: Path, change: Callable[[Path], object], said: str
) -> None:
    change(copy)
    with pytest.raises(UsageError) as caught:
        fed()
    assert str(caught.value) == said.format(copy) + MENDS


def test_only_what_is_asked_for_must_be_whole(copy: Path) -> None:
    """A golden that is not fed decides nothing."""
    other = copy / ONE.replace("float64", "float32")
    other.parent.mkdir()
    other.write_text("{}", encoding="utf-8")
    assert fed() == 2


def test_regenerating_mends_and_verifying_tells(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy / ONE
    golden = goldens_of.load(path)
    monkeypatch.setattr(writing, "expected", lambda _=None: iter([(path, golden)]))
    (copy / ONE.replace("one-step", "ten-steps")).unlink()
    assert goldens_of.regenerate() == [copy / sums.NAME]
    assert goldens_of.verify() == []
    WELL_FORMED["its class"](path)
    (copy / sums.NAME).write_text(sums.text(copy), encoding="ascii")
    assert goldens_of.verify() == [f"{path}: differs from what the reference gives now"]
    assert goldens_of.regenerate() == [path, copy / sums.NAME]
    assert goldens_of.regenerate() == goldens_of.verify() == []
    flipped = (copy / sums.NAME).read_text(encoding="ascii").translate({97: "b", 98: "a"})
    (copy / sums.NAME).write_text(flipped, encoding="ascii")
    assert goldens_of.verify() != []


def test_the_list_is_one_that_sha256sum_checks() -> None:
    if (tool := shutil.which("sha256sum")) is None:
        pytest.skip("there is no sha256sum")
    done = subprocess.run(
        [tool, "--strict", "-c", sums.NAME],
        cwd=reading.DIRECTORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK\n") == len(goldens_of.paths())


COMPUTED = {
    "a weight of the trajectory": "weights",
    "its last digit": "weights",
    "a moving average": "moving average",
    "the envelope, made wide": "envelope",
    "the envelope, taken away": "envelope",
    "its class": "class",
}


@pytest.mark.parametrize("how", COMPUTED)
def test_a_hash_that_was_changed_too_hides_nothing(copy: Path, how: str) -> None:
    """Envelopes are computed anew where they decide: of a port that only lies inside."""
    assert fed() == 2
    WELL_FORMED[how](copy / ONE)
    (copy / sums.NAME).write_text(sums.text(copy), encoding="ascii")
    refused = pytest.raises(UsageError, match=f"page-one-step: its {COMPUTED[how]} is not what")
    if COMPUTED[how] != "envelope":
        with refused:
            fed()
        return
    assert fed() == 2
    with refused:
        vouch(Goldens().of(Dialect(), "float64"), envelope=True)
