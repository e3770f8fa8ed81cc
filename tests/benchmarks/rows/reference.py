"""A step of the reference beside a textbook's lines, the libraries, and what memory allows."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from measuring import Cost, Row, ratio

from rows.places import REPOSITORY

STEPS = Path(__file__).parent.parent / "steps.py"
SIZES = (10, 1_000, 1_000_000)
PEERS = {
    "optax": "Optax, jit",
    "torch": "PyTorch, a tensor at a time",
    "torch_foreach": "PyTorch, foreach",
}
# Libraries take long to be imported.
_SECONDS = 300


def rows(arguments: argparse.Namespace) -> Sequence[Row]:
    """`RMSProp.update_weights` at three sizes, by the processor time of all threads."""
    ours = _measured(sys.executable, arguments.rounds)
    peers = _measured(arguments.peers, arguments.rounds) if arguments.peers else {}
    found: list[Row] = []
    for size in SIZES:
        costs = ours[str(size)]
        million = size == 1_000_000
        page = ratio(costs["page"], costs["reference"])
        took = {name: sorted(c.wall for c in each)[len(each) // 2] for name, each in costs.items()}
        seen = f"{took['reference'] * 1e6:,.3g} us a step, beside {took['page'] * 1e6:,.3g} us"
        of = f"{size:,} elements"
        floor = ratio(costs["reference"], costs["floor"]).median
        most = ratio(costs["page"], costs["floor"]).median
        why = (
            f"NumPy's root and quotient alone, block by block, take {1 / floor:.0%} of it; beside"
            f" these two the lines take {most:.2g} times as long, the most that can be reached"
        )
        found.append(
            Row(f"page_{size}", f"a textbook's lines beside `RMSProp.update_weights`, {of}", page,
                goal=3 if million else 1, seen=f"{seen}; the same bits", reason=why)
        )  # fmt: skip
        found.append(
            Row(f"triad_{size}", f"`RMSProp.update_weights` beside a triad, {of}",
                ratio(costs["reference"], costs["triad"]),
                goal=1.5 if million else None, most=True, reason=why)
        )  # fmt: skip
        for name, called in PEERS.items():
            with_peer = peers.get(str(size), {})
            row = Row(f"{name}_{size}", f"{called}, beside `RMSProp.update_weights`, {of}")
            if name in with_peer:
                figure = ratio(with_peer[name], with_peer["reference"])
                found.append(Row(row.name, row.what, figure, seen="float64, all threads"))
            else:
                found.append(Row(row.name, row.what, reason="not installed (--peers PYTHON)"))
    return found


def _measured(python: str, rounds: int) -> Mapping[str, Mapping[str, Sequence[Cost]]]:
    """What an interpreter takes for a step of each, by size and name. Raises RuntimeError."""
    words = [python, str(STEPS), str(REPOSITORY), str(rounds), *map(str, SIZES)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{python} {STEPS.name}: {done.stderr.strip()[-300:]}")
    read = json.loads(done.stdout)
    return {
        size: {name: [Cost(one, one) for one in each] for name, each in by_name.items()}
        for size, by_name in read.items()
    }
