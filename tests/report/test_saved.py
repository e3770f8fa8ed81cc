"""Saved reports: read again, shown as when they were made, merged where they belong together."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from report.judged import MADE, TRACE, documents, golden, ports, result, row, stopped
from report.test_json import SCHEMA
from support import Done

from harness.judging.run import Outcome
from harness.judging.shards import Shard
from harness.model.errors import UsageError
from harness.ports.port import Port
from harness.report import documents as report_documents
from harness.report import html, junit, saved
from harness.report import json as report_json
from harness.report.merging import merged

RESULTS = ports(
    result(golden("a"), golden("b", "diverges", traces=(TRACE,)), golden("c", kind="edge")),
    stopped("crashes", "it fell over"),
    stale=("diverges: is not shown any more",),
    update="rmsproof check mine.py --update-expectations",
    errors=("x.py: no such file",),
)


def written(path: Path, results: Any = RESULTS, **changes: Any) -> Path:
    """A report's file; `changes` replace fields of it."""
    document = {**report_json.of_ports(results), **changes}
    path.write_text(report_json.text(document), encoding="utf-8")
    return path


def test_html_and_junit_of_a_file_are_those_made_on_the_spot(tmp_path: Path) -> None:
    found = saved.read(written(tmp_path / "a.json"))
    assert html.page([found]) == html.ports(RESULTS)
    assert junit.saved([found]) == junit.ports(RESULTS)


def test_a_report_of_an_older_version_is_shown_all_the_same(tmp_path: Path) -> None:
    """Fields were added; what has none of them is a report as before."""
    old = json.loads(written(tmp_path / "a.json").read_text())
    for name in ("tool", "platform", "goldens", "invocation", "started", "errors"):
        del old[name]
    for each in old["results"]:
        for name in ("brief", "seconds", "target", "reproduce", "source", "goldens"):
            del each[name]
    jsonschema.validate(old, SCHEMA)
    (tmp_path / "old.json").write_text(json.dumps(old))
    found = saved.read(tmp_path / "old.json")
    assert "mine.py" in html.page([found])
    assert "mine.py (local)" in junit.saved([found])


