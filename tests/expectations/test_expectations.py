"""Known differences: just they end well; a new one, a better one, another name do not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY

from harness.comparison.compare import Comparison
from harness.diagnosis.diagnose import Diagnosis, Explanation
from harness.expectations import update
from harness.expectations.known import Known, Matched, match, read
from harness.judging.verdict import Result, of_port
from harness.machine import layout
from harness.model.errors import ToolchainError, UsageError
from harness.model.expectation import Expectation, is_better
from harness.model.observation import Fault
from harness.model.words import VERDICTS
from harness.ports.port import Port

GOLDENS = ("reference/a", "reference/b", "reference/c")
INSIDE = frozenset({"epsilon=inside"})
BOTH = frozenset({"epsilon=inside", "momentum=nesterov"})


def comparison(golden: str, word: str) -> Comparison:
    """A golden with that verdict; "still" for a port that does not move there."""
    fault = None if word in ("right", "diverges", "still") else Fault(word, "why", fatal=True)
    right = word == "right"
    return Comparison(
        golden=golden,
        kind="edge" if golden.startswith("edge/") else "core",
        family="float64",
        fault=fault,
        equal=(),
        within=right,
        first=None,
        largest_ulp=0,
        moves=True,
        moved=word != "still",
    )


def result(words: Sequence[str], named: frozenset[str] = frozenset(), name: str = "p") -> Result:
    """What a port shows at GOLDENS, and what its diagnosis names."""
    comparisons = tuple(comparison(g, w) for g, w in zip(GOLDENS, words, strict=False))
    verdict = of_port(comparisons)
    chosen = tuple((axis, value) for axis, _, value in (d.partition("=") for d in sorted(named)))
    diagnosis = Diagnosis(Explanation(chosen, {}, None), (), (), None) if named else None
    shown = Result(Port(name, "python"), "python", "local", verdict, comparisons=comparisons)
    if verdict.fault:
        return replace(shown, elsewhere=(verdict, diagnosis))
    return replace(shown, diagnosis=diagnosis)


def matched(results: Sequence[Result], *known: Known, whole: bool = True) -> Matched:
    return match(results, known, edge_decides=False, whole=whole)


ALL = ("diverges", "diverges", "diverges")
ONE = ("right", "diverges", "right")
NESTEROV = frozenset({"momentum=nesterov"})

AS_KNOWN = {
    "nothing is known and nothing is wrong": (("right",) * 3, frozenset(), []),
    "everywhere": (ALL, INSIDE, [Known("diverges", INSIDE)]),
    "where it shows": (ONE, INSIDE, [Known("diverges", INSIDE)]),
    "at one golden": (ONE, INSIDE, [Known("diverges", INSIDE, ("b",))]),
    "at several by name": (ALL, INSIDE, [Known("diverges", INSIDE, ("a", "*/b", "reference/c"))]),
    "two of them, each where it shows": (
        ALL,
        BOTH,
        [Known("diverges", INSIDE), Known("diverges", NESTEROV, ("b",))],
    ),
    "nothing is said of names": (ALL, BOTH, [Known("diverges")]),
    "that nothing explains it": (ALL, frozenset(), [Known("diverges", frozenset())]),
    "a crash at one, a name at the others": (
        ("diverges", "crashes", "diverges"),
        INSIDE,
        [Known("crashes", None, ("b",)), Known("diverges", INSIDE)],
    ),
    "deaths, and what they left out": (
        ("crashes", "crashes", "not-run"),
        frozenset(),
        [Known("crashes")],
    ),
    "it never moves": (("still",) * 3, frozenset({"write=none"}), [Known("no-update")]),
    "for ports of that name": (ALL, INSIDE, [Known("diverges", INSIDE, port="p")]),
}


@pytest.mark.parametrize("name", AS_KNOWN)
def test_what_is_known_is_as_expected(name: str) -> None:
    words, named, known = AS_KNOWN[name]
    found = matched([result(words, named)], *known)
    assert [(r.as_expected, r.unexpected) for r in found.results] == [(True, ())]
    assert found.stale == {}


OTHERWISE = {
    "nothing is known": (ALL, INSIDE, [], "not a known difference: diverges"),
    "a new golden": (
        ALL,
        INSIDE,
        [Known("diverges", INSIDE, ("a", "c"))],
        "not a known difference: diverges at reference/b",
    ),
    "another name": (
        ALL,
        frozenset({"epsilon=none"}),
        [Known("diverges", INSIDE)],
        "known: epsilon=inside; now: epsilon=none",
    ),
    "one name more": (
        ALL,
        BOTH,
        [Known("diverges", INSIDE)],
        "known: epsilon=inside; now: epsilon=inside, momentum=nesterov",
    ),
    "one name less": (ALL, INSIDE, [Known("diverges", BOTH)], "now: epsilon=inside"),
    "no name any more": (
        ALL,
        frozenset(),
        [Known("diverges", INSIDE)],
        "known: epsilon=inside; now: no explanation",
    ),
    "it crashes now": (
        ("diverges", "crashes", "diverges"),
        INSIDE,
        [Known("diverges", INSIDE)],
        "not a known difference: crashes at reference/b",
    ),
    "of another port": (
        ALL,
        INSIDE,
        [Known("diverges", INSIDE, port="q")],
        "not a known difference",
    ),
    "it moves nothing at all": (
        ("still",) * 3,
        frozenset({"write=none"}),
        [Known("diverges")],
        "not a known difference: no-update",
    ),
    "not run, and it does not die": (
        ("diverges", "diverges", "not-run"),
        INSIDE,
        [Known("diverges", INSIDE)],
        "not a known difference: not-run at reference/c",
    ),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_is_known_otherwise_is_a_difference(name: str) -> None:
    words, named, known, sentence = OTHERWISE[name]
    (found,) = matched([result(words, named)], *known).results
    assert not found.as_expected
    assert sentence in "; ".join(found.unexpected)


KNOWN_AT = {
    "nothing is known": "",
    "another name": "abc",
    "a new golden": "ac",
    "it crashes now": "ac",
}


@pytest.mark.parametrize("name", KNOWN_AT)
def test_the_goldens_that_are_wrong_as_known_are_told_from_the_others(name: str) -> None:
    words, named, known, _ = OTHERWISE[name]
    (found,) = matched([result(words, named)], *known).results
    assert found.known == {f"reference/{golden}" for golden in KNOWN_AT[name]}


STALE = {
    "it got better": (("right",) * 3, Known("diverges", INSIDE), "no longer shows"),
    "it got better there": (ONE, Known("crashes", None, ("a",)), "no longer shows"),
    "the golden is gone": (ONE, Known("diverges", INSIDE, ("gone",)), "no golden has that name"),
    "the port is gone": (ONE, Known("diverges", INSIDE, port="q"), "no port here has that name"),
}


@pytest.mark.parametrize("name", STALE)
def test_an_entry_that_applies_to_nothing_is_stale(name: str) -> None:
    words, entry, sentence = STALE[name]
    found = matched([result(words, INSIDE)], Known("diverges", INSIDE, ("b",)), entry)
    assert sentence in found.stale[1]


def test_an_entry_for_goldens_that_were_not_fed_is_not_stale() -> None:
    entry = Known("diverges", INSIDE, ("gone",))
    assert matched([result(("right",) * 3)], entry, whole=False).stale == {}
    assert matched([result(("right",) * 3)], entry).stale != {}


def test_a_port_that_was_not_run_says_nothing_of_an_entry_and_is_no_success() -> None:
    port = Port("p", "java")
    verdict = of_port([comparison(g, "not-run") for g in GOLDENS])
    for known in (Known("crashes"), Known("diverges")):
        found = matched([Result(port, "java", "jpype", verdict)], known)
        assert found.stale == {}
        assert [r.as_expected for r in found.results] == [False]


def test_an_entry_shown_over_one_transport_is_not_stale_for_the_other() -> None:
    right = replace(result(("right",) * 3), transport="stdio")
    found = matched([result(ONE, INSIDE), right], Known("diverges", INSIDE))
    assert (found.stale, [r.as_expected for r in found.results]) == ({}, [True, True])


@pytest.mark.parametrize("word", VERDICTS)
def test_better_has_an_order(word: str) -> None:
    assert not is_better(word, word)
    if word in ("exact", "conforms", "diverges", "no-update"):
        assert is_better(word, "crashes")
        assert is_better("exact", word) == (word != "exact")
    if word in ("not-run", "unsupported"):
        assert not is_better(word, "crashes")
        assert not is_better("exact", word)


def test_a_breach_says_whether_it_is_better() -> None:
    expected = Expectation("diverges", INSIDE)
    assert expected.breach("diverges", ["epsilon=inside"]) == ""
    better = "better than expected, which was diverges (epsilon=inside)"
    assert expected.breach("exact", []) == better
    assert expected.breach("crashes", []) == "expected diverges (epsilon=inside)"
    assert expected.breach("diverges", ["epsilon=none"]) == "expected diverges (epsilon=inside)"


# -- the file -------------------------------------------------------------------------------------

REFUSED = {
    'x = "': "is not TOML",
    "[[known]]": "known[0]: missing the field `verdict`",
    '[[known]]\nverdict = "exact"': "known[0].verdict: 'exact' is not one of",
    '[[known]]\nverdict = "not-run"': "known[0].verdict: 'not-run' is not one of",
    '[[known]]\nverdict = "diverges"\ngolden = []': "known[0].golden: is empty",
    '[[known]]\nverdict = "diverges"\ngoldens = "a"': "known[0]: unknown field",
    '[[known]]\nverdict = "diverges"\ndeviations = ["epsilon=on"]': "known[0].deviations: ",
    '[[known]]\nverdict = "crashes"\ndeviations = ["epsilon=inside"]': "crashes has no deviations",
    'known = "diverges"': "known: Expected `array`",
    '[[known]]\nverdict = "diverges"\n[[known]]\nverdict = 1': "known[1].verdict: Expected `str`",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_file_that_says_nothing_of_use_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "known.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert REFUSED[text] in str(refused.value)


def test_a_file_that_is_not_there_says_how_it_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"does not exist; .*--update-expectations writes it"):
        read(tmp_path / "known.toml")


COMMENTED = """\
# Ours since 2019.

