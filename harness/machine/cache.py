"""The per-user cache: where it is, how it is locked, how things get into it whole and stay so.

Everything in it is named by its content or by what it was made from, and may be deleted at any
time. What is made here is a folder with a record of its files' hashes, which are taken again where
a file was written to: whatever was truncated or changed since is noticed and made anew. Locks are
the system's own, so that a run that was killed leaves none behind. Where the user's cache folder
cannot be used, a temporary one serves this run.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import BinaryIO

import platformdirs

from harness.machine import scratch
from harness.model import interruption
from harness.model.errors import ToolchainError

_BLOCK = 1 << 20
_RECORD = "record.json"
# The system's clock for files may stand still so long: what is changed after it shows.
_TICK = 0.011
# A hundred thousand files' hashes; a longer one is not of our making.
_LARGEST_RECORD = 16 << 20
# What a cache that can only be read may still give; every entry is checked before it is used.
_LENT = ("jars", "classes", "archives", "modules")
# How often is looked whether somebody else's lock is free, or the user has given up.
_LOOK_SECONDS = 0.05
_finding = threading.Lock()
_hashed: dict[tuple[int, ...], str] = {}


class _Foreign(RuntimeError):
    """A cache folder that somebody else can have filled."""


def root() -> Path:
    """Return the cache folder (RMSPROOF_CACHE, or the platform's), made if need be.

    Raises:
        ToolchainError: neither it nor a temporary folder can be written.
    """
    with _finding:  # two threads that found none would make two temporary ones
        return _root()


@cache
def _root() -> Path:
    folder: Path | None = None
    try:
        folder = _named()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _check_private(folder)
        with tempfile.TemporaryFile(dir=folder) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # some network folders have no locks
        return folder
    except (OSError, RuntimeError) as error:
        why = f"{folder}: {error.strerror}" if isinstance(error, OSError) else str(error)
        foreign = isinstance(error, _Foreign)
    try:
        temporary = Path(tempfile.mkdtemp(dir=scratch.folder()))
    except (OSError, ToolchainError) as error:
        words = error.strerror if isinstance(error, OSError) else error
        raise ToolchainError(
            f"the cache folder cannot be used ({why}), nor a temporary one ({words});"
            " set RMSPROOF_CACHE or TMPDIR to a folder that can be written"
        ) from error
    if folder and not foreign:
        _lend(folder, temporary)
    print(
        f"rmsproof: the cache folder cannot be used ({why}); using a temporary one"
        " for this run. Set RMSPROOF_CACHE to a folder that can be written.",
        file=sys.stderr,
    )
    return temporary


def _check_private(folder: Path) -> None:
    """Raise _Foreign for a folder whose compiled entries somebody else could have made."""
    status = folder.stat()
    if status.st_uid not in (os.geteuid(), 0):
        raise _Foreign(f"{folder}: belongs to another user")
    if status.st_mode & stat.S_IWOTH:
        raise _Foreign(f"{folder}: others can write to it; chmod o-w")


def forget() -> None:
    """Look for the cache folder anew when it is next asked for."""
    _root.cache_clear()


def _named() -> Path:
    """The folder that the user or the platform names. Raises RuntimeError: there is no home."""
    given = os.environ.get("RMSPROOF_CACHE")
    folder = Path(given or platformdirs.user_cache_dir("rmsproof")).expanduser()
    return folder.absolute()


def _lend(whole: Path, temporary: Path) -> None:
    """Link what a cache that cannot be written holds into the temporary one."""
    for kind in _LENT:
        with contextlib.suppress(OSError):
            entries = list((whole / kind).iterdir())
            (temporary / kind).mkdir()
            for entry in entries:
                (temporary / kind / entry.name).symlink_to(entry)


def regular(path: Path) -> BinaryIO:
    """Open a file that is to be read whole. Raises OSError; of what is no file nobody waits."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    return os.fdopen(handle, "rb")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal.

    Of a file that nobody wrote to since this process last read it, the hash is known.
    """
    digest = hashlib.sha256()
    with regular(path) as file:
        written = _written(os.fstat(file.fileno()))
        if known := _hashed.get(written):
            return known
        settled = time.time_ns() - written[-1] > 2e9 * _TICK
        while block := file.read(_BLOCK):
            digest.update(block)
        if settled and _written(os.fstat(file.fileno())) == written:
            _hashed[written] = digest.hexdigest()
    return digest.hexdigest()


def _written(status: os.stat_result) -> tuple[int, ...]:
    """What nobody can write to a file without changing: the last of it is when it was changed."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def unwritable(path: Path, error: OSError) -> ToolchainError:
    """What is raised where a file or folder cannot be written."""
    return ToolchainError(f"{error.filename or path}: cannot be written: {error.strerror or error}")


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the cache's lock `name` against every other run and thread. Raises ToolchainError."""
    path = root() / f"{name}.lock"
    try:
        # Not through a link: what it leads to would be made.
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        try:
            while not _taken(handle):
                if interruption.given_up():
                    raise ToolchainError(f"{path}: another run has it, and this one was ended")
                time.sleep(_LOOK_SECONDS)
        except OSError as error:
            raise ToolchainError(f"{path}: cannot be locked: {error.strerror}") from error
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    """Take a lock, if nobody has it. Raises OSError: there are no locks here."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def made_once(kind: str, key: str, make: Callable[[Path], None], made_of: str = "") -> Path:
    """Return the folder `kind`/`key`, whole and as it was made; made now if it is not there.

    Args:
        kind: what sort of thing it is.
        key: what names it.
        make: fills a folder that is renamed into place when it is whole.
        made_of: what else it depends on; another one replaces it.

    Raises:
        ToolchainError: it cannot be written.
    """
    target = root() / kind / key
    if not _whole(target, made_of):
        with locked(f"{kind}-{key[:2]}"):
            if not _whole(target, made_of):
                with arriving(target) as folder:
                    make(folder)
                    files = _hashes(folder)
                    time.sleep(_TICK)
                    record = {"key": key, "made_of": made_of, "files": files}
                    sealed = {**record, "seal": _seal(folder, files)}
                    (folder / _RECORD).write_text(json.dumps(sealed), encoding="utf-8")
    return target


def whole(kind: str, key: str, made_of: str = "") -> Path | None:
    """Return the folder `kind`/`key` as `made_once` would, if it is there whole; make nothing."""
    target = root() / kind / key
    return target if _whole(target, made_of) else None


def _whole(folder: Path, made_of: str) -> bool:
    """Whether a folder is exactly what was recorded when it was made."""
    try:
        with regular(folder / _RECORD) as file:
            record = json.loads(file.read(_LARGEST_RECORD))
        seal, files = record.pop("seal", ""), record["files"]
        if not seal or seal != _seal(folder, files):
            files = _hashes(folder)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False
    return bool(record == {"key": folder.name, "made_of": made_of, "files": files})


def _seal(folder: Path, files: Mapping[str, str]) -> str:
    """What nobody can write to a file without changing; "" where there is none.

    A file's size and what the system keeps of it, of which the time of its last change cannot be
    set. Where it is as it was, the hashes of the files are, too, and need not be taken again: a
    copy of a cache is hashed.
    """
    digest = hashlib.sha256(json.dumps(files).encode())
    count, folders = 0, [str(folder)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        for entry in listed:
            if entry.is_symlink():
                return ""
            if entry.is_dir():
                folders.append(entry.path)
            elif entry.path != f"{folder}/{_RECORD}":
                count += 1
                _, *written = _written(entry.stat())
                digest.update(f"{entry.name} {written}\n".encode())
    return digest.hexdigest() if count == len(files) else ""


def _hashes(folder: Path) -> dict[str, str]:
    """The hash of every file below a folder, but for its record, by relative path."""
    return {
        path.relative_to(folder).as_posix(): sha256(path) if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
        if (path.is_symlink() or not path.is_dir()) and path != folder / _RECORD
    }


@contextlib.contextmanager
def arriving(target: Path) -> Iterator[Path]:
    """A temporary folder beside `target`, renamed to it when the block ends well.

    Whoever calls holds a lock for `target`: what a killed run left half-made is removed.

    Raises:
        ToolchainError: the disk is full, or the like.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for left in target.parent.glob(f".{target.name}.*"):
            remove(left)
        folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    except OSError as error:
        raise unwritable(target.parent, error) from error
    try:
        yield folder
        remove(target)
        folder.chmod(0o755)
        folder.rename(target)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder, whichever it is, if it is there. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
