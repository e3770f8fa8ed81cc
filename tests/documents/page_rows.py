"""What the rows of an examined page say."""

from __future__ import annotations

from harness.documents.examined import Examination, Examined


def verdicts(row: Examined) -> list[str]:
    return [layer.result.verdict.word for layer in row.layers]


def repairs(row: Examined) -> list[str]:
    return [layer.repair for layer in row.layers]


def judged(found: Examination) -> list[Examined]:
    return [row for row in found.rows if row.layers]
