"""Replies of a port, read: one JSON object a line, numbers for every step as it was asked.

A stranger wrote them. Whatever is not as the protocol has it is named, at its place; a key that
stands twice is refused, as it says two things, and a text is shown only to some length.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from reprlib import repr as _brief
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from harness.model.observation import (
    REPORTED,
    Facts,
    Fault,
    Observation,
    Rows,
    Unreachable,
    is_float32,
)
from python_ref.numbers.text import from_json
from python_ref.scenarios.scenario import Scenario

# More of what a port says than this nobody reads; a trace of its calls has a few thousand.
_LONGEST_WORDS = 20_000
# Of the fields of a reply that has others than it should.
_MOST_NAMES, _LONGEST_NAME = 8, 40
# The largest double has 309 digits before the point.
_MOST_DIGITS = 400


class Broken(Exception):
    """The exchange is broken by what the port wrote."""


def parsed(text: bytes, number: int) -> dict[str, Any]:
    """A line as the reply to the request of that number. Raises Broken."""
    try:
        whole = text.decode("utf-8-sig")
        reply = json.loads(whole, object_pairs_hook=_once, parse_int=_whole_number)
    except (ValueError, RecursionError):
        raise Broken(f"a line that is not JSON: {quoted(text)}") from None
    if not isinstance(reply, dict):
        raise Broken(f"expected a JSON object: {quoted(text)}")
    if reply.get("id") != number or isinstance(reply.get("id"), bool):
        raise Broken(f"the reply has id {_brief(reply.get('id'))}, the request had id {number}")
    return reply


def quoted(data: bytes | bytearray) -> str:
    """The beginning of what was written, in quotes."""
    text = bytes(data[:120]).decode("utf-8", "replace").rstrip("\n")
    return repr(text) + (" ..." if len(data) > 120 else "")


def observed(
    reply: dict[str, Any], scenario: Scenario, precision: str, hosted: bool, packed: bool = False
) -> Observation:
    """Read a reply to `run`; whatever is not as asked is a fault of kind garbled.

    Its arrays are in base64 where they were sent so (`packed`).

    Only our own adapters name the kind of a failure: a stranger's word is no verdict.
    """
    nothing = np.zeros((0, scenario.size))
    for key, kind in (("unsupported", "unsupported"), ("error", "crashes")):
        if reply.get(key) is not None:
            error = "" if hosted else REPORTED
            return Observation(nothing, fault=Fault(kind, printable_text(reply[key]), error=error))
    failure, facts = None, Facts()
    try:
        if hosted:
            failure, facts = _ours(reply)
        read = _unpacked if packed else _numbers
        weights = _rows(of(reply, "weights"), "weights", scenario, failure is None, read)
        average = None
        if reply.get("moving_average") is not None:
            value = reply["moving_average"]
            average = _rows(value, "moving_average", scenario, failure is None, read)
    except Broken as error:
        return Observation(nothing, fault=Fault("garbled", str(error)))
    if not hosted and precision.startswith("float32"):
        facts = replace(facts, widened=not is_float32(weights))
    return Observation(weights, average, failure, facts)


def of(reply: dict[str, Any], name: str) -> Any:
    """A field of a reply. Raises Broken where there is none; says which there are."""
    if name in reply:
        return reply[name]
    there = ", ".join(key[:_LONGEST_NAME] for key in list(reply)[:_MOST_NAMES])
    raise Broken(f"no field `{name}`; it has {printable_text(there)}")


class _Failure(msgspec.Struct):
    """What a worker of ours, or an adapter, says of a port that failed."""

    kind: Literal["does-not-compile", "crashes", "times-out", "garbled", "unsupported", "not-run"]
    message: str
    step: Annotated[int, msgspec.Meta(ge=0)] | None = None
    line: int | None = None
    error: str | None = ""
    misread: bool | None = False
    spent: bool | None = False
    own: bool | None = None


class _Facts(msgspec.Struct):
    """What it saw beside the numbers."""

    where: Literal[
        "", "in place", "replaced", "returned", "nowhere", "step added", "step subtracted"
    ] = ""
    gradients_changed: bool = False
    widened: bool = False
    pair: Literal["", "first", "second"] = ""
    container: Literal["", "map", "list", "array", "scalar"] = ""
    unread: Annotated[str, msgspec.Meta(max_length=200)] = ""
    missed: Annotated[str, msgspec.Meta(max_length=200)] = ""


FORGED = Fault(
    "garbled", "the worker's reply cannot be read; the port wrote to its pipe", fatal=True
)
"""What is no answer of ours: a port that shares the process wrote in its place."""


def fault_of(failure: object) -> Fault:
    """The failure that a host reports; FORGED where it is none that a host may report."""
    try:
        reply_fault = msgspec.convert(failure, _Failure)
    except msgspec.ValidationError:
        return FORGED
    return Fault(
        reply_fault.kind,
        printable_text(reply_fault.message),
        reply_fault.step,
        fatal=bool(reply_fault.spent),
        error=printable_text(reply_fault.error or ""),
        line=reply_fault.line
        if reply_fault.line and reply_fault.line > 0
        else None,  # a JVM's -1: not known
        misread=bool(reply_fault.misread),
        own=reply_fault.own,
    )


def facts_of(reported: object) -> Facts:
    """The facts a host reports. Raises ValueError where they are none."""
    facts = msgspec.convert(reported or {}, _Facts)
    return Facts(**msgspec.structs.asdict(facts))


@contextmanager
def readable() -> Iterator[None]:
    """Reading what a worker says of a port's shape, which the port can have written itself."""
    try:
        yield
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
        message = (
            f"what its process says of its shape cannot be read ({type(error).__name__}: {error});"
            " the port wrote to the pipe, or this is a defect of rmsproof"
        )
        raise Unreachable(Fault("garbled", message, fatal=True)) from error


