"""Archives of a JVM and modules of Python: compiled once, written anew where they changed."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from damage import Damage, cut, empty, flip, refusing

from harness.languages.jvm import archives
from harness.languages.jvm.java import Java
from harness.machine import bytecode

WRITES = """#!/bin/sh
for word; do case $word in -XX:ArchiveClassesAtExit=*) printf %s "$$" > "${word#*=}";; esac; done
"""


@pytest.fixture
def scribe(tmp_path: Path) -> Java:
    """A Java that writes its process's number as an archive."""
    (tmp_path / "jdk/bin").mkdir(parents=True)
    (tmp_path / "jdk/bin/java").write_text(WRITES, encoding="utf-8")
    (tmp_path / "jdk/bin/java").chmod(0o755)
    return Java(tmp_path / "jdk", 17, "17.0.1")


@pytest.mark.parametrize("damage", [cut, flip, empty, Path.unlink])
def test_an_archive_that_was_changed_is_written_anew(
    folder: Path, scribe: Java, damage: Damage
) -> None:
    """A JVM looks at no more than its head; then it may well crash, and the port be blamed."""
    made = archives.archive(scribe, "a.jar", (), "Main", ())
    assert made is not None
    first = made.read_bytes()
    assert archives.archive(scribe, "a.jar", (), "Main", ()) == made
    assert made.read_bytes() == first
    damage(made)
    assert archives.archive(scribe, "a.jar", (), "Main", ()) == made
    assert made.read_bytes() not in (first, b"")


def test_without_room_for_an_archive_there_is_none(
    folder: Path, scribe: Java, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "rename", refusing(errno.ENOSPC))
    assert archives.archive(scribe, "a.jar", (), "Main", ()) is None


@pytest.fixture
def modules(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Path]]:
    """Ask what processes are told of modules, where Python may not write beside the sources."""
    monkeypatch.setattr(bytecode, "_NEEDED", ("colorsys",))
    monkeypatch.setattr(bytecode, "_WORKER", "/nowhere/worker.py")

    def asked() -> list[Path]:
        bytecode._prefix.cache_clear()
        said = bytecode.environment()
        assert said["PYTHONDONTWRITEBYTECODE"] == "1", "no process of ours adds to them"
        place = said.get("PYTHONPYCACHEPREFIX")
        return sorted(Path(place).rglob("colorsys*.pyc")) if place else []

    return asked


@pytest.fixture(autouse=True)
def prefix_of_the_session() -> Iterator[None]:
    yield
    bytecode._prefix.cache_clear()


@pytest.mark.parametrize("damage", [cut, flip, Path.unlink])
def test_a_module_that_was_changed_is_compiled_anew(
    modules: Callable[[], list[Path]], damage: Damage
) -> None:
    (module,) = modules()
    whole = module.read_bytes()
    damage(module)
    assert modules() == [module]
    assert module.read_bytes() == whole


def test_this_process_finds_what_an_earlier_run_compiled_and_makes_nothing(
    modules: Callable[[], list[Path]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    bytecode.use()
    assert sys.pycache_prefix is None
    assert not (folder / "modules").exists()
    (module,) = modules()
    bytecode.use()
    assert sys.pycache_prefix is not None
    assert Path(sys.pycache_prefix) in module.parents
    monkeypatch.setattr(sys, "pycache_prefix", None)
    flip(module)
    bytecode.use()
    assert sys.pycache_prefix is None


def test_a_module_that_a_full_disk_cut_short_is_never_kept(
    modules: Callable[[], list[Path]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.run

    def short(*arguments: Any, **options: Any) -> Any:
        done = real(*arguments, **options)
        for module in Path(options["env"]["PYTHONPYCACHEPREFIX"]).rglob("*.pyc"):
            cut(module)
        return done

    monkeypatch.setattr(subprocess, "run", short)
    assert modules() == []
    assert not list((folder / "modules").iterdir())
