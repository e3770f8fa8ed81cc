"""What workers are forked from is begun before anybody asks for one."""

from __future__ import annotations

import pytest

from harness.machine.isolation import forking
from harness.machine.isolation.sandbox import can_have_own
from harness.transport.ahead import begin
from harness.transport.hosting import Worker


@pytest.mark.parametrize(("passed", "servers"), [({"MINE": "1"}, 1), ({}, 2)])
def test_a_worker_comes_from_what_was_begun_for_its_variables(
    passed: dict[str, str], servers: int
) -> None:
    if not can_have_own("processes"):
        pytest.skip("the kernel gives no process table of its own")
    forking.close()
    begin({"MINE": "1"})
    assert len(forking._servers) == 1
    worker = Worker(environment=passed)
    try:
        worker.boot({"language": "python", "jvm": False})
        assert len(forking._servers) == servers
    finally:
        worker.close()
