"""A function mapped over many pieces: here, one after another, or by dask on many machines.

The pieces come back in any order, each with its place. What a piece comes to must not depend on
where it is done; then neither does the whole. A worker that dies loses nothing: what it was at
is done by another, and a piece that ends every worker it is given to comes back as `Lost`.
"""

from __future__ import annotations

import copyreg
import logging
import re
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from harness.model.errors import UsageError

_Piece = TypeVar("_Piece")
_Made = TypeVar("_Made")

LOCAL = "local"
"""The address that means: processes of this machine."""
_LOCAL = re.compile(r"local(?::([1-9]\d*))?")
_ADDRESS = re.compile(r"(?:[a-z]+://)?[^\s/]+:\d+")
# A scheduler that is there answers at once, and has workers soon.
_ANSWER, _WORKERS = "10s", 60
# How often it is looked whether anybody is left.
_LOOK_SECONDS = 1.0
# Of a scheduler of our own: twice is enough for a suspicion, as what is suspected is tried again.
_CONFIGURED = {"distributed.scheduler.allowed-failures": 1, "logging.distributed": "critical"}
_TALKING = ("distributed", "distributed.client")
# What draws and judges must be the same everywhere.
_ALIKE = ("rmsproof", "hypothesis", "distributed")


def _proxy(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


# Scenarios hold these, and are sent; the class has no name by which it could be found.
copyreg.pickle(MappingProxyType, lambda proxy: (_proxy, (dict(proxy),)))


@dataclass(frozen=True)
class Lost:
    """A piece that could not be done anywhere.

    Attributes:
        reason: what became of those who tried.
    """

    reason: str


@dataclass(frozen=True)
class _Suspected:
    """A piece that was on workers that died, so many of them."""

    deaths: int


class Spread(Protocol):
    """Does pieces somewhere."""

    def map(
        self, function: Callable[[_Piece], _Made], pieces: Sequence[_Piece]
    ) -> Iterator[tuple[int, _Made | Lost]]:
        """What a function makes of each piece, with its place, in any order."""

    def everywhere(self, function: Callable[[], object]) -> None:
        """Call a function once in every process that pieces were done in."""


class Here:
    """Does pieces in this process, in their order."""

    def map(
        self, function: Callable[[_Piece], _Made], pieces: Sequence[_Piece]
    ) -> Iterator[tuple[int, _Made | Lost]]:
        """One after another."""
        for place, piece in enumerate(pieces):
            yield place, function(piece)

    def everywhere(self, function: Callable[[], object]) -> None:
        """Call it."""
        function()


class _Cluster:
    """Does pieces on the workers of a scheduler.

    Args:
        client: dask's.
        patience: seconds that pieces wait for a worker where none is left.
    """

    def __init__(self, client: Any, patience: float = _WORKERS) -> None:
        self._client, self._patience = client, patience
        self._gone = ""

    def map(
        self, function: Callable[[_Piece], _Made], pieces: Sequence[_Piece]
    ) -> Iterator[tuple[int, _Made | Lost]]:
        """As they are done; a scheduler hands what a dead worker was at to another.

        It suspects whatever waited there, too. What is suspected too often is done once more,
        alone: whose worker dies then has ended it. Where the scheduler ends, or no worker is left
        and none comes, all that is not done is lost, at once and from then on.
        """
        suspects = []
        for place, made in self._done(function, list(enumerate(pieces))):
            if isinstance(made, _Suspected):
                suspects.append(place)
            else:
                yield place, made
        for place in sorted(suspects):
            for _, made in self._done(function, [(place, pieces[place])]):
                if isinstance(made, _Suspected):
                    reason = f"{made.deaths} workers died, one after another, while at it"
                    yield place, Lost(reason)
                else:
                    yield place, made

    def _done(
        self, function: Callable[[_Piece], _Made], pieces: Sequence[tuple[int, _Piece]]
    ) -> Iterator[tuple[int, _Made | _Suspected | Lost]]:
        from distributed import CancelledError, as_completed
        from distributed.scheduler import KilledWorker

        if self._gone:
            yield from ((place, Lost(self._gone)) for place, _ in pieces)
            return

        token = uuid.uuid4().hex[:12]
        futures = {
            self._client.submit(function, piece, key=f"rmsproof-{token}-{place}", pure=False): place
            for place, piece in pieces
        }
        over = threading.Event()
        threading.Thread(target=self._watch, args=(list(futures), over), daemon=True).start()
        try:
            for future in as_completed(list(futures), loop=self._client.loop):
                place = futures.pop(future)
                try:
                    yield place, future.result()
                except KilledWorker as error:
                    yield place, _Suspected(error.allowed_failures + 1)
                except CancelledError:
                    if self._client.status != "running":
                        self._gone = self._gone or "the scheduler ended"
                    yield place, Lost(self._gone or "somebody cancelled it")
                future.release()
        finally:
            over.set()
            if futures and not self._gone:
                self._client.cancel(list(futures))

    def _watch(self, futures: Sequence[Any], over: threading.Event) -> None:
        """Cancel what nobody is left to do; dask itself waits for ever."""
        seen = time.monotonic()
        while not over.wait(_LOOK_SECONDS):
            try:
                # A client that is closing knows of no scheduler any more.
                if self._client.scheduler_info().get("workers"):
                    seen = time.monotonic()
            except OSError:
                return  # of a scheduler that ended, dask itself cancels everything
            if time.monotonic() - seen > self._patience:
                self._gone = f"no worker was left, and none came for {self._patience:g} s"
                self._client.cancel(futures)
                return

    def everywhere(self, function: Callable[[], object]) -> None:
        """On all workers; one that is gone by then is no matter."""
        if not self._gone:
            self._client.run(function, on_error="ignore")


def spread(address: str | None) -> AbstractContextManager[Spread]:
    """Where pieces are done: here without an address, else on the workers of a scheduler.

    Args:
        address: "tcp://host:8786", or `local` for a worker a core, `local:N` for N.

    Raises:
        UsageError: dask is not installed; nobody answers, has workers, or is of another version.
    """
    if address is None:
        return nullcontext(Here())
    if not (_LOCAL.fullmatch(address) or _ADDRESS.fullmatch(address)):
        raise UsageError(
            f"--dask {address}: is no scheduler's address, such as tcp://host:8786, nor {LOCAL}"
        )
    if find_spec("distributed") is None:
        raise UsageError(
            "--dask needs dask.distributed, which is not installed; install it: pip install"
            " 'rmsproof[distributed]'"
        )
    return _connected(address)


@contextmanager
def _connected(address: str) -> Iterator[_Cluster]:
    import dask
    from distributed import Client, LocalCluster

    for name in _TALKING:  # of what ended, which is said where it matters
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set(_CONFIGURED), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of versions, which are compared below
        cluster = None
        try:
            if own := _LOCAL.fullmatch(address):
                cluster = LocalCluster(
                    n_workers=int(own[1]) if own[1] else None,
                    threads_per_worker=1,
                    dashboard_address=None,
                    silence_logs=50,
                )
            try:
                client = Client(cluster or address, timeout=_ANSWER)
            except (OSError, ValueError) as error:
                raise UsageError(
                    f"--dask {address}: no scheduler answers there ({_first_line(error)});"
                    " start one with `dask scheduler`, or use --dask local"
                ) from error
            with client:
                _check(client, address)
                yield _Cluster(client)
        finally:
            if cluster is not None:
                cluster.close()


def _check(client: Any, address: str) -> None:
    """Raise UsageError: there are no workers, or something is of another version."""
    try:
        client.wait_for_workers(1, timeout=_WORKERS)
    except (TimeoutError, OSError) as error:
        raise UsageError(
            f"--dask {address}: the scheduler has no workers; start some with"
            f" `dask worker {address}`"
        ) from error
    versions = client.get_versions(packages=list(_ALIKE))
    nodes = {"the scheduler": versions["scheduler"], **versions["workers"]}
    ours = versions["client"]["packages"]
    for name, node in nodes.items():
        packages = (node or {}).get("packages", {})
        # A scheduler only hands on what others make.
        wanted = ("distributed",) if name == "the scheduler" else _ALIKE
        for package in wanted:
            theirs = packages.get(package)
            if theirs != ours.get(package):
                who = name if name == "the scheduler" else f"the worker {name}"
                has = f"{package} {theirs}" if theirs else f"no {package}"
                raise UsageError(
                    f"--dask {address}: {who} has {has}, and here it is {ours.get(package)};"
                    " install the same everywhere"
                )


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
