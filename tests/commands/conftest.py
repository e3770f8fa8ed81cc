"""What the tests of commands share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import Done


@pytest.fixture
def refused(call: Callable[..., Done]) -> Callable[..., str]:
    """Run arguments that must be refused with exit code 2; returns what standard error says."""

    def run(*arguments: str) -> str:
        done = call(*arguments)
        assert (done.code, done.out) == (2, "")
        return done.err

    return run
