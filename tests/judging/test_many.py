"""Many ports, many observations: each judged where it is sent, as if it were judged here."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY, CommandLine

from harness.judging.many import identify_all, observations, run_all
from harness.judging.options import Options
from harness.judging.run import run
from harness.machine.spread import Lost
from harness.model.errors import UsageError
from harness.ports.targets import own

MINIATURES = REPOSITORY / "tests" / "miniatures"
SEEN = REPOSITORY / "tests" / "observations"
OBSERVATION = SEEN / "candle-optimisers-0.10.2-float64.json"


@dataclass
class Sending:
    """Does pieces in this process from the last to the first, each sent there and back as bytes.

    Attributes:
        losing: the places that come back as lost.
    """

    losing: Sequence[int] = ()
    folders: list[str] = field(default_factory=list)

    def map(
        self, function: Callable[[Any], Any], pieces: Sequence[Any]
    ) -> Iterator[tuple[int, Any]]:
        for place in reversed(range(len(pieces))):
            sent = pickle.loads(pickle.dumps((function, pieces[place])))
            if place in self.losing:
                yield place, Lost("2 workers died")
            else:
                yield place, pickle.loads(pickle.dumps(sent[0](sent[1])))

    def everywhere(self, function: Callable[[], object]) -> None:
        function()


def quiet(_text: str, _by: int) -> None:
    """Nobody is told."""


@pytest.mark.slow
def test_ports_that_are_sent_come_out_as_those_that_are_not(monkeypatch: Any) -> None:
    monkeypatch.chdir(MINIATURES)
    ports = [own("wrong/python/epsilon_inside.py"), own("right/python/backwards.py")]
    options = Options(pattern="*/float64/page*", seed=7)
    here = run(ports, options, every_transport=False)
    sent = run_all(ports, options, every_transport=False, where=Sending(), progress=quiet)
    assert [r.port for r in sent.results] == [r.port for r in here.results]
    assert [r.verdict for r in sent.results] == [r.verdict for r in here.results]
    assert [r.deviations for r in sent.results] == [("epsilon=inside",), ()]
    assert (sent.whole, sent.seed, sent.jobs) == (here.whole, here.seed, here.jobs)


def test_a_port_that_ends_its_workers_is_not_run_and_the_others_are() -> None:
    port = own(str(MINIATURES / "right/python/backwards.py"))
    options = Options(pattern="*/float64/page-one*", seed=7)
    sent = run_all([port, port], options, every_transport=False, where=Sending([0]), progress=quiet)
    assert [r.verdict.word for r in sent.results] == ["not-run", "exact"]
    assert sent.results[0].verdict.fault is not None
    assert sent.results[0].verdict.fault.message == "2 workers died"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two observations, and what is none."""
    inside = tmp_path / "seen"
    inside.mkdir()
    for name in ("b.json", "a.json"):
        (inside / name).write_bytes(OBSERVATION.read_bytes())
    (inside / "notes.txt").write_text("none", encoding="utf-8")
    return inside


def test_observations_that_are_sent_keep_their_names_and_order(folder: Path) -> None:
    unreadable = folder / "broken.json"
    unreadable.write_text("{", encoding="utf-8")
    files = [folder / "b.json", unreadable, folder / "a.json"]
    results, errors = identify_all(files, 20.0, Sending(), quiet)
    assert [r.port.name for r in results] == [str(files[0]), str(files[2])]
    assert len(errors) == 1
    assert str(unreadable) in errors[0]


def test_of_a_folder_the_observations_are_judged(folder: Path, call: CommandLine) -> None:
    assert observations([folder]) == [folder / "a.json", folder / "b.json"]
    alone = call("identify", "seen/b.json")
    both = call("identify", "seen")
    assert both.code == alone.code
    assert both.out.startswith("seen/a.json: ")
    assert alone.out in both.out
    assert both.out.splitlines()[-1].startswith("2 observations: 2 ")


def test_a_folder_without_observations_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no observation; those end in \.json"):
        observations([tmp_path])
