"""Jars: whole, pinned, fetched once, and what is said where they cannot be had."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.languages.jvm import jars, resolving
from harness.languages.jvm.jars import GSON, PINNED
from harness.languages.jvm.resolving import Resolution
from harness.machine import cache
from harness.model.errors import ToolchainError

pytestmark = pytest.mark.jvm


class Registry:
    """What would be fetched; counts how often it was asked."""

    def __init__(self, files: list[Path]) -> None:
        self.files, self.asked = files, 0

    def __call__(self, coordinates: Sequence[str], *_: object) -> Resolution:
        self.asked += 1
        return Resolution({coordinates[0]: tuple(self.files)})


@pytest.fixture
def registry(own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry that has Gson's closure, in place of the network."""
    folder = tmp_path / "registry"
    folder.mkdir()
    found = Registry([Path(shutil.copy(path, folder)) for path in jars.resolve(GSON)])
    monkeypatch.setattr(resolving, "resolve", found)
    return found


def spoil(path: Path) -> None:
    """Cut a file short, as an interrupted download does."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def test_whole_jars_are_used_without_asking_anyone(registry: Registry) -> None:
    paths = jars.resolve(GSON)
    assert [path.name for path in paths] == list(GSON.jars)
    assert [cache.sha256(path) for path in paths] == list(GSON.jars.values())
    assert registry.asked == 0


@pytest.mark.parametrize("damage", [spoil, Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_damaged_jar_is_noticed_and_fetched_anew(registry: Registry, damage: Any) -> None:
    damage(jars.resolve(GSON)[1])
    paths = jars.resolve(GSON)
    assert [cache.sha256(path) for path in paths] == list(GSON.jars.values())
    assert registry.asked == 1


def refusal(problem: str) -> str:
    return (
        f"com.google.code.gson:gson:{GSON.version} is not in the cache and could not be fetched"
        " from Maven Central: run the same command once with a network, or copy"
        f" {cache.root()} from a machine that did (RMSPROOF_CACHE names another folder); {problem}"
    )


def test_a_truncated_download_is_refused_after_a_second_try(registry: Registry) -> None:
    gson = jars.resolve(GSON)[1]
    gson.unlink()
    spoil(registry.files[1])
    with pytest.raises(ToolchainError) as caught:
        jars.resolve(GSON)
    assert str(caught.value) == refusal(f"{gson.name} does not have the pinned hash")
    assert registry.asked == 2
    assert not gson.exists(), "what is not whole never enters the cache"


def test_a_closure_that_differs_is_refused(registry: Registry, tmp_path: Path) -> None:
    missing = jars.resolve(GSON)[0]
    missing.unlink()
    stranger = tmp_path / "stranger-1.0.jar"
    stranger.write_bytes(b"PK")
    registry.files = [registry.files[1], stranger]
    with pytest.raises(ToolchainError) as caught:
        jars.resolve(GSON)
    assert str(caught.value) == refusal(
        "the closure differs from the pinned one:"
        f" missing {missing.name}; unexpected stranger-1.0.jar"
    )


def test_every_pinned_closure_is_what_it_says() -> None:
    """Names carry the version that the coordinate asks for; hashes are SHA-256."""
    for closure in PINNED.values():
        _, artifact, version = closure.coordinate.split(":")
        assert f"{artifact}-{version}.jar" in closure.jars
        assert all(len(bytes.fromhex(digest)) == 32 for digest in closure.jars.values())


def test_what_arrives_is_whole_or_not_there(own_cache: Path) -> None:
    target = own_cache / "classes/thing"

    def interrupted() -> None:
        with cache.arriving(target) as folder:
            (folder / "half").write_text("x", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert not target.exists()
    with cache.arriving(target) as folder:
        (folder / "whole").write_text("y", encoding="utf-8")
        assert not target.exists()
    assert [path.name for path in target.iterdir()] == ["whole"]
    assert [path.name for path in target.parent.iterdir()] == ["thing"]
