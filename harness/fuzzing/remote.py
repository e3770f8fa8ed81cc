"""A chunk scanned wherever it is sent: a worker keeps its targets from one chunk to the next."""

from __future__ import annotations

import atexit
import pickle
import socket
import threading

from harness.fuzzing.scanning import Campaign, Chunk, Tally, scan
from harness.fuzzing.sessions import Session, Target
from harness.languages.jvm.compile import CompileError
from harness.machine.spread import Lost
from harness.model.errors import ToolchainError, UsageError
from harness.model.observation import Unreachable
from harness.ports.binding import BindingError

# By the thread that feeds them: a session answers one at a time.
_SESSIONS: dict[tuple[int, bytes], list[Session]] = {}


def scanned(piece: tuple[Campaign, Chunk]) -> Tally | Lost:
    """Scan a chunk with sessions of this process's own."""
    campaign, chunk = piece
    try:
        sessions = _reached(campaign.targets)
    except (Unreachable, CompileError, ToolchainError, BindingError, UsageError, OSError) as error:
        return Lost(f"{socket.gethostname()}: {error}")
    tally = Tally()
    scan(campaign, chunk, sessions, tally)
    return tally


def _reached(targets: tuple[Target, ...]) -> list[Session]:
    key = threading.get_ident(), pickle.dumps(targets)
    if key not in _SESSIONS:
        sessions: list[Session] = []
        try:
            for target in targets:
                sessions.append(Session.of(target))
        except BaseException:
            for session in sessions:
                session.close()
            raise
        _SESSIONS[key] = sessions
    return _SESSIONS[key]


def forget() -> None:
    """End what this process reached."""
    while _SESSIONS:
        for session in _SESSIONS.popitem()[1]:
            session.close()


atexit.register(forget)
