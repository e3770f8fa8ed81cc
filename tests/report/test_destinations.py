"""Where reports go: refused before anything is run, written whole, and nothing else touched."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from report.judged import golden, ports, result
from support import Done, command

from harness.model.errors import UsageError
from harness.report.destinations import Reports

RIGHT = """
import numpy as np

open("run", "w").close()


def rmsprop(lr, rho, eps):
    cache = {}

    def step(params, grads):
        for k, g in grads.items():
            cache[k] = rho * cache.get(k, np.zeros_like(g)) + (1 - rho) * (g * g)
            params[k] -= lr * g / (np.sqrt(cache[k]) + eps)

    return step
"""
JUDGED = ports(result(golden("a")))
HOME = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the command is called: a folder, a file, links, a pipe."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    (tmp_path / "mine.py").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "there").mkdir()
    (tmp_path / "taken").write_text("", encoding="utf-8")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "link.json").symlink_to("there/linked.json")
    (tmp_path / "nowhere.json").symlink_to("no/such.json")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "locked").mkdir(mode=0o500)
    (tmp_path / "fixed.json").write_text("before", encoding="utf-8")
    (tmp_path / "fixed.json").chmod(0o400)
    yield tmp_path
    (tmp_path / "locked").chmod(0o700)


def written(asked: Mapping[str, Path | bool]) -> None:
    Reports("ports", asked).write(JUDGED)


def listed(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# What is asked for, and what is said.
REFUSED: dict[str, tuple[list[str], str]] = {
    "a folder": (
        ["--json", "there"],
        "--json there: is a folder; name a file in it, such as there/report.json",
    ),
    "a folder, for another report": (
        ["--junit", "there"],
        "--junit there: is a folder; name a file in it, such as there/report.xml",
    ),
    "nothing": (
        ["--json", ""],
        "--json .: is a folder; name a file in it, such as report.json",
    ),
    "a folder that is not there": (
        ["--json", "no/such/x.json"],
        "--json no/such/x.json: there is no folder no/such; make it first: mkdir -p no/such",
    ),
    "a folder of a name with a blank": (
        ["--json", "no such/x.json"],
        "--json no such/x.json: there is no folder no such; make it first: mkdir -p 'no such'",
    ),
    "a file in place of a folder": (
        ["--junit", "taken/x.xml"],
        "--junit taken/x.xml: cannot be written: Not a directory; name another file",
    ),
    "a link to nowhere": (
        ["--json", "nowhere.json"],
        "--json nowhere.json: there is no folder FOLDER/no; make it first: mkdir -p FOLDER/no",
    ),
    "links in a circle": (
        ["--json", "circle"],
        "--json circle: cannot be written: Too many levels of symbolic links; name another file",
    ),
    "too long a name": (
        ["--json", "x" * 300],
        f"--json {'x' * 300}: cannot be written: File name too long; name another file",
    ),
    "two to standard output": (
        ["--json", "-", "--junit", "-"],
        "--json - and --junit -: standard output takes one report; name a file for --json",
    ),
    "annotations and another": (
        ["--github", "--junit", "-"],
        "--junit - and --github: standard output takes one report; name a file for --junit",
    ),
    "two to one file": (
        ["--json", "x", "--junit", "there/../x"],
        "--json x and --junit there/../x: a file takes one report; name two files",
    ),
    "a link and what it leads to": (
        ["--json", "link.json", "--junit", "there/linked.json"],
        "--json link.json and --junit there/linked.json: a file takes one report; name two files",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_written_is_refused_before_a_port_is_run(
    folder: Path, call: Callable[..., Done], name: str
) -> None:
    arguments, message = REFUSED[name]
    before = listed(folder)
    done = call("check", "mine.py", *arguments)
    said = message.replace("FOLDER", str(folder))
    assert (done.code, done.out, done.err) == (2, "", f"rmsproof: {said}\n")
    assert listed(folder) == before


def test_known_differences_are_refused_likewise(call: Callable[..., Done]) -> None:
    done = call("check", "mine.py", "--expect", "no/known.toml", "--update-expectations")
    said = "--expect no/known.toml: there is no folder no; make it first: mkdir -p no"
    assert (done.code, done.out, done.err) == (2, "", f"rmsproof: {said}\n")


@pytest.mark.parametrize("arguments", [["run", "java/double"], ["doc", "x.md"], ["power"]])
def test_every_command_refuses_it(call: Callable[..., Done], arguments: list[str]) -> None:
    done = call(*arguments, "--json", "no/x.json")
    said = "rmsproof: --json no/x.json: there is no folder no; make it first: mkdir -p no\n"
    assert (done.code, done.out, done.err) == (2, "", said)


@pytest.mark.parametrize(
    ("path", "reason"),
    [("locked/x.json", "Permission denied"), ("fixed.json", "Permission denied")],
)
def test_what_is_locked_is_refused(folder: Path, path: str, reason: str) -> None:
    if os.access(folder / "locked", os.W_OK):  # root may write everywhere but where nobody may
        path = "/sys/x.json" if path.startswith("locked") else "/proc/version"
        if not Path(path).parent.exists():
            pytest.skip("root may write everywhere here")
    with pytest.raises(UsageError) as refused:
        Reports("ports", {"--json": Path(path)})
    said = str(refused.value)
    assert said.startswith(f"--json {path}: cannot be written: ")
    assert said.endswith("; name another file")
    assert not folder.joinpath("x.json").exists()


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        ("there", "is a folder; name a file in it, such as there/summary.md"),
        ("no/x.md", "there is no folder no; make it first: mkdir -p no"),
    ],
)
def test_a_summary_that_cannot_be_written_is_refused(
    monkeypatch: pytest.MonkeyPatch, call: Callable[..., Done], summary: str, said: str
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", summary)
    done = call("check", "mine.py", "--github")
    message = f"rmsproof: --github $GITHUB_STEP_SUMMARY {summary}: {said}\n"
    assert (done.code, done.out, done.err) == (2, "", message)


# -- written ---------------------------------------------------------------------------------------


def test_a_report_is_a_file_and_the_table_is_printed_all_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written({"--json": Path("a.json"), "--junit": Path("there/a.xml")})
    assert json.loads((folder / "a.json").read_text())["format"] == "rmsproof.report/1"
    assert (folder / "there/a.xml").read_text().startswith("<?xml ")
    assert capsys.readouterr().out.startswith("port     transport  verdict")


def test_standard_output_is_the_reports_alone(capsys: pytest.CaptureFixture[str]) -> None:
    written({"--json": Path("-")})
    assert json.loads(capsys.readouterr().out)["summary"]["results"] == 1
    written({"--junit": Path("-"), "--json": Path("a.json")})
    assert capsys.readouterr().out.startswith("<?xml ")


def test_a_report_replaces_a_file_with_its_permissions(folder: Path) -> None:
    (folder / "a.json").write_text("before", encoding="utf-8")
    (folder / "a.json").chmod(0o640)
    written({"--json": Path("a.json")})
    assert (folder / "a.json").read_text().startswith("{")
    assert stat.S_IMODE((folder / "a.json").stat().st_mode) == 0o640


@pytest.mark.parametrize("before", [None, "before"])
def test_a_link_is_followed(folder: Path, before: str | None) -> None:
    if before:
        (folder / "there/linked.json").write_text(before, encoding="utf-8")
    written({"--json": Path("link.json")})
    assert (folder / "link.json").is_symlink()
    assert (folder / "there/linked.json").read_text().startswith("{")


def test_a_pipe_is_written_into(folder: Path) -> None:
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((folder / "pipe").read_text()))
    reader.start()
    written({"--junit": Path("pipe")})
    reader.join(20)
    assert read[0].startswith("<?xml ")
    assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)


def test_a_device_is_written_into_as_often_as_is_asked() -> None:
    """A terminal of our own: if this ever fails, no device of the machine's is gone."""
    ours, theirs = os.openpty()
    device, read = Path(os.ttyname(theirs)), b""
    before = device.stat()
    written({"--json": device, "--junit": device})
    while b"</testsuites>" not in read:
        read += os.read(ours, 1 << 16)
    after = device.stat()
    os.close(ours)
    os.close(theirs)
    assert read.startswith(b"{")
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_rdev) == (before.st_ino, before.st_rdev)


