"""The registry of reports: each is there, and the commands it serves have its option."""

from __future__ import annotations

import inspect
from typing import get_args

import pytest

from harness.commands import check, doc, identify, power, report, run
from harness.report.registry import REPORTS, TABLES, Kind, Report, function, of_kind

COMMANDS = {
    "run": (run.run, {"--json", "--junit", "--html", "--github"}),
    "check": (check.check, {"--json", "--junit", "--html", "--github"}),
    "doc": (doc.doc, {"--json", "--junit", "--html", "--github"}),
    "identify": (identify.identify, {"--json", "--html"}),
    "report": (report.report_show, {"--html", "--junit", "--notebook"}),
    "power": (power.power, {"--json"}),
}


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.option)
def test_a_report_is_a_function_of_one_thing_for_each_kind(report: Report) -> None:
    for name in report.functions.values():
        made = function(name)
        assert list(inspect.signature(made).parameters) == ["results"], name
        assert inspect.signature(made).return_annotation == "str", name


def test_every_kind_has_a_table_for_people() -> None:
    assert set(TABLES) == set(get_args(Kind))
    for name in TABLES.values():
        assert list(inspect.signature(function(name)).parameters) == ["console", "results"], name


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_options_of_the_reports_it_makes(name: str) -> None:
    command, expected = COMMANDS[name]
    options = {
        parameter.annotation.__metadata__[0].default
        for parameter in inspect.signature(command).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    assert options == expected
    assert "reports" not in inspect.signature(command).parameters


def test_an_option_of_several_reports_is_described_once() -> None:
    for kind in get_args(Kind):
        options = [report.option for report in of_kind(kind) if report.help]
        assert len(options) == len(set(options))
        assert set(options) == {report.option for report in of_kind(kind)}
