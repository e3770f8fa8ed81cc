"""Nasty files: every reader reads them or says one clear sentence, in bounded time and memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hostile.reading import READERS
from support import REPOSITORY, alike, command

from python_ref.files import visible

# Of the processor, for one file; most take milliseconds, the largest notebooks some seconds.
SECONDS = 12.0
LONGEST = 1_200


@pytest.mark.parametrize("reader", alike(READERS))
def test_nasty_files_are_read_or_refused_in_one_sentence(reader: str, tmp_path: Path) -> None:
    done = command(
        [sys.executable, "-m", "hostile.reading", reader, str(tmp_path)],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'tests'}"},
    )
    assert (done.code, done.err) == (0, ""), done.err[-2000:]
    found = [json.loads(line) for line in done.out.splitlines()]
    assert len(found) > 20
    assert [row for row in found if row[3] == "fault"] == []
    assert [row for row in found if row[2] > SECONDS] == []
    for label, path, _, kind, message in found:
        if kind == "said":
            shown = message.replace(path, "").replace(visible(path), "")
            assert path in message, (label, message)
            assert len(shown) < LONGEST, (label, message[:300])
            assert visible(shown) == shown, (label, message)
