"""What GitHub and pre-commit read: workflows, the action, the hooks, and what starters bring."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from shell import noted, program, run
from support import REPOSITORY, CommandLine, Done, command

from harness.starters.starter import starters, texts
from rmsproof import __version__

ACTION: dict[str, Any] = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
WORKFLOWS = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (REPOSITORY / ".github/workflows").glob("*.yml")
}
ACTIONLINT = shutil.which("actionlint")
needs_actionlint = pytest.mark.skipif(ACTIONLINT is None, reason="no actionlint here")


def steps_of(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


# -- by the tool that knows them ---------------------------------------------------------------


def linted(folder: Path) -> Done:
    """What actionlint says of the workflows of a repository, the action that they use included."""
    (folder / ".git").mkdir(exist_ok=True)
    return command([str(ACTIONLINT), "-no-color"], cwd=folder)


@needs_actionlint
def test_actionlint_passes_our_workflows_and_how_they_use_the_action(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / ".github", tmp_path / ".github")
    shutil.copy(REPOSITORY / "action.yml", tmp_path)
    assert linted(tmp_path) == Done(0, "", "")
    action = tmp_path / "action.yml"
    action.write_text(action.read_text(encoding="utf-8").replace("  expect:\n", "  expected:\n"))
    done = linted(tmp_path)
    assert done.code == 1
    assert 'input "expect" is not defined in action' in done.out


@needs_actionlint
@pytest.mark.parametrize("name", starters())
def test_actionlint_passes_the_workflow_of_a_starter(tmp_path: Path, name: str) -> None:
    path = tmp_path / ".github/workflows/rmsproof.yml"
    path.parent.mkdir(parents=True)
    text = texts(name, starters()[name])[".github/workflows/rmsproof.yml"]
    path.write_text(text, encoding="utf-8")
    assert linted(tmp_path) == Done(0, "", "")


# -- by their structure ------------------------------------------------------------------------


@pytest.mark.parametrize("name", starters())
def test_the_workflow_of_a_starter_builds_it_and_checks_it(name: str) -> None:
    starter = starters()[name]
    workflow = yaml.safe_load(texts(name, starter)[".github/workflows/rmsproof.yml"])
    (job,) = workflow["jobs"].values()
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    runs = [step["run"] for step in job["steps"] if "run" in step]
    checks = "rmsproof check . --junit rmsproof.xml --github"
    assert runs == ['pip install "${RMSPROOF:-rmsproof}"', *starter.build, checks]


def test_the_action_has_its_inputs_and_uses_each() -> None:
    assert set(ACTION) == {"name", "description", "inputs", "outputs", "runs"}
    inputs = ACTION["inputs"]
    assert list(inputs) == ["target", "dialect", "expect", "version"]
    assert [name for name, given in inputs.items() if given.get("required")] == ["target"]
    steps = ACTION["runs"]["steps"]
    assert ACTION["runs"]["using"] == "composite"
    assert all(step["shell"] == "bash" for step in steps)
    used = re.findall(r"\$\{\{ inputs\.(\w+) \}\}", yaml.safe_dump(steps))
    assert sorted(used) == sorted(inputs)
    for output in ACTION["outputs"].values():
        (step, name) = re.findall(r"steps\.(\w+)\.outputs\.(\w+)", output["value"])[0]
        (script,) = [each["run"] for each in steps if each.get("id") == step]
        assert f'echo "{name}=' in script


@pytest.mark.parametrize("name", ["action.yml", *WORKFLOWS])
def test_no_script_holds_an_expression(name: str) -> None:
    """What somebody else may have written goes through the environment, never into a script."""
    steps = ACTION["runs"]["steps"] if name == "action.yml" else steps_of(WORKFLOWS[name])
    scripts = [step["run"] for step in steps if "run" in step]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []


def checked(call: CommandLine, folder: Path, **inputs: str) -> Done:
    """What the action's last step does, by the inputs, where rmsproof is installed already."""
    program(folder / "rmsproof/bin/rmsproof")
    given = dict.fromkeys(("target", "dialect", "expect"), "") | inputs
    env = {name.upper(): value for name, value in given.items()}
    env |= {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(folder / "output")}
    return run(call, folder, ACTION["runs"]["steps"][-1]["run"], **env)