def first_misread(reply: dict[str, Any], sent: Sequence[float]) -> tuple[float, float] | None:
    """The first number of an echo that is not what was sent, and what it is. Raises Broken."""
    echoed = _numbers(reply.get("echo"), "echo", len(sent))
    return next((pair for pair in zip(sent, echoed, strict=True) if pair[0] != pair[1]), None)


def _ours(reply: dict[str, Any]) -> tuple[Fault | None, Facts]:
    """What our own adapters say beside the numbers; a port may have written in their place."""
    failure = reply.get("failure")
    try:
        return fault_of(failure) if failure else None, facts_of(reply.get("facts"))
    except ValueError:
        raise Broken("facts that only an adapter of rmsproof may send") from None


def _rows(
    value: Any,
    field: str,
    scenario: Scenario,
    whole: bool,
    read: Callable[[Any, str, int], Sequence[float] | Rows],
) -> Rows:
    if not isinstance(value, list):
        raise Broken(f"{field}: expected a list of steps, found {_kind(value)}")
    if len(value) != scenario.steps and (whole or len(value) > scenario.steps):
        raise Broken(
            f"{field}: expected length {scenario.steps}, one entry a step, found {len(value)}"
        )
    rows = np.zeros((len(value), scenario.size))
    for t, step in enumerate(value):
        where = f"{field}, step {t + 1}"
        if not isinstance(step, dict):
            raise Broken(f"{where}: expected an object of arrays, found {_kind(step)}")
        if unknown := [name for name in step if name not in scenario.weights]:
            raise Broken(f"{where}: array {_brief(unknown[0])} was never given")
        start = 0
        for name, length in zip(scenario.names, scenario.lengths, strict=True):
            if name not in step:
                raise Broken(f"{where}: array {name!r} is missing")
            rows[t, start : start + length] = read(step[name], f"{where}, {name}", length)
            start += length
    return rows


def _numbers(value: Any, where: str, length: int) -> list[float]:
    if not isinstance(value, list):
        raise Broken(f"{where}: expected a list of numbers, found {_kind(value)}")
    if len(value) != length:
        raise Broken(f"{where}: expected length {length}, found {len(value)}")
    return [x if type(x) is float else _number(x, f"{where}[{i}]") for i, x in enumerate(value)]


def _unpacked(value: Any, where: str, length: int) -> Rows:
    if not isinstance(value, str):
        raise Broken(f"{where}: expected doubles in base64, found {_kind(value)}")
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Broken(f"{where}: expected doubles in base64, found {_kind(value)}") from None
    if len(data) != 8 * length:
        raise Broken(f"{where}: expected {8 * length} bytes, 8 a number, found {len(data)}")
    return np.frombuffer(data, "<f8")


def _number(value: Any, where: str) -> float:
    try:
        return from_json(value)
    except ValueError:
        raise Broken(f"{where}: expected a number, found {_kind(value)}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of keys and values; one that says two things of a key says nothing."""
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Broken(f"the key {_brief(key)} appears twice in one object")
            seen.add(key)
    return members


def _whole_number(digits: str) -> int | float:
    """Read a whole number; one of thousands of digits takes Python long, and is infinite."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def printable_text(value: Any) -> str:
    """What a port says of itself, as text that can be shown: text to some length, or what it is."""
    text = value[:_LONGEST_WORDS] if isinstance(value, str) else _brief(value)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return f"text {value[:40]!r}"
    return {"dict": "an object", "list": "a list", "bool": "true or false"}.get(
        type(value).__name__, type(value).__name__
    )
