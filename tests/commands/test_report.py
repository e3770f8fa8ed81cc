"""`report`, `check --replay` and `--shard`: what was saved is shown, put together, judged again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
import pytest
from small_sources import PYTHON, inside, outside
from support import Done

from harness.report import notebook

RIGHT, WRONG = (dedent(of(PYTHON)) for of in (outside, inside))
# Two of them are the same with epsilon inside: a gradient of 0, a huge one.
GOLDENS = "*float64/[lmp]*"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    for name, text in (("right.py", RIGHT), ("odd name.py", WRONG)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def failures(report: dict[str, Any]) -> dict[str, list[str]]:
    """By port, the goldens that are not as expected."""
    return {
        row["port"]: [g["golden"] for g in row["goldens"] if not g["as_expected"]]
        for row in report["results"]
        if not row["as_expected"]
    }


def fed(report: dict[str, Any]) -> dict[str, list[str]]:
    return {row["port"]: [g["golden"] for g in row["goldens"]] for row in report["results"]}


def test_what_failed_and_no_more_is_judged_again(call: Callable[..., Done], folder: Path) -> None:
    names = ["right.py", "odd name.py"]
    assert call("check", *names, "--golden", GOLDENS, "--json", "a.json").code == 1
    before = read(folder / "a.json")
    failed = failures(before)
    assert list(failed) == names[1:]
    assert 0 < len(failed["odd name.py"]) < len(fed(before)["odd name.py"])
    done = call("check", "--replay", "a.json", "--json", "b.json")
    assert (done.code, done.err) == (1, "")
    again = read(folder / "b.json")
    assert fed(again) == failed
    assert again["invocation"] == before["invocation"]
    (folder / "odd name.py").write_text(RIGHT, encoding="utf-8")
    assert call("check", "--replay", "b.json", "--json", "c.json").code == 0
    assert fed(read(folder / "c.json")) == failed
    assert call("check", "--replay", "c.json") == Done(0, "c.json: nothing failed\n", "")


def test_the_command_of_a_failure_shows_it_again(call: Callable[..., Done], folder: Path) -> None:
    call("check", "odd name.py", "--golden", GOLDENS, "--timeout", "7.5", "--json", "a.json")
    (row,) = read(folder / "a.json")["results"]
    # The first alone, a single step, takes long to explain.
    golden = [g for g in row["goldens"] if not g["as_expected"]][-1]
    program, *words = shlex.split(golden["reproduce"])
    assert program == "rmsproof"
    done = call(*words, "--json", "b.json")
    assert done.code == 1
    (again,) = read(folder / "b.json")["results"]
    assert [g["golden"] for g in again["goldens"]] == [golden["golden"]]
    assert again["first_divergence"] == golden["first_divergence"]


def test_a_replay_is_given_nothing_else(call: Callable[..., Done]) -> None:
    message = "--replay a.json: what is judged, and how, is in the report; leave out the rest"
    for more in (["right.py"], ["--edge"], ["--golden", "a"], ["--dialect", "pytorch"]):
        done = call("check", *more, "--replay", "a.json")
        assert done == Done(2, "", f"rmsproof: {message}\n")


def test_an_observations_report_is_not_replayed(call: Callable[..., Done], folder: Path) -> None:
    call("check", "right.py", "--golden", "*float64/page-one*", "--json", "a.json")
    report = read(folder / "a.json")
    report["invocation"] = {"command": "", "options": {}}
    (folder / "a.json").write_text(json.dumps(report))
    done = call("check", "--replay", "a.json")
    assert done.code == 2
    assert done.err.startswith("rmsproof: a.json: is no report of `rmsproof run` or")


def test_shards_put_together_are_the_whole(call: Callable[..., Done], folder: Path) -> None:
    (folder / "broken.py").write_text("def", encoding="utf-8")
    names = ["broken.py", "right.py", "other.py", "--golden", "*float64/page-one*"]
    (folder / "other.py").write_text(RIGHT, encoding="utf-8")
    assert call("check", *names, "--json", "whole.json").code == 1
    codes = [call("check", *names, "--shard", f"{i}/2", "--json", f"{i}.json").code for i in (1, 2)]
    assert codes == [1, 0]
    done = call("report", "merge", "2.json", "1.json", "--out", "merged.json")
    assert done == Done(0, "merged.json: 3 results of 2 shards\n", "")

    def told(name: str) -> list[Any]:
        return [(r["port"], r["message"], r["target"]) for r in read(folder / name)["results"]]

    assert told("merged.json") == told("whole.json")
    done = call("report", "merged.json", "--html", "merged.html", "--junit", "merged.xml")
    assert (done.code, done.err) == (0, "")
    assert "3 ports: 1 not conforming" in (folder / "merged.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("shard", "said"),
    [
        ("3/2", "--shard '3/2': is not I/N, such as 2/3 for the second of three"),
        ("0/2", "--shard '0/2': is not I/N, such as 2/3 for the second of three"),
        ("2", "--shard '2': is not I/N, such as 2/3 for the second of three"),
        (
            "2/9",
            "--shard 1/9: nothing is left for this part; a port over a transport is one result,"
            " and there is 1: give an N up to that",
        ),
    ],
)
def test_a_shard_that_is_none_is_refused(call: Callable[..., Done], shard: str, said: str) -> None:
    done = call("check", "right.py", "--shard", shard)
    assert done == Done(2, "", f"rmsproof: {said.replace('1/9', shard)}\n")


def test_shards_of_other_targets_are_not_put_together(call: Callable[..., Done]) -> None:
    """As many ports, judged by the same options, and another run all the same."""
    given = ("--golden", "*float64/page-one*", "--json")
    for part, names in (("1/2", ["right.py", "odd name.py"]), ("2/2", ["odd name.py", "right.py"])):
        call("check", *names, "--shard", part, *given, f"{part[0]}.json")
    done = call("report", "merge", "1.json", "2.json", "--out", "merged.json")
    assert done == Done(
        2,
        "",
        "rmsproof: 2.json: was made with other ports than 1.json; judge every shard of one run"
        " alike\n",
    )


def test_a_merge_overwrites_no_shard_and_takes_none_twice(
    call: Callable[..., Done], folder: Path
) -> None:
    given = ("--golden", "*float64/page-one*", "--shard", "1/1", "--json", "1.json")
    assert call("check", "right.py", *given).code == 0
    before = read(folder / "1.json")
    done = call("report", "merge", "1.json", "--out", "./1.json")
    assert done.err == (
        "rmsproof: --out 1.json: is one of the reports to put together; name another file\n"
    )
    assert read(folder / "1.json") == before
    done = call("report", "merge", "1.json", "1.json", "--out", "merged.json")
    assert done.err == "rmsproof: 1.json: is named twice; name it once\n"


def test_a_replay_is_of_the_same_goldens_and_where_its_targets_are(
    call: Callable[..., Done], folder: Path
) -> None:
    assert call("check", "odd name.py", "--golden", GOLDENS, "--json", "a.json").code == 1
    (folder / "odd name.py").rename(folder / "gone.py")
    done = call("check", "--replay", "a.json")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "rmsproof: a.json: what it judged is not as it was; replay it where it was made: odd name"
    )
    (folder / "gone.py").rename(folder / "odd name.py")
    report = read(folder / "a.json")
    (folder / "a.json").write_text(json.dumps({**report, "goldens": "ffff"}), encoding="utf-8")
    done = call("check", "--replay", "a.json")
    assert done == Done(
        2,
        "",
        "rmsproof: a.json: was judged with other goldens than those of this rmsproof; judge the"
        " port again, or use the rmsproof that wrote it\n",
    )


def test_expectations_are_updated_by_a_whole_run_alone(call: Callable[..., Done]) -> None:
    done = call("run", "--update-expectations", "--shard", "1/2")
    assert done.code == 2
    assert "--shard" in done.err


def test_a_notebook_without_its_extra_says_what_to_install(
    call: Callable[..., Done], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("check", "right.py", "--golden", "*float64/page-one*", "--json", "a.json")
    monkeypatch.setattr(notebook, "EXTRA", ("no_such_package",))
    done = call("report", "a.json", "--notebook", "a.ipynb")
    assert done.code == 2
    assert done.err == (
        "rmsproof: --notebook needs no_such_package, not installed here:"
        ' pip install "rmsproof[report]"\n'
    )
    assert not (folder / "a.ipynb").exists()


@pytest.mark.slow
def test_a_notebook_is_executed_and_shows_what_failed(
    call: Callable[..., Done], folder: Path
) -> None:
    call("check", "right.py", "odd name.py", "--golden", GOLDENS, "--json", "a.json")
    done = call("report", "a.json", "--notebook", "a.ipynb")
    assert (done.code, done.err) == (0, "")
    made = nbformat.read(folder / "a.ipynb", as_version=4)
    cells = [cell for cell in made.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    printed = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "odd name.py (local): diverges" in printed
    assert "--golden reference/float64/page-one-step" in printed
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 2
