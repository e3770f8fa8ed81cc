"""How long naming a deviation takes: through a JVM port, and from an observation file.

Run: uv run python tests/benchmarks/diagnosis.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from harness.judging.judge import judge
from harness.judging.memory import Memory
from harness.languages.jvm.toolchain import Toolchain
from harness.ports.port import of_folder
from harness.transport.hosted import HostedTransport, Worker

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


def main() -> None:
    """Print a line a figure."""
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


if __name__ == "__main__":
    main()
