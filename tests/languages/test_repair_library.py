"""What the JDK and Scala's library have: asked once, kept for other runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from test_java import HOMES

from harness.languages.repair import library
from harness.languages.repair.library import jdk_classes, scala_names
from harness.machine import cache


def test_the_jdk_is_asked_for_its_public_classes() -> None:
    found = jdk_classes(["List", "Collectors", "Entry", "NoSuchClass", "-version", ""])
    assert set(found) == {"List", "Collectors", "Entry"}
    assert found["List"][0] == "java.util.List"
    assert found["Entry"][0] == "java.util.Map.Entry"


def test_scalas_library_is_asked_for_its_names() -> None:
    found = scala_names(["mutable", "HashMap", "Random", "NoSuchClass", ""])
    assert set(found) == {"mutable", "HashMap", "Random"}
    assert found["mutable"] == ("scala.collection.mutable",)
    assert found["HashMap"][0] == "scala.collection.mutable.HashMap"
    assert found["HashMap"][-1] == "java.util.HashMap"
    assert found["Random"] == ("scala.util.Random", "java.util.Random")


def test_what_the_jdk_has_is_asked_once_and_kept_for_other_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def ask(names: Sequence[str]) -> list[str]:
        asked.append(list(names))
        return [full for name in names for full in HOMES.get(name, ())]

    monkeypatch.setenv("RMSPROOF_CACHE", str(tmp_path))
    monkeypatch.setattr(library, "_ask", ask)
    cache.forget()
    try:
        for _ in range(2):  # a run of its own each
            monkeypatch.setattr(library, "_asked", {})
            assert jdk_classes(["List", "Absent"]) == {"List": HOMES["List"]}
            assert jdk_classes(["List"]) == {"List": HOMES["List"]}
    finally:
        cache.forget()
    assert asked == [["Absent", "List"]]
