"""The cache: whole entries or none, whatever was changed, killed, full, or cannot be written."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY

from harness.languages.jvm import archives
from harness.languages.jvm.java import Java
from harness.machine import bytecode, cache, scratch
from harness.model.errors import ToolchainError

KEY = "ab" * 16
Damage = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache of the test's own."""
    monkeypatch.setenv("RMSPROOF_CACHE", str(tmp_path / "cache"))
    cache.forget()
    yield cache.root()
    cache.forget()


class Maker:
    """Fills an entry with two files; counts how often it was asked."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, folder: Path) -> None:
        self.made += 1
        (folder / "deep").mkdir()
        (folder / "classes.jar").write_bytes(b"PK\3\4" + bytes(range(256)))
        (folder / "deep/more").write_text("more", encoding="utf-8")


def content(entry: Path) -> dict[str, bytes]:
    """What was made, without the record of it."""
    return {
        path.relative_to(entry).as_posix(): path.read_bytes()
        for path in entry.rglob("*")
        if path.is_file() and path.name != "record.json"
    }


# -- what was changed -----------------------------------------------------------------------------


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def flip_secretly(path: Path) -> None:
    before = path.stat()
    flip(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def another_file(path: Path) -> None:
    path.unlink()
    path.symlink_to(REPOSITORY / "LICENSE")


def more(path: Path) -> None:
    path.with_name("stranger").write_bytes(b"")


def deep(path: Path) -> None:
    path.write_text("[" * 100_000, encoding="utf-8")


def other_words(path: Path) -> None:
    """Well-formed, and still of another hash."""
    record = json.loads(path.read_text(encoding="utf-8"))
    record["files"]["classes.jar"] = "0" * 64
    path.write_text(json.dumps(record), encoding="utf-8")


DAMAGES: list[tuple[str, Damage]] = [
    *(("classes.jar", damage) for damage in (cut, flip, empty, Path.unlink, a_folder, more)),
    ("classes.jar", another_file),
    *(("deep/more", damage) for damage in (flip, flip_secretly)),
    *(("record.json", damage) for damage in (cut, empty, Path.unlink, a_folder, deep, other_words)),
    (".", lambda entry: [shutil.rmtree(entry), entry.write_bytes(b"")]),
    (".", lambda entry: [shutil.rmtree(entry), entry.symlink_to("nowhere")]),
]


@pytest.mark.parametrize(("damaged", "damage"), DAMAGES)
def test_whatever_is_not_as_it_was_made_is_made_anew(
    folder: Path, damaged: str, damage: Damage
) -> None:
    make = Maker()
    entry = cache.kept("classes", KEY, make)
    before = content(entry)
    assert cache.kept("classes", KEY, make) == entry
    assert make.made == 1
    damage(entry / damaged)
    assert cache.kept("classes", KEY, make) == entry
    assert (make.made, content(entry)) == (2, before)
    cache.kept("classes", KEY, make)
    assert make.made == 2


def test_what_nobody_wrote_to_is_not_hashed_again_and_a_copy_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Maker()
    entry = cache.kept("classes", KEY, make)
    hashed: list[Path] = []
    real = cache.sha256
    monkeypatch.setattr(cache, "sha256", lambda path: [hashed.append(path), real(path)][1])
    cache.kept("classes", KEY, make)
    assert hashed == []
    copy = shutil.copytree(entry, folder / "copy")
    shutil.rmtree(entry)
    copy.rename(entry)
    cache.kept("classes", KEY, make)
    assert len(hashed) == len(content(entry))
    assert make.made == 1


def test_a_file_is_read_again_when_it_was_written_to_and_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = tmp_path / "file", list[Path]()
    path.write_bytes(b"first")
    real = cache._written
    first = cache.sha256(path)
    assert first == hashlib.sha256(b"first").hexdigest()
    time.sleep(0.05)
    monkeypatch.setattr(cache, "_written", lambda s: [read.append(path), real(s)][1])
    assert [cache.sha256(path), cache.sha256(path)] == [first, first]
    assert len(read) == 3, "twice around reading it, once to see that it is as it was"
    flip(path)
    assert cache.sha256(path) != first


def test_an_entry_is_not_taken_for_another(folder: Path) -> None:
    """Whole, and under a name that is not its own."""
    make = Maker()
    entry = cache.kept("classes", KEY, make)
    entry.rename(entry.with_name("cd" * 16))
    cache.kept("classes", "cd" * 16, make)
    assert make.made == 2


def test_an_entry_made_of_something_else_is_replaced(folder: Path) -> None:
    make = Maker()
    for state, made in (("1", 1), ("1", 1), ("2", 2), ("2", 2)):
        cache.kept("modules", KEY, make, made_of=state)
        assert make.made == made
    assert [path.name for path in (folder / "modules").iterdir()] == [KEY]


# -- at once, and killed --------------------------------------------------------------------------

MAKE_SLOWLY = f"""
import sys, time
from harness.machine import cache

