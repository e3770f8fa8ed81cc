"""The page on the wire protocol, and the JSON Schema of each message and file, as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

import msgspec

from harness.model import messages
from harness.ports.manifest import Manifest

_TYPES: Mapping[str, type[msgspec.Struct]] = {
    "describe": messages.Described,
    "run": messages.Run,
    "reply": messages.Reply,
    "manifest": Manifest,
    "observation": messages.Observation,
}
_FILES = {
    "golden": ("python_ref.golden", "schema.json"),
    "report": ("harness.report", "report.schema.json"),
}
SCHEMAS: Mapping[str, str] = MappingProxyType(
    {
        "describe": "the reply to `describe`",
        "run": "the request to make the steps of a scenario",
        "reply": "the reply to `run`",
        "manifest": "a port.toml, once read",
        "observation": "what `identify` reads",
        "golden": "a test case",
        "report": "what `--json` writes",
    }
)
"""What there is a schema of, and what that is."""


def page() -> str:
    """The whole protocol, for a person who writes a port."""
    text = resources.files("harness.report").joinpath("protocol.md").read_text(encoding="utf-8")
    return text + "\n".join(["", *(f"- `{name}`: {what}" for name, what in SCHEMAS.items())])


def schema(name: str) -> str:
    """The JSON Schema of one of SCHEMAS."""
    if name in _TYPES:
        return json.dumps(messages.schema(_TYPES[name], name), indent=1)
    package, file = _FILES[name]
    return resources.files(package).joinpath(file).read_text(encoding="utf-8").rstrip("\n")
