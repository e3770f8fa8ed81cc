"""Which goldens a port is fed: those in files, or made for what it claims to be."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from harness.model.errors import UsageError
from harness.model.patterns import matches
from harness.ports.port import Port
from python_ref import golden as goldens_of
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, GoldenError
from python_ref.scenarios.catalogue import scenarios
from python_ref.scenarios.hyperparameters import DEVIATION_CONSTANTS, OPTIONS
from python_ref.scenarios.scenario import PRECISIONS


class Goldens:
    """The goldens to feed: from the files for the dialects that have some, made for any other."""

    def __init__(self, pattern: str | Sequence[str] = "*") -> None:
        given = [pattern] if isinstance(pattern, str) else list(pattern)
        self._files = [name for name in given if _is_file(name)]
        self._patterns = [name for name in given if name not in self._files]
        self._lock = threading.Lock()
        self._made: dict[tuple[object, ...], list[Golden]] = {}

    def __call__(self, port: Port, precision: str) -> Sequence[Golden]:
        """The goldens of a port's claim in a precision, those that match the pattern."""
        return self.of(port.claim, precision, port.fixed)

    def of(
        self, dialect: Dialect, precision: str, fixed: Mapping[str, float] = MappingProxyType({})
    ) -> list[Golden]:
        """The goldens of a dialect in a precision. Raises UsageError: a file is unreadable.

        Args:
            dialect: what is claimed.
            precision: what is stored.
            fixed: hyperparameters and options that a port has whatever it is given.
        """
        with self._lock:
            key = (dialect, precision, *fixed.items())
            if key not in self._made:
                filed = [name for name, d in goldens_of.DIALECTS.items() if d == dialect]
                own = self._own(dialect, precision)
                if self._files and not self._patterns:
                    self._made[key] = own
                elif filed and not fixed:
                    self._made[key] = [*own, *self._read(f"{filed[0]}/{precision}/")]
                else:
                    options = options_of(dialect)
                    folder = f"{','.join(dialect.deviations)}/{precision}"
                    self._made[key] = own + [
                        goldens_of.make(
                            replace(s, options=options), dialect, precision, fixed=fixed
                        )
                        for s in scenarios(precision)
                        if self._wanted(f"{folder}/{s.name}")
                    ]
            return self._made[key]

    def _wanted(self, name: str) -> bool:
        return any(matches(name, pattern) for pattern in self._patterns)

    def _read(self, folder: str) -> list[Golden]:
        try:
            goldens = goldens_of.bundled(
                wanted=lambda name: name.startswith(folder) and self._wanted(name)
            )
        except GoldenError as error:
            raise UsageError(str(error)) from error
        vouch(goldens)
        return goldens

    def _own(self, dialect: Dialect, precision: str) -> list[Golden]:
        """Those of a dialect and a precision in files that the user names."""
        goldens = []
        for name in self._files:
            golden = _of_file(name)
            if (golden.dialect.choices(), golden.precision) == (dialect.choices(), precision):
                goldens.append(golden)
        return goldens

    @property
    def claim(self) -> Dialect:
        """What the first file is of that the user names; the reference where none is named."""
        return _of_file(self._files[0]).dialect if self._files else Dialect()

    def check(self, dialect: Dialect) -> None:
        """Raise UsageError if the pattern matches no golden of a dialect, or a file is none of it.

        A file's precision may be one that the port does not store: then it is not fed.
        """
        for name in self._files:
            golden = _of_file(name)
            if golden.dialect.choices() != dialect.choices():
                what = ", ".join(golden.dialect.deviations) or "the reference"
                raise UsageError(
                    f"--golden {name}: is a golden of {what}, which is not what the port claims to"
                    " be; --dialect says that"
                )
        if self._files and not self._patterns:
            return
        if not any(self.of(dialect, precision) for precision in PRECISIONS):
            patterns = ", ".join(map(repr, self._patterns))
            raise UsageError(
                f"--golden {patterns} matches no golden; `rmsproof golden list` shows them"
            )


def _is_file(pattern: str) -> bool:
    """Whether a golden's file is named, and no golden of ours: those have no ending."""
    return pattern.endswith(".json")


def _of_file(name: str) -> Golden:
    """The golden that a user's file holds, by the file's name. Raises UsageError: it is none."""
    try:
        golden = goldens_of.load(Path(name), "`rmsproof fuzz` writes such files")
    except GoldenError as error:
        raise UsageError(f"--golden {error}") from error
    if what := goldens_of.spoilt(golden, envelope=True):
        raise UsageError(
            f"--golden {name}: its {what} is not what the reference computes; it was changed, or"
            " another version of rmsproof wrote it"
        )
    return replace(golden, name=name)


def vouch(goldens: Sequence[Golden], *, envelope: bool = False) -> None:
    """Raise UsageError for a golden that is not what the reference computes.

    Whoever can change a file can change its hash as well.
    """
    kinds = {
        (precision, s.name): s.kind
        for precision in {golden.precision for golden in goldens}
        for s in scenarios(precision)
    }
    for golden in goldens:
        what = goldens_of.spoilt(golden, envelope=envelope)
        if kinds.get((golden.precision, golden.scenario.name), golden.kind) != golden.kind:
            what = "class"
        if what:
            raise UsageError(
                f"the golden {golden.name}: its {what} is not what the reference computes;"
                " `rmsproof golden verify` lists all that differ, `golden regenerate` mends them"
            )


def options_of(claim: Dialect) -> dict[str, float]:
    """The options that a claim needs and does not fix itself, with the stated values."""
    needed = (
        name for axis, value in claim.choices().items() for name in AXES[axis][value].constants
    )
    return {
        name: DEVIATION_CONSTANTS[name]
        for name in needed
        if name in OPTIONS and name not in claim.constants
    }