[[known]]
golden = "b"            # only there
verdict = "crashes"

[[known]]               # as the paper has it
verdict = "diverges"
deviations = ["epsilon=inside"]
"""

UPDATES = {
    "nothing was known": ("", [result(ALL, INSIDE)]),
    "all is right again": (COMMENTED, [result(("right",) * 3)]),
    "another name": (COMMENTED, [result(ALL, frozenset({"epsilon=none"}))]),
    "a further name": (COMMENTED, [result(("diverges", "crashes", "diverges"), BOTH)]),
    "the crash is mended": (COMMENTED, [result(ALL, INSIDE)]),
    "another crash": (COMMENTED, [result(("crashes", "diverges", "diverges"), INSIDE)]),
    "faults of several kinds": ("", [result(("crashes", "garbled", "diverges"), INSIDE)]),
    "deaths only": ("", [result(("times-out", "times-out", "not-run"))]),
    "unexplained": ("", [result(ALL)]),
    "never moves": ("", [result(("still",) * 3, frozenset({"write=none"}))]),
    "two ports": (
        COMMENTED,
        [result(ALL, INSIDE, "[p]"), result(ONE, frozenset({"epsilon=none"}), "q")],
    ),
}


@pytest.mark.parametrize("name", UPDATES)
def test_an_updated_file_expects_what_was_shown(tmp_path: Path, name: str) -> None:
    """And a second update changes nothing more."""
    text, results = UPDATES[name]
    path = tmp_path / "known.toml"
    if text:
        path.write_text(text, encoding="utf-8")
    known = read(path) if text else []
    found = matched(results, *known)
    assert found.stale or not all(r.as_expected for r in found.results)
    updated, changes = update.known(path, known, found, edge_decides=False)
    assert changes
    path.write_text(updated, encoding="utf-8")
    again = matched(results, *read(path))
    assert [(r.as_expected, r.unexpected) for r in again.results] == [(True, ())] * len(results)
    assert again.stale == {}
    assert update.known(path, read(path), again, edge_decides=False) == (updated, [])


def test_what_still_applies_keeps_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(COMMENTED, encoding="utf-8")
    known = read(path)
    text, changes = update.known(
        path, known, matched([result(ALL, INSIDE)], *known), edge_decides=False
    )
    assert changes == ["- crashes at b"]
    assert "# Ours since 2019." in text
    assert "[[known]]               # as the paper has it\n" in text
    assert "crashes" not in text


@pytest.mark.parametrize(
    "words", [("not-run",) * 3, ("diverges", "diverges", "not-run"), ("right", "right", "not-run")]
)
def test_nothing_is_updated_from_a_run_that_did_not_judge_everything(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    shown = result(words, INSIDE if "diverges" in words else frozenset())
    with pytest.raises(ToolchainError, match="p over local was not run completely"):
        update.known(tmp_path / "known.toml", [], matched([shown]), edge_decides=False)
    with pytest.raises(ToolchainError, match="only a complete run updates expectations"):
        update.manifests([shown])


# -- the commands ---------------------------------------------------------------------------------

INSIDE_ROOT = """
def update(weights, gradients, v, learning_rate, decay_rate, epsilon):
    for name, g in gradients.items():
        v[name] = decay_rate * v.get(name, 0.0) + (1 - decay_rate) * (g * g)
        weights[name] = weights[name] - learning_rate * g / (v[name] + epsilon) ** 0.5
