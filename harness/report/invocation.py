"""The command line that judged, from which those are made that judge a part of it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.report.saved import Invocation as Written

Option = str | float | bool | tuple[str, ...]
"""What an option was given; a tuple where it may be repeated, True where it takes nothing."""


@dataclass(frozen=True)
class Invocation:
    """A command and the options that hold for all that it judges.

    Attributes:
        command: "run", "check" or "doc"; "" of what is judged by itself, such as an observation.
        options: by name without dashes, those that were given.
    """

    command: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)

    @staticmethod
    def of(written: Written) -> Invocation:
        """As a report has it, where what may be repeated is a list."""
        options = {k: tuple(v) if isinstance(v, list) else v for k, v in written.options.items()}
        return Invocation(written.command, options)

    def with_options(self, **options: Option | None) -> Invocation:
        """With further options, or without those that are None."""
        given = {**self.options, **options}
        return replace(self, options={k: v for k, v in given.items() if v not in (None, False, ())})

    def words(self, target: Sequence[str] = ()) -> tuple[str, ...]:
        """What one types to judge a target: a port's, or nothing for all."""
        words = [self.command, *target]
        command = words[words.index("--") :] if "--" in words else []
        words = words[: len(words) - len(command)]
        for name, value in self.options.items():
            option = f"--{name.replace('_', '-')}"
            if value is True:
                words.append(option)
                continue
            for each in value if isinstance(value, tuple) else (value,):
                words += [option, f"{each:g}" if isinstance(each, float) else str(each)]
        return (*words, *command)

    def line(self, target: Sequence[str] = ()) -> str:
        """The same as a line for a shell; "" where there is no command that judges it."""
        return shlex.join(["rmsproof", *self.words(target)]) if self.command else ""
