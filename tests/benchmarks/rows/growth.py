"""Sixteen times as much to judge: time in proportion, memory flat."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from measuring import Figure, Row, cost

from harness.judging.options import Options
from harness.judging.run import run
from harness.ports.targets import own
from rows.places import REPOSITORY, golden, local, reached

SCALES = (1, 4, 16)
_SCENARIOS = 200
_ENOUGH = 1.25


def rows(arguments: argparse.Namespace) -> Sequence[Row]:
    """1, 4 and 16 times the scenarios of a port, and the ports of a run."""
    case = golden(10, 10)
    with reached(local(), "local") as transport:

        def fed(scale: int) -> None:
            for _ in transport.run_many([case.scenario] * (_SCENARIOS * scale), "float64"):
                pass

        fed(1)
        scenarios = _grown(fed, f"{_SCENARIOS} scenarios")
    with tempfile.TemporaryDirectory() as folder:
        sources = []
        for number in range(max(SCALES)):
            copy = Path(folder) / f"rmsprop_{number}.py"
            shutil.copy(REPOSITORY / "python_ref" / "rmsprop.py", copy)
            sources.append(str(copy))

        def judged(scale: int) -> None:
            ports = [own(source) for source in sources[:scale]]
            options = Options(pattern="*/page-*")
            outcome = run(ports, options, every_transport=False)
            assert {r.verdict.word for r in outcome.results} == {"exact"}

        judged(1)
        ports = _grown(judged, "ports of a run")
    return [*_rows("scenarios", *scenarios), *_rows("ports", *ports)]


Grown = tuple[str, dict[int, float], dict[int, int]]


def _grown(job: Callable[[int], None], what: str) -> Grown:
    """Seconds of wall and bytes of ours at the peak, by scale."""
    took, peaks = {}, {}
    for scale in SCALES:
        took[scale] = min(cost(partial(job, scale)).wall for _ in range(2))
        tracemalloc.start()
        job(scale)
        peaks[scale] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return what, took, peaks


def _rows(name: str, what: str, took: dict[int, float], peaks: dict[int, int]) -> list[Row]:
    most = max(SCALES)
    share = took[most] / took[1] / most
    memory = peaks[most] / peaks[1]
    seconds = ", ".join(f"{took[scale]:.2f} s" for scale in SCALES)
    megabytes = ", ".join(f"{peaks[scale] / 1e6:.1f} MB" for scale in SCALES)
    title = f"{most} times the {what}"
    return [
        Row(f"{name}_time", f"{title}: time, beside {most} times that of one",
            Figure(share, share, share), goal=_ENOUGH, most=True, seen=seconds,
            reason="what is shared by all is paid once, so less would be no fault"),
        Row(f"{name}_memory", f"{title}: our memory at its peak, beside that of one",
            Figure(memory, memory, memory), goal=_ENOUGH, most=True, seen=megabytes,
            reason="what was observed of a port is kept until its row is written"),
    ]  # fmt: skip
