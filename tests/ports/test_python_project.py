"""`--project DIR` of a Python port: its source roots, what it declares, and what is no project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from shapes.apart import BASE, BODY, laid_out
from shapes.python_shapes import source

from harness.judging.options import Options
from harness.judging.run import Outcome, run
from harness.languages import python_project
from harness.model.errors import UsageError
from harness.ports.targets import of_target


def outcome(path: Path, project: Path) -> Outcome:
    port = replace(of_target(str(path)), project=project)
    return run([port], Options(pattern="mixed-arrays"), every_transport=False)


@pytest.mark.parametrize(
    ("build", "place"),
    [
        ("", "src"),
        ('[tool.setuptools.package-dir]\n"" = "lib"\n', "lib"),
        ('[tool.setuptools.packages.find]\nwhere = ["python"]\n', "python"),
    ],
)
def test_modules_are_looked_for_in_the_roots_of_a_project(
    tmp_path: Path, build: str, place: str
) -> None:
    laid_out(
        tmp_path,
        {
            "whole/pyproject.toml": build,
            f"whole/{place}/bases.py": BASE,
            "elsewhere/rmsprop.py": f"from bases import Optimizer\n{BODY}",
        },
    )
    found = outcome(tmp_path / "elsewhere" / "rmsprop.py", tmp_path / "whole")
    assert found.errors == ()
    assert found.results[0].verdict.word == "exact"


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"requirements.txt": "an_absent.library>=2  # for bases\n"}, "pip install -r {}/requirem"),
        ({"pyproject.toml": '[project]\ndependencies = ["An-Absent-Library"]\n'}, "pip install -e"),
        (
            {"setup.cfg": "[options]\ninstall_requires =\n  an-absent_library\n"},
            "pip install -e {}",
        ),
        ({"setup.py": ""}, "pip install an_absent_library"),
    ],
)
def test_what_a_project_declares_and_is_not_there_is_named_with_the_command(
    tmp_path: Path, files: dict[str, str], command: str
) -> None:
    text = f"from an_absent_library import Optimizer\n{BODY}"
    laid_out(tmp_path, {**files, "rmsprop.py": text})
    (result,) = outcome(tmp_path / "rmsprop.py", tmp_path).results
    assert result.verdict.word == "not-run"
    assert result.verdict.fault is not None
    assert command.format(tmp_path) in result.verdict.fault.message


ONCE = """
KNOWN, NAMES = {}, []


def register(name):
    def known(thing):
        assert name not in KNOWN and name not in NAMES
        %s
        return thing
    return known
"""


@pytest.mark.parametrize(
    ("place", "kept", "word"),
    [
        pytest.param("", "KNOWN[name] = thing", "exact", id="a class, beside it"),
        pytest.param("lib/", "KNOWN[name] = (thing, 1)", "exact", id="and its package did"),
        pytest.param("", "NAMES.append(name)", "not-run", id="nothing of it"),
    ],
)
def test_what_registers_itself_once_is_run_again_and_again(
    tmp_path: Path, place: str, kept: str, word: str
) -> None:
    text = source("lists of arrays").replace("\nclass ", '\n@register("it")\nclass ', 1)
    whole = {
        f"{place}rmsprop.py": f"from {'.' * bool(place)}known import register\n{text}",
        f"{place}known.py": ONCE % kept,
        f"{place}__init__.py": "from .rmsprop import *\n",
    }
    laid_out(tmp_path, whole)
    (result,) = outcome(tmp_path / place / "rmsprop.py", tmp_path).results
    assert result.verdict.word == word


def test_a_folder_without_python_is_no_project(tmp_path: Path) -> None:
    laid_out(tmp_path, {"notes/readme.md": "nothing"})
    with pytest.raises(UsageError, match=r"no Python project; it has neither pyproject\.toml"):
        python_project.of(tmp_path)


def test_a_file_that_does_not_read_is_named(tmp_path: Path) -> None:
    laid_out(tmp_path, {"pyproject.toml": "[project"})
    with pytest.raises(UsageError, match=r"pyproject\.toml: cannot be read"):
        python_project.of(tmp_path)