"""


@pytest.mark.slow
def test_a_known_difference_is_written_held_and_missed(call: Any, tmp_path: Path) -> None:
    """From red to green by the command that red prints, and to red again by the repair."""
    port = tmp_path / "port.py"
    port.write_text(INSIDE_ROOT, encoding="utf-8")
    (tmp_path / "known.toml").touch()
    red = call("check", "port.py", "--expect", "known.toml")
    assert red.code == 1
    assert "not a known difference: diverges" in red.out.replace("\n", " ")
    command = "rmsproof check port.py --expect known.toml --update-expectations"
    assert f"to make these results the expectation:\n  {command}\n" in red.out
    written = call(*command.split()[1:])
    assert (written.code, written.err) == (0, "")
    assert 'deviations = ["epsilon=inside"]' in (tmp_path / "known.toml").read_text("utf-8")
    green = call("check", "port.py", "--expect", "known.toml")
    assert (green.code, green.err) == (0, "")
    assert "update-expectations" not in green.out
    repaired = INSIDE_ROOT.replace("(v[name] + epsilon) ** 0.5", "(v[name] ** 0.5 + epsilon)")
    port.write_text(repaired, encoding="utf-8")
    better = call("check", "port.py", "--expect", "known.toml")
    assert better.code == 1
    assert "stale expectation: diverges (epsilon=inside) no longer shows" in better.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "x.py", "--update-expectations"), "needs --expect FILE"),
        (("check", "x.py", "--expect", "none.toml"), "none.toml: does not exist"),
        (
            ("check", "x.py", "--expect", "n.toml", "--update-expectations", "--golden", "a"),
            "cannot be used with --golden",
        ),
        (("run", "java", "--update-expectations", "--golden", "page*"), "leave out"),
        (("run", "java", "--update-expectations", "--transport", "jpype"), "leave out"),
        (("run", "java", "--update-expectations", "--edge"), "leave out"),
    ],
)
def test_an_update_is_for_whole_runs(call: Any, arguments: tuple[str, ...], said: str) -> None:
    done = call(*arguments)
    assert done.code == 2
    assert said in done.err


@pytest.fixture
def editions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Makes one edition, whose port.toml says something else, all that is bundled."""

    def alone(old: str, new: str) -> Path:
        folder = tmp_path / "edition"
        shutil.copytree(REPOSITORY / "java" / "editions" / "double", folder)
        manifest = folder / "port.toml"
        text = manifest.read_text(encoding="utf-8")
        assert old in text
        manifest.write_text(text.replace(old, new), encoding="utf-8")
        monkeypatch.setattr(layout, "editions", lambda: [folder])
        return manifest

    return alone


