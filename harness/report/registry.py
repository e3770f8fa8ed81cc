"""The reports there are: the option that asks for each, and the functions that make its text.

A report is a function from what a command judged to text. A new one is a module beside this and
a row in REPORTS: the commands that it serves get its option, `destinations` writes it. Functions
are named and imported when they are called, so that `rmsproof --help` may read this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

Kind = Literal["ports", "documents", "observation", "power", "saved", "fuzz"]
"""What was judged: PortResults, DocumentResults, PortResults of one observation, Power; the
reports of some of these that were saved, saved.Report each; or what fuzzing came to."""


@dataclass(frozen=True)
class Report:
    """One report.

    Attributes:
        option: what asks for it on the command line.
        help: what the option does.
        functions: by kind, "module:function": from what was judged to the report's text.
        example: a file's name for messages; "" where the option takes no file, and the text
            goes to standard output, below the table.
        variable: the environment variable that names the file it is appended to, instead; where
            it is not set, the report is not made.
    """

    option: str
    help: str
    functions: Mapping[Kind, str]
    example: str = ""
    variable: str = ""

    def text(self, kind: Kind, results: Any) -> str:
        """The report's text."""
        made = function(self.functions[kind])(results)
        assert isinstance(made, str)
        return made


REPORTS = (
    Report(
        "--json",
        "Write the report as JSON; - for standard output.",
        {
            "ports": "harness.report.json:ports",
            "observation": "harness.report.json:ports",
            "documents": "harness.report.documents:dumps",
            "power": "harness.report.json:power",
            "fuzz": "harness.report.fuzz:dumps",
        },
        example="report.json",
    ),
    Report(
        "--junit",
        "Write the report as JUnit XML, for CI servers; - for standard output.",
        {
            "ports": "harness.report.junit:ports",
            "documents": "harness.report.junit:documents",
            "saved": "harness.report.junit:saved",
        },
        example="report.xml",
    ),
    Report(
        "--html",
        "Write the report as one page, to be looked at in a browser; - for standard output.",
        {
            "ports": "harness.report.html:ports",
            "observation": "harness.report.html:ports",
            "documents": "harness.report.html:documents",
            "saved": "harness.report.html:page",
        },
        example="report.html",
    ),
    Report(
        "--notebook",
        "Write the report as a notebook, executed; needs the extra `report`.",
        {"saved": "harness.report.notebook:notebook"},
        example="report.ipynb",
    ),
    Report(
        "--github",
        "Print annotations for GitHub Actions; append a summary to $GITHUB_STEP_SUMMARY.",
        {
            "ports": "harness.report.github:port_annotations",
            "documents": "harness.report.github:document_annotations",
        },
    ),
    Report(
        "--github",
        "",
        {
            "ports": "harness.report.github:port_summary",
            "documents": "harness.report.github:document_summary",
        },
        variable="GITHUB_STEP_SUMMARY",
    ),
)
TABLES: Mapping[Kind, str] = {
    "ports": "harness.report.terminal:show_ports",
    "observation": "harness.report.terminal:show_observation",
    "documents": "harness.report.documents:show",
    "power": "harness.report.power:show_power",
    "saved": "harness.report.terminal:show_saved",
    "fuzz": "harness.report.fuzz:show",
}
"""By kind, what a person gets: printed on a console, unless a report takes standard output."""


def of_kind(kind: Kind) -> tuple[Report, ...]:
    """The reports that there are of what was judged."""
    return tuple(report for report in REPORTS if kind in report.functions)


def function(name: str) -> Callable[..., Any]:
    """Import "module:function"."""
    module, _, attribute = name.partition(":")
    named: Callable[..., Any] = getattr(import_module(module), attribute)
    return named
