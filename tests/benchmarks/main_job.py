"""How long the main job takes, each figure with what it is measured against.

Run: uv run python tests/benchmarks/main_job.py [--cold]

--cold also measures a first run: an empty cache, every jar fetched, everything compiled.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from harness.comparison.compare import compare_all
from harness.languages.jvm.toolchain import Toolchain
from harness.ports.port import Port, of_folder
from harness.transport.hosted import HostedTransport, Worker
from python_ref.rmsprop import RMSProp
from python_ref.scenarios.scenario import Scenario

ROOT = Path(__file__).parents[2]


def seconds(job: Callable[[], object], repeat: int) -> float:
    """Seconds of a job, the best of some: what the machine does beside it only adds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return min(times)


def command(*arguments: str, cache: str | None = None) -> Callable[[], object]:
    """A whole command in a process of its own."""
    environment = {**os.environ, **({"RMSPROOF_CACHE": cache} if cache else {})}
    line = [sys.executable, "-m", "rmsproof", *arguments]

    def job() -> object:
        return subprocess.run(
            line, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True
        )

    return job


def ten_by_ten() -> Scenario:
    """Ten elements, ten steps."""
    step = {"a": np.linspace(-1, 1, 6), "b": np.linspace(0.1, 0.7, 4)}
    weights = {"a": np.linspace(0, 1, 6), "b": np.linspace(-1, 0, 4)}
    return Scenario("ten", "", 0.01, 0.9, 1e-6, weights, [step] * 10)


def comparisons_a_second(port: Port, toolchain: Toolchain) -> float:
    """Goldens of ten elements and ten steps, fed and compared, in one warm JVM."""
    from python_ref.dialects.dialect import Dialect
    from python_ref.golden import make

    golden = make(ten_by_ten(), Dialect(), "float64")
    prepared = toolchain.prepare(port)
    request = toolchain.worker_request(prepared, [port.language])
    transport = HostedTransport("jpype", port.name, Worker(jvm=True), request, port.wanted, 60)
    try:
        transport.describe()

        def some(count: int) -> None:
            for observation in transport.run_many([golden.scenario] * count, "float64"):
                assert compare_all([(golden, observation)])[0].equal

        some(3000)  # warm: the JVM compiles what is run often
        return 3000 / seconds(lambda: some(3000), 3)
    finally:
        transport.close()


def plain_lines(count: int) -> Callable[[], object]:
    """The definition's two lines as anyone writes them, on whole arrays."""
    g, v, w = np.ones(count), np.zeros(count), np.ones(count)
    state = {"v": v, "w": w}

    def job() -> object:
        state["v"] = 0.9 * state["v"] + (1 - 0.9) * (g * g)
        state["w"] = state["w"] - (0.001 * g) / (np.sqrt(state["v"]) + 1e-8)
        return state

    return job


def reference(count: int) -> Callable[[], object]:
    """The same by the reference."""
    optimizer, gradients, weights = RMSProp(), {"w": np.ones(count)}, {"w": np.ones(count)}
    return lambda: optimizer.update_weights(gradients, weights)


def show(title: str, figure: float, unit: str) -> None:
    """A line of the result."""
    print(f"{title:<58} {figure:9,.2f} {unit}")


def main() -> None:
    """Print a line a figure."""
    command("run")()
    show("rmsproof --help", seconds(command("--help"), 5), "s")
    show("rmsproof run, warm", seconds(command("run"), 3), "s")
    if "--cold" in sys.argv:
        with tempfile.TemporaryDirectory() as cache:
            show("rmsproof run, cold", seconds(command("run", cache=cache), 1), "s")
    toolchain = Toolchain()
    editions = {"java": "double", "scala": "class", "clojure": "conformant"}
    rates = {}
    for language, name in editions.items():
        port = of_folder(ROOT / language / "editions" / name)
        rates[language] = comparisons_a_second(port, toolchain)
        show(f"goldens a second, one warm JVM, {language}", rates[language], "")
    show("  Clojure against Java", rates["clojure"] / rates["java"], "times")
    for count in (1_000, 1_000_000):
        ours, theirs = seconds(reference(count), 30), seconds(plain_lines(count), 30)
        show(f"reference against plain lines, {count:,} elements", theirs / ours, "times as fast")


if __name__ == "__main__":
    main()
