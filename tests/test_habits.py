"""What people, hooks and CI run is one list of commands, and what contributors read is true."""

from __future__ import annotations

import os
import re
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest
from support import REPOSITORY, command

from harness.languages.jvm import jars

CI = REPOSITORY / ".ci" / "run"
SCRIPT = CI.read_text(encoding="utf-8")
JUST = (REPOSITORY / "justfile").read_text(encoding="utf-8")
HOOKS = (REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8")
WORKFLOW = (REPOSITORY / ".github/workflows/conformance.yml").read_text(encoding="utf-8")
STEPS = re.search(r"^ALL=\((.*)\)$", SCRIPT, re.MULTILINE)[1].split()  # type: ignore[index]


def test_ci_runs_every_check() -> None:
    assert "lint types goldens run docs native test guests".split() == STEPS
    for line in (
        "uv run --group lint ruff check .",
        "uv run --group lint ruff format --check .",
        "uv run --group dev mypy",
        "uv run rmsproof golden verify",
        "uv run rmsproof run",
        "uv run rmsproof doc README.md docs/*.md",
        "uv run --group dev pytest",
    ):
        assert re.search(
            rf"(?:^ +|\{{ ){re.escape(line)}(?:; \}}(?:  #.*)?)?$", SCRIPT, re.MULTILINE
        ), line
    assert "mvn " in SCRIPT


def test_the_workflow_and_just_call_the_same_commands() -> None:
    assert "      - run: .ci/run\n" in WORKFLOW
    assert "      - run: .ci/run slow\n" in WORKFLOW  # every night
    called = re.findall(r"^ {4}(.*)$", JUST, re.MULTILINE)
    assert called[0] == "@just --list"
    steps = {f".ci/run {step}" for step in STEPS}
    assert set(called[1:]) == steps | {
        ".ci/run room {{ ROOMS }}",
        ".ci/run slow",
        ".ci/run bench",
        ".ci/run",
    }


def test_hooks_are_local_and_use_what_uv_installed() -> None:
    assert re.findall(r"repo: (.*)", HOOKS) == ["local"]
    entries = re.findall(r"entry: (.*)", HOOKS)
    assert len(entries) == HOOKS.count("language: system") >= 4
    assert all(entry.startswith("uv run ") for entry in entries)


@pytest.mark.parametrize("words", [["dance"], ["room"], ["lint", "ls"]])
def test_an_unknown_step_is_refused_before_anything_is_run(words: list[str]) -> None:
    done = command(["bash", str(CI), *words], cwd=REPOSITORY)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f".ci/run: no step '{words[-1]}'; there are lint types ")


def test_contributing_has_eight_recipes_and_names_what_is_there() -> None:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    *recipes, index = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert index.startswith("Where what people ask for stands")
    assert len(recipes) == 8
    assert all("\nTest: " in recipe for recipe in recipes)
    paths = re.findall(r"`((?:harness|python_ref|tests|java|scala|clojure)/[^`\s]*)`", text)
    assert len(paths) > 15, paths
    missing = [path for path in paths if not (REPOSITORY / path.partition("NAME")[0]).exists()]
    assert missing == []
    for row in index.splitlines():  # a name without a folder is of the one before it
        folder = ""
        for name in re.findall(r"`([^`\s]+)`", row.partition(" | ")[2]):
            folder = name.rpartition("/")[0] or folder
            if name.endswith(".py") and "/" not in name:
                assert any((REPOSITORY / folder).rglob(name)), row
            elif name[:1].isupper():
                assert any((REPOSITORY / folder).rglob(f"{name}.*")), row
    rooms = re.findall(r"\.ci/run room ((?:[a-z_/]+ ?)+)", text)
    assert len(rooms) >= 4
    assert all((REPOSITORY / "tests" / room).is_dir() for row in rooms for room in row.split())
    for table in ("EDITIONS", "COMMANDS", "REPORTS", "PLACES"):
        assert f"`{table}`" in text
    imported = re.findall(r"\bfrom (harness[\w.]*) import (\w+)", text)
    assert imported
    assert all(hasattr(import_module(module), name) for module, name in imported)


def test_native_tests_are_skipped_in_one_line_where_nothing_compiles_them(tmp_path: Path) -> None:
    uv = tmp_path / "uv"  # so that none is fetched
    uv.write_text("#!/bin/sh\n", encoding="utf-8")
    uv.chmod(0o755)
    env = {"JAVA_HOME": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = command(["bash", str(CI), "native"], cwd=tmp_path, env=env)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "native: skipped; the tests of java/, scala/ and clojure/ need mvn and a JDK from 17 on\n"
    )


def test_native_tests_run_on_the_libraries_that_ports_run_on() -> None:
    """What Maven tests is of the versions that the harness pins."""
    pinned = {}
    for name in ("gson", "clojure", "scala", "scala-compiler"):
        group, artifact, version = jars.PINNED[name].coordinate.split(":")
        pinned[group, artifact] = version
    space = {"m": "http://maven.apache.org/POM/4.0.0"}
    found = {}
    for pom in REPOSITORY.glob("*/pom.xml"):
        root = ElementTree.parse(pom).getroot()
        own = {
            f"${{{p.tag.partition('}')[2]}}}": p.text or ""
            for p in root.iterfind("m:properties/*", space)
        }
        for dependency in root.iterfind("m:dependencies/m:dependency", space):
            group, artifact, version = (
                dependency.findtext(f"m:{key}", "", space)
                for key in ("groupId", "artifactId", "version")
            )
            found[group, artifact] = own.get(version, version)
    assert {key: found.get(key) for key in pinned} == pinned
