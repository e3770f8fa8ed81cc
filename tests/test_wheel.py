"""The wheel carries everything: unpacked and run in an empty folder, it does as the checkout."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from support import REPOSITORY, Done, command

from harness.machine import layout
from python_ref import golden

pytestmark = pytest.mark.jvm


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, by uv or, where there is none, by pip."""
    out = tmp_path_factory.mktemp("dist")
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv:
        arguments = [uv, "build", "--wheel", "--out-dir", str(out), str(REPOSITORY)]
    else:
        pip = [sys.executable, "-m", "pip", "wheel", "--no-deps"]
        arguments = [*pip, "--wheel-dir", str(out), str(REPOSITORY)]
    done = command(arguments, cwd=out)
    assert done.code == 0, done.err
    (built,) = out.glob("rmsproof-*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_it_carries_the_packages_and_nothing_of_the_workshop(unpacked: Path) -> None:
    tops = {path.name for path in unpacked.iterdir()}
    assert {name for name in tops if not name.endswith(".dist-info")} == {
        "rmsproof",
        "harness",
        "python_ref",
    }


def test_it_carries_every_file_of_the_packages(unpacked: Path) -> None:
    for package in ("rmsproof", "harness", "python_ref"):
        for path in (REPOSITORY / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(REPOSITORY)
                assert (unpacked / name).read_bytes() == path.read_bytes(), name


LIBRARIES = (("java", "src/main"), ("scala", "src/main"), ("clojure", "src"))


def test_it_carries_every_edition_adapter_and_test_library(unpacked: Path) -> None:
    ports = unpacked / "harness/bundled"
    folders = [*layout.editions()]
    for language, source in LIBRARIES:
        home = layout.ports_root() / language
        folders += [home / "adapter" / source, home / "testing" / source, home / "testing/export"]
    assert len(folders) > 12
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                name = path.relative_to(REPOSITORY)
                assert (ports / name).read_bytes() == path.read_bytes(), name


def test_it_carries_the_goldens_and_the_schemas(unpacked: Path) -> None:
    kept = {p.relative_to(golden.DIRECTORY) for p in golden.DIRECTORY.rglob("*.json")}
    there = unpacked / "python_ref/golden"
    assert {p.relative_to(there) for p in there.rglob("*.json")} == kept
    assert (unpacked / "harness/report/report.schema.json").is_file()


def test_it_carries_the_licence_and_the_command(unpacked: Path) -> None:
    (information,) = unpacked.glob("*.dist-info")
    assert "Apache License" in (information / "licenses/LICENSE").read_text(encoding="utf-8")
    points = (information / "entry_points.txt").read_text(encoding="utf-8")
    assert "rmsproof = rmsproof:main" in points


def from_wheel(unpacked: Path, folder: Path, *arguments: str) -> Done:
    """Run Python with the unpacked wheel before the checkout."""
    env = {"PYTHONPATH": str(unpacked)}
    return command([sys.executable, *arguments], cwd=folder, env=env)


def test_its_code_is_what_runs(unpacked: Path, tmp_path: Path) -> None:
    show = (
        "import harness; from harness.machine.layout import ports_root;"
        " print(harness.__file__, ports_root(), sep=chr(10))"
    )
    done = from_wheel(unpacked, tmp_path, "-c", show)
    assert done.out.splitlines() == [
        str(unpacked / "harness/__init__.py"),
        str(unpacked / "harness/bundled"),
    ]


@pytest.mark.slow
def test_it_runs_in_an_empty_folder_as_expected(unpacked: Path, tmp_path: Path) -> None:
    names = ("java/published", "java/imported", "java/double")
    done = from_wheel(unpacked, tmp_path, "-m", "rmsproof", "run", *names, "--json", "-")
    assert (done.code, done.err) == (0, "")
    rows = json.loads(done.out)["results"]
    assert [(row["port"], row["transport"], row["verdict"]) for row in rows] == [
        (name, transport, verdict)
        for name, verdict in zip(names, ("does-not-compile", "exact", "exact"), strict=True)
        for transport in ("jpype", "stdio")
    ]
    assert list(tmp_path.iterdir()) == [], "nothing is left in the folder it was run in"
