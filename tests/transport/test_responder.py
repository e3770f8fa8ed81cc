"""One process for the ports of a run: what one leaves behind never strikes the next."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from harness.model.observation import Unreachable
from harness.transport.guess import WORKERS
from harness.transport.hosting import Worker
from harness.transport.responder import Responder

# Answers each request with a name of its process's own (a table of processes to itself numbers
# each alike); what it is asked to do beside that is in the request.
SCRIPT = """
import json, os, sys, time
left, name = False, os.urandom(8).hex()
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "left":
        print(json.dumps({"id": request["id"], "left": left}), flush=True)
        continue
    if request["do"] == "die":
        os._exit(3)
    print(json.dumps({"id": request["id"], "process": name}), flush=True)
    if request["do"] == "leave":
        left = True
    if request["do"] == "end":
        os._exit(0)
    if request["do"] == "babble":
        time.sleep(0.05)
        print("late", flush=True)
"""


@pytest.fixture
def responder() -> Iterator[Responder]:
    made = Responder([sys.executable, "-S", "-c", SCRIPT], "adapter", adapter=True)
    yield made
    made.close()


def process(responder: Responder, deed: str = "answer") -> str:
    name: str = responder.ask(f'{{"do":"{deed}"}}', 20)["process"]
    return name


def test_ports_are_served_by_one_process(responder: Responder) -> None:
    responder.admit("first")
    served = process(responder)
    responder.admit("second")
    assert process(responder) == served
    assert responder.guest == "second"


@pytest.mark.parametrize("deed", ["leave", "end"])
def test_what_a_port_leaves_behind_ends_the_process_before_the_next(
    responder: Responder, deed: str
) -> None:
    responder.admit("first")
    served = process(responder, deed)
    time.sleep(0.1 if deed == "end" else 0)
    responder.admit("second")
    assert process(responder) != served


def test_a_port_that_asks_again_meets_its_own_process(responder: Responder) -> None:
    responder.admit("first")
    served = process(responder, "leave")
    responder.admit("first")
    assert process(responder) == served


def test_what_is_written_late_is_not_the_next_ports(responder: Responder) -> None:
    responder.admit("first")
    served = process(responder, "babble")
    time.sleep(0.3)
    responder.admit("second")
    assert process(responder) != served


def test_a_death_leaves_the_next_port_a_new_process(responder: Responder) -> None:
    responder.admit("first")
    served = process(responder)
    with pytest.raises(Unreachable, match="ended with exit code 3"):
        process(responder, "die")
    assert responder.dead
    assert responder.guest is None
    responder.admit("second")
    assert process(responder) != served


def test_a_worker_that_is_closed_ends_by_itself() -> None:
    """One that is killed in a table of processes of its own is lost to who counts what it took."""
    worker, before = Worker(), WORKERS.seconds
    worker.ask({"do": "boot", "jvm": False}, 30)
    assert before < WORKERS.seconds < before + 30, "its processor time is told to who guesses"
    child = worker._child
    assert child is not None
    worker.close()
    assert child.well
    assert worker.dead
