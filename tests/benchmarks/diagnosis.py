"""How long naming a deviation takes: through a JVM port, and from an observation file.

Run: uv run python tests/benchmarks/diagnosis.py [--observations]

With the option, of observations only: elapsed time, and that of the processor, which is what it
would be on a machine of its own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from harness.judging.identify import identify
from harness.judging.judge import judge
from harness.judging.memory import Memory
from harness.languages.jvm.toolchain import Toolchain
from harness.ports.port import of_folder
from harness.transport.hosted import HostedTransport, Worker
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

ROOT = Path(__file__).parents[2]
EDITIONS = {
    "no deviation": "conformant",
    "one deviation": "remembered",
    "two deviations": "returned",
}


def judged(name: str, worker: Worker) -> float:
    """Seconds to judge a Clojure edition in a warm JVM, the diagnosis included."""
    port = of_folder(ROOT / "clojure" / "editions" / name)
    toolchain = Toolchain()
    request = toolchain.worker_request(toolchain.prepare(port), ["clojure"])
    transport = HostedTransport("jpype", port.name, worker, request, port.wanted, 60)
    transport.describe()
    memory = Memory()
    memory.goldens(port, "float64")
    start = time.perf_counter()
    result = judge(port, transport, memory.goldens, memory=memory)
    assert result.as_expected
    return time.perf_counter() - start


def observation(
    found: Dialect, steps: int = 100, elements: int = 200, *, seen: int | None = None
) -> dict[str, Any]:
    """What a port shows in so many steps of so many elements; one step alone if `seen` names it."""
    rng = np.random.default_rng(1)
    half = elements // 2
    given = Scenario(
        name="observation",
        catches="",
        learning_rate=0.01,
        decay_rate=0.9,
        epsilon=1e-3,
        weights={"a": rng.standard_normal(half), "b": rng.standard_normal(elements - half)},
        gradients=[
            {"a": rng.standard_normal(half), "b": rng.standard_normal(elements - half)}
            for _ in range(steps)
        ],
    )
    weights = replay(given, [Hypothesis(found)]).weights[0]
    rows = [{"a": row[:half], "b": row[half:]} for row in weights]
    return {
        "precision": "float64",
        **given.hyperparameters,
        "weights": given.weights,
        "gradients": given.gradients,
        "observed": [row if seen in (None, t) else None for t, row in enumerate(rows)],
    }


OBSERVATIONS = {
    "20,000 numbers of a right port": observation(Dialect()),
    "the same, one deviation": observation(Dialect(["epsilon=inside"])),
    "the same, one with a constant": observation(
        Dialect(["momentum=nesterov"], {"momentum": 0.77})
    ),
    "the same, two deviations": observation(Dialect(["epsilon=inside", "initial_average=one"])),
    "the same, two with a constant each": observation(
        Dialect(["decay_rate=ignored", "weight_decay=coupled"],
                {"decay_rate": 0.97, "weight_decay": 0.013})
    ),
    "twelve steps, three deviations with constants": observation(
        Dialect(["epsilon=inside", "decay_rate=ignored", "weight_decay=coupled"],
                {"decay_rate": 0.97, "weight_decay": 0.013}), 12, 8
    ),
    "1,000 steps of 20 elements, the last seen": observation(
        Dialect(["epsilon=inside", "momentum=nesterov"], {"momentum": 0.77}), 1000, 20, seen=999
    ),
    "the same, of noise": observation(Dialect(), 1000, 20, seen=999),
}  # fmt: skip


def identified() -> None:
    """Print how long each of the observations takes."""
    noise = OBSERVATIONS["the same, of noise"]["observed"][-1]
    noise["a"] = noise["a"] + np.random.default_rng(2).standard_normal(len(noise["a"]))
    for title, seen in OBSERVATIONS.items():
        start, processor = time.perf_counter(), time.process_time()
        result = identify(seen)
        took, processor = time.perf_counter() - start, time.process_time() - processor
        named = " ".join(result.deviations) or result.verdict.word
        tried = result.diagnosis.tried if result.diagnosis else None
        if tried is not None and tried.ended:
            named += f"; of sets of {tried.size + 1}, {tried.begun} of {tried.beyond} were tried"
        print(f"{title:<46} {took:6.2f} s, {processor:6.2f} s of processor time: {named}")


def main() -> None:
    """Print a line a figure."""
    if "--observations" in sys.argv:
        return identified()
    worker = Worker(jvm=True)
    try:
        judged("conformant", worker)
        plain = 0.0
        for title, name in EDITIONS.items():
            took = min(judged(name, worker) for _ in range(3))
            plain = plain or took
            ratio = f"{took / plain:4.1f} times as long as none"
            print(f"{title + ', through a JVM port':<40} {took:6.2f} s, {ratio}")
    finally:
        worker.close()
    command = [sys.executable, "-m", "rmsproof", "identify", "docs/observation.json"]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    print(f"{'rmsproof identify docs/observation.json':<40} {time.perf_counter() - start:6.2f} s")
    return identified()


if __name__ == "__main__":
    main()