def test_a_replacement_that_fails_leaves_the_old_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And costs neither the other reports nor the table."""
    (folder / "a.json").write_text("before", encoding="utf-8")
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "a.json":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    reports = Reports("ports", {"--json": Path("a.json"), "--junit": Path("a.xml")})
    before = listed(folder)
    with pytest.raises(UsageError) as failed:
        reports.write(JUDGED)
    assert str(failed.value) == (
        "--json a.json: cannot be written: No space left on device; name another file"
    )
    assert (folder / "a.json").read_text() == "before"
    assert listed(folder) == sorted([*before, "a.xml"])
    assert "all as expected" in capsys.readouterr().out


def test_a_pipe_whose_reader_has_gone_is_bad_input(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """More than a pipe holds, so that it is seen whenever the reader goes."""
    reader = threading.Thread(target=lambda: (folder / "pipe").open("rb").close())
    reader.start()
    reports = Reports("ports", {"--json": Path("pipe")})
    with pytest.raises(UsageError) as failed:
        reports.write(ports(*[result(golden("a"))] * 500))
    reader.join(20)
    assert str(failed.value) == "--json pipe: cannot be written: Broken pipe; name another file"
    assert "500 ports, all as expected" in capsys.readouterr().out


@pytest.mark.parametrize("path", ["stdout", "out"])
def test_the_file_that_standard_output_goes_to_is_standard_output(folder: Path, path: str) -> None:
    """The report alone is there; else the table, written to what was replaced, would be lost."""
    (folder / "stdout").symlink_to("/dev/fd/1")  # as /dev/stdout is
    script = (
        "from report.judged import ports, result, golden\n"
        "from harness.report.destinations import Reports\n"
        "from pathlib import Path\n"
        f"Reports('ports', {{'--json': Path({path!r})}}).write(ports(result(golden('a'))))\n"
    )
    shell = f'{{ {sys.executable} -c "$SCRIPT"; echo after; }} > out'
    env = {"SCRIPT": script, "PYTHONPATH": os.pathsep.join(map(str, (HOME, HOME / "tests")))}
    done = command(["sh", "-c", shell], cwd=folder, env=env)
    assert (done.code, done.err) == (0, "")
    report, after = (folder / "out").read_text().rsplit("\n", 2)[:2]
    assert json.loads(report)["summary"]["results"] == 1
    assert after == "after"  # the file is the one that the shell has opened


def test_a_device_takes_more_than_one_report_also_as_standard_output(folder: Path) -> None:
    """Asked only, and not written to: it is the machine's."""
    script = (
        "from harness.report.destinations import Reports\n"
        "from pathlib import Path\n"
        "null = Path('/dev/null')\n"
        "Reports('ports', {'--json': null, '--junit': null})\n"
    )
    shell = f'{sys.executable} -c "$SCRIPT" > /dev/null'
    env = {"SCRIPT": script, "PYTHONPATH": str(HOME)}
    done = command(["sh", "-c", shell], cwd=folder, env=env)
    assert (done.code, done.err) == (0, "")


