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
    for found in visits:
        word = found.result.verdict.word if found.result else "not-run"
        why = words.why(found.result) if found.result else printable(found.reason)
        rows.add_row(
            found.guest.name, found.guest.version, found.variant.name, found.precision, word,
            Text(why),
        )  # fmt: skip
    ran = {found.guest.name for found in visits if found.result}
    names = {found.guest.name for found in visits}
    languages = {found.guest.language for found in visits if found.result}
    summary = (
        f"{len(ran)} of {len(names)} guests ran, in {len(languages)} languages; {seconds:.0f} s"
    )
    return Group(rows, Text(summary))
