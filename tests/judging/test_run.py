"""The bundled editions: each shows what it is known to show, the same over both transports."""

from __future__ import annotations

import io
import json
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from front_door import as_shown
from lxml import etree
from support import REPOSITORY, Done

from harness.commands.common import exit_code
from harness.commands.entry import main
from harness.judging import run as running
from harness.judging.feeding import Feeder
from harness.judging.guessing import judged
from harness.judging.options import Options
from harness.judging.run import Outcome, run
from harness.judging.verdict import Result, Verdict
from harness.model.observation import Fault, Observation
from harness.ports.folder import of_folder
from harness.ports.port import Port
from harness.ports.targets import bundled
from harness.report import json as report_json
from harness.report.results import PortResults
from harness.transport.base import Transport
from python_ref.scenarios.catalogue import scenario_names
from python_ref.scenarios.scenario import Scenario

pytestmark = pytest.mark.jvm

SUITES = etree.XMLSchema(etree.parse(REPOSITORY / "tests/report/junit.xsd"))
SCHEMA = json.loads((REPOSITORY / "harness/report/report.schema.json").read_text(encoding="utf-8"))

EQUAL = f"equal to the last bit in {len(scenario_names())} test cases"
# Edition, verdict, deviations, the beginning of the message, where the weights were found.
EDITIONS: list[tuple[str, str, list[str], str, str]] = [
    ("java/published", "does-not-compile", [], "RMSProp.java:37: error: cannot find symbol", ""),
    (
        "java/imported",
        "exact",
        [],
        f"{EQUAL}, computed with (1-d)*g*g from the left; numbers"
        " are stored and averaged in float32, and the step is divided in float64",
        "in place",
    ),
    ("java/double", "exact", [], EQUAL, "in place"),
    ("scala/published", "does-not-compile", [], "-- ", ""),
    ("scala/class", "exact", [], EQUAL, "in place"),
    (
        "clojure/published",
        "does-not-compile",
        [],
        "Unable to resolve symbol: v in this context (rmsprop.clj:14:7)",
        "",
    ),
    (
        "clojure/scoped",
        "crashes",
        [],
        "test case reference/float64/page-one-step: step 1: java.lang.ClassCastException:"
        " class clojure.lang.Atom cannot be cast to class clojure.lang.IFn",
        "",
    ),
    (
        "clojure/dereferenced",
        "crashes",
        [],
        "test case reference/float64/page-one-step: step 1: java.lang.ClassCastException:"
        " class java.lang.String cannot be cast to class java.lang.Number",
        "",
    ),
    (
        "clojure/indexed",
        "no-update",
        ["write=none"],
        "the weights never change, neither in the arrays given nor in a value returned",
        "nowhere",
    ),
    ("clojure/returned", "diverges", ["epsilon=inside", "state=reset"], "", "returned"),
    ("clojure/remembered", "diverges", ["epsilon=inside"], "", "returned"),
    ("clojure/conformant", "exact", [], EQUAL, "returned"),
]
JVM = ("jpype", "stdio")
NAMES = [name for name, *_ in EDITIONS]
JAVA = [name for name in NAMES if name.startswith("java/")]
KEYS = [(name, transport) for name in NAMES for transport in JVM]


