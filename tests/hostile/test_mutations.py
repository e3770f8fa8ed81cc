"""Valid documents changed at random: a reader reads them, or says one clear sentence."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hostile.mutations import mutated, text, toml
from hostile.reading import READERS, around, outcome
from hostile.valid import (
    GOLDEN,
    KNOWN,
    MANIFEST,
    NOTEBOOK,
    OBSERVATION,
    OLD_NOTEBOOK,
    REPLY,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import tiny

from harness.documents.extract.fences import parts
from harness.model.observation import Unreachable
from harness.transport import frames
from harness.transport.replies import Broken, observed, parsed
from python_ref.files import visible

_FORMATS = {
    "observation": (OBSERVATION, text),
    "golden": (GOLDEN, text),
    "port": (MANIFEST, toml),
    "known": (KNOWN, toml),
    "notebook": (NOTEBOOK, text),
}
moderate = settings(max_examples=40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hostile")
    around(made)
    return made


def check(reader: str, content: bytes, folder: Path) -> None:
    """A reader reads it, or says one line that begins with the file's name."""
    read, name = READERS[reader]
    path = folder / name
    path.write_bytes(content)
    kind, message = outcome(read, path)
    assert kind != "fault", message
    if kind == "said":
        assert message.startswith(f"{path}: ")
        assert visible(message) == message
        assert len(message) < 1_500


@pytest.mark.parametrize("reader", _FORMATS)
def test_what_is_valid_is_read(reader: str, folder: Path) -> None:
    document, write = _FORMATS[reader]
    read, name = READERS[reader]
    (folder / name).write_text(write(document), encoding="utf-8")
    assert outcome(read, folder / name) == ("read", "")


@pytest.mark.parametrize("reader", _FORMATS)
@moderate
@given(data=st.data())
def test_a_changed_document_is_read_or_refused(
    reader: str, data: st.DataObject, folder: Path
) -> None:
    document, write = _FORMATS[reader]
    written = write(data.draw(mutated(document)))
    check(reader, written.encode("utf-8", "surrogatepass"), folder)


@moderate
@given(document=mutated(OLD_NOTEBOOK), version=st.sampled_from([1, 2, 3, 5]))
def test_a_changed_old_notebook_is_read_or_refused(
    document: Any, version: int, folder: Path
) -> None:
    if isinstance(document, dict):
        document["nbformat"] = version
    check("notebook", text(document).encode("utf-8", "surrogatepass"), folder)


@pytest.mark.parametrize("reader", READERS)
@moderate
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(reader: str, content: bytes, folder: Path) -> None:
    check(reader, content, folder)


_LINES = ["```", "~~~ java", "> ", "- ", "1. ", "    ", "\t", "<!--", "-->", "---", "$$", "# h",
          "{% highlight scala %}", "{{< /highlight >}}", "Output:", "`1`", ">>> f(", "[a]: b",
          "<div>", "\x1b[2J", "\0", "\ud800", "\u2028", "é", "x = ["]  # fmt: skip


@moderate
@given(st.lists(st.sampled_from(_LINES) | st.text(max_size=6), max_size=40), st.data())
def test_any_page_is_taken_apart(lines: list[str], data: st.DataObject) -> None:
    page = "".join(line + data.draw(st.sampled_from(["", " ", "\n", "\r\n"])) for line in lines)
    for block in parts(page).blocks:
        assert 1 <= block.line <= len(lines) + 1


# -- the wire --------------------------------------------------------------------------------


def answered(line: bytes, hosted: bool) -> str:
    """The kind of fault that a reply is, "" for none."""
    try:
        observation = observed(parsed(line, 7), tiny(), "float64", hosted)
    except Broken:
        return "garbled"
    if observation.fault is None:
        assert observation.weights.shape == (2, 3)
        return ""
    observation.fault.message.encode("utf-8")
    assert len(observation.fault.message) < 25_000
    return observation.fault.kind


@pytest.mark.parametrize("hosted", [True, False])
@settings(max_examples=100)
@given(reply=mutated(REPLY))
@example(reply={"id": 7, "\ud800": []})
def test_a_changed_reply_is_a_result_or_a_fault(hosted: bool, reply: Any) -> None:
    answered(text(reply).encode("utf-8", "surrogatepass"), hosted)


@given(st.binary(max_size=80))
@example(b"[" * 100_000)
@example(b'{"id":7,"weights":' + b"[" * 800 + b"]" * 800 + b"}")
@example(b'{"id":7,"error":' + b'{"a":' * 400 + b"1" + b"}" * 401)
@example('{"id": 7}'.encode("utf-16"))
def test_any_line_is_a_fault(line: bytes) -> None:
    assert answered(line, hosted=False) in ("garbled", "crashes")


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        ('{"id":7,"id":7}', "garbled", "the key 'id' appears twice in one object"),
        ('{"id":7,"error":"\\ud800"}', "crashes", "\\ud800"),
        ('{"id":7,"error":[1]}', "crashes", "[1]"),
        ('{"id":7,"unsupported":"' + "x" * 30_000 + '"}', "unsupported", "x" * 20_000),
        ('{"id":1' + "0" * 5_000 + "}", "garbled", "the reply has id inf, the request had id 7"),
        ('{"id":7,"weights":[],"failure":{"kind":"exact"}}', "garbled", "weights: expected"),
    ],
)
def test_a_reply_that_says_too_much_is_cut_to_what_it_says(
    reply: str, kind: str, message: str
) -> None:
    try:
        fault = observed(parsed(reply.encode(), 7), tiny(), "float64", hosted=False).fault
        assert fault is not None
        found = (fault.kind, fault.message)
    except Broken as error:
        found = ("garbled", str(error))
    assert (found[0], found[1][: len(message)]) == (kind, message)


def test_whole_numbers_of_any_length_are_numbers_on_the_wire() -> None:
    reply = {"id": 7, "weights": [{"w": [0, 0], "b": [1]}, {"w": [0, "@"], "b": [1]}]}
    line = json.dumps(reply).replace('"@"', "-" + "9" * 5_000)
    observation = observed(parsed(line.encode(), 7), tiny(), "float64", hosted=False)
    assert observation.fault is None
    assert observation.weights[1, 1] == -np.inf


@settings(max_examples=200)
@given(st.binary(max_size=60))
@example(b"\x81\xa1a" + b"\x91" * 100_000)
@example(b"\x81\xa1\xff\x01")
@example(b"\x81\xa1a\xdd\xff\xff\xff\xff")
def test_any_frame_is_a_message_or_an_error_of_its_own(body: bytes) -> None:
    buffer = bytearray(len(body).to_bytes(4, "little") + body)
    with suppress(msgspec.DecodeError):
        assert isinstance(frames.take(buffer), dict)


@pytest.mark.parametrize("data", [None, "text", [1.0], b"\0" * 7, b"\0" * 8, {}])
def test_rows_that_are_none_are_the_fault_of_the_port(data: Any) -> None:
    with pytest.raises(Unreachable, match="the port wrote to its pipe"):
        frames.from_bytes(data, 3)


def test_a_frame_that_claims_gigabytes_is_not_waited_for() -> None:
    with pytest.raises(msgspec.DecodeError):
        frames.take(bytearray(b"\xff\xff\xff\xff"))
