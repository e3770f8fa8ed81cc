"""Where temporary folders go: one folder of this process, gone with it.

A run that is killed cannot remove its folder. Each holds a lock while its process lives, which
the system lets go of; whoever makes the next folder removes those that nobody holds.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.model.errors import ToolchainError

_PREFIX, _LOCK = "rmsproof-run-", "lock"
# One that has no lock yet is being made; it takes less than this.
_YOUNG_SECONDS = 60.0
_made: dict[str, Path] = {}
_making = threading.Lock()


def folder() -> Path:
    """The folder that temporary ones of this process go below.

    Raises:
        ToolchainError: there is no place for it.
    """
    with _making:
        try:
            base = tempfile.gettempdir()
            if base not in _made or not _made[base].is_dir():
                _sweep(Path(base))
                _made[base] = _new(base)
            return _made[base]
        except OSError as error:
            raise ToolchainError(
                f"no temporary folder can be made ({error.strerror});"
                " set TMPDIR to a folder that can be written"
            ) from error


@contextmanager
def temporary() -> Iterator[Path]:
    """A temporary folder, gone afterwards, whatever was left in it. Raises ToolchainError."""
    made = tempfile.TemporaryDirectory(dir=folder(), prefix="", ignore_cleanup_errors=True)
    with made as name:
        yield Path(name)


def _new(base: str) -> Path:
    made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base)).resolve()
    handle = os.open(made / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)  # open while this process lives
    with suppress(OSError):  # where there are no locks, nobody sweeps
        fcntl.flock(handle, fcntl.LOCK_EX)
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # not a copy of this process
            shutil.rmtree(made, ignore_errors=True)

    atexit.register(remove)
    return made


def _sweep(base: Path) -> None:
    """Remove what runs left behind that are gone; what is another user's stays."""
    for path in base.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            status = path.lstat()
            if status.st_uid == os.geteuid() and path.is_dir() and not path.is_symlink():
                if _is_locked(path, time.time() - status.st_mtime):
                    continue
                shutil.rmtree(path, ignore_errors=True)


def _is_locked(path: Path, age: float) -> bool:
    """Whether a process that lives holds a folder's lock."""
    try:
        handle = os.open(path / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return age < _YOUNG_SECONDS
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
