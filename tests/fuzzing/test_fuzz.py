"""`rmsproof fuzz` with real ports: what it prints, what it writes, and how that is replayed."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from support import REPOSITORY, CommandLine

from harness.commands.common import NOTHING, OK
from harness.commands.fuzz import _code
from harness.fuzzing.campaign import Budget, Outcome
from harness.fuzzing.fuzz import Fuzzed, fuzz
from harness.judging.options import Options
from harness.ports.targets import own
from harness.report.fuzz import summary

MINIATURES = REPOSITORY / "tests" / "miniatures"
WRONG = sorted(
    name
    for name, row in tomllib.loads((MINIATURES / "expected.toml").read_text("utf-8")).items()
    if name.startswith("wrong/python/") and len(row.get("deviations", ())) == 1
)


@pytest.fixture
def mine(tmp_path: Path) -> str:
    shutil.copy(MINIATURES / "wrong" / "python" / "epsilon_inside.py", tmp_path / "mine.py")
    return "mine.py"


def test_what_is_found_is_printed_written_and_replayed(
    call: CommandLine, tmp_path: Path, mine: str
) -> None:
    given = ("--cases", "8", "--seed", "3", "--database", "base", "--json", "found.json")
    done = call("fuzz", mine, *given)
    assert done.code == 1
    text = " ".join(done.out.split())
    assert text.startswith("1. epsilon is added inside the square root [g / sqrt(v + eps)], as in")
    assert "the least that shows it, in float64: learning_rate 1.0, decay_rate 0.5" in text
    assert "weights w1 [1.0] gradients, step 1: w1 [1.0] step 1, w1[0]: expected" in text
    file, test = re.search(r"--golden (\S+)\s.*pytest (\S+)", text).groups()  # type: ignore[union-attr]
    report = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert report["format"] == "rmsproof.fuzz/1"
    (finding,) = report["findings"]
    assert (finding["golden"], finding["test"]) == (file, test)
    assert finding["deviations"] == [["epsilon=inside"]]

    done = call("check", mine, "--golden", file)
    assert done.code == 1
    assert f"first divergence of mine.py: {file}, step 1, w1[0]" in " ".join(done.out.split())
    compile((tmp_path / test).read_text("utf-8"), test, "exec")

    # What is remembered comes first the next time, whatever the seed.
    again = call("fuzz", mine, "--cases", "1", *given[4:])
    assert json.loads((tmp_path / "found.json").read_text("utf-8"))["cases"] == 2
    assert again.code == 1


@pytest.mark.slow
def test_two_targets_are_held_against_each_other(
    call: CommandLine, tmp_path: Path, mine: str
) -> None:
    shutil.copy(MINIATURES / "right" / "python" / "backwards.py", tmp_path / "other.py")
    done = call("fuzz", mine, "other.py", "--cases", "8", "--seed", "1", "--database", "base")
    assert done.code == 1
    text = " ".join(done.out.split())
    assert "mine.py: epsilon is added inside" in text
    assert "other.py: it is what it claims to be" in text
    assert "step 1, w1[0]: 0.18350341907227385 of mine.py, 0.41421356237309503 of other.py" in text


REFUSED = (
    (("mine.py", "--cases", "0"), "--cases 0: nothing would be fed"),
    (("mine.py", "--seconds", "0"), "--seconds 0: nothing would be fed"),
    (("mine.py", "mine.py", "mine.py"), "one TARGET or two, not 3"),
    ((), "one TARGET or two, not 0"),
    (("absent.py",), "absent.py: no such file or folder"),
    (("mine.py", "--out", "mine.py"), "--out mine.py: cannot be written: Not a directory; name"),
    (("mine.py", "--database", "mine.py/base"), "--database mine.py/base: cannot be written"),
    (("mine.py", "--transport", "jpype"), "python ports have no transport jpype"),
)


@pytest.mark.parametrize(("given", "message"), REFUSED, ids=[m for _, m in REFUSED])
def test_bad_input_is_refused(
    call: CommandLine, mine: str, given: tuple[str, ...], message: str
) -> None:
    done = call("fuzz", *given)
    assert done.code == 2
    assert message in done.err


def test_without_hypothesis_the_message_says_how_to_install_it(
    call: CommandLine, mine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = call("fuzz", mine)
    assert done.code == 2
    assert "pip install 'rmsproof[fuzz]'" in done.err


def test_a_port_that_does_not_load_is_reported_as_check_does(
    call: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("def (:\n", encoding="utf-8")
    done = call("fuzz", "broken.py")
    assert done.code == 1
    assert done.out.startswith("broken.py: does-not-compile: ")


def _found(name: str, folder: Path) -> tuple[tuple[str, ...], ...]:
    fuzzed = fuzz([own(str(MINIATURES / name))], Options(seed=1), Budget(50), database=folder)
    assert fuzzed.outcome is not None
    return tuple(
        best.deviations
        for finding in fuzzed.outcome.findings
        for diagnosis in finding.diagnoses
        if diagnosis is not None and (best := diagnosis.best) is not None
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_every_single_deviation_is_found(name: str, tmp_path: Path) -> None:
    rows = tomllib.loads((MINIATURES / "expected.toml").read_text("utf-8"))
    named = _found(name, tmp_path)
    wanted = [rows[name]["deviations"], *rows[name].get("alternatives_ok", [])]
    assert named
    assert set(named[0]) in map(set, wanted)


def test_what_was_lost_is_said_and_not_taken_for_right(tmp_path: Path) -> None:
    outcome = Outcome(50, {"equal": 50})
    right = [own(str(MINIATURES / "right" / "python" / "generic.py"))]
    judged = fuzz(right, Options(seed=1), Budget(1), database=tmp_path).results
    assert _code(Fuzzed(judged, outcome, None, 1)) == OK
    outcome.ended, outcome.lost = "lost", [(50, 100, "the scheduler ended")]
    fuzzed = Fuzzed(judged, outcome, None, 1)
    assert _code(fuzzed) == NOTHING
    assert list(summary(fuzzed, outcome))[1:] == [
        "given up: whatever was sent came back undone",
        "cases 51 to 150 are lost: the scheduler ended",
    ]