class Recorder:
    """A transport that keeps what goes through it."""

    def __init__(self, inner: Transport) -> None:
        self.inner, self.name = inner, inner.name
        self.seen: list[tuple[str, str, Observation]] = []

    def run_many(self, scenarios: Sequence[Scenario], precision: str) -> Iterator[Observation]:
        answers = self.inner.run_many(scenarios, precision)
        for scenario, observation in zip(scenarios, answers, strict=True):
            self.seen.append((scenario.name, precision, observation))
            yield observation

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@dataclass(frozen=True)
class Recorded:
    """What `rmsproof run` printed and wrote as reports, and saw on the way, by port, transport."""

    done: Done
    report: dict[str, Any]
    junit: str
    seen: dict[tuple[str, str], list[tuple[str, str, Observation]]]
    results: list[Result]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Every edition over every transport, run once for all the tests below, in an empty folder."""
    seen: dict[tuple[str, str], list[tuple[str, str, Observation]]] = {}
    results: list[Result] = []
    named: dict[Any, str] = {}

    begin = Feeder.__init__

    def recording(feeder: Feeder, transport: Any, deadline: float) -> None:
        recorder = Recorder(transport)
        # What is looked at again, in another way, is no part of the comparison.
        seen.setdefault((named[transport], transport.name), recorder.seen)
        begin(feeder, recorder, deadline)

    def judge(port: Any, transport: Any, *others: Any, **options: Any) -> Result:
        named[transport] = port.name
        results.append(judged(port, transport, *others, **options))
        return results[-1]

    folder = tmp_path_factory.mktemp("empty")
    out, err = io.StringIO(), io.StringIO()
    handler = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(running, "judged", judge)
        patch.setattr(Feeder, "__init__", recording)
        patch.chdir(folder)
        patch.delenv("GITHUB_STEP_SUMMARY", raising=False)
        code = main(["run", "--json", "report.json", "--junit", "report.xml", "--github"])
    signal.signal(signal.SIGTERM, handler)
    written = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    junit = (folder / "report.xml").read_text(encoding="utf-8")
    return Recorded(Done(code, out.getvalue(), err.getvalue()), written, junit, seen, results)


@pytest.fixture(scope="module")
def report(recorded: Recorded) -> dict[str, Any]:
    return recorded.report


def row(report: dict[str, Any], port: str, transport: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        r for r in report["results"] if (r["port"], r["transport"]) == (port, transport)
    )
    return found


# -- what each shows ------------------------------------------------------------------------------


def test_the_run_ends_well_and_says_nothing_else(recorded: Recorded) -> None:
    assert (recorded.done.code, recorded.done.err) == (0, "")


def test_the_table_is_the_one_that_the_readme_shows(recorded: Recorded) -> None:
    as_shown(recorded.done.out, "rmsproof run")


def test_nothing_fails_in_junit_where_all_is_as_expected(recorded: Recorded) -> None:
    """A suite an edition and transport, a test case a golden, all with the time they took."""
    root = etree.fromstring(recorded.junit.encode("utf-8"))
    SUITES.assertValid(root)
    assert [suite.get("name") for suite in root] == [f"{name} ({over})" for name, over in KEYS]
    assert {suite.get(kind) for suite in root for kind in ("failures", "errors")} == {"0"}
    for suite, found in zip(root, recorded.report["results"], strict=True):
        times = [float(case.get("time", "")) for case in suite.iter("testcase")]
        assert len(times) >= max(found["compared"], 1)
        assert float(suite.get("time", "")) >= max(times, default=0.0)
    assert sum(float(case.get("time", "")) for case in root.iter("testcase")) > 0.1


def test_every_edition_is_in_the_table_of_this_test() -> None:
    assert [port.name for port in bundled()] == NAMES


def test_results_come_in_the_order_of_the_ladders(report: dict[str, Any]) -> None:
    """Whichever was done first: the work runs on both cores."""
    assert [(r["port"], r["transport"]) for r in report["results"]] == KEYS


@pytest.mark.parametrize("transport", JVM)
@pytest.mark.parametrize(("name", "verdict", "deviations", "message", "where"), EDITIONS)
def test_an_edition_shows_what_it_is_known_to_show(
    report: dict[str, Any],
    name: str,
    verdict: str,
    deviations: list[str],
    message: str,
    where: str,
    transport: str,
) -> None:
    found = row(report, name, transport)
    assert (found["verdict"], found["deviations"]) == (verdict, deviations)
    assert found["message"].startswith(message)
    assert (found["where"] if found["compared"] else "") == where
    assert found["as_expected"] is True


def test_the_first_divergence_is_whole(report: dict[str, Any]) -> None:
    assert row(report, "clojure/remembered", "jpype")["first_divergence"] == {
        "golden": "reference/float64/page-one-step",
        "step": 1,
        "array": "w1",
        "index": 0,
        "expected": 0.4968377233398313,
        "observed": 0.4968377381511013,
        "ulp": 266816121,
    }


@pytest.mark.parametrize("name", [name for name, verdict, *_ in EDITIONS if verdict == "exact"])
def test_what_is_exact_is_so_at_the_edges_too(report: dict[str, Any], name: str) -> None:
    for transport in JVM:
        assert row(report, name, transport)["edge"] == []


# -- both transports ------------------------------------------------------------------------------


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal, zeros' signs included; of NaN there is one, as the wire has it."""
    numbers = ~np.isnan(a)
    return np.array_equal(a, b, equal_nan=True) and np.array_equal(
        np.signbit(a)[numbers], np.signbit(b)[numbers]
    )


