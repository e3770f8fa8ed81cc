"""An adapter written for a source that is not bound: read, written, compiled, what is left said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from harness.judging.reach import Shared, reach
from harness.languages import adapters, registry
from harness.languages.adapters import Action, Sketch
from harness.languages.jvm.compile import CompileError
from harness.languages.jvm.toolchain import Progress, Toolchain
from harness.languages.naming import says_rmsprop
from harness.machine.scratch import temporary
from harness.model.errors import ToolchainError, UsageError
from harness.model.observation import Unreachable
from harness.ports.binding import BindingError, bind
from harness.ports.bound import Binding
from harness.ports.loops import TAKE_OUT, forms_its_gradients
from harness.ports.port import Port
from harness.ports.sketch import sketched
from harness.transport.attach import otherwise
from python_ref.files import exists
from python_ref.scenarios.catalogue import scenarios

_SECONDS = 10.0
# Arrays of several lengths, and steps that change the average: what is fed where it was guessed.
_TRIAL = "mixed-arrays"


@dataclass(frozen=True)
class Adapted:
    """An adapter that was written.

    Attributes:
        left: the lines that are left to fill in, from 1, and what to do there.
        bound: what is bound without any adapter, by names and types; empty if nothing is.
    """

    path: Path
    left: tuple[tuple[int, str], ...]
    bound: str = ""


def adapt(port: Port, out: Path | None, tell: Progress = lambda _: None) -> Adapted:
    """Write an adapter beside a port's source. Executes what the source does when it is loaded.

    Args:
        port: somebody's own.
        out: the file; named for the source, and beside it, if None.
        tell: told what is being done.

    Raises:
        UsageError: the source does not load, or the file cannot be written or is there.
        ToolchainError: the machine lacks something.
    """
    language = registry.by_name(port.language)
    if not language.endings:
        raise UsageError(f"{port.name}: a command speaks the wire protocol itself; it needs none")
    if out is not None:
        _free(out, language.endings)
    toolchain = Toolchain(tell)
    shared = Shared()
    try:
        shape = _shape(port, toolchain, shared)
        source = port.source[0] if port.source else Path(port.reference.partition(":")[0])
        sketch = sketched(shape, port.wanted, source, language.imported_as(port))
        if line := _looped(shape, sketch):
            raise UsageError(f"{port.name}: the update stands in line {line}, and {TAKE_OUT}")
        if alone := forms_its_gradients(port):
            raise UsageError(f"{port.name}: {alone}")
        try:
            binding = bind(shape, port.wanted)
            # A guess is `check`'s to make, and what may have to be told something first is one.
            unsure = binding.guessed or shape.get("stopped") or _told_first(shape, binding)
            bound = "" if unsure else binding.title
        except BindingError as error:
            if error.unknown:
                raise UsageError(f"{port.name}: {error}") from error
            bound = ""
        path = out or port.folder / language.adapter_file(sketch, source)
        _free(path, language.endings)
        texts = list(language.adapter(sketch))
        text = _compiling(port, path.name, texts, toolchain, shared)
        if untold := _untold(shape, sketch, text):
            words = f"tell it that RMSProp is meant, else it makes another algorithm: {untold}"
            text = f"{_COMMENTS.get(path.suffix, '//')} {adapters.MARK}: {words}\n{text}"
    finally:
        shared.close()
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
    return Adapted(path, tuple(adapters.left(text)), "" if untold else bound)


# What is called so makes one step, over whatever it loops.
_STEP = re.compile(r"_?(?:step|update|apply)", re.IGNORECASE)
_COMMENTS = {".py": "#", ".clj": ";;"}


def _untold(shape: Mapping[str, Any], sketch: Sketch, text: str) -> str:
    """Where a source asks whether RMSProp is meant, if nothing in an adapter's text says so."""
    action = sketch.action or Action("")
    set_ = (setting.parameter for setting in sketch.settings)
    given = (*(sketch.constructor or ()), *action.parameters, *set_)
    told = any(p.value and p.value in text for p in given)
    told = told or says_rmsprop(action.name)  # which is called
    return "" if told else otherwise(shape, sketch.owner or action.name)


