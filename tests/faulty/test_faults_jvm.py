"""Ports on the JVM that misbehave, in process and over the wire: each gets its verdict.

On one scenario alone, and nothing is left. In process they share a JVM, each in classes of its
own, so that one port's end is never another's; over the wire our own adapter speaks for them.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from faulty.faults import HERE, Said, memory, must_be_said, wanted
from support import collected, none_left

from harness.judging.judge import judge
from harness.judging.verdict import Result
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.launch import Hosted, Spoken
from harness.languages.registry import by_name
from harness.model.words import GRADIENTS_CHANGED, STATE_LEAKS
from harness.ports.port import Port
from harness.ports.roles import Wanted
from harness.transport.hosted import HostedTransport
from harness.transport.hosting import Worker
from harness.transport.responder import Responder
from harness.transport.stdio import StdioTransport

pytestmark = pytest.mark.jvm

# What hangs is waited for; a JVM's first scenario is slower than its next.
SHORT = 1.0
HUNG = r"no answer within 1 s; .*it was at "
SEGV = r"the process was ended by SIGABRT: SIGSEGV \(0xb\) at .* in .*Unsafe_PutLong.*"

JAVA = {
    # It ends the whole machine.
    "Exits": Said("crashes", "the process ended with exit code 0.*"),
    "Halts": Said(
        "crashes", "the process ended with exit code 1; its standard error ends: no licence left"
    ),
    "LeavesChild": Said("crashes", "the process ended with exit code 0"),
    "WritesNowhere": Said("crashes", SEGV),
    # It hangs.
    "Waits": Said(
        "times-out",
        HUNG + r"jdk.internal.misc.Unsafe.park\(Native Method\)"
        r" < Waits.strike\(Waits.java:12\) < Right.update\(Right.java:26\)",
        seconds=SHORT,
    ),
    "Loops": Said(
        "times-out",
        HUNG + r"Loops.strike\(Loops.java:\d+\) < Right.update\(Right.java:26\)",
        seconds=SHORT,
    ),
    "LoopsDeep": Said(
        "times-out",
        HUNG + r"LoopsDeep.down\(LoopsDeep.java:14\) < LoopsDeep.down\(LoopsDeep.java:16\) < .*",
        seconds=SHORT,
    ),
    # It fails, so that nothing more is done in its process, or only this.
    "Recurses": Said("crashes", r"step 1: java.lang.StackOverflowError \(Recurses.java:9\)"),
    "Hoards": Said(
        "crashes", r"step 1: java.lang.OutOfMemoryError: Java heap space \(Hoards.java:15\)"
    ),
    "ThrowsThirdTime": Said(
        "crashes",
        r"step 3: java.lang.IllegalStateException: the third time \(ThrowsThirdTime.java:10\)",
    ),
    # What it throws is broken itself.
    "AnswersNothing": Said("crashes", r"step 1: AnswersNothing\$Own"),
    "NoTrace": Said("crashes", r"step 1: NoTrace\$Own"),
    "WrapsForever": Said("crashes", r"step 1: WrapsForever\$Own \(WrapsForever.java:22\)"),
    "HalfACharacter": Said(
        "crashes",
        r"step 1: HalfACharacter\$Own: a\\ud800b\U0001f600c\u202e \(HalfACharacter.java:9\)",
    ),
    # It says what is no answer.
    "CutsArrays": Said("garbled", "step 1: array trap: expected length 2, observed 1"),
    "HugeArrays": Said("garbled", "step 1: array trap: expected length 2, observed 1048576"),
    "DropsArray": Said("garbled", "step 1: missing array b"),
    "NullArray": Said("garbled", "step 1: missing array b"),
    "NotANumber": Said("diverges"),
    # It is only unusual.
    "Right": Said("exact"),
    "Interrupts": Said("exact"),
    "ReadsInput": Said("exact"),
    "ClosesOutput": Said("exact"),
    "Floods": Said("exact"),
    "WritesRaw": Said("exact"),
    "LeavesThread": Said("exact"),
    "ChangesGradients": Said("exact", notes=(GRADIENTS_CHANGED,)),
    "LeavesProcess": Said("exact"),
}
# Over the wire standard output is the exchange, and what holds it open is seen.
OVER_THE_WIRE = {
    **JAVA,
    "LeavesChild": Said(
        "crashes",
        "the process ended with exit code 0(; a process that it started keeps its output open)?",
    ),
    "WritesRaw": Said("garbled", "a line that is not JSON: 'computing'"),
}
# What the wire's end in Java passes on as the one in process does: judged over it in the slow part.
ALIKE = (
    "Halts Loops LoopsDeep ThrowsThirdTime CutsArrays NullArray NotANumber"
    " AnswersNothing NoTrace WrapsForever HalfACharacter LeavesProcess"
    " Hoards HugeArrays DropsArray Interrupts ReadsInput LeavesThread Recurses Right ClosesOutput"
).split()
# What ends a JVM, or is told of one, as another does that is judged in the suite.
ALIKE_IN_PROCESS = (
    "Halts LoopsDeep NoTrace WrapsForever NullArray HugeArrays waits Endless throws_lazily"
    " Waits AnswersNothing LeavesProcess ReadsInput Interrupts overflows text_numbers"
    " Unfinished BreaksOut"
).split()
CLOJURE = {
    "overflows": Said("crashes", "step 1: java.lang.StackOverflowError.*"),
    "throws_lazily": Said(
        "crashes",
        r"step 1: clojure.lang.ExceptionInfo: no number after all \(throws_lazily.clj:9\)",
    ),
    "endless": Said("garbled", "step 1: array trap: expected length 2, observed more"),
    "text_numbers": Said("garbled", r"step 1: trap\[0\] is a java.lang.String, not a number"),
    "waits": Said("times-out", HUNG + r".*Unsafe.park.* < waits\$.*waits.clj:8.*", seconds=SHORT),
}
SCALA = {
    "Unfinished": Said(
        "crashes",
        r"step 1: scala.NotImplementedError: an implementation is missing \(faults.scala:25\)",
    ),
    "Endless": Said("garbled", "step 1: array trap: expected length 2, observed more"),
    "BreaksOut": Said("crashes", r"step 1: scala.util.control.BreakControl.*"),
}
# What strikes in a copy of right.clj in place of the row.
STRIKES = {
    "overflows": "(nth (iterate (partial map identity) row) 100000)",  # lazy, one upon the other
    "throws_lazily": '(map (fn [w] (throw (ex-info "no number after all" {:weight w}))) row)',
    "endless": "(cycle row)",
    "text_numbers": "(mapv str row)",
    "waits": "@(promise)",
}
LANGUAGES: Mapping[str, Mapping[str, Said]] = {"java": JAVA, "clojure": CLOJURE, "scala": SCALA}

_toolchain = Toolchain()


@dataclass(frozen=True)
class Judged:
    """A port's result, and which process in a row its worker was then."""

    result: Result
    generation: int = 0


