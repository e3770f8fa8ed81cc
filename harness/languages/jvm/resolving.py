"""Artifacts and all that they need, by coordinate: asked of jgo, for no longer than a bound.

jgo is not safe for parallel use, and what it waits for nobody can interrupt: one lock stands
around it, and it runs in a process that ends with ours, with a signal, or when its time is over.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.machine import bytecode
from harness.machine.cache import locked, root
from harness.machine.isolation.group import Group
from harness.model.errors import ToolchainError

_RESOLVER = "harness.languages.jvm.resolver"
_LAST_WORDS = 300


@dataclass(frozen=True)
class Resolution:
    """What came of asking.

    Attributes:
        jars: of each endpoint that can be had: a coordinate, or all of them joined by +.
        failed: why another cannot, by endpoint.
        unreached: the addresses of repositories that do not answer.
        late: time ran out; what had arrived by then is not fetched again.
    """

    jars: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    unreached: tuple[str, ...] = ()
    late: bool = False


def stores() -> tuple[Path, Path]:
    """Where jgo has its artifacts, and its environments."""
    return root() / "m2", root() / "jgo"


def resolve(
    coordinates: Sequence[str], repositories: Mapping[str, str], seconds: float
) -> Resolution:
    """The jars of artifacts, of any hash; together if they can be had so, else of each.

    Args:
        coordinates: group:artifact:version each.
        repositories: further ones beside Maven Central, by name.
        seconds: how long it may take.

    Raises:
        ToolchainError: the process was ended, or failed.
    """
    store, cache = map(str, stores())
    request = {
        "coordinates": list(coordinates),
        "repositories": dict(repositories),
        "store": store,
        "cache": cache,
    }
    with locked("jars"):
        try:
            group = Group(
                bytecode.command(_RESOLVER),
                # Proxies and certificates are named there.
                environment={**os.environ, **bytecode.environment()},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise ToolchainError(f"dependencies cannot be resolved: {error}") from error
        late = False
        with group.process as process:
            given = json.dumps(request).encode()
            try:
                out, errors = process.communicate(given, timeout=seconds)
            except subprocess.TimeoutExpired:
                late = True
                group.kill()
                out, errors = process.communicate()
            finally:
                group.end()
    if process.returncode and not late:
        words = errors.decode(errors="replace").strip()[-_LAST_WORDS:]
        raise ToolchainError(f"what resolves dependencies ended with {process.returncode}: {words}")
    return _read(out, late)


def _read(out: bytes, late: bool) -> Resolution:
    # Of a line that time cut off nothing is read.
    answers = [json.loads(line) for line in out.splitlines(keepends=True) if line.endswith(b"\n")]
    return Resolution(
        {a["endpoint"]: tuple(map(Path, a["jars"])) for a in answers if "jars" in a},
        {a["endpoint"]: a["failed"] for a in answers if "failed" in a},
        tuple(url for a in answers for url in a.get("unreached", ())),
        late,
    )