REFUSED: dict[str, tuple[str, str]] = {
    "no JSON": ("{", "a.json: is not complete JSON: "),
    "a list": ("[]", "a.json: is no report of the format rmsproof.report/1: it names no format"),
    "another format": (
        '{"format": "rmsproof.golden/1"}',
        "a.json: is no report of the format rmsproof.report/1: its format is 'rmsproof.golden/1'",
    ),
    "half a report": (
        '{"format": "rmsproof.report/1"}',
        "a.json: is no whole report: Object missing required field `results`",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_report_is_refused(call: Callable[..., Done], tmp_path: Path, name: str) -> None:
    text, message = REFUSED[name]
    (tmp_path / "a.json").write_text(text)
    for arguments in (["report", "a.json"], ["check", "--replay", "a.json"]):
        done = call(*arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"rmsproof: {message}")
        assert done.err.endswith("`rmsproof run` and `rmsproof check` write one with --json FILE\n")


def test_a_file_that_is_not_there_is_named(call: Callable[..., Done]) -> None:
    done = call("report", "no.json")
    assert done.code == 2
    assert done.err.startswith("rmsproof: no.json: ")


def test_a_trajectory_has_a_value_for_each_step(tmp_path: Path) -> None:
    document = report_json.of_ports(RESULTS)
    document["results"][0]["goldens"][1]["trajectories"][0]["ulp"].pop()
    (tmp_path / "a.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match="a value for each of its steps"):
        saved.read(tmp_path / "a.json")


def test_junit_of_a_document_is_left_to_doc(call: Callable[..., Done], tmp_path: Path) -> None:
    text = report_documents.dumps(documents([row(result(golden("a")))]))
    (tmp_path / "a.json").write_text(text)
    done = call("report", "a.json", "--junit", "a.xml")
    assert done.code == 2
    assert "`rmsproof doc --junit FILE`" in done.err
    assert not (tmp_path / "a.xml").exists()


def test_a_report_is_shown_as_a_table(call: Callable[..., Done], tmp_path: Path) -> None:
    written(tmp_path / "a.json")
    done = call("report", "a.json")
    assert (done.code, done.err) == (0, "")
    assert "mine.py  local      crashes   it fell over" in done.out
    assert "2 results, 0 as expected" in done.out
    assert call("report", "show", "a.json") == done


# -- merged ----------------------------------------------------------------------------------------


def port(name: str) -> Any:
    return result(golden("a"), port=Port(name, "python"))


def shard(
    index: int, *names: str, of: int = 3, jobs: int = 5, whole: str = "0000", **changes: Any
) -> dict[str, Any]:
    outcome = Outcome(tuple(map(port, names)), shard=Shard(index, of), jobs=jobs, whole=whole)
    results = replace(ports(outcome=outcome), seconds=1.5)
    document: dict[str, Any] = json.loads(report_json.ports(results))
    return {**document, **changes}


def given(*documents: dict[str, Any]) -> list[tuple[Path, dict[str, Any]]]:
    return [(Path(f"{number}.json"), document) for number, document in enumerate(documents, 1)]


SHARDS = (shard(1, "p"), shard(2, "q", "r"), shard(3, "s", "t"))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_shards_in_any_order_are_the_whole(order: tuple[int, ...]) -> None:
    whole = merged(given(*(SHARDS[i] for i in order)))
    jsonschema.validate(whole, SCHEMA)
    assert [each["port"] for each in whole["results"]] == ["p", "q", "r", "s", "t"]
    assert whole["summary"] == {
        "results": 5,
        "as_expected": 5,
        "compared": 5,
        "verdicts": {"exact": 5},
        "seconds": 4.5,
        "incomplete": False,
    }
    assert "shard" not in whole
    assert [each["index"] for each in whole["shards"]] == [1, 2, 3]
    assert whole["platform"] == SHARDS[0]["platform"]
    assert html.page([saved.of(whole)])


def test_machines_that_differ_are_all_named() -> None:
    other = {**SHARDS[1]["platform"], "java": None, "python": "CPython 3.13.0"}
    whole = merged(given(SHARDS[0], shard(2, "q", "r", platform=other), SHARDS[2]))
    assert whole["platform"]["java"] == "17.0.2"
    assert whole["platform"]["python"] == "CPython 3.12.1 and CPython 3.13.0"


APART: dict[str, tuple[list[dict[str, Any]], str]] = {
    "one is missing": ([SHARDS[0], SHARDS[2]], "shard 2 of 3 is missing; name its report, too"),
    "two are missing": ([SHARDS[1]], "shards 1, 3 of 3 are missing; name their reports, too"),
    "one twice": (
        [*SHARDS, SHARDS[1]],
        "2.json and 4.json: are both shard 2; leave one out",
    ),
    "another version": (
        [SHARDS[0], shard(2, "q", "r", tool={"name": "rmsproof", "version": "1.0"}), SHARDS[2]],
        "2.json: was made with another version of rmsproof (1.0) than 1.json (9.8.7);"
        " judge every shard of one run alike",
    ),
    "other goldens": (
        [*SHARDS[:2], shard(3, "s", "t", goldens="ffff")],
        "3.json: was made with other goldens than 1.json; judge every shard of one run alike",
    ),
    "another command line": (
        [*SHARDS[:2], shard(3, "s", "t", invocation={"command": "check", "options": {}})],
        "3.json: was made with another command line (rmsproof check) than 1.json (rmsproof check"
        " --dialect keras-3 --golden 'page*' --timeout 2.5);"
        " judge every shard of one run alike",
    ),
    "another number of shards": (
        [SHARDS[0], shard(2, "q", "r", of=4)],
        "2.json: was made with another number of shards (4) than 1.json (3);"
        " judge every shard of one run alike",
    ),
    "other ports": (
        [*SHARDS[:2], shard(3, "s", "t", jobs=6)],
        "3.json: was made with other ports than 1.json; judge every shard of one run alike",
    ),
    "as many other ports": (
        [*SHARDS[:2], shard(3, "s", "t", whole="ffff")],
        "3.json: was made with other ports than 1.json; judge every shard of one run alike",
    ),
    "a result is missing": (
        [*SHARDS[:2], shard(3, "s")],
        "the shards hold 4 results of 5; judge them again",
    ),
}


@pytest.mark.parametrize("name", APART)
def test_what_does_not_belong_together_is_not_merged(name: str) -> None:
    documents, message = APART[name]
    with pytest.raises(UsageError) as refused:
        merged(given(*documents))
    assert str(refused.value) == message


def test_merge_writes_nothing_where_a_report_is_no_shard(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    written(tmp_path / "a.json")
    done = call("report", "merge", "a.json", "--out", "b.json")
    assert done == Done(
        2,
        "",
        "rmsproof: a.json: is not the report of a shard; `rmsproof run` and `rmsproof check`"
        " write one with --shard I/N --json FILE\n",
    )
    assert not (tmp_path / "b.json").exists()


def test_merge_refuses_a_path_that_cannot_be_written(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    for number, document in enumerate(SHARDS):
        (tmp_path / f"{number}.json").write_text(json.dumps(document))
    names = ["0.json", "1.json", "2.json"]
    done = call("report", "merge", *names, "--out", "no/b.json")
    said = "rmsproof: --out no/b.json: there is no folder no; make it first: mkdir -p no\n"
    assert (done.code, done.err) == (2, said)
    done = call("report", "merge", *names, "--out", "b.json")
    assert done == Done(0, "b.json: 5 results of 3 shards\n", "")
    assert saved.read(tmp_path / "b.json").summary.results == 5


def test_another_versions_report_is_not_replayed(call: Callable[..., Done], tmp_path: Path) -> None:
    from rmsproof import __version__

    assert MADE.version != __version__
    written(tmp_path / "a.json")
    done = call("check", "--replay", "a.json")
    assert done == Done(
        2,
        "",
        f"rmsproof: a.json: was written by rmsproof 9.8.7, this is {__version__};"
        " judge the port again, or use the version that wrote it\n",
    )