def clojure(folder: Path) -> None:
    """Write a port for each strike: a file of its own."""
    right = (HERE / "clojure" / "right.clj").read_text(encoding="utf-8")
    for name, strike in STRIKES.items():
        text = right.replace("(ns right", f"(ns {name.replace('_', '-')}")
        text = text.replace("[row]\n  row)", f"[row]\n  {strike})")
        (folder / f"{name}.clj").write_text(text, encoding="utf-8")


def port(language: str, name: str, folder: Path = HERE) -> Port:
    """A class among all of its language, which are compiled together; in Clojure, a file."""
    if language == "clojure":
        source = folder / f"{name}.clj"
        return Port(name=name, language=language, source=(source,), folder=folder)
    sources = tuple(sorted((HERE / language).glob(f"*.{language}")))
    chosen = Wanted(class_name=name)
    return Port(name=name, language=language, source=sources, wanted=chosen)


def in_process(language: str, name: str, folder: Path, worker: Worker, seconds: float) -> Result:
    asked = port(language, name, folder)
    together = [by_name(x) for x in (["java"] if language == "java" else ["clojure", "scala"])]
    launch = by_name(language).launch(asked, "jpype", _toolchain, together)
    assert isinstance(launch, Hosted)
    transport = HostedTransport("jpype", name, worker, launch.request, asked.wanted, seconds)
    return judge(asked, transport, wanted, memory=memory())


def over_the_wire(name: str, seconds: float) -> Result:
    asked = port("java", name)
    launch = by_name("java").launch(asked, "stdio", _toolchain, [])
    assert isinstance(launch, Spoken)
    transport = StdioTransport(
        name,
        launch.command,
        timeout=seconds,
        source=launch.source,
        wanted=asked.wanted,
    )
    try:
        return judge(asked, transport, wanted, memory=memory())
    finally:
        transport.close()


