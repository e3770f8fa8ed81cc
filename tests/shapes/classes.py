"""Many small ports in one file, judged in one worker: a class or function each, by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.judging.goldens import Goldens, options_of
from harness.judging.judge import Result, judge
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.launch import Hosted
from harness.languages.registry import by_name
from harness.ports.port import Port
from harness.ports.targets import of_target, own
from harness.transport.hosted import HostedTransport
from harness.transport.hosting import Worker
from python_ref.golden import Golden

# State that is forgotten, mixed up or shaped wrongly shows in these, and they are short.
SOME = (
    "page-ten-steps mixed-arrays many-arrays single-element zero-gradients learning-rate-zero"
    " epsilon-zero late-array"
).split()


def some(names: Sequence[str] = SOME) -> Goldens:
    """The goldens of these scenarios alone."""

    class Chosen(Goldens):
        def __call__(self, port: Port, precision: str) -> list[Golden]:
            return [g for g in self.of(port.claim, precision) if g.name.split("/")[-1] in names]

    return Chosen()


def judged(
    path: Path,
    names: Sequence[str],
    goldens: Goldens | None = None,
    seconds: float = 20.0,
    claims: Sequence[str] = (),
) -> dict[str, Result]:
    """The results of the things of these names in a file, each as `--class NAME` judges it.

    Args:
        path: the file.
        names: of classes and functions in it.
        goldens: what they are fed; those of SOME if not given.
        seconds: the time for a scenario.
        claims: what they claim to be, as `--dialect` takes it.

    Raises:
        BindingError: one cannot be bound.
    """
    port = of_target(str(path))
    language = by_name(port.language)
    way = language.transports[0]
    launch = language.launch(port, way, Toolchain(lambda _: None), [language])
    assert isinstance(launch, Hosted)
    worker = Worker(jvm=launch.shared)
    results = {}
    try:
        for name in names:
            asked = replace(own(path, claims, class_name=name), name=name)
            wanted = replace(asked.wanted, options=frozenset(options_of(asked.claim)))
            transport = HostedTransport(way, name, worker, launch.request, wanted, seconds)
            results[name] = judge(asked, transport, goldens or some())
    finally:
        worker.close()
    return results
