"""What failed in a saved report: the ports, and the goldens at which each did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.model.errors import UsageError

if TYPE_CHECKING:
    from harness.judging.options import Options
    from harness.ports.port import Port
    from harness.report.invocation import Invocation
    from harness.report.saved import Report, Row


@dataclass(frozen=True)
class Replay:
    """What is judged again.

    Attributes:
        parts: each port with what it is fed, over what.
        invocation: the command line that judged them.
        expect: the file of known differences that it named.
    """

    parts: tuple[tuple[Port, Options], ...]
    invocation: Invocation
    expect: Path | None = None


def failed(path: Path, version: str) -> Replay:
    """What failed in a report.

    Args:
        path: the report.
        version: rmsproof's own: of another, goldens and verdicts may mean something else.

    Raises:
        UsageError: it is no report of ports, another version's, or of other goldens; a port is not
            there any more.
    """
    from harness.report import saved
    from harness.report.invocation import Invocation
    from python_ref.golden import DIRECTORY
    from python_ref.golden.sums import together

    report = saved.of_version(saved.read(path), path, version, together(DIRECTORY))
    given = report.invocation
    if given.command not in ("run", "check"):
        raise UsageError(
            f"{path}: is no report of `rmsproof run` or `rmsproof check`; judge what it is about"
            " again as it was judged"
        )
    rows = [row for row in report.results if not row.as_expected]
    parts = tuple(
        (_port(path, report, row), _options(given.options, row, report.seed)) for row in rows
    )
    expect = given.options.get("expect")
    known = Path(expect) if isinstance(expect, str) else None
    return Replay(parts, Invocation.of(given), known)


def _port(path: Path, report: Report, row: Row) -> Port:
    from harness.ports.targets import bundled, own

    if report.invocation.command == "run":
        editions = {port.name: port for port in bundled()}
        if row.port not in editions:
            raise UsageError(f"{path}: there is no edition {row.port!r} any more")
        return editions[row.port]
    options = report.invocation.options
    command = row.target[:1] == ["--"]
    if not row.target:
        raise UsageError(f"{path}: does not name the target of {row.port!r}; check it by hand")
    project, adapter = _text(options, "project"), _text(options, "adapter")
    try:
        port = own(
            row.target[1:] if command else row.target[0],
            _texts(options, "dialect"),
            _text(options, "class"),
            _texts(options, "classpath"),
            Path(project) if project else None,
            Path(adapter) if adapter else None,
            _texts(options, "set"),
        )
    except UsageError as error:
        raise UsageError(
            f"{path}: what it judged is not as it was; replay it where it was made: {error}"
        ) from error
    python = _text(options, "python")
    return replace(port, python=Path(python) if python else None)


def _options(given: Mapping[str, object], row: Row, seed: int | None) -> Options:
    from harness.commands.options import options
    from harness.model.limits import SCENARIO_SECONDS
    from harness.report.saved import is_golden

    wrong = tuple(dict.fromkeys(g.golden for g in row.goldens if not g.as_expected))
    timeout = given.get("timeout")
    made = options(
        [row.transport],
        _text(given, "golden") or "*",
        given.get("edge") is True,
        float(timeout) if isinstance(timeout, int | float) else SCENARIO_SECONDS,
        given.get("large") is True,
        _texts(given, "env"),
        seed=seed,
    )
    # What is compared beside the goldens is asked for as it was then.
    return replace(made, pattern=wrong) if wrong and all(map(is_golden, wrong)) else made


def _text(options: Mapping[str, object], name: str) -> str | None:
    value = options.get(name)
    return value if isinstance(value, str) else None


def _texts(options: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = options.get(name)
    return tuple(map(str, value)) if isinstance(value, list) else ()