@pytest.mark.parametrize("name", NAMES)
def test_transports_agree_to_the_bit(recorded: Recorded, name: str) -> None:
    """Whatever a port does, it does over both: numbers, faults and facts."""
    one, other = (recorded.seen.get((name, transport), []) for transport in JVM)
    assert [entry[:2] for entry in one] == [entry[:2] for entry in other]
    for (scenario, precision, a), (_, _, b) in zip(one, other, strict=True):
        where = f"{scenario} in {precision}"
        assert same_bits(a.weights, b.weights), where
        assert (a.moving_average is None) == (b.moving_average is None), where
        if a.moving_average is not None and b.moving_average is not None:
            assert same_bits(a.moving_average, b.moving_average), where
        assert (a.fault and a.fault.kind) == (b.fault and b.fault.kind), where
        assert a.facts == b.facts, where


def test_something_went_through_both(recorded: Recorded) -> None:
    """The comparison above would pass on nothing."""
    for name, verdict, *_ in EDITIONS:
        for transport in JVM:
            fed = len(recorded.seen.get((name, transport), []))
            assert fed >= 24 if verdict != "does-not-compile" else fed == 0, name


# -- the report -----------------------------------------------------------------------------------


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_report_passes_the_schema(report: dict[str, Any]) -> None:
    jsonschema.validate(report, SCHEMA)


def test_the_summary_counts(report: dict[str, Any]) -> None:
    summary = report["summary"]
    assert summary["results"] == summary["as_expected"] == len(KEYS)
    assert summary["verdicts"] == Counter(verdict for _, verdict, *_ in EDITIONS for _ in JVM)
    assert summary["compared"] == sum(r["compared"] for r in report["results"])
    assert summary["incomplete"] is False


