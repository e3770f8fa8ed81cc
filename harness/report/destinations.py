"""Where reports go: checked before anything is judged, written when all is.

A file is written whole or not at all, and no folder is made for it. Links are followed; devices
and pipes are written into and stay what they are. Standard output takes one report, else the
table for people.
"""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.model.errors import UsageError
from harness.report.registry import TABLES, Kind, Report, function, of_kind

STANDARD_OUTPUT = "-"
# A reader that was started beside us is there by then.
_READER_SECONDS = 5.0


@dataclass(frozen=True)
class Destination:
    """One report, and where it goes.

    Attributes:
        report: what goes there.
        path: the file, as the user names it; None for standard output, below the table.
    """

    report: Report
    path: Path | None = None

    @property
    def name(self) -> str:
        """How messages call it: the option, and the file."""
        option, variable = self.report.option, self.report.variable
        return " ".join(filter(None, (option, variable and f"${variable}", str(self.path or ""))))

    @property
    def is_output(self) -> bool:
        """Whether it is standard output, by whatever name."""
        if self.path is None:
            return True
        if self.report.variable:
            return False
        return str(self.path) == STANDARD_OUTPUT or _is_standard_output(self.path)

    @property
    def replaces_table(self) -> bool:
        """Whether standard output is the report's alone."""
        return self.path is not None and self.is_output

    def check(self) -> None:
        """Raise UsageError if the report could not be written."""
        if self.path is not None and not self.is_output:
            appended = bool(self.report.variable)
            check_file(self.path, self.name, self.report.example or "summary.md", appended=appended)

    def write(self, text: str) -> None:
        """Write the report. Raises UsageError."""
        data = text.encode("utf-8", "backslashreplace")  # half a surrogate pair is no Unicode
        if self.path is None or self.is_output:
            sys.stdout.write(data.decode())
            return
        from python_ref.files import write_whole

        try:
            if self.report.variable or not _is_file(self.path):
                mode = "ab" if self.report.variable else "wb"
                with open(self.path, mode, opener=_opened) as file:
                    file.write(data)
            else:
                write_whole(_file_behind(self.path), data)
        except OSError as error:
            raise _refused(self.name, error) from error


def check_file(path: Path, name: str, example: str, *, appended: bool = False) -> None:
    """Raise UsageError if a file could not be written: what for, where, and what to do.

    Args:
        path: the file, which may be there or not.
        name: how the message calls it.
        example: a file's name, for a path that is a folder.
        appended: it is written into, not replaced.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        _check_folder(_file_behind(path).parent, name)
    except (OSError, ValueError, RuntimeError) as error:
        raise _refused(name, error) from error
    else:
        if stat.S_ISDIR(status.st_mode):
            raise UsageError(f"{name}: is a folder; name a file in it, such as {path / example}")
        if not stat.S_ISREG(status.st_mode):
            if not os.access(path, os.W_OK):
                raise UsageError(f"{name}: cannot be written to; name another file")
            return
        try:
            os.close(os.open(path, os.O_WRONLY))
        except OSError as error:
            raise _refused(name, error) from error
        if not appended:
            _check_folder(_file_behind(path).parent, name)


def check_directory(path: Path, name: str) -> None:
    """Raise UsageError if no file could be made in a folder, which need not be there yet."""
    there = next(p for p in (path, *path.absolute().parents) if p.exists())
    _check_folder(there, name, "folder")


def _check_folder(folder: Path, name: str, asked: str = "file") -> None:
    """Raise UsageError if no file can be made in a folder; tried, as permissions tell less."""
    import tempfile

    if not folder.exists():
        raise UsageError(
            f"{name}: there is no folder {folder};"
            f" make it first: mkdir -p {shlex.quote(str(folder))}"
        )
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise _refused(name, error, asked) from error


def _opened(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody reads from is not waited for longer than its reader needs."""
    import errno
    import time

    deadline = time.monotonic() + _READER_SECONDS
    while True:
        try:
            handle = os.open(path, flags | os.O_NONBLOCK, 0o666)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > deadline:
                raise OSError(errno.ENXIO, "nobody reads from this pipe") from error
            time.sleep(0.05)
        else:
            os.set_blocking(handle, True)
            return handle


def _refused(name: str, error: Exception, asked: str = "file") -> UsageError:
    reason = getattr(error, "strerror", None) or error
    return UsageError(f"{name}: cannot be written: {reason}; name another {asked}")