def test_half_a_surrogate_pair_is_written_escaped(folder: Path) -> None:
    spoiled = ports(result(golden("a"), unexpected=("\ud800",), as_expected=False))
    Reports("ports", {"--json": Path("a.json"), "--junit": Path("a.xml")}).write(spoiled)
    assert json.loads((folder / "a.json").read_text())["results"][0]["unexpected"] == ["\ud800"]
    assert "\\ud800" in (folder / "a.xml").read_text()


# -- GitHub ----------------------------------------------------------------------------------------


def test_annotations_stand_below_the_table_and_the_summary_is_appended(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    (folder / "summary.md").write_text("of another step", encoding="utf-8")
    found = ports(result(golden("a", "diverges")))
    for _ in range(2):
        Reports("ports", {"--github": True}).write(found)
        out = capsys.readouterr().out
        assert out.startswith("port     transport  verdict")
        assert out.splitlines()[-1].startswith("::error file=mine.py,line=1,")
    text = (folder / "summary.md").read_text()
    assert text.startswith("of another step\n### rmsproof\n")
    assert text.count("\n### rmsproof\n") == 2


@pytest.mark.parametrize("variable", [None, ""])
def test_no_summary_is_written_where_none_is_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    if variable is not None:
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", variable)
    before = listed(folder)
    written({"--github": True})
    assert listed(folder) == before
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    written({"--github": False})
    assert listed(folder) == before
