"""Comparisons a second over each transport, the wire beside `cat`, and large arrays."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from measuring import Costs, Figure, Row, interleaved, ratio, seconds

from harness.comparison.compare import compare_all
from harness.transport import requests
from harness.transport.base import Transport
from python_ref.golden import Golden
from rows.places import edition, golden, local, reached, scenario

# A loop as one writes it in an afternoon: no deadline, no check, nothing is isolated.
_NAIVE = """
import json, sys
for line in sys.stdin:
    given = json.loads(line)
    lr, d, eps = given["learning_rate"], given["decay_rate"], given["epsilon"]
    w, v, rows = list(given["weights"]["w"]), [0.0] * len(given["weights"]["w"]), []
    for step in given["gradients"]:
        for i, g in enumerate(step["w"]):
            v[i] = d * v[i] + (1 - d) * (g * g)
            w[i] -= lr * g / (v[i] ** 0.5 + eps)
        rows.append({"w": list(w)})
    print(json.dumps({"weights": rows}), flush=True)
"""
# Cases a round: some tenths of a second of each.
_COUNTS = {"jpype": 1000, "stdio": 200, "local": 1000, "naive": 200, "process": 1}
# Bowtie's version that the row is measured with, and how many of its cases.
_BOWTIE = "bowtie-json-schema==2026.10.2"
_BOWTIE_CASES = 2_000
_BOWTIE_SECONDS = 180


def _compared(transport: Transport, case: Golden, count: int) -> Callable[[], None]:
    def job() -> None:
        for observation in transport.run_many([case.scenario] * count, "float64"):
            assert compare_all([(case, observation)])[0].equal

    return job


def _a_process_each(transport: Transport, case: Golden, count: int) -> Callable[[], None]:
    def job() -> None:
        for _ in range(count):
            transport.restart()
            assert transport.run(case.scenario, "float64").fault is None

    return job


def comparisons(arguments: argparse.Namespace) -> Sequence[Row]:
    """Ten elements and ten steps, fed and compared."""
    case = golden(10, 10)
    asked = requests.run(case.scenario, "float64", None)
    with ExitStack() as stack:
        ways = {
            "jpype": stack.enter_context(reached(edition("java"), "jpype")),
            "stdio": stack.enter_context(reached(edition("java"), "stdio")),
            "local": stack.enter_context(reached(local(), "local")),
        }
        alone = stack.enter_context(reached(edition("java"), "stdio"))
        naive = stack.enter_context(_Naive())
        assert naive.stdin
        assert naive.stdout

        def loop() -> None:
            for _ in range(_COUNTS["naive"]):
                naive.stdin.write(f"{json.dumps(json.loads(asked))}\n")
                naive.stdin.flush()
                rows = [step["w"] for step in json.loads(naive.stdout.readline())["weights"]]
                assert np.allclose(rows, case.weights)

        counts = _COUNTS
        jobs: dict[str, Callable[[], object]] = {
            name: _compared(way, case, counts[name]) for name, way in ways.items()
        }
        jobs |= {"naive": loop, "process": _a_process_each(alone, case, counts["process"])}
        found = interleaved(jobs, arguments.rounds, warm=2)
        bowtie, unmeasured = _bowtie(arguments.bowtie)
    rate = {name: counts[name] / seconds(costs).median for name, costs in found.items()}
    return [*_rates(found, rate, counts), *_beside_bowtie(rate, bowtie, unmeasured)]


def _rates(found: Costs, rate: dict[str, float], counts: dict[str, int]) -> list[Row]:
    said = {name: f"{value:,.0f} a second" for name, value in rate.items() if value >= 10}
    rows = []
    for name in ("jpype", "stdio", "local"):
        times = ratio(found["process"], found[name])
        scale = counts[name] / counts["process"]
        scaled = times.times(scale)
        seen = f"{said[name]}, beside {rate['process']:.2g} a second"
        goal = 1000 if name == "jpype" else None
        rows.append(
            Row(f"{name}_process", f"comparisons over {name} beside a process a case", scaled,
                goal=goal, seen=seen, reason="a start of the JVM from its archive")
        )  # fmt: skip
    pairs = ratio(found["naive"], found["stdio"])
    rows.append(
        Row("stdio_naive", "comparisons over stdio beside a naive loop of JSON", pairs,
            seen=f"{said['stdio']}, beside {said['naive']}")
    )  # fmt: skip
    return rows


def _beside_bowtie(rate: dict[str, float], bowtie: float, unmeasured: str) -> list[Row]:
    rows = []
    for name, goal in (("jpype", 100.0), ("stdio", 40.0)):
        title = f"comparisons over {name} beside Bowtie's cases in process"
        if unmeasured:
            rows.append(Row(f"{name}_bowtie", title, goal=goal, reason=unmeasured))
            continue
        times = rate[name] / bowtie
        seen = f"{bowtie:.3g} of its cases a second, its start included"
        why = "ours compares ten steps of ten numbers bit by bit; what limits it is Python's part"
        figure = Figure(times, times, times)
        rows.append(Row(f"{name}_bowtie", title, figure, goal=goal, seen=seen, reason=why))
    return rows


class _Naive:
    """The loop's process."""

    def __enter__(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _NAIVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self._process

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def _bowtie(python: str) -> tuple[float, str]:
    """Cases a second of Bowtie's own run in process; or why that is not known."""
    uv = shutil.which("uv")
    if uv is None:
        return 0.0, "Bowtie is installed by uv, which is not on the PATH"
    script = Path(__file__).parent.parent / "bowtie_run.py"
    words = [uv, "run", "--quiet", "--no-project", "--isolated", "--python", python, "--with"]
    words += [f"{_BOWTIE}", "--with", "jsonschema", "python", str(script), str(_BOWTIE_CASES)]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=_BOWTIE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return 0.0, f"Bowtie did not end within {_BOWTIE_SECONDS} s"
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no word"]
        return 0.0, f"Bowtie could not be had or run here: {lines[-1][:160]}"
    return float(done.stdout.split()[-1]), ""


def wire(arguments: argparse.Namespace) -> Sequence[Row]:
    """The bytes of an exchange over stdio, through `cat`."""
    case = scenario(1000, 10)
    asked = f"{requests.run(case, 'float64', None, packed=True)}\n".encode()
    numbers = requests.run(case, "float64", None)
    with reached(edition("java"), "stdio") as transport:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(["cat"], bufsize=0, **pipes) as cat:

            def through() -> None:
                view, back = memoryview(asked), 0
                while back < len(asked):
                    if view:
                        view = view[cat.stdin.write(view[: 1 << 15]) :]
                    back += len(cat.stdout.read(1 << 16))

            def fed() -> None:
                for observation in transport.run_many([case] * 5, "float64"):
                    assert observation.fault is None

            def parsed() -> None:
                for _ in range(5):
                    json.loads(numbers)
                    json.dumps(json.loads(numbers))

            def copied() -> None:
                for _ in range(10):
                    through()

            jobs = {"stdio": fed, "cat": copied, "json": parsed}
            found = interleaved(jobs, arguments.rounds)
            cat.stdin.close()
    json_times = ratio(found["json"], found["cat"]).median
    return [
        Row("stdio_cat", "stdio, 1,000 elements and ten steps, beside the same bytes through `cat`",
            ratio(found["stdio"], found["cat"]), goal=3, most=True,
            seen=f"{len(asked):,} bytes each way, arrays in base64; reading and writing the same as"
            f" numbers of JSON in Python alone takes {json_times:.0f} times as long as `cat`",
            reason="the port is stepped, its answer is decoded, and ours is a JVM")
    ]  # fmt: skip


def arrays(arguments: argparse.Namespace) -> Sequence[Row]:
    """Large arrays beside a copy of their bytes; what they take of memory."""
    return [*_large(1_000, 100, 100, arguments.rounds), *_large(1_000_000, 3, 1, arguments.rounds)]


def _large(elements: int, steps: int, over_stdio: int, rounds: int) -> Iterator[Row]:
    """Rows of so many elements; over stdio a scenario is one line, which has its limit."""
    case, line = scenario(elements, steps), scenario(elements, over_stdio)
    fed, seen = np.empty(elements), np.empty(elements)

    def copied() -> None:
        for _ in range(steps):
            fed.copy()
            seen.copy()

    with ExitStack() as stack:
        jpype = stack.enter_context(reached(edition("java"), "jpype"))
        stdio = stack.enter_context(reached(edition("java"), "stdio"))

        def streamed() -> None:
            for _ in jpype.stream(case, "float64"):
                pass

        def whole() -> None:
            fault = stdio.run(line, "float64").fault
            if fault is not None:
                raise RuntimeError(fault.message)

        jobs = {"copy": copied, "jpype": streamed, "stdio": whole}
        found = interleaved(jobs, max(2, rounds // 2))
        tracemalloc.start()
        streamed()
        peak = tracemalloc.get_traced_memory()[1] / (2 * 8 * elements)
        tracemalloc.stop()
    name, beside = f"{elements:,} elements", "beside a NumPy copy of the same bytes"
    took = seconds(found["jpype"]).median / steps * 1e3
    yield Row(f"jpype_{elements}", f"{name} over jpype, streamed, {beside}",
              ratio(found["jpype"], found["copy"]), seen=f"{took:.3g} ms a step")  # fmt: skip
    took = seconds(found["stdio"]).median / over_stdio * 1e3
    yield Row(f"stdio_{elements}", f"{name} over stdio {beside}",
              ratio(found["stdio"], found["copy"]).times(steps / over_stdio),
              seen=f"{took:.3g} ms a step, in base64")  # fmt: skip
    if steps < 10:  # of short steps the rest of the program is most
        yield Row(f"memory_{elements}", f"{name} over jpype, streamed: memory of ours at its peak,"
                  " in what a step has of bytes, fed and seen", Figure(peak, peak, peak), goal=2,
                  most=True, reason="a step is packed beside the one that is fed")  # fmt: skip
