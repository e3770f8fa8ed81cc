"""Pieces done here or by dask: the same comes of them, and a worker that dies loses nothing."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from harness.machine.spread import Here, Lost, Spread, spread
from harness.machine.spread import _check as check
from harness.machine.spread import _Cluster as spread_of
from harness.model.errors import UsageError


def done(piece: tuple[int, str]) -> int:
    """The square of a number; but a process that finds a file named so, or is told to, dies."""
    number, orders = piece
    if orders == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if orders and Path(orders).exists():
        Path(orders).unlink()  # whoever does it next lives
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return number * number


@pytest.fixture(scope="module")
def threads() -> Iterator[Spread]:
    """A scheduler and a worker in this process, which start at once."""
    distributed = pytest.importorskip("distributed")
    given = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.Client(processes=False, **given) as client:
        yield spread_of(client)


@pytest.fixture(scope="module")
def workers() -> Iterator[Spread]:
    pytest.importorskip("distributed")
    with spread("local:2") as cluster:
        yield cluster


def test_pieces_are_done_here_in_their_order() -> None:
    with spread(None) as where:
        assert isinstance(where, Here)
        assert list(where.map(done, [(3, ""), (4, "")])) == [(0, 9), (1, 16)]


def test_pieces_are_done_by_dask(threads: Spread) -> None:
    assert dict(threads.map(done, [(n, "") for n in range(5)])) == {n: n * n for n in range(5)}
    threads.everywhere(os.getpid)


@pytest.mark.slow
def test_a_worker_that_dies_loses_nothing(workers: Spread, tmp_path: Path) -> None:
    order = tmp_path / "order"
    order.touch()
    pieces = [(n, str(order) if n == 3 else "") for n in range(12)]
    assert dict(workers.map(done, pieces)) == {n: n * n for n in range(12)}
    assert not order.exists()


@pytest.mark.slow
def test_a_piece_that_ends_every_worker_is_lost_and_the_others_are_not(workers: Spread) -> None:
    made = dict(workers.map(done, [(n, "dies" if n == 1 else "") for n in range(4)]))
    lost = made.pop(1)
    assert isinstance(lost, Lost)
    assert lost.reason == "2 workers died, one after another, while at it"
    assert made == {0: 0, 2: 4, 3: 9}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Of a scheduler in this process that has no worker."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("harness.machine.spread._LOOK_SECONDS", 0.05)
    given = {"n_workers": 0, "dashboard_address": ":0", "processes": False}
    cluster = distributed.LocalCluster(**given)
    client = distributed.Client(cluster, timeout="0.5s", set_as_default=False)
    yield client
    client.close(timeout=1)
    cluster.close()


def test_without_a_worker_all_is_lost_and_what_comes_next_at_once(client: Any) -> None:
    where = spread_of(client, patience=0.1)
    lost = Lost("no worker was left, and none came for 0.1 s")
    assert dict(where.map(done, [(n, "") for n in range(3)])) == dict.fromkeys(range(3), lost)
    where.everywhere(os.getpid)
    assert list(spread_of(client, patience=60).map(done, [])) == []
    assert list(where.map(done, [(5, "")])) == [(0, lost)]


def test_a_worker_that_comes_late_does_what_waited(client: Any) -> None:
    where = spread_of(client, patience=60)
    client.cluster.loop.call_later(0.3, client.cluster.scale, 1)
    assert dict(where.map(done, [(3, "")])) == {0: 9}


class Ending:
    """A client as its scheduler's end leaves it: all is cancelled, and it tries to connect."""

    status = "running"

    def __init__(self, client: Any) -> None:
        self._client, self.loop = client, client.loop

    def submit(self, *given: Any, **options: Any) -> Any:
        future = self._client.submit(*given, **options)
        threading.Timer(0.1, self._end, [future]).start()
        return future

    def _end(self, future: Any) -> None:
        self.status = "connecting"
        self._client.cancel([future])

    def scheduler_info(self) -> Any:
        raise OSError


def test_what_a_scheduler_that_ends_was_given_is_lost(client: Any) -> None:
    where, lost = spread_of(Ending(client)), Lost("the scheduler ended")
    assert dict(where.map(done, [(n, "") for n in range(3)])) == dict.fromkeys(range(3), lost)
    assert list(where.map(done, [(5, "")])) == [(0, lost)]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nonsense", "is no scheduler's address, such as tcp://host:8786, nor local"),
        ("local:none", "is no scheduler's address"),
        ("tcp://127.0.0.1:9", "no scheduler answers there"),
    ],
)
def test_a_scheduler_that_is_not_there_is_said(
    address: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.machine.spread._ANSWER", "1s")
    with pytest.raises(UsageError, match=message), spread(address):
        pass


class Versions:
    """A client whose nodes have these versions."""

    def __init__(self, scheduler: str, worker: str | None) -> None:
        here = {"rmsproof": "2.0", "hypothesis": "6.1", "distributed": "3"}
        self.found = {
            "client": {"packages": here},
            "scheduler": {"packages": {"distributed": scheduler}},
            "workers": {"tcp://w:1": {"packages": {**here, "rmsproof": worker}}} if worker else {},
        }

    def wait_for_workers(self, count: int, timeout: float) -> None:
        if not self.found["workers"]:
            raise TimeoutError

    def get_versions(self, packages: Any) -> Any:
        return self.found


@pytest.mark.parametrize(
    ("client", "message"),
    [
        (Versions("3", "1.0"), "the worker tcp://w:1 has rmsproof 1.0, and here it is 2.0; ins"),
        (Versions("2", "2.0"), "the scheduler has distributed 2, and here it is 3; install the"),
        (Versions("3", None), "the scheduler has no workers; start some with `dask worker tcp:"),
    ],
    ids=["worker", "scheduler", "none"],
)
def test_other_versions_and_no_workers_are_said(client: Versions, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check(client, "tcp://s:8786")


def test_the_same_versions_will_do() -> None:
    check(Versions("3", "2.0"), "tcp://s:8786")


def test_without_dask_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.machine.spread.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="pip install 'rmsproof"), spread("local"):
        pass


def test_mappings_that_cannot_be_changed_are_sent() -> None:
    assert dict(pickle.loads(pickle.dumps(MappingProxyType({"a": 1})))) == {"a": 1}
