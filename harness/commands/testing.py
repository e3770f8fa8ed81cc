"""What tests ask for: a port judged once, and what came of it at each golden."""

from __future__ import annotations

import fcntl
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.model.errors import UsageError
from harness.model.limits import SCENARIO_SECONDS
from harness.model.patterns import matches
from harness.model.words import UNDECIDED
from harness.report.cases import TestCase, blameless, whole
from harness.report.cases import of_golden as case_of
from harness.report.failures import ULP, of_golden, of_row
from harness.report.saved import Row, of
from python_ref.files import write_whole

_PRECISIONS = ("float64", "float32")
_WORST_FIRST = ("error", "failure", "skipped", "")


@dataclass(frozen=True)
class Asked:
    """What is to be judged, and how, as a test says it.

    Attributes:
        target: a TARGET, or the words of a command.
        claims: what it claims to be, as `--dialect` takes it.
        pattern: only the goldens whose name matches.
        edge: let edge goldens decide.
        timeout: seconds for one scenario.
    """

    target: str | tuple[str, ...]
    claims: tuple[str, ...] = ()
    pattern: str = "*"
    edge: bool = False
    timeout: float = SCENARIO_SECONDS

    @staticmethod
    def of(optimizer: Any, dialect: str | Sequence[str] = (), **options: Any) -> Asked:
        """What is asked of a class, a function or a target. Raises UsageError: it has no name."""
        from harness.ports.objects import target_of

        claims = (dialect,) if isinstance(dialect, str) else tuple(dialect)
        return Asked(target_of(optimizer), claims, **options)

    def check(self) -> None:
        """Raise UsageError: there is no such target or dialect."""
        from harness.ports.targets import own

        own(self.target, self.claims)

    def goldens(self) -> list[str]:
        """The goldens it is held against, as "float64/page-one-step". Raises UsageError."""
        from harness.ports.targets import own
        from python_ref.golden.golden import dialect_name
        from python_ref.scenarios.catalogue import scenario_names

        folder = dialect_name(own(self.target, self.claims).claim)
        names = [f"{p}/{name}" for p in _PRECISIONS for name in scenario_names()]
        names = [name for name in names if matches(f"{folder}/{name}", self.pattern)]
        if not names:
            raise UsageError(
                f"golden={self.pattern!r} matches no golden; `rmsproof golden list` shows them"
            )
        return names


@dataclass(frozen=True)
class Judged:
    """What came of a port.

    Attributes:
        row: its result; None where it could not be bound.
        error: why it could not.
    """

    row: Row | None
    error: str = ""

    def at(self, golden: str) -> TestCase | None:
        """What came of a golden, as `Asked.goldens` names it; None where none was fed."""
        row = self.row
        if row is None or not row.goldens:
            return None
        cases = [
            replace(case, text=of_golden(row, g)) if case.kind in ("failure", "error") else case
            for g in row.goldens
            if g.golden.split("/")[-2:] == golden.split("/")
            for case in [case_of(row, g)]
        ]
        unfed = TestCase(golden, "skipped", message=f"{row.port} is not fed it")
        return min(cases, key=lambda case: _WORST_FIRST.index(case.kind), default=unfed)

    def whole(self) -> TestCase:
        """What came of it as a whole; it fails where nothing was compared."""
        if self.row is None:
            return TestCase("verdict", "error", "usage", self.error, self.error)
        case = whole(self.row)
        if self.row.verdict in UNDECIDED:
            case = replace(case, kind="error", type=str(self.row.verdict))
        return replace(case, text=of_row(self.row)) if case.kind else case


class Judgements:
    """The ports that the tests of a session ask for, each judged when it is first asked for.

    Args:
        version: of this tool.
        folder: where the processes of a session find what one of them judged; None for one.
    """

    def __init__(self, version: str, folder: Path | None = None) -> None:
        self._version, self._folder = version, folder
        self._judged: dict[Asked, Judged] = {}
        self._reasons: dict[Asked, str] = {}
        self._ulp_explained = False

    def of(self, asked: Asked) -> Judged:
        """Judge a port, unless it was. Executes its code."""
        if asked not in self._judged:
            self._judged[asked] = _of(self._report(asked))
        return self._judged[asked]

    def at(self, asked: Asked, golden: str, teller: str) -> TestCase:
        """What came of a golden.

        What concerns all of them is said once, to who asks first; the rest are referred to that.
        What a ULP is, is said once, too.

        Args:
            asked: the port.
            golden: as `Asked.goldens` names it.
            teller: who asks, by a name that others can be referred to.
        """
        judged = self.of(asked)
        case = judged.at(golden)
        if case is not None and f" {ULP[:3]}" in case.text and not self._ulp_explained:
            self._ulp_explained = True
            case = replace(case, text=f"{case.text}\n{ULP}")
        concerns_all = case is None or (judged.row is not None and blameless(judged.row))
        if concerns_all and self._reasons.setdefault(asked, teller) == teller:
            return judged.whole()
        reason = f"not judged, for the reason that {self._reasons.get(asked)} gives"
        return case or TestCase(golden, "skipped", message=reason)

    def _report(self, asked: Asked) -> dict[str, Any]:
        if self._folder is None:
            return _judge(asked, self._version)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
        path = self._folder / f"{name}.json"
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                write_whole(path, json.dumps(_judge(asked, self._version)).encode())
        report: dict[str, Any] = json.loads(path.read_bytes())
        return report


def _of(report: dict[str, Any]) -> Judged:
    read = of(report)
    return Judged(read.results[0] if read.results else None, "\n".join(read.errors))


def _judge(asked: Asked, version: str) -> dict[str, Any]:
    """The report on a port, as plain values."""
    from harness.judging.options import Options
    from harness.judging.run import Outcome, run
    from harness.model.limits import SCENARIO_SECONDS
    from harness.ports.targets import own
    from harness.report import json as reports
    from harness.report.invocation import Invocation
    from harness.report.results import Circumstances, PortResults

    usual = Asked(asked.target)
    invocation = Invocation("check").with_options(
        golden=None if asked.pattern == usual.pattern else asked.pattern,
        dialect=asked.claims,
        edge=asked.edge,
        timeout=None if asked.timeout == usual.timeout else asked.timeout,
    )
    options = Options(None, asked.pattern, asked.edge, asked.timeout or SCENARIO_SECONDS)
    started, begun = datetime.now(UTC), time.monotonic()
    try:
        outcome = run([own(asked.target, asked.claims)], options, every_transport=False)
    except UsageError as error:
        outcome = Outcome((), (str(error),))
    if outcome.incomplete:
        raise KeyboardInterrupt
    made = Circumstances(version=version, invocation=invocation)
    results = PortResults(
        outcome,
        started,
        time.monotonic() - begun,
        edge=asked.edge,
        errors=outcome.errors,
        circumstances=made,
    )
    return reports.of_ports(results)