def test_the_action_checks_a_target_and_says_where_its_reports_are(
    call: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.py").write_text("def", encoding="utf-8")
    (tmp_path / "known.toml").write_text('[[known]]\nverdict = "does-not-compile"\n')
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    done = checked(call, tmp_path, target="broken.py")
    assert done.code == 1
    assert "::error file=broken.py,line=1,title=" in done.out
    outputs = dict(
        line.split("=", 1) for line in (tmp_path / "output").read_text(encoding="utf-8").split()
    )
    assert outputs["junit"] == str(tmp_path / "rmsproof.xml")
    assert "<testsuites" in Path(outputs["junit"]).read_text(encoding="utf-8")
    report = json.loads(Path(outputs["report"]).read_text(encoding="utf-8"))
    assert report["results"][0]["verdict"] == "does-not-compile"
    assert "broken.py" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert checked(call, tmp_path, target="broken.py", expect="known.toml").code == 0


def test_the_action_takes_a_dialect_of_several_words_and_a_command(
    call: CommandLine, tmp_path: Path
) -> None:
    target = f"-- {sys.executable} {REPOSITORY / 'tests/ports/plain_list.py'}"
    assert checked(call, tmp_path, target=target, dialect="reference").code == 0
    checked(call, tmp_path, target=target, dialect="root=sqrt epsilon=outside")
    options = json.loads((tmp_path / "rmsproof.json").read_text())["invocation"]["options"]
    assert options["dialect"] == ["root=sqrt", "epsilon=outside"]


@pytest.mark.parametrize(("version", "installed"), [("", "here"), ("1.2.3", "rmsproof==1.2.3")])
def test_the_action_installs_itself_or_a_version(
    tmp_path: Path, version: str, installed: str
) -> None:
    program(tmp_path / "bin/python3")
    program(tmp_path / "rmsproof/bin/python")
    env = {"VERSION": version, "ACTION": "here", "RUNNER_TEMP": str(tmp_path)}
    environment, pip = noted(tmp_path, ACTION["runs"]["steps"][0]["run"], env)
    assert environment == ["-m", "venv", f"{tmp_path}/rmsproof"]
    assert pip[:3] == ["-m", "pip", "install"]
    assert pip[-1] == installed


def test_our_workflow_judges_what_matrix_prints() -> None:
    jobs = WORKFLOWS["conformance.yml"]["jobs"]
    (plan,) = [step for step in jobs["jobs"]["steps"] if step.get("id") == "matrix"]
    assert plan["run"] == 'uv run rmsproof matrix --github >> "$GITHUB_OUTPUT"'
    editions = jobs["editions"]
    assert editions["strategy"]["matrix"] == "${{ fromJSON(needs.jobs.outputs.matrix) }}"
    assert editions["runs-on"] == "${{ matrix.system }}"
    used = set(re.findall(r"matrix\.(\w+)", yaml.safe_dump(editions["steps"])))
    assert used == {"port", "transport", "python", "java"}
    assert any(step.get("uses") == "./" for step in jobs["action"]["steps"])


def test_nothing_is_uploaded_without_a_tag() -> None:
    workflow = WORKFLOWS["release.yml"]
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    assert publish["if"] == "startsWith(github.ref, 'refs/tags/v')"
    assert publish["needs"] == "build"
    assert workflow["permissions"] == {"contents": "read"}
    runs = [step["run"] for step in build["steps"] if "run" in step]
    assert runs[1:3] == ["uv build", "uvx twine check --strict dist/*"]
    (tag,) = [run for run in runs if run.startswith("test ")]
    tag = tag.replace("$RUNNER_TEMP/wheel/bin/rmsproof", "$RMSPROOF")
    for name, code in ((f"v{__version__}", 0), ("v99.0", 1)):
        env = {"GITHUB_REF_NAME": name, "RMSPROOF": str(Path(sys.executable).parent / "rmsproof")}
        assert command(["bash", "-c", tag], cwd=REPOSITORY, env=env).code == code


def test_every_hook_is_a_command_of_ours_on_files_it_takes(
    call: CommandLine, tmp_path: Path
) -> None:
    """By its files, as pre-commit hands them over."""
    (tmp_path / "broken.py").write_text("def", encoding="utf-8")
    (tmp_path / "page.md").write_text("# Nothing\n", encoding="utf-8")
    files = {"rmsproof-check": ("broken.py", 1), "rmsproof-doc": ("page.md", 3)}
    assert {hook["id"] for hook in HOOKS} == set(files)
    for hook in HOOKS:
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert hook["language"] == "python", "it is installed by pip, as this repository is"
        program, *words = hook["entry"].split()
        assert program == "rmsproof"
        file, code = files[hook["id"]]
        assert call(*words, file).code == code
