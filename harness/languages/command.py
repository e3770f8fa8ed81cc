"""A program in any language that speaks the wire protocol itself."""

from __future__ import annotations

from collections.abc import Collection

from harness.languages.jvm.toolchain import Toolchain
from harness.languages.language import Language
from harness.languages.launch import Implementation, Spoken


class Command(Language):
    """Started as it is given."""

    name = "command"
    transports = ("stdio",)

    def launch(
        self,
        port: Implementation,
        transport: str,
        toolchain: Toolchain,
        together: Collection[Language],
    ) -> Spoken:
        """Its command, in its folder."""
        return Spoken(port.command, port.folder)
