"""Attacks on the cache: special files, links out, records that are none.

What was tampered with is made anew, or the run says that it cannot be; nobody waits, and what a
link leads to is as it was.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.machine import cache
from harness.model.errors import ToolchainError

KEY = "ab" * 16
_LOCK = "classes-ab.lock"


@dataclass(frozen=True)
class Place:
    """Where an attack takes place.

    Attributes:
        root: the cache.
        entry: what was made in it: a folder with the file `classes.jar`.
        precious: a folder of the user's, elsewhere, with the file `kept`.
    """

    root: Path
    entry: Path
    precious: Path


def a_socket(place: Place) -> None:
    (place.entry / "classes.jar").unlink()
    here = Path.cwd()
    os.chdir(place.entry)  # a socket's name is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("classes.jar")
    os.chdir(here)


def record(data: bytes) -> Callable[[Place], None]:
    return lambda place: (place.entry / "record.json").write_bytes(data) and None


def gigabytes(place: Place) -> None:
    with (place.entry / "record.json").open("ab") as file:
        file.truncate(64 << 30)


def hard_link(place: Place) -> None:
    (place.entry / "classes.jar").unlink()
    (place.entry / "classes.jar").hardlink_to(place.precious / "kept")


def linked_entry(place: Place) -> None:
    shutil.rmtree(place.entry)
    place.entry.symlink_to(place.precious)


def linked_file(place: Place) -> None:
    (place.entry / "classes.jar").unlink()
    (place.entry / "classes.jar").symlink_to(place.precious / "kept")


def linked_folder_in_it(place: Place) -> None:
    (place.entry / "more").symlink_to(place.precious)


def linked_rest(place: Place) -> None:
    """As if it were what a run that was killed left half-made."""
    (place.entry / "record.json").unlink()
    (place.entry.parent / f".{KEY}.half").symlink_to(place.precious)


def lock(make: Callable[[Path], object]) -> Callable[[Place], None]:
    def damage(place: Place) -> None:
        (place.entry / "record.json").unlink()
        (place.root / _LOCK).unlink()
        make(place.root / _LOCK)

    return damage


def refused(place: Place) -> None:
    lock(lambda path: path.symlink_to(place.precious / "made"))(place)


ATTACKS: dict[str, Callable[[Place], None]] = {
    "a socket for a file": a_socket,
    "a record of gigabytes": gigabytes,
    "a record that is no text": record(b"\xff\xfe\x00"),
    "a record of a number without end": record(b'{"key": ' + b"9" * 100_000 + b"}"),
    "a record that is a list": record(b"[1e999, NaN]"),
    "a file of the user's, by its second name": hard_link,
    "a link to a file of the user's": linked_file,
    "a link to a folder of the user's": linked_entry,
    "a link to a folder in the entry": linked_folder_in_it,
    "a link for what a killed run left": linked_rest,
    "a pipe for a lock": lock(os.mkfifo),
    "a folder for a lock": lock(Path.mkdir),
    "a link for a lock": refused,
}
REFUSED = ("a folder for a lock", "a link for a lock")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A cache of the test's own with one entry."""
    monkeypatch.setenv("RMSPROOF_CACHE", str(tmp_path / "cache"))
    cache.forget()
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "kept").write_text("kept", encoding="utf-8")
    yield Place(cache.root(), cache.made_once("classes", KEY, make), precious)
    cache.forget()


def make(folder: Path) -> None:
    """Fill an entry."""
    (folder / "classes.jar").write_bytes(b"classes")


@pytest.mark.parametrize("name", ATTACKS)
def test_what_was_tampered_with_is_made_anew(name: str, place: Place) -> None:
    ATTACKS[name](place)
    if name in REFUSED:
        with pytest.raises(ToolchainError, match=rf"{_LOCK}: cannot be written"):
            cache.made_once("classes", KEY, make)
    else:
        entry = cache.made_once("classes", KEY, make)
        assert not entry.is_symlink()
        assert sorted(path.name for path in entry.iterdir()) == ["classes.jar", "record.json"]
        assert (entry / "classes.jar").read_bytes() == b"classes"
    assert [path.name for path in place.precious.iterdir()] == ["kept"]
    assert (place.precious / "kept").read_text(encoding="utf-8") == "kept"
