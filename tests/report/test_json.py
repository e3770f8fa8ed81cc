"""The report in JSON: by what and on what, golden by golden, and how each is judged again."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from report.judged import INSIDE_SAID, TRACE, documents, golden, ports, result, row, stopped
from support import REPOSITORY

from harness.judging.run import Outcome
from harness.judging.shards import Shard
from harness.ports.port import Port
from harness.report import documents as report_documents
from harness.report import html
from harness.report import json as report_json
from harness.report.invocation import Invocation
from harness.report.results import PortResults

SCHEMA = json.loads((REPOSITORY / "harness/report/report.schema.json").read_text(encoding="utf-8"))


def report(results: PortResults) -> dict[str, Any]:
    """The report, which is valid."""
    found: dict[str, Any] = json.loads(report_json.ports(results))
    jsonschema.validate(found, SCHEMA)
    return found


WRONG = result(
    golden("reference/float64/a"),
    golden("reference/float64/b", "diverges", traces=(TRACE,)),
    golden("reference/float64/c", "diverges", kind="edge"),
)


def test_it_says_by_what_and_on_what_it_was_made() -> None:
    found = report(ports(WRONG, errors=("x.py: no such file",)))
    assert found["tool"] == {"name": "rmsproof", "version": "9.8.7"}
    assert found["platform"] == {
        "system": "Linux 6.1",
        "machine": "x86_64",
        "python": "CPython 3.12.1",
        "java": "17.0.2",
    }
    assert found["goldens"] == "0123456789abcdef"
    assert found["invocation"] == {
        "command": "check",
        "options": {"dialect": ["keras-3"], "golden": "page*", "timeout": 2.5},
    }
    assert found["started"] == "2024-02-29T23:59:58+00:00"
    assert found["errors"] == ["x.py: no such file"]


def test_every_golden_is_there_with_its_verdict_and_divergence() -> None:
    (found,) = report(ports(WRONG))["results"]
    rows = found["goldens"]
    assert [(g["golden"], g["kind"], g["decides"], g["verdict"]) for g in rows] == [
        ("reference/float64/a", "core", True, "exact"),
        ("reference/float64/b", "core", True, "diverges"),
        ("reference/float64/c", "edge", False, "diverges"),
    ]
    assert [g["largest_ulp"] for g in rows] == [0, 2**51, 2**51]
    assert [g["first_divergence"] and g["first_divergence"]["step"] for g in rows] == [None, 3, 3]
    assert [g["brief"] for g in rows] == ["", INSIDE_SAID, INSIDE_SAID]
    assert rows[1]["trajectories"] == [
        {
            "array": "w",
            "index": 2,
            "steps": [2, 3, 4, 9],
            "expected": [0.5, 0.5, "Infinity", 0.25],
            "observed": [0.5, 0.75, "NaN", 0.125],
            "ulp": [0, 2**51, None, 2**52],
            "envelope": [1e-16, 2e-16, "NaN", 4e-16],
            "envelope_ulp": [1.0, 2.0, "NaN", 8.0],
        }
    ]
    assert rows[0]["trajectories"] == rows[2]["trajectories"] == []


def test_a_failure_comes_with_the_command_that_judges_it_again() -> None:
    (found,) = report(ports(WRONG))["results"]
    again = "rmsproof check mine.py --dialect keras-3 --timeout 2.5 --transport local"
    assert found["reproduce"] == again.replace("--timeout", "--golden 'page*' --timeout")
    assert [g["reproduce"] for g in found["goldens"]] == [
        "",
        f"{again} --golden reference/float64/b",
        f"{again} --golden reference/float64/c",
    ]


def test_what_is_right_has_no_such_command() -> None:
    (found,) = report(ports(result(golden("a"))))["results"]
    assert found["reproduce"] == ""


def test_what_was_fed_again_is_told_apart_and_judged_by_its_name() -> None:
    (found,) = report(ports(result(golden("a/b/c"), golden("a/b/c", "diverges"))))["results"]
    names = [(g["golden"], g["label"]) for g in found["goldens"]]
    assert names == [("a/b/c", "a/b/c"), ("a/b/c", "a/b/c (2)")]
    assert found["goldens"][1]["reproduce"].endswith("--golden a/b/c")


def test_what_is_no_golden_is_not_asked_for_as_one() -> None:
    """The scenario that is streamed has no file; with --large it is judged again."""
    (found,) = report(ports(result(golden("large", "diverges"))))["results"]
    again = found["goldens"][0]["reproduce"]
    assert again == found["reproduce"].replace(" --golden 'page*'", "") != ""


def test_the_line_that_a_fault_names_is_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = ports(stopped("does-not-compile", "mine.py:2: no"))
    (found,) = report(wrong)["results"]
    assert found["source"] == {"file": "mine.py", "line": 2, "text": ""}
    Path("mine.py").write_text("import numpy\n    w -= g  # <b>\n", encoding="utf-8")
    (found,) = report(wrong)["results"]
    assert found["source"] == {"file": "mine.py", "line": 2, "text": "    w -= g  # <b>"}
    assert "   2      w -= g  # &lt;b&gt;" in html.ports(wrong)
    (found,) = report(ports(WRONG))["results"]
    assert found["source"] is None


def test_a_shard_says_which_it_is() -> None:
    outcome = Outcome((WRONG,), shard=Shard(2, 3), jobs=5, whole="ab")
    shard = {"index": 2, "of": 3, "jobs": 5, "whole": "ab"}
    assert report(ports(outcome=outcome))["shard"] == shard
    assert "shard" not in report(ports(WRONG))


def test_a_block_of_a_document_has_its_goldens_too() -> None:
    page = documents([row(WRONG)])
    found = json.loads(report_documents.dumps(page))
    jsonschema.validate(found, SCHEMA)
    assert [g["verdict"] for g in found["results"][0]["goldens"]] == [
        "exact",
        "diverges",
        "diverges",
    ]
    assert found["results"][0]["source"] == {"file": "page.md", "line": 5, "text": ""}


LINES: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "nothing given": ({}, ["a.py"], "rmsproof check a.py"),
    "a flag": ({"edge": True}, ["a.py"], "rmsproof check a.py --edge"),
    "one that is not set": ({"edge": False, "shard": None}, ["a.py"], "rmsproof check a.py"),
    "repeated": (
        {"dialect": ("a", "b=c")},
        ["a.py"],
        "rmsproof check a.py --dialect a --dialect b=c",
    ),
    "of two words": (
        {"update_expectations": True},
        ["a.py"],
        "rmsproof check a.py --update-expectations",
    ),
    "a command, which comes last": (
        {"timeout": 0.5},
        ["--", "./port", "--x", "a b"],
        "rmsproof check --timeout 0.5 -- ./port --x 'a b'",
    ),
    "a target and a command": (
        {"edge": True},
        ["a.py", "--", "./port"],
        "rmsproof check a.py --edge -- ./port",
    ),
    "what a shell would take for its own": (
        {"golden": "page*"},
        ["my port;rm.py"],
        "rmsproof check 'my port;rm.py' --golden 'page*'",
    ),
}


@pytest.mark.parametrize("name", LINES)
def test_an_invocation_is_what_one_types(name: str) -> None:
    options, target, line = LINES[name]
    invocation = Invocation("check").with_options(**options)
    assert invocation.line(target) == line
    assert shlex.split(line)[1:] == list(invocation.words(target))


def test_what_no_command_judges_again_has_no_line() -> None:
    assert Invocation().line(["seen.json"]) == ""


def test_a_target_is_what_was_typed_not_what_it_is_called() -> None:
    port = Port("mine", "python", target=("folder/mine",))
    (found,) = report(ports(result(golden("a", "diverges"), port=port)))["results"]
    assert found["target"] == ["folder/mine"]
    assert found["reproduce"].startswith("rmsproof check folder/mine ")