@pytest.mark.parametrize(
    "spoil",
    [
        {"verdict": "good"},
        {"step": 1},
        {"deviations": ["epsilon"]},
        {"explained": False},
        {"compared": -1},
        {"first_divergence": {"golden": "g", "step": 0}},
    ],
)
def test_the_schema_refuses_what_is_no_report(
    report: dict[str, Any], spoil: dict[str, Any]
) -> None:
    spoiled = {**report, "results": [{**row(report, "clojure/remembered", "jpype"), **spoil}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoiled, SCHEMA)


def test_numbers_that_are_not_finite_are_text(recorded: Recorded) -> None:
    result = next(r for r in recorded.results if r.verdict.first)
    assert result.verdict.first is not None
    first = replace(result.verdict.first, expected=float("inf"), observed=float("nan"), ulp=None)
    spoiled = replace(result, verdict=replace(result.verdict, first=first))
    results = PortResults(Outcome((spoiled,)), datetime(2024, 1, 1, tzinfo=UTC), 1.0)
    found = json.loads(report_json.ports(results))
    shown = found["results"][0]["first_divergence"]
    assert (shown["expected"], shown["observed"], shown["ulp"]) == ("Infinity", "NaN", None)
    jsonschema.validate(found, SCHEMA)


# -- exit codes -----------------------------------------------------------------------------------


def outcome(*results: tuple[str, bool], errors: tuple[str, ...] = ()) -> Outcome:
    port = bundled()[0]
    made = [
        Result(
            port,
            "java",
            "jpype",
            Verdict(word, Fault(word, "why"), compared=1),
            as_expected=expected,
        )
        for word, expected in results
    ]
    return Outcome(tuple(made), errors)


@pytest.mark.parametrize("word", ["exact", "conforms"])
def test_nothing_compared_is_no_success(word: str) -> None:
    with pytest.raises(AssertionError, match=f"{word} of nothing"):
        Verdict(word)


@pytest.mark.parametrize(
    ("results", "errors", "code"),
    [
        ([("exact", True), ("diverges", True)], (), 0),
        ([("exact", True), ("diverges", False)], (), 1),
        ([("exact", False)], (), 1),
        ([("does-not-compile", False)], (), 1),
        ([("exact", True), ("not-run", False)], (), 1),
        ([("exact", True), ("unsupported", False)], (), 1),
        ([("exact", True), ("unsupported", True)], (), 0),
        ([("not-run", False), ("not-run", False)], (), 3),
        ([("unsupported", False)], (), 3),
        ([("not-run", False), ("unsupported", False)], (), 3),
        ([("not-run", False), ("crashes", False)], (), 1),
        ([("exact", True)], ("a port that could not be used",), 2),
        ([("diverges", False)], ("a port that could not be used",), 2),
        ([("not-run", False)], ("a port that could not be used",), 2),
        ([], (), 3),
    ],
)
def test_exit_codes(results: list[tuple[str, bool]], errors: tuple[str, ...], code: int) -> None:
    """2 goes before 1, 1 before 3; nothing judged is 3 and never 0."""
    found = outcome(*results, errors=errors)
    assert exit_code(found.results, found.errors) == code


@pytest.fixture
def editions(tmp_path: Path) -> Callable[[str, str, str], Port]:
    """Copies of editions whose port.toml says something else."""

    def copied(name: str, old: str, new: str) -> Port:
        folder = tmp_path / name.replace("/", "-")
        language, edition = name.split("/")
        shutil.copytree(REPOSITORY / language / "editions" / edition, folder)
        manifest = folder / "port.toml"
        text = manifest.read_text(encoding="utf-8")
        assert old in text
        manifest.write_text(text.replace(old, new), encoding="utf-8")
        return of_folder(folder)

    return copied


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("java/double", 'verdict = "exact"', 'verdict = "exact"', 0),
        pytest.param(
            "java/double", 'verdict = "exact"', 'verdict = "diverges"', 1, marks=pytest.mark.slow
        ),
        ("java/double", "deviations = []", 'deviations = ["epsilon=inside"]', 1),
        ("java/published", 'verdict = "does-not-compile"', 'verdict = "exact"', 1),
    ],
)
def test_a_difference_in_either_direction_is_one(
    editions: Any, name: str, old: str, new: str, code: int
) -> None:
    """An edition that unexpectedly conforms is a difference too."""
    port = editions(name, old, new)
    found = run([port], Options(("jpype",), "page*"), every_transport=False)
    assert [r.as_expected for r in found.results] == [code == 0]
    assert exit_code(found.results, found.errors) == code


# -- choosing -------------------------------------------------------------------------------------


def test_editions_are_chosen_by_name_and_language(call: Any) -> None:
    done = call(*"run clojure/published java --transport jpype --golden page* --json -".split())
    found = [r["port"] for r in json.loads(done.out)["results"]]
    assert found == ["clojure/published", *JAVA]
    assert done.code == 0


def test_an_edition_named_twice_is_judged_once(call: Any) -> None:
    done = call(*"run java/double java/double --transport jpype --golden page* --json -".split())
    assert [r["port"] for r in json.loads(done.out)["results"]] == ["java/double"]


def test_the_table_is_read_in_ten_seconds(call: Any) -> None:
    """Port, transports, verdict, why; a summary; nothing on standard error."""
    done = call("run", "java", "--golden", "page*")
    lines = [line.rstrip() for line in done.out.splitlines()]
    assert lines[0].split() == ["port", "transport", "verdict", "why"]
    ports = [line.split()[0] for line in lines[1:] if line and not line.startswith(" ")]
    assert ports[: len(JAVA)] == JAVA
    summary = " ".join(lines[-2:])
    assert f"{len(JAVA)} ports by 2 ways, all as expected: " in summary
    assert " exact, 1 does-not-compile; " in summary
    assert "transport: jpype (in a JVM), stdio (as a command)" in lines
    assert all(len(line) <= 110 for line in lines)
    assert (done.code, done.err) == (0, "")