@pytest.mark.slow
def test_an_edition_that_changed_prints_the_command_that_updates_it(
    call: Any, editions: Callable[[str, str], Path]
) -> None:
    """Which rewrites its port.toml to the letter of the old one, comments and all."""
    before = (REPOSITORY / "java" / "editions" / "double" / "port.toml").read_text("utf-8")
    manifest = editions('verdict = "exact"', 'verdict = "diverges"')
    red = call("run")
    assert red.code == 1
    assert "better than expected, which was diverges" in red.out.replace("\n", " ")
    command = "rmsproof run java/double --update-expectations"
    assert f"  {command}\n" in red.out
    done = call(*command.split()[1:])
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{manifest}: diverges -> exact\n1 expectation changed\n"
    assert manifest.read_text(encoding="utf-8") == before


def test_an_edition_that_was_not_run_is_not_updated(
    call: Any, editions: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = editions('verdict = "exact"', 'verdict = "diverges"')
    before = manifest.read_bytes()

    def no_java(*_: object) -> None:
        raise ToolchainError("no Java was found")

    monkeypatch.setattr("harness.languages.jvm.toolchain.Toolchain.prepare", no_java)
    done = call("run", "--update-expectations")
    assert done.code == 3
    assert "java/double over jpype was not run completely (no Java was found)" in done.err
    assert manifest.read_bytes() == before
