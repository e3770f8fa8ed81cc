"""Chunks scanned elsewhere: the same comes of them, whoever dies on the way."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY
from support_fuzzing import known

from harness.fuzzing import remote
from harness.fuzzing.campaign import Budget, Outcome
from harness.fuzzing.fuzz import fuzz
from harness.fuzzing.scanning import Campaign, Chunk, Tally, scan
from harness.fuzzing.sessions import Session, opened
from harness.judging.memory import Memory
from harness.judging.options import Options
from harness.machine.spread import Lost
from harness.ports.port import absolute
from harness.ports.targets import own
from python_ref.dialects.dialect import Dialect

WRONG = REPOSITORY / "tests" / "miniatures" / "wrong" / "python"
INSIDE = Dialect(["epsilon=inside"])


@pytest.fixture
def reached(tmp_path: Path) -> Iterator[tuple[Campaign, Session]]:
    """A campaign for a port in a file, and a session of it."""
    file = tmp_path / "mine.py"
    shutil.copy(WRONG / "epsilon_inside.py", file)
    one = opened(absolute(own(str(file))), "local", Options(), Memory(seed=1))
    assert one.target is not None
    assert one.session is not None
    yield Campaign((one.target,), 1, (0, 1, 2)), one.session
    one.session.close()
    remote.forget()


def test_what_is_sent_is_scanned_as_what_is_not(reached: tuple[Campaign, Session]) -> None:
    campaign, session = reached
    chunk = Chunk(8, 16, (known(INSIDE),))
    here = Tally()
    scan(campaign, chunk, [session], here)
    there = remote.scanned(pickle.loads(pickle.dumps((campaign, chunk))))
    assert pickle.loads(pickle.dumps(there)) == here
    assert here.explained[0] == (here.kinds["differs"], 8)


def test_a_machine_that_lacks_the_port_says_so(reached: tuple[Campaign, Session]) -> None:
    campaign, _ = reached
    (target,) = campaign.targets
    port = replace(target.port, source=(Path("absent.py").absolute(),))
    elsewhere = replace(campaign, targets=(replace(target, port=port),))
    lost = remote.scanned((elsewhere, Chunk(0, 8, (known(INSIDE),))))
    assert isinstance(lost, Lost)
    assert "absent.py" in lost.reason


def _found(outcome: Outcome | None) -> Any:
    assert outcome is not None
    found = [(f.cause, f.cases, f.first, f.entry) for f in outcome.findings]
    return outcome.cases, outcome.kinds, found


@pytest.mark.slow
def test_a_campaign_survives_the_death_of_a_worker(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    port, killed = own(str(WRONG / "state_reset.py")), list[int]()

    def kill(text: str, by: int) -> None:
        if by and not killed:
            pids = distributed.default_client().run(os.getpid)
            killed.append(next(iter(pids.values())))
            os.kill(killed[0], signal.SIGKILL)

    given = [port], Options(seed=1), Budget(350)
    here = fuzz(*given, database=tmp_path / "here").outcome
    there = fuzz(*given, database=tmp_path / "there", dask="local:2", progress=kill).outcome
    assert killed
    assert _found(there) == _found(here)
    assert there is not None
    assert there.lost == []