def all_of(folder: Path, asked: Container[str], *languages: str) -> dict[tuple[str, str], Judged]:
    """The ports asked for, one after another in one JVM; Clojure's are in a folder."""
    worker = Worker(jvm=True)
    found = {}
    try:
        for language in languages:
            for name, said in LANGUAGES[language].items():
                if name not in asked:
                    continue
                result = in_process(language, name, folder, worker, said.seconds)
                found[language, name] = Judged(result, worker.generation)
        if "java" in languages:
            result = in_process("java", "LeaksState", folder, worker, 20.0)
            found["java", "LeaksState"] = Judged(result, worker.generation)
    finally:
        worker.close()
    return found


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[dict[tuple[str, str], Judged]]:
    """All of them judged, on both cores."""
    asked = collected(request)
    folder, sources = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("sources")
    clojure(sources)
    with none_left(), pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with ThreadPoolExecutor(2) as pool:
            java = pool.submit(all_of, sources, asked, "java")
            others = pool.submit(all_of, sources, asked, "clojure", "scala")
            wire = [
                (name, pool.submit(over_the_wire, name, said.seconds))
                for name, said in OVER_THE_WIRE.items()
                if name in asked and name not in ALIKE
            ]
            found = java.result() | others.result()
            found |= {("wire", name): Judged(future.result()) for name, future in wire}
        assert list(folder.iterdir()) == []  # a JVM that crashes would write of it here
        yield found


@pytest.mark.parametrize(
    ("language", "name"),
    [
        pytest.param(language, name, marks=[pytest.mark.slow] if name in ALIKE_IN_PROCESS else [])
        for language in LANGUAGES
        for name in LANGUAGES[language]
    ],
)
def test_a_fault_in_process_is_on_its_own_scenario_and_named(
    language: str, name: str, results: dict[tuple[str, str], Judged]
) -> None:
    must_be_said(results[language, name].result, LANGUAGES[language][name])


@pytest.mark.parametrize("name", [name for name in OVER_THE_WIRE if name not in ALIKE])
def test_a_fault_over_the_wire_is_on_its_own_scenario_and_named(
    name: str, results: dict[tuple[str, str], Judged]
) -> None:
    must_be_said(results["wire", name].result, OVER_THE_WIRE[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", ALIKE)
def test_another_fault_over_the_wire_is_on_its_own_scenario_and_named(name: str) -> None:
    said = OVER_THE_WIRE[name]
    with none_left():
        must_be_said(over_the_wire(name, said.seconds), said)


def test_what_a_port_left_running_never_meets_the_next_one(
    results: dict[tuple[str, str], Judged],
) -> None:
    """A JVM in which somebody's thread goes on is not for another port; any other is."""
    generation = {
        name: j.generation for (language, name), j in results.items() if language == "java"
    }
    assert generation["Hoards"] == generation["Recurses"] + 1  # each is spent
    assert generation["ThrowsThirdTime"] == generation["Hoards"]
    assert generation["DropsArray"] == generation["CutsArrays"] == generation["LeavesThread"]
    assert generation["ChangesGradients"] == generation["LeavesThread"] + 1


@pytest.mark.slow
def test_a_process_that_a_port_left_never_writes_where_the_next_port_answers() -> None:
    shared: Responder | None = None
    pids = []
    for name in ("Floods", "LeavesProcess", "Right"):
        asked = port("java", name)
        launch = by_name("java").launch(asked, "stdio", _toolchain, [])
        assert isinstance(launch, Spoken)
        shared = shared or Responder(launch.command, "jvm", adapter=True)
        transport = StdioTransport(
            name, launch.command, timeout=20.0, source=launch.source, wanted=asked.wanted,
            shared=shared,
        )  # fmt: skip
        assert judge(asked, transport, wanted, memory=memory()).verdict.word == "exact"
        assert shared._child is not None
        pids.append(shared._child.pid)
    assert shared is not None
    shared.close()
    assert pids[0] == pids[1] != pids[2]


def test_state_beyond_the_reach_of_class_loaders_is_found(
    results: dict[tuple[str, str], Judged],
) -> None:
    leaks = results["java", "LeaksState"].result
    assert (leaks.verdict.word, leaks.notes, leaks.diagnosis) == ("diverges", (STATE_LEAKS,), None)


def test_every_port_of_the_folders_is_judged_somewhere() -> None:
    classes = {path.stem for path in (HERE / "java").glob("*.java")}
    assert classes == {*JAVA, "LeaksState"}
    assert {*STRIKES} == {*CLOJURE}
