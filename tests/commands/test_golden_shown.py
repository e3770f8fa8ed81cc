"""`golden show`, `export` and `verify`, and goldens that are spoiled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support import REPOSITORY, Done

from python_ref import golden as goldens_of
from python_ref.dialects.dialect import Dialect
from python_ref.golden import reading, writing
from python_ref.scenarios.catalogue import scenario_names, scenarios


@pytest.fixture
def spoiled_goldens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bundled goldens in place of them, one cut short; returns that one."""
    copy = tmp_path / "golden"
    shutil.copytree(goldens_of.DIRECTORY, copy)
    monkeypatch.setattr(reading, "DIRECTORY", copy)
    path = copy / "reference/float64/mixed-scales.json"
    path.write_bytes(path.read_bytes()[:1000])
    return path


@pytest.mark.parametrize("arguments", [["run", "java/double"], ["golden", "list"]])
def test_a_truncated_golden_is_bad_input(
    refused: Callable[..., str], spoiled_goldens: Path, arguments: list[str]
) -> None:
    """Ours, and never held against a port."""
    err = refused(*arguments)
    assert err.startswith(f"rmsproof: {spoiled_goldens}: is not complete JSON: ")
    assert err.count("\n") == 1


def test_a_golden_is_shown_by_name_or_identity(call: Callable[..., Done]) -> None:
    by_name = call("golden", "show", "reference/float64/page-one-step")
    by_id = call("golden", "show", "e3c7795767899114")
    assert by_name.out == by_id.out
    assert "0.4968377233398313" in by_name.out


def test_goldens_are_exported_as_they_are(call: Callable[..., Done], tmp_path: Path) -> None:
    done = call("golden", "export", "out")
    files = sorted(p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*.json"))
    assert done.out == f"{len(files) - 1} goldens and schema.json written to out\n"
    for file in files:
        there, here = tmp_path / "out" / file, goldens_of.DIRECTORY / file
        assert there.read_bytes() == here.read_bytes(), file


def test_verifying_says_what_is_wrong_and_ends_with_one(
    call: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "DIALECTS", {"reference": Dialect()})  # a sixth, for speed
    monkeypatch.setattr(writing, "PRECISIONS", ("float32",))
    kept = "reference/float32"
    shutil.copytree(goldens_of.DIRECTORY / kept, tmp_path / "g" / kept)
    done = call("golden", "verify", "g")
    assert (done.code, done.err) == (0, "")
    certified = sum(not scenario.edge for scenario in scenarios("float32"))
    assert done.out == (
        f"{len(scenario_names())} goldens verified byte for byte\n"
        f"{certified} goldens certified in ball arithmetic, all but those of edges\n"
    )
    monkeypatch.setitem(sys.modules, "flint", None)  # as where python-flint is not installed
    assert "the certificate was not checked" in call("golden", "verify", "g").out
    (tmp_path / "g/reference/float32/page-one-step.json").unlink()
    done = call("golden", "verify", "g")
    assert done.code == 1
    assert done.err == "rmsproof: g/reference/float32/page-one-step.json: is missing\n"
    assert done.out == "1 problem; `rmsproof golden regenerate` rewrites the files\n"


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    """`rmsproof golden list | head -1`."""
    listing = subprocess.Popen(
        [sys.executable, "-m", "rmsproof", "golden", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        text=True,
    )
    assert listing.stdout is not None
    assert listing.stderr is not None
    listing.stdout.close()
    err = listing.stderr.read()
    listing.stderr.close()
    assert (listing.wait(60), err) == (0, "")
