"""Where a stranger's code runs: a fresh folder, no network where possible, limits, no secrets.

It keeps accidents from the machine and the machine's secrets out of the environment, and ends
whatever was started in it. It is no prison: what the user may read and write can be read and
written, a limit on files is for each of them, and sockets in the file system can be reached.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.machine.cache import root
from harness.machine.isolation.limits import ENTER, PORT, Limits
from harness.machine.scratch import temporary
from harness.model.errors import ToolchainError
from harness.model.isolation import InForce

# What a port may know of our environment: nothing that could be a secret.
_PASSED = frozenset(
    "PATH HOME LANG LANGUAGE TZ TMPDIR TEMP TMP SYSTEMROOT JAVA_HOME VIRTUAL_ENV PYTHONPATH"
    " LD_LIBRARY_PATH DYLD_LIBRARY_PATH".split()
)
# How libraries compute: the backend, the device, what their compilers may do.
_OF_LIBRARIES = frozenset(
    "KERAS_BACKEND KERAS_HOME KERAS_TORCH_DEVICE XLA_FLAGS TF_CPP_MIN_LOG_LEVEL TF_XLA_FLAGS"
    " TF_ENABLE_ONEDNN_OPTS TF_USE_LEGACY_KERAS TF_DETERMINISTIC_OPS MKL_CBWR ATEN_CPU_CAPABILITY"
    " TORCH_NUM_THREADS".split()
)
_BY_PREFIX = ("LC_", "JAX_", "MLX_")
# A sum shared among threads has its terms in another order on every machine; and a library that
# starts a thread for each processor does so at every start of a port.
_SAME_EVERYWHERE = {"PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}
# A block of a document writes less than a port may.
_LIMITS = Limits(file=64 << 20)


def scrubbed_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment a port runs in."""
    passed = _PASSED | _OF_LIBRARIES
    passed_on = {k: v for k, v in os.environ.items() if k in passed or k.startswith(_BY_PREFIX)}
    return {**passed_on, **_SAME_EVERYWHERE, **(extra or {})}


@dataclass(frozen=True)
class Sandbox:
    """A folder of its own for one piece of code, and how a process is started in it.

    Attributes:
        folder: working folder and home of what runs.
    """

    folder: Path

    def command(self, command: Sequence[str]) -> list[str]:
        """The command that enters the sandbox and becomes `command`."""
        own = "network" if can_have_own("network") else "nothing"
        return _LIMITS.entering(command, own, protected())

    def environment(self) -> dict[str, str]:
        """What the environment says besides what every port's does."""
        place = str(self.folder)
        return {"HOME": place, "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0"}


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """A sandbox whose folder is gone afterwards, whatever was left in it.

    Raises:
        ToolchainError: there is no place for temporary folders.
    """
    with temporary() as folder:
        yield Sandbox(folder)


def to_itself(command: Sequence[str], cwd: Path | None, limits: Limits) -> list[str] | None:
    """The command that runs another with a process table to itself; None where it can have none.

    What it leaves behind ends with it, wherever it hid; and it cannot change what our cache has
    of others, nor us.

    Raises:
        OSError: the program is not there or may not be run.
    """
    if not can_have_own("processes"):
        return None
    _check_program(command[0], cwd)
    return limits.entering(command, "processes", protected())


def _check_program(name: str, cwd: Path | None) -> None:
    """Raise OSError as starting the program would."""
    program = str((cwd or Path()) / name) if "/" in name else shutil.which(name)
    if program is None or not Path(program).exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    if not os.access(program, os.X_OK) or Path(program).is_dir():
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)
    with suppress(PermissionError), Path(program).open("rb") as file:
        if file.read(2) not in (b"#!", b"\x7fE"):
            raise OSError(errno.ENOEXEC, os.strerror(errno.ENOEXEC), name)


def protected() -> tuple[Path, ...]:
    """The folders that strangers' code must not change: our cache, and what we are made of."""
    packages = Path(__file__).absolute().parents[3]
    ours = (packages / name for name in ("harness", "python_ref", "rmsproof"))
    return tuple(folder for folder in (root(), *ours) if folder.is_dir())


def in_force(own: str = "processes") -> InForce:
    """What is in force for ports, or with "network" for what documents hold."""
    limits = _LIMITS if own == "network" else PORT
    given = _given(own)
    return InForce(
        own_processes=given is not None,
        own_network=given is not None and own == "network",
        read_only="read_only" in (given or ()),
        cpu=limits.cpu,
        memory=limits.data,
        file=limits.file,
        files=limits.files,
        written=limits.written if "written" in (given or ()) else None,
        processes=limits.processes if "processes" in (given or ()) else None,
    )


def can_have_own(what: str) -> bool:
    """Whether the kernel gives a process a "network" or "processes" of its own."""
    return _given(what) is not None


@cache
def _given(own: str) -> frozenset[str] | None:
    """What the kernel gives beside a "network" or "processes"; None if not even that (tried)."""
    limits = _LIMITS if own == "network" else PORT
    numbers = (str(limits.processes), str(limits.written))
    enter = [sys.executable, "-I", "-S", str(ENTER), "probe"]
    folders = "\n".join(map(str, protected()))
    with suppress(OSError, subprocess.TimeoutExpired, ToolchainError), temporary() as folder:
        done = subprocess.run(
            [*enter, own, *numbers, folders],
            env={"TMPDIR": str(folder)},
            capture_output=True,
            timeout=10,
            check=False,
            text=True,
        )
        if done.returncode == 0:
            return frozenset(done.stdout.split())
    return None
