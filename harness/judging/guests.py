"""Guests: optimizers of real libraries, each in an environment of its own, observed and identified.

A folder `guests/NAME` has `guest.toml` (library, pinned version, how it is installed, which
dialects it should be) and, where no door of ours leads to the library, an adapter. Nothing of it is
a dependency of the tool; a guest whose needs are not met is not run, and that is said.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from harness.judging.identify import identify
from harness.judging.reach import Shared, reach
from harness.judging.verdict import Result
from harness.languages.jvm.compile import CompileError
from harness.languages.jvm.toolchain import Toolchain
from harness.machine import cache
from harness.machine.layout import ports_root
from harness.model.errors import ToolchainError, UsageError
from harness.model.messages import OBSERVATION
from harness.model.observation import Unreachable
from harness.ports.port import Port
from harness.ports.targets import own
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.text import to_json
from python_ref.scenarios.hyperparameters import OPTIONS
from python_ref.scenarios.scenario import Scenario

FOLDER = ports_root() / "guests"
STEPS = 40
_INSTALL_SECONDS = 900
_SCENARIO_SECONDS = 60.0
_SETTINGS = {"learning_rate": 0.01, "decay_rate": 0.9, "epsilon": 1e-5}
_OPTIONS = {"momentum": 0.9, "weight_decay": 0.01, "clip": 0.5, "mean_decay": 0.8}


@dataclass(frozen=True)
class Variant:
    """One way to set a guest.

    Attributes:
        name: "default", or by what it differs.
        settings: "name=value" of the library's own.
        arguments: what its command is given.
        dialect: what it should be, by name or axis=value; by its settings if empty.
    """

    name: str
    settings: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    dialect: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guest:
    """A library, as guest.toml has it.

    Attributes:
        name: of its folder.
        folder: where it is.
        library: its name in the table of libraries.
        version: that is pinned.
        language: for people.
        quick: whether it installs and runs in seconds.
        target, command: what is checked, one of them.
        pip, npm, classpath, build: how it is installed; of build, commands.
        needs: a program that must be there.
        fixed: hyperparameters that the library has fixed.
        environment: variables it runs with.
        variants: ways to set it.
    """

    name: str
    folder: Path
    library: str
    version: str
    language: str
    quick: bool
    variants: tuple[Variant, ...]
    target: str = ""
    command: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    classpath: tuple[str, ...] = ()
    build: tuple[tuple[str, ...], ...] = ()
    needs: str = ""
    fixed: Mapping[str, float] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """What came out for a variant in a precision.

    Attributes:
        guest, variant: which.
        precision: of its arrays; "" where it did not get so far.
        observation: what `identify` reads; None where there is none.
        result: what it is; None where it was not run.
        reason: why not.
    """

    guest: Guest
    variant: Variant
    precision: str = ""
    observation: Mapping[str, Any] | None = None
    result: Result | None = None
    reason: str = ""


def guests(folder: Path, names: Sequence[str] = (), quick: bool = False) -> list[Guest]:
    """Read the guests of a folder, in the order of their names.

    Args:
        folder: that has a folder a guest.
        names: which; all if none.
        quick: only those that take seconds.

    Raises:
        UsageError: there is no such folder or guest, or a file that cannot be read.
    """
    paths = {path.parent.name: path for path in sorted(folder.glob("*/guest.toml"))}
    if not paths:
        raise UsageError(f"{folder}: holds no guests; they are in the source repository")
    for name in names:
        if name not in paths:
            raise UsageError(f"no guest is called {name}; there are {', '.join(paths)}")
    read = [_read(path) for name, path in paths.items() if not names or name in names]
    return [guest for guest in read if guest.quick or not quick]


def _read(path: Path) -> Guest:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        variants = tuple(
            Variant(v.pop("name"), **{k: tuple(x) for k, x in v.items()})
            for v in table.pop("variant")
        )
        lists = {k: tuple(x) for k, x in table.items() if isinstance(x, list)}
        build = tuple(tuple(words) for words in table.get("build", ()))
        given = {**table, **lists, "build": build}
        return Guest(name=path.parent.name, folder=path.parent, variants=variants, **given)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: cannot be read as a guest: {error}") from error


def recordings(guest: Guest) -> list[Path]:
    """What was recorded of a guest with its defaults, a file a precision."""
    plain = f"{guest.name}-{guest.version}-float"
    return sorted(path for path in (FOLDER / "observations").glob(f"{plain}*.json"))


def visit(guest: Guest, python: Path | None = None) -> Iterator[Visit]:
    """Install a guest, feed each of its variants, and say what each is.

    Args:
        guest: which.
        python: an interpreter that has it already, of a guest in Python.
    """
    try:
        if python is not None and guest.pip:
            guest, place = _version(guest, python), python.parent.parent
        else:
            place = installed(guest)
    except ToolchainError as error:
        for variant in guest.variants:
            yield Visit(guest, variant, reason=str(error))
        return
    for variant in guest.variants:
        yield from _visited(guest, variant, place)


def _version(guest: Guest, python: Path) -> Guest:
    """The guest as an interpreter has it. Raises ToolchainError: it has not."""
    package = guest.pip[0].partition("==")[0].partition("[")[0]
    asked = f"import importlib.metadata as m; print(m.version({package!r}))"
    done = subprocess.run([str(python), "-c", asked], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolchainError(f"{python} has no {package}; install it: pip install {guest.pip[0]}")
    return replace(guest, version=done.stdout.strip())


def _visited(guest: Guest, variant: Variant, place: Path) -> Iterator[Visit]:
    toolchain, shared = Toolchain(), Shared(guest.environment)
    transport = None
    try:
        port = _port(guest, variant, place)
        transport = reach(
            port, port.transports[0], toolchain, _SCENARIO_SECONDS, shared,
            environment=guest.environment,
        )  # fmt: skip
        described = transport.describe()
        claim = described.called.claim if described.called else None
        claim = claim if claim is not None and not variant.dialect else port.claim
        for precision in described.precisions:
            given = fed(claim, guest.fixed).in_precision(precision)
            seen = transport.run(given, precision)
            if seen.fault is not None:
                yield Visit(guest, variant, precision, reason=seen.fault.message)
                continue
            file = _file(guest, variant, given, precision, seen.weights, claim)
            yield Visit(guest, variant, precision, file, identify(file))
    except (ToolchainError, UsageError, CompileError, Unreachable) as error:
        yield Visit(guest, variant, reason=str(error))
    finally:
        if transport is not None:
            transport.close()
        shared.close()


def _port(guest: Guest, variant: Variant, place: Path) -> Port:
    python = place / "bin" / "python" if guest.pip else None
    if guest.command:
        words = [word.replace("{env}", str(place)) for word in guest.command]
        adapter = [str(place / w) if (place / w).is_file() else w for w in words[1:]]
        return own([words[0], *adapter, *variant.arguments], variant.dialect)
    target = str(guest.folder / guest.target) if guest.classpath else guest.target
    port = own(target, variant.dialect, settings=variant.settings, classpath=guest.classpath)
    return replace(port, python=python)


def installed(guest: Guest) -> Path:
    """The environment of a guest, made once; those with the same needs share one.

    Raises:
        ToolchainError: it cannot be made: no network, no such program.
    """
    if guest.needs and shutil.which(guest.needs) is None:
        raise ToolchainError(f"needs {guest.needs}, which is not installed")
    if guest.npm and (shutil.which("node") is None or shutil.which("npm") is None):
        raise ToolchainError("needs node and npm, which are not installed")
    own_files = [p for p in sorted(guest.folder.rglob("*")) if p.is_file()]
    texts = [*guest.pip, *guest.npm, sys.version] if guest.pip or guest.npm else []
    digest = hashlib.sha256("\0".join(texts).encode())
    if guest.command:
        for path in own_files:
            digest.update(path.name.encode() + path.read_bytes())
    place = cache.root() / "guests" / digest.hexdigest()[:24]
    with cache.locked(f"guest-{place.name}"):
        if not (place / "whole").is_file():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            _install(guest, place)
            (place / "whole").touch()
    return place


def _install(guest: Guest, place: Path) -> None:
    if guest.command:
        shutil.copytree(guest.folder, place, dirs_exist_ok=True)
    if guest.pip:
        _done([sys.executable, "-m", "venv", str(place)], place)
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        _done([*pip, "--disable-pip-version-check", *guest.pip], place)
    if guest.npm:
        _done(["npm", "install", "--silent", "--no-fund", "--no-audit", *guest.npm], place)
    for words in guest.build:
        _done(words, place)


def _done(words: Sequence[str], place: Path) -> None:
    try:
        done = subprocess.run(
            words, cwd=place, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolchainError(f"cannot be installed: {words[0]}: {error}") from error
    if done.returncode:
        last = [x for x in (done.stderr + done.stdout).splitlines() if x.strip()] or ["no message"]
        raise ToolchainError(f"cannot be installed: {Path(words[0]).name}: {last[-1].strip()}")


def fed(claim: Dialect, fixed: Mapping[str, float]) -> Scenario:
    """What guests are fed: two arrays, gradients over eight decades and some zeros.

    Args:
        claim: a dialect; the options that it needs are given.
        fixed: hyperparameters that cannot be chosen.
    """
    random = np.random.default_rng(40)
    scale = np.geomspace(1e-6, 1e2, 8)
    gradients = (random.standard_normal((STEPS, 8)) + 0.25) * scale
    gradients[5] = 0.0
    weights = random.standard_normal(8)
    settings = {**_SETTINGS, **fixed}
    needed = {n for axis, v in claim.choices().items() for n in AXES[axis][v].constants}
    return Scenario(
        "guest", "", settings["learning_rate"], settings["decay_rate"], settings["epsilon"],
        {"a": weights[:5], "b": weights[5:]},
        [{"a": g[:5], "b": g[5:]} for g in gradients],
        options={n: _OPTIONS[n] for n in OPTIONS if n in needed and n in _OPTIONS},
    )  # fmt: skip


def _file(
    guest: Guest, variant: Variant, given: Scenario, precision: str, rows: Any, claim: Dialect
) -> dict[str, Any]:
    """An observation, as `identify` reads it."""

    def arrays(row: Any) -> dict[str, Any]:
        return {"a": [*map(to_json, row[:5])], "b": [*map(to_json, row[5:])]}

    name = [guest.name, guest.version, *([variant.name] if variant.name != "default" else [])]
    return {
        "format": OBSERVATION,
        "name": "-".join([*name, precision]),
        "precision": precision,
        **given.hyperparameters,
        "options": dict(given.options),
        "weights": {k: v.tolist() for k, v in given.weights.items()},
        "gradients": [{k: v.tolist() for k, v in step.items()} for step in given.gradients],
        "observed": [arrays(row) for row in rows.tolist()],
        "dialect": list(claim.deviations) or ["reference"],
    }
