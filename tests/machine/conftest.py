"""What the tests of the cache share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.machine import cache


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache of the test's own."""
    monkeypatch.setenv("RMSPROOF_CACHE", str(tmp_path / "cache"))
    cache.forget()
    yield cache.root()
    cache.forget()