def _told_first(shape: Mapping[str, Any], binding: Binding) -> bool:
    """Whether something beside what is bound may have to be called first."""
    owner, name = (binding.message.get(key) for key in ("class", "method"))
    methods = [m for c in shape.get("candidates", []) if c["class"] == owner for m in c["methods"]]
    called = [m for place, m in enumerate(methods) if name in (place, m["name"])]
    return any(method.get("untold") for method in called)


def _looped(shape: Mapping[str, Any], sketch: Sketch) -> int:
    """The line of an update in a loop of its own, where nothing else can be called; 0 for none.

    At the top level of a file; or in what an adapter would call, which begins afresh at each call.
    """
    action = sketch.action or Action("")
    loops = shape.get("loops", [])
    waits = {loop["function"] for loop in loops if loop["waits"]}
    for loop in loops:
        inside = loop["function"] == action.name and not action.takes("gradients")
        inside = inside and not loop["holders"]  # which keep its averages from call to call
        # What goes over parameters, or waits to be sent gradients, makes one step in each turn.
        inside = inside and not (_STEP.match(action.name) or action.name in waits)
        if loop["looped"] and (inside or not (loop["function"] or action.sure)):
            return int(loop["line"])
    return 0


def _free(path: Path, endings: tuple[str, ...]) -> None:
    """Raise UsageError: an adapter cannot be written there."""
    if path.is_dir():
        raise UsageError(f"--out {path}: is a folder; name a file in it")
    if exists(path):
        raise UsageError(
            f"{path}: is there already, and nothing is overwritten; name another file with --out"
        )
    if path.suffix not in endings:
        raise UsageError(f"--out {path}: the name must end in {' or '.join(endings)}")
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: there is no folder {path.parent}")


def _shape(port: Port, toolchain: Toolchain, shared: Shared) -> dict[str, Any]:
    """The shape of a port that is loaded. Raises UsageError: it does not load."""
    try:
        return _loaded(port, toolchain, shared)
    except CompileError as error:
        fault = f"does-not-compile: {registry.headline(port.language, str(error))}"
    except Unreachable as error:
        if error.fault.kind == "not-run":
            raise ToolchainError(error.fault.message) from error
        fault = f"{error.fault.kind}: {error.fault.message}"
    except UsageError as error:
        raise UsageError(f"{port.name}: {error}") from error
    raise UsageError(f"{port.name}: {fault}; only of a source that loads an adapter can be written")


def _loaded(port: Port, toolchain: Toolchain, shared: Shared) -> dict[str, Any]:
    transport = reach(port, port.transports[0], toolchain, _SECONDS, shared)
    try:
        return transport.load()
    finally:
        transport.close()


def _steps(port: Port, toolchain: Toolchain, shared: Shared) -> bool:
    """Whether a port through an adapter in which nothing is left open moves weights."""
    transport = reach(port, port.transports[0], toolchain, _SECONDS, shared)
    try:
        precision = transport.describe().precisions[0]
        scenario = next(s for s in scenarios(precision) if s.name == _TRIAL)
        observed = transport.run(scenario, precision)
        before = np.concatenate([scenario.weights[name] for name in scenario.names])
        return observed.fault is None and bool((observed.weights[-1] != before).any())
    except (BindingError, Unreachable):
        return False
    finally:
        transport.close()


def _compiling(
    port: Port, name: str, texts: Sequence[str], toolchain: Toolchain, shared: Shared
) -> str:
    """The first of texts that compiles with the source. Raises ToolchainError: none does."""
    message = ""
    for number, text in enumerate(dict.fromkeys(texts)):
        with temporary() as folder:
            file = folder / name
            file.write_text(text, encoding="utf-8")
            try:
                adapted = replace(port, name=f"{number}", adapter=file)
                _loaded(adapted, toolchain, shared)
                if adapters.left(text) or _steps(adapted, toolchain, shared):
                    return text
            except (CompileError, Unreachable) as error:
                message = message or str(error)
    raise ToolchainError(f"{port.name}: no adapter that can be written compiles: {message}")
