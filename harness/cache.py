"""The per-user cache: where it is, how it is locked, how things get into it whole.

Everything in it is named by its content or by what it was made from, and may be deleted at any
time. Where the user's cache folder cannot be written, a temporary one serves this run.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import platformdirs

from harness.errors import ToolchainError

_BLOCK = 1 << 20


@cache
def root() -> Path:
    """Return the cache folder (RMSPROOF_CACHE, or the platform's), made if need be."""
    given = os.environ.get("RMSPROOF_CACHE")
    try:
        folder = Path(given) if given else Path(platformdirs.user_cache_dir("rmsproof"))
        folder = folder.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError) as error:
        temporary = Path(tempfile.mkdtemp(prefix="rmsproof-"))
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        print(
            f"rmsproof: the cache folder cannot be written ({error}); using a temporary one"
            " for this run. Set RMSPROOF_CACHE to a folder that can be.",
            file=sys.stderr,
        )
        return temporary


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the cache's lock `name` against every other run and thread."""
    path = root() / f"{name}.lock"
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise ToolchainError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def arriving(target: Path) -> Iterator[Path]:
    """A temporary folder beside `target`, renamed to it when the block ends well.

    Raises:
        ToolchainError: the disk is full, or the like.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    except OSError as error:
        raise ToolchainError(f"{target.parent}: cannot be written: {error.strerror}") from error
    try:
        yield folder
        if target.exists():
            shutil.rmtree(target)
        folder.chmod(0o755)
        folder.rename(target)
    except OSError as error:
        raise ToolchainError(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
