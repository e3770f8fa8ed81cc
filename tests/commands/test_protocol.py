"""`protocol`: the page says all there is, and the schemas hold what is written and read."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import REPOSITORY, Done, python, tiny

from harness.machine import layout
from harness.model import messages
from harness.report.protocol import SCHEMAS, schema
from harness.transport.stdio import StdioTransport
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS
from python_ref.scenarios.scenario import PRECISIONS

PLAIN_LIST = REPOSITORY / "tests/ports/plain_list.py"


def check(name: str, document: Any) -> None:
    jsonschema.Draft202012Validator(json.loads(schema(name))).validate(document)


def accepted(name: str, document: Any) -> bool:
    try:
        check(name, document)
    except jsonschema.ValidationError:
        return False
    return True


def test_the_page_names_every_field_option_and_precision(call: Callable[..., Done]) -> None:
    done = call("protocol")
    assert (done.code, done.err) == (0, "")
    named = {*re.findall(r"[`\"](\w+)[`\"]", done.out)}
    wire = (messages.Described, messages.Run, messages.Reply)
    wanted = {name for kind in wire for name in messages.fields(kind)}
    assert wanted | {*PRECISIONS, *OPTIONS, *HYPERPARAMETERS, *SCHEMAS} <= named
    assert max(map(len, done.out.splitlines())) <= 100


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_message_has_a_schema(call: Callable[..., Done], name: str) -> None:
    done = call("protocol", name)
    assert (done.code, done.err) == (0, "")
    jsonschema.Draft202012Validator.check_schema(json.loads(done.out))


def test_a_message_that_is_not_there_is_bad_input(call: Callable[..., Done]) -> None:
    done = call("protocol", "quit")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"rmsproof: protocol 'quit': no such message; there are {', '.join(SCHEMAS)}\n"
    )


def test_what_is_said_to_a_port_and_what_it_answers_hold_to_the_schemas(tmp_path: Path) -> None:
    """Both as they went over the wire, by a port that writes them down."""
    log = tmp_path / "log"
    spy = tmp_path / "spy.py"
    text = PLAIN_LIST.read_text(encoding="utf-8")
    text = text.replace("for line in sys.stdin:", "for line in heard(sys.stdin):")
    text = text.replace("\nfor line in", f"\nLOG = open({str(log)!r}, 'w')\n\n\nfor line in")
    text = text.replace(
        "\n\nLOG",
        "\n\ndef heard(lines):\n    for line in lines:\n        LOG.write(line)\n"
        "        yield line\n\n\nLOG",
    ).replace("    print(json", "    LOG.write(json.dumps(reply) + chr(10))\n    print(json")
    spy.write_text(text, encoding="utf-8")
    transport = StdioTransport("spy", python(spy), timeout=20)
    try:
        assert transport.describe().precisions == ("float64",)
        assert transport.run(tiny(options={"momentum": 0.5}), "float64").fault is None
    finally:
        transport.close()
    asked, described, run, reply, quits = map(json.loads, log.read_text().splitlines())
    assert (asked["do"], run["do"], quits) == ("describe", "run", {"do": "quit"})
    check("run", run)
    check("describe", {"id": 1, **described})
    check("reply", {"id": 2, **reply})
    assert not accepted("run", {**run, "weights": {"w": ["nan"]}})
    assert not accepted("describe", {"id": 1, **described, "precision": "double"})
    assert not accepted("reply", {"id": 2, "weights": {"w": [0.5]}})


def test_files_hold_to_their_schemas() -> None:
    for folder in layout.editions():
        check("manifest", tomllib.loads((folder / "port.toml").read_text(encoding="utf-8")))
    check("observation", json.loads((REPOSITORY / "docs/observation.json").read_text()))
    golden = REPOSITORY / "python_ref/golden/reference/float64/page-one-step.json"
    check("golden", json.loads(golden.read_text(encoding="utf-8")))
    manifest = {"name": "mine", "language": "java", "source": "Mine.java"}
    assert accepted("manifest", {**manifest, "give": {"decay": 0.0}, "adapter": "A.java"})
    assert not accepted("manifest", {**manifest, "gives": {}})
    assert not accepted("observation", {"format": "rmsproof.observation/2"})