def _file_behind(path: Path) -> Path:
    """The file that a path leads to, whether it is there or not."""
    return path.resolve() if path.is_symlink() else path


def _is_file(path: Path) -> bool:
    """Whether there is a regular file, or nothing yet."""
    return path.is_file() or not path.exists()


def _is_standard_output(path: Path) -> bool:
    """Whether a path leads to what standard output is: /dev/stdout, the file it is sent to.

    Not for devices that are no terminal: whatever is sent to /dev/null, it takes more.
    """
    try:
        there, ours = path.stat(), os.fstat(1)
    except (OSError, ValueError, RuntimeError):
        return False
    device = stat.S_ISCHR(there.st_mode) and not os.isatty(1)
    return os.path.samestat(there, ours) and not device


class Reports:
    """The reports that a command line asks for.

    Args:
        kind: what is going to be judged.
        asked: by option, what was given: a file, or whether it is asked for at all.
        version: rmsproof's own, for those that name it.
        given: what else the command was given, some of it files that it reads.

    Raises:
        UsageError: one of them could not be written, two would be to one place, or one would be
            to a file that the command reads.
    """

    def __init__(
        self,
        kind: Kind,
        asked: Mapping[str, Path | bool | None],
        version: str = "",
        given: Iterable[object] = (),
    ) -> None:
        self.version = version
        self._kind = kind
        self._destinations = tuple(_destinations(kind, asked))
        for destination in self._destinations:
            destination.check()
        _check_apart(self._destinations)
        _check_unread(self._destinations, given)
        paths = [d.path for d in self._destinations if d.path is not None]
        self._behind = {path: _file_behind(path) for path in paths}

    def write(self, results: Any) -> None:
        """Write every report, and the table for people unless a report takes its place.

        Raises:
            UsageError: something cannot be written after all; everything else is, before.
        """
        failures: list[str] = []
        for destination in self._destinations:
            if not destination.is_output:
                try:
                    self._check_same(destination)
                    destination.write(destination.report.text(self._kind, results))
                except UsageError as error:
                    failures.append(str(error))
        if not any(destination.replaces_table for destination in self._destinations):
            from harness.report.terminal import console

            function(TABLES[self._kind])(console(), results)
        for destination in self._destinations:
            if destination.is_output:
                destination.write(destination.report.text(self._kind, results))
        if failures:
            raise UsageError("\n".join(failures))

    def _check_same(self, destination: Destination) -> None:
        """Raise UsageError if what was judged put a link where a report goes."""
        path = destination.path
        if path is not None and _file_behind(path) != self._behind[path]:
            raise UsageError(f"{destination.name}: has become a link to {_file_behind(path)}")


def _destinations(kind: Kind, asked: Mapping[str, Path | bool | None]) -> Iterator[Destination]:
    for report in of_kind(kind):
        given = asked.get(report.option)
        if isinstance(given, Path):
            yield Destination(report, given)
        elif given and not report.variable:
            yield Destination(report)
        elif given and (file := os.environ.get(report.variable)):
            yield Destination(report, Path(file))


def _check_apart(destinations: Sequence[Destination]) -> None:
    """Raise UsageError if two reports would be written to one place."""
    output = [destination for destination in destinations if destination.is_output]
    if len(output) > 1:
        names = " and ".join(destination.name for destination in output)
        option = next(d.report.option for d in output if d.path is not None)
        raise UsageError(f"{names}: standard output takes one report; name a file for {option}")
    places: dict[Path, Destination] = {}
    for destination in destinations:
        if destination.path is None or destination.is_output or not _is_file(destination.path):
            continue
        other = places.setdefault(destination.path.resolve(), destination)
        if other is not destination:
            raise UsageError(
                f"{other.name} and {destination.name}: a file takes one report; name two files"
            )


def _check_unread(destinations: Sequence[Destination], given: Iterable[object]) -> None:
    """Raise UsageError if a report would be written over a file that the command was given."""
    for value in given:
        if isinstance(value, (list, tuple)):
            _check_unread(destinations, value)
        elif isinstance(value, str) and "\0" in value:  # the words of a command
            _check_unread(destinations, value.split("\0"))
        if not isinstance(value, (str, Path)):
            continue
        for destination in destinations:
            if destination.path is None or destination.is_output:
                continue
            with suppress(OSError, ValueError):  # it is no file
                if _is_file(destination.path) and destination.path.samefile(value):
                    raise UsageError(f"{destination.name}: is what is read; name another file")
