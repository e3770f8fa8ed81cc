"""Where the cache is, and what is done where it cannot be used."""

from __future__ import annotations

import errno
import fcntl
import os
import pwd
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from damage import KEY, Maker, content, flip, refusing

from harness.machine import cache, scratch
from harness.model.errors import ToolchainError


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder, in which nothing says where a cache is to be but a home."""
    for name in ("RMSPROOF_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    cache.forget()
    yield tmp_path
    cache.forget()


linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is another folder")


@linux
@pytest.mark.parametrize(
    ("env", "there"),
    [
        ({}, "home/.cache/rmsproof"),
        ({"XDG_CACHE_HOME": ""}, "home/.cache/rmsproof"),
        ({"XDG_CACHE_HOME": "relative"}, "home/.cache/rmsproof"),
        ({"RMSPROOF_CACHE": ""}, "home/.cache/rmsproof"),
        ({"RMSPROOF_CACHE": "~/mine"}, "home/mine"),
        ({"RMSPROOF_CACHE": "here"}, "work/here"),
    ],
)
def test_it_is_where_the_environment_says(
    place: Path, monkeypatch: pytest.MonkeyPatch, env: dict[str, str], there: str
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert cache.root() == place / there
    assert cache.root().is_dir()


@linux
def test_without_a_home_it_is_the_users_by_number(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME")
    known = list(pwd.getpwuid(os.getuid()))
    known[5] = str(place / "known")
    monkeypatch.setattr(pwd, "getpwuid", lambda _: pwd.struct_passwd(known))
    assert cache.root() == place / "known/.cache/rmsproof"


def nobody(place: Path, patch: pytest.MonkeyPatch) -> str:
    """No HOME, and a user that the machine does not know: containers."""
    patch.delenv("HOME")

    def unknown(_: int) -> Any:
        raise KeyError

    patch.setattr(pwd, "getpwuid", unknown)
    return "home"  # the words are platformdirs' or Python's, by version


def a_file(place: Path, patch: pytest.MonkeyPatch) -> str:
    (place / "taken").write_text("", encoding="utf-8")
    patch.setenv("RMSPROOF_CACHE", str(place / "taken"))
    return f"{place}/taken: File exists"


def no_home(place: Path, patch: pytest.MonkeyPatch) -> str:
    (place / "taken").write_text("", encoding="utf-8")
    patch.setenv("HOME", str(place / "taken/home"))
    return f"{place}/taken/home/.cache/rmsproof: Not a directory"


def read_only(place: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(tempfile, "TemporaryFile", refusing(errno.EROFS))
    return f"{place}/home/.cache/rmsproof: Read-only file system"


def lockless(place: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(fcntl, "flock", refusing(errno.ENOLCK))
    return f"{place}/home/.cache/rmsproof: No locks available"


@linux
@pytest.mark.parametrize("why", [nobody, a_file, no_home, read_only, lockless])
def test_where_it_cannot_be_used_a_temporary_one_is_and_one_line_says_so(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    why: Callable[[Path, pytest.MonkeyPatch], str],
) -> None:
    reason = why(place, monkeypatch)
    ended: list[tuple[Any, ...]] = []
    monkeypatch.setattr(scratch, "_made", {})
    monkeypatch.setattr(scratch.atexit, "register", lambda *call, **_: ended.append(call))
    with ThreadPoolExecutor(4) as pool:  # the first to ask are threads
        (found,) = set(pool.map(lambda _: cache.root(), range(4)))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    before, reasoned, after = said.partition(reason)
    assert reasoned
    assert before.startswith("rmsproof: the cache folder cannot be used (")
    assert after.endswith(
        "); using a temporary one for this run. "
        "Set RMSPROOF_CACHE to a folder that can be written.\n"
    )
    assert found.parent.name.startswith("rmsproof-run-")
    assert list((place / "work").iterdir()) == [], "no folder named ~ is left where it was started"
    ((remove, *arguments),) = ended
    remove(*arguments)
    assert not found.exists()


def test_a_cache_that_others_can_write_is_not_used_and_lends_nothing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.made_once("classes", KEY, Maker())
    folder = cache.root()
    folder.chmod(0o777)
    cache.forget()
    found = cache.root()
    assert f"{folder}: others can write to it; chmod o-w" in capsys.readouterr().err
    assert found != folder
    assert not (found / "classes").exists()


@pytest.mark.parametrize("name", ["record.json", "classes.jar"])
def test_a_special_file_in_an_entry_hangs_nobody(place: Path, name: str) -> None:
    make = Maker()
    entry = cache.made_once("classes", KEY, make)
    (entry / name).unlink()
    os.mkfifo(entry / name)
    assert cache.made_once("classes", KEY, make) == entry
    assert (entry / name).is_file()


def test_where_nothing_can_be_written_that_is_what_is_said(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = a_file(place, monkeypatch)
    scratch.folder()  # made before, whichever test comes first
    monkeypatch.setattr(tempfile, "mkdtemp", refusing(errno.ENOENT))
    with pytest.raises(ToolchainError) as caught:
        cache.root()
    assert str(caught.value) == (
        f"the cache folder cannot be used ({reason}), nor a temporary one (No such file or"
        " directory); set RMSPROOF_CACHE or TMPDIR to a folder that can be written"
    )


def test_what_a_cache_that_can_only_be_read_holds_is_used_while_it_is_whole(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a container whose cache was filled when it was built."""
    make = Maker()
    kept = cache.made_once("classes", KEY, make)
    spoilt = cache.made_once("classes", "cd" * 16, make)
    flip(spoilt / "classes.jar")
    cache.forget()
    read_only(place, monkeypatch)
    lent = cache.made_once("classes", KEY, make)
    assert (make.made, content(lent)) == (2, content(kept))
    mended = cache.made_once("classes", "cd" * 16, make)
    assert (make.made, content(mended)) == (3, content(kept))
    assert content(spoilt) != content(kept), "nothing was written there"
    assert cache.root() != place / "home/.cache/rmsproof"
    assert capsys.readouterr().err.count("\n") == 1
