"""What can go wrong that is nobody's port: the user's input, or the machine's toolchain."""

from __future__ import annotations


class UsageError(Exception):
    """The user's input cannot be used; the message names the file, the field, the next step.

    Ends the command with exit code 2.
    """


class ToolchainError(Exception):
    """The machine lacks something (a JVM, a jar, a compiler) to reach a port.

    Never the port's fault: its verdict is `not-run`, with this message.
    """
