"""What docs/ci.md shows is what CI would run, and it is run here, in the order of the page."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from shell import noted, program, run
from support import REPOSITORY, CommandLine, Done, command

PAGE = (REPOSITORY / "docs/ci.md").read_text(encoding="utf-8")
INSTALL = 'pip install "${RMSPROOF:-rmsproof}"'


def blocks(language: str, heading: str) -> list[str]:
    """The code blocks of a section."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a checkout has, for the page's commands."""
    (tmp_path / "docs").mkdir()
    for name in ("variant.py", "known.toml", "porting.md"):
        shutil.copy(REPOSITORY / "docs" / name, tmp_path / "docs")
    for name in ("rmsproof", "pip"):
        program(tmp_path / "bin" / name)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    return tmp_path


def passed(call: CommandLine, folder: Path, script: str, **variables: str) -> str:
    done = run(call, folder, script, **variables)
    assert (done.code, done.err) == (0, ""), script
    return done.out


def installs(folder: Path, script: str) -> bool:
    """Whether a script is the page's installation: of what RMSPROOF names, else of rmsproof."""
    if script == INSTALL:
        assert noted(folder, script, {"RMSPROOF": ""}) == [["install", "rmsproof"]]
        assert noted(folder, script, {"RMSPROOF": "a b"}) == [["install", "a b"]]
    return script == INSTALL


def runs(job: dict[str, Any]) -> Iterator[str]:
    return (step["run"] for step in job["steps"] if "run" in step)


def test_consoles_show_what_is_printed(call: CommandLine, folder: Path) -> None:
    commands = [
        (line.removeprefix("$ "), shown)
        for block in blocks("console", "GitHub")
        for line, shown in re.findall(r"^(\$ .*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    ]
    assert len(commands) == 3
    for line, shown in commands:
        out = passed(call, folder, line)
        assert shown in ("", out)


def test_the_shards_of_github_make_one_report(call: CommandLine, folder: Path) -> None:
    jobs = yaml.safe_load(blocks("yaml", "GitHub")[1])["jobs"]
    install, check = runs(jobs["check"])
    assert installs(folder, install)
    for shard in jobs["check"]["strategy"]["matrix"]["shard"]:
        passed(call, folder, check, SHARD=str(shard))
        part = json.loads((folder / f"shard-{shard}.json").read_text(encoding="utf-8"))
        assert [row["verdict"] for row in part["results"]] == ["exact"]
    summary = (folder / "summary.md").read_text(encoding="utf-8")
    assert summary.count("docs/variant.py") == 2
    again, *rest = runs(jobs["merge"])
    assert installs(folder, again)
    for line in rest:
        passed(call, folder, line)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert (report["summary"]["results"], len(report["shards"])) == (2, 2)
    made = {path.name for path in folder.glob("report.*")}
    assert made == {"report.json", "report.html", "report.xml"}


def test_gitlab_runs_its_parts_and_puts_them_together(call: CommandLine, folder: Path) -> None:
    (block,) = blocks("yaml", "GitLab")
    jobs = yaml.safe_load(block)
    total = jobs["check"]["parallel"]
    install, check = jobs["check"]["script"]
    assert installs(folder, install)
    for index in range(1, total + 1):
        passed(call, folder, check, CI_NODE_INDEX=str(index), CI_NODE_TOTAL=str(total))
        assert (folder / jobs["check"]["artifacts"]["reports"]["junit"]).is_file()
    again, *rest = jobs["report"]["script"]
    assert installs(folder, again)
    for line in rest:
        passed(call, folder, line)
    for pattern in (*jobs["check"]["artifacts"]["paths"], *jobs["report"]["artifacts"]["paths"]):
        assert list(folder.glob(pattern)), pattern


def test_jenkins_runs_its_steps_and_has_its_files(call: CommandLine, folder: Path) -> None:
    (block,) = blocks("groovy", "Jenkins")
    install, check = re.findall(r"^ *sh '(.*)'$", block, re.MULTILINE)
    assert installs(folder, install)
    passed(call, folder, check)
    for file in re.findall(r"^ *(?:junit|archiveArtifacts) '(.*)'$", block, re.MULTILINE):
        assert (folder / file).is_file()


def test_the_action_and_the_hooks_are_used_as_they_are(folder: Path) -> None:
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
    steps = yaml.safe_load(blocks("yaml", "GitHub")[0])["jobs"]["rmsprop"]["steps"]
    (used,) = [step for step in steps if step.get("uses", "").startswith("OWNER/rmsproof@")]
    assert set(used["with"]) <= set(action["inputs"])
    outputs = re.findall(r"steps\.(\w+)\.outputs\.(\w+)", yaml.safe_dump(steps))
    assert outputs == [(used["id"], "report")]
    assert set(re.findall(r"`(\w+)`", PAGE)) >= {*action["inputs"], *action["outputs"]}
    hooks = {
        hook["id"]: hook["entry"]
        for hook in yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    }
    (block,) = blocks("yaml", "Before a commit")
    (repository,) = yaml.safe_load(block)["repos"]
    files = [path.relative_to(folder).as_posix() for path in (folder / "docs").iterdir()]
    checked = []  # what others of these tests run
    for hook in repository["hooks"]:
        (file,) = [name for name in files if re.search(hook["files"], name)]
        checked.append(f"{hooks[hook['id']]} {shlex.join([*hook.get('args', []), file])}")
    assert checked == [
        "rmsproof check --expect docs/known.toml docs/variant.py",
        "rmsproof doc docs/porting.md",
    ]


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="no actionlint here")
def test_actionlint_passes_the_workflows_shown(tmp_path: Path) -> None:
    for number, block in enumerate(blocks("yaml", "GitHub")):
        path = tmp_path / f".github/workflows/{number}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    done = command([str(shutil.which("actionlint")), "-no-color"], cwd=tmp_path)
    assert done == Done(0, "", "")


def test_the_exit_codes_are_those_of_check() -> None:
    from harness.commands.help import EXIT_CODES

    rows = re.findall(r"^\| (\d+) \| (.*?) \| (?:passes|fails) \|$", PAGE, re.MULTILINE)
    assert [code for code, _ in rows] == [code for code, _ in EXIT_CODES["check"]]
