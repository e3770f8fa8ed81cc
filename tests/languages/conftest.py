"""What the tests of languages share: caches of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from own_caches import filled

from harness.languages.jvm.jars import ECJ, GSON
from harness.machine import cache


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of the test's own in this process, with the jars that compiling Java may take."""
    folder = filled(tmp_path / "cache", ECJ, GSON)
    monkeypatch.setenv("RMSPROOF_CACHE", str(folder))
    cache.forget()
    yield folder
    cache.forget()
