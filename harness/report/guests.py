"""Guests on a terminal: what there is, and what came of running them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from harness.judging.guests import Guest, Visit
from harness.report import words
from harness.report.printable import printable
from harness.report.tables import plain


def listing(guests: Sequence[Guest]) -> Table:
    """The guests, with their versions and variants."""
    rows = plain("guest", "library", "version", "language", "quick", "variants")
    for guest in guests:
        variants = ", ".join(variant.name for variant in guest.variants)
        quick = "yes" if guest.quick else "no"
        rows.add_row(guest.name, guest.library, guest.version, guest.language, quick, variants)
    return rows


def table(visits: Sequence[Visit], seconds: float) -> Group:
    """A row a variant and precision; those that were not run say why."""
    rows = plain("guest", "version", "variant", "precision", "verdict", "why")
    for visit in visits:
        word = visit.result.verdict.word if visit.result else "not-run"
        why = words.why(visit.result) if visit.result else printable(visit.reason)
        rows.add_row(
            visit.guest.name, visit.guest.version, visit.variant.name, visit.precision, word,
            Text(why),
        )  # fmt: skip
    ran = {visit.guest.name for visit in visits if visit.result}
    names = {visit.guest.name for visit in visits}
    languages = {visit.guest.language for visit in visits if visit.result}
    summary = (
        f"{len(ran)} of {len(names)} guests ran, in {len(languages)} languages; {seconds:.0f} s"
    )
    return Group(rows, Text(summary))
