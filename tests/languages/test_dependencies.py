"""What is fetched by coordinate: once, in a bound, and not soon again where it cannot be had."""

from __future__ import annotations

import gc
import os
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.languages.jvm import dependencies, resolver, resolving
from harness.languages.jvm.resolving import Resolution
from harness.machine import cache
from harness.machine.isolation.group import kill_all
from harness.model import interruption
from harness.model.errors import ToolchainError

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()
GONE = "https://gone.example/maven"


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("RMSPROOF_CACHE", str(tmp_path / "cache"))
    cache.forget()
    yield tmp_path / "cache"
    monkeypatch.undo()
    cache.forget()


class Repositories:
    """What a resolver would answer; counts how often it is asked."""

    def __init__(self, folder: Path, *there: str) -> None:
        self.there = {name: folder / f"{name.split(':')[1]}-1.jar" for name in there}
        for path in self.there.values():
            path.write_bytes(path.name.encode())
        self.unreached: tuple[str, ...] = ()
        self.late = False
        self.arriving: Path | None = None
        self.asked = 0

    def __call__(self, coordinates: Sequence[str], *_: object) -> Resolution:
        self.asked += 1
        if self.arriving:
            self.arriving.mkdir(parents=True, exist_ok=True)
            (self.arriving / f"{self.asked}.jar").touch()
        jars = {name: (path,) for name, path in self.there.items()}
        if self.there.keys() >= set(coordinates):
            jars = {"+".join(coordinates): tuple(self.there.values())}
        lacking = [name for name in coordinates if name not in self.there]
        failed = {n: f"Artifact {n} not found in remote repositories x" for n in lacking}
        return Resolution(jars, {} if self.late else failed, self.unreached, self.late)


@pytest.fixture
def repositories(own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repositories:
    made = Repositories(tmp_path, "a:a:1")
    monkeypatch.setattr(resolving, "resolve", made)
    monkeypatch.setattr("harness.languages.jvm.dependencies.time.time", lambda: NOON)
    return made


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr("harness.languages.jvm.dependencies.time.time", lambda: NOON + seconds)


def test_what_was_fetched_once_is_asked_of_nobody(repositories: Repositories) -> None:
    told: list[str] = []
    first, second = (dependencies.entries(["a:a:1"], told.append) for _ in range(2))
    assert first == second
    assert [path.read_bytes() for path in first.paths] == [b"a-1.jar"]
    assert repositories.asked == 1
    assert told == ["resolving --classpath"]


def test_of_a_range_of_versions_one_is_asked_for(repositories: Repositories) -> None:
    open_ended = ["b:b:[1.2,2)", "c:c:[1+, )", "d:d:3.+", "e:e:latest.release"]
    lacking = dependencies.resolved([*open_ended, "f:f:1.2-b+7"]).lacking
    asked = [phrase.rpartition(": ")[0] for phrase in lacking[:-1]]
    assert asked == ["b:b:1.2", "c:c:RELEASE", "d:d:RELEASE", "e:e:RELEASE", "f:f:1.2-b+7"]


@pytest.mark.parametrize(
    ("unreached", "remembered", "forgotten"),
    [((GONE,), 590, 610), ((), 86_000, 87_000)],
    ids=["a repository does not answer", "no repository has it"],
)
def test_what_cannot_be_had_is_asked_for_again_only_later(
    repositories: Repositories,
    monkeypatch: pytest.MonkeyPatch,
    unreached: tuple[str, ...],
    remembered: float,
    forgotten: float,
) -> None:
    repositories.unreached = unreached
    wanted = ["a:a:1", "b:b:1"]
    first = dependencies.resolved(wanted)
    later(monkeypatch, remembered)
    assert dependencies.resolved(wanted) == first
    assert repositories.asked == 1
    assert [path.name for path in first.paths] == ["a-1.jar"]
    later(monkeypatch, forgotten)
    dependencies.resolved(wanted)
    assert repositories.asked == 2


def test_the_message_says_what_is_lacking_and_how_to_ask_again(
    repositories: Repositories, own_cache: Path
) -> None:
    repositories.unreached = (GONE,)
    found = dependencies.resolved(["a:a:1", "b:b:1"]).lacking
    assert found[:2] == ("b:b:1: not found", f"{GONE} does not answer")
    again = re.fullmatch(
        r"asked for again after \d{4}-\d\d-\d\d 12:10 UTC, or at once if you delete (.*)", found[2]
    )
    assert again
    for file in Path(again[1]).iterdir():
        file.unlink()
    repositories.unreached = ()
    assert dependencies.resolved(["a:a:1", "b:b:1"]).lacking[:1] == found[:1]
    assert repositories.asked == 2


def test_what_takes_long_goes_on_at_the_next_check_if_more_arrives(
    repositories: Repositories, own_cache: Path
) -> None:
    repositories.late = True
    repositories.arriving = own_cache / "m2"
    for asked in (1, 2):
        lacking = dependencies.resolved(["b:b:1"]).lacking
        assert lacking == (
            "b:b:1: nothing came of it within 120 s",
            "more has arrived, and the next check goes on from there",
        )
        assert repositories.asked == asked
    repositories.arriving = None
    for _ in range(2):
        assert " 12:10 UTC, or at once" in dependencies.resolved(["b:b:1"]).lacking[-1]
    assert repositories.asked == 3


# -- the process that asks -------------------------------------------------------------------------


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that accepts connections and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"https://127.0.0.1:{server.getsockname()[1]}/maven"


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_repository_that_does_not_answer_is_left_out(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "_CONNECT_SECONDS", 0.1)
    monkeypatch.setattr(resolver, "_ANSWER_SECONDS", 0.2)
    begun = time.monotonic()
    running = set(threading.enumerate())
    assert resolver._reached({"silent": silent, "closed": "https://127.0.0.1:9/maven"}) == set()
    assert time.monotonic() - begun < 5
    # A handshake that ends in time-out leaves its socket to the collector: here, in no later test.
    for thread in set(threading.enumerate()) - running:
        thread.join(5)
    gc.collect()


@pytest.mark.parametrize("ended", ["by its time", "by the user"])
def test_a_resolver_ends_when_it_is_to(
    own_cache: Path, silent: str, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    monkeypatch.setitem(os.environ, "no_proxy", "127.0.0.1")
    monkeypatch.setitem(os.environ, "HTTPS_PROXY", "http://127.0.0.1:9")  # Maven Central is not
    if ended == "by its time":
        assert resolving.resolve(["a:a:1"], {"silent": silent}, 0.3).late
    else:
        timer = threading.Timer(0.3, kill_all)
        timer.start()
        with pytest.raises(ToolchainError, match="ended with -9"):
            resolving.resolve(["a:a:1"], {"silent": silent}, 60)
        timer.join()
        interruption.begin()


def test_who_waits_for_another_run_is_ended_too(own_cache: Path) -> None:
    failed: list[str] = []

    def wait() -> None:
        try:
            with cache.locked("a"):
                failed.append("it took a lock that another has")
        except ToolchainError as error:
            failed.append(str(error))

    with cache.locked("a"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        interruption.give_up()
        waiting.join(3)
    interruption.begin()
    assert not interruption.given_up()
    assert failed == [f"{own_cache / 'a.lock'}: another run has it, and this one was ended"]
