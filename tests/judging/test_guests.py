"""Guests: what is read of them, what is said where one cannot run, what was recorded of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import CommandLine, alike

from harness.judging import guests
from harness.judging.guests import FOLDER, Guest, Variant, fed, visit
from harness.judging.identify import identify
from harness.model.errors import ToolchainError, UsageError
from harness.model.words import GOOD
from harness.ports.claims import claimed_dialect
from python_ref.dialects.libraries import LIBRARIES

OBSERVATIONS = FOLDER / "observations"
RECORDED = json.loads((OBSERVATIONS / "recorded.json").read_text(encoding="utf-8"))
PLAIN = Path(__file__).parent.parent / "ports" / "plain_list.py"


def test_there_are_a_dozen_from_five_languages_each_in_the_table() -> None:
    there = guests.guests(FOLDER)
    assert len(there) >= 12
    assert len({guest.language for guest in there}) >= 5
    libraries = {known.library.name for known in LIBRARIES.values()}
    assert {guest.library for guest in there} - libraries <= {"jax.example_libraries"}


def test_every_guest_pins_what_it_installs() -> None:
    for guest in guests.guests(FOLDER):
        for requirement in guest.pip:
            assert "==" in requirement, guest.name
        for package in guest.npm:
            assert "@" in package[1:], guest.name
        files = "".join(p.read_text() for p in guest.folder.rglob("*") if p.is_file())
        assert guest.version in files.replace("guest.version", "")


@pytest.mark.parametrize(
    "name", alike(sorted(RECORDED)[::4] + [n for i, n in enumerate(sorted(RECORDED)) if i % 4], 11)
)
def test_what_was_recorded_is_what_the_table_says(name: str) -> None:
    path = OBSERVATIONS / name
    result = identify(path)
    assert result.verdict.word in GOOD, result.verdict
    guest = next(g for g in guests.guests(FOLDER) if name.startswith(f"{g.name}-"))
    told = json.loads(path.read_text(encoding="utf-8"))
    claim = claimed_dialect([d for d in told["dialect"] if "float32_hyper" not in d])
    assert any(
        known.dialect.choices() == claim.choices()
        for known in LIBRARIES.values()
        if known.library.name == guest.library or guest.library not in LIBRARIES
    )
    assert RECORDED[name]["version"] == guest.version
    assert RECORDED[name].keys() == {"version", "platform", "date", "flags"}


def test_no_record_is_without_its_file_and_no_file_without_its_record() -> None:
    files = {path.name for path in OBSERVATIONS.glob("*.json")} - {"recorded.json"}
    assert files == set(RECORDED)


def guest(tmp_path: Path, **told: object) -> Guest:
    lines = [f"{key} = {json.dumps(value)}" for key, value in told.items()]
    text = "\n".join([*lines, '[[variant]]\nname = "default"\n'])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "guest.toml").write_text(text)
    return guests.guests(tmp_path)[0]


ABOUT = {"library": "MLX", "version": "1", "language": "Python", "quick": True}


def test_a_guest_that_speaks_the_protocol_is_observed_and_identified(tmp_path: Path) -> None:
    import sys

    mine = guest(tmp_path, **ABOUT, command=[sys.executable, str(PLAIN)])
    (found,) = visit(mine)
    assert found.result is not None
    assert (found.precision, found.result.verdict.word) == ("float64", "exact")
    assert found.observation is not None
    assert found.observation["name"] == "mine-1-float64"


def test_one_that_claims_what_it_is_not_is_told_apart(tmp_path: Path) -> None:
    import sys

    mine = guest(tmp_path, **ABOUT, command=[sys.executable, str(PLAIN)])
    claimed = Guest(**{**vars(mine), "variants": (Variant("default", dialect=("keras-3",)),)})
    (found,) = visit(claimed)
    assert found.result is not None
    assert found.result.verdict.word == "diverges"


def test_a_program_that_is_lacking_is_not_run(tmp_path: Path) -> None:
    mine = guest(tmp_path, **ABOUT, command=["./x"], needs="no-such-compiler")
    (found,) = visit(mine)
    assert (found.result, found.reason) == (
        None, "needs no-such-compiler, which is not installed"
    )  # fmt: skip


def test_what_cannot_be_installed_says_why(tmp_path: Path) -> None:
    mine = guest(tmp_path, **ABOUT, command=["./x"], build=[["false"]])
    with pytest.raises(ToolchainError, match="cannot be installed: false: no message"):
        guests.installed(mine)


def test_what_is_fed_has_the_options_that_a_dialect_needs() -> None:
    given = fed(
        claimed_dialect(["momentum=lr_in_buffer", "weight_decay=coupled"]), {"decay_rate": 0.5}
    )
    assert given.options.keys() == {"momentum", "weight_decay"}
    assert (given.decay_rate, given.steps, given.lengths) == (0.5, 40, (5, 3))


def test_names_and_files_are_refused_by_name(tmp_path: Path, call: CommandLine) -> None:
    with pytest.raises(UsageError, match="holds no guests"):
        guests.guests(tmp_path)
    with pytest.raises(UsageError, match="no guest is called tourch; there are autograd, candle"):
        guests.guests(FOLDER, ["tourch"])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "guest.toml").write_text("library = 1")
    with pytest.raises(UsageError, match=r"guest\.toml: cannot be read as a guest"):
        guests.guests(tmp_path)
    done = call("guests", "list")
    assert (done.code, "TensorFlow.js" in done.out) == (0, True)