def make(folder):
    (folder / "half").write_text("1")
    print("making", flush=True)
    time.sleep(float(sys.argv[1]))
    (folder / "half").write_text("2")

print(cache.kept("classes", {KEY!r}, make) / "half", flush=True)
"""


def started(seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAKE_SLOWLY, str(seconds)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_run_that_is_killed_leaves_neither_half_an_entry_nor_a_lock(folder: Path) -> None:
    first = started(60)
    assert first.stdout is not None
    assert first.stdout.readline() == "making\n"
    others = [started(0.1) for _ in range(2)]
    half = list((folder / "classes").iterdir())
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=30)
    said = [other.communicate(timeout=30)[0].splitlines() for other in others]
    entry = folder / "classes" / KEY
    assert len(half) == 1
    assert half[0] != entry
    assert sorted(map(len, said)) == [1, 2], "made once more, by one of them"
    assert {lines[-1] for lines in said} == {str(entry / "half")}
    assert (entry / "half").read_text(encoding="utf-8") == "2"
    assert list((folder / "classes").iterdir()) == [entry], "what was half-made is gone"


def test_a_lock_is_not_inherited_by_what_is_started_under_it(folder: Path) -> None:
    """A compiler that outlives a killed run must not hold up the next one."""
    with cache.locked("x"):
        child = subprocess.Popen([sys.executable, "-S", "-I", "-c", "input()"], stdin=-1)
    with cache.locked("x"):
        assert child.poll() is None
    child.communicate(b"\n", timeout=10)


# -- what cannot be written -----------------------------------------------------------------------


def refusing(code: int) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(code, os.strerror(code))

    return refuse


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
@pytest.mark.parametrize(
    ("module", "name"),
    [
        (tempfile, "mkdtemp"),
        (os, "open"),
        (Path, "mkdir"),
        (Path, "write_text"),
        (Path, "rename"),
        (fcntl, "flock"),
    ],
)
def test_a_full_disk_is_said_in_one_line_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, code: int
) -> None:
    make = Maker()
    with monkeypatch.context() as patch:
        patch.setattr(module, name, refusing(code))
        with pytest.raises(ToolchainError) as caught:
            cache.kept("classes", KEY, make)
    said = str(caught.value)
    assert said.startswith(str(folder))
    assert said.endswith(
        f": cannot be {'locked' if name == 'flock' else 'written'}: {os.strerror(code)}"
    )
    assert not list((folder / "classes").glob("*"))
    assert cache.kept("classes", KEY, Maker()).is_dir()


def test_what_cannot_be_made_is_not_kept(folder: Path) -> None:
    def fail(entry: Path) -> None:
        (entry / "half").write_text("", encoding="utf-8")
        raise ToolchainError("no compiler")

    with pytest.raises(ToolchainError, match="no compiler"):
        cache.kept("classes", KEY, fail)
    assert not list((folder / "classes").iterdir())


# -- where it is ----------------------------------------------------------------------------------


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
    cache.kept("classes", KEY, Maker())
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
    entry = cache.kept("classes", KEY, make)
    (entry / name).unlink()
    os.mkfifo(entry / name)
    assert cache.kept("classes", KEY, make) == entry
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
    kept = cache.kept("classes", KEY, make)
    spoilt = cache.kept("classes", "cd" * 16, make)
    flip(spoilt / "classes.jar")
    cache.forget()
    read_only(place, monkeypatch)
    lent = cache.kept("classes", KEY, make)
    assert (make.made, content(lent)) == (2, content(kept))
    mended = cache.kept("classes", "cd" * 16, make)
    assert (make.made, content(mended)) == (3, content(kept))
    assert content(spoilt) != content(kept), "nothing was written there"
    assert cache.root() != place / "home/.cache/rmsproof"
    assert capsys.readouterr().err.count("\n") == 1


# -- archives of loaded classes -------------------------------------------------------------------

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


# -- compiled modules -----------------------------------------------------------------------------


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
