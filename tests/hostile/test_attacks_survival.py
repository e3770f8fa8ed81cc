"""Attacks by what stays behind: processes that hide, objects of the kernel, files, folders.

Each port is otherwise right, and is judged so; when its process is gone, so is all that it left.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hostile.red_team import Attack, in_process, over_the_wire, port
from support import CommandLine, collected, none_left, spread

from harness.judging.verdict import Result
from harness.machine import scratch
from harness.machine.isolation.sandbox import in_force

MARK = "rmsproof-attack-stays"

pytestmark = pytest.mark.skipif(
    in_force().written is None, reason="this kernel gives a process nothing to itself"
)

_HIDE = f'''
import ctypes, os, signal, sys, time
MARK = "{MARK}"
NAP = [sys.executable, "-S", "-c", "'{MARK}'; import time; time.sleep(100)"]
def hide(how):
    """Two forks and a session of its own, nothing in the environment, no descriptor."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 64)
            how()
        os._exit(0)
def nap():
    os.execve(NAP[0], NAP, {{}})
'''


def _stays(does: str, verdict: str = "exact") -> Attack:
    return Attack(does, verdict, right=True, at="start", top=_HIDE)


IN_PROCESS = {
    "a program that is no file": _stays(
        """
        def how():
            handle = os.memfd_create("none", 0)
            os.write(handle, open("/bin/sleep", "rb").read())
            os.execve(f"/proc/self/fd/{handle}", [MARK + "-sleep", "100"], {})
        hide(how)
        """
    ),
    "a table of processes in its table": _stays(
        """
        def how():
            ctypes.CDLL(None).unshare(0x30000000)
            if os.fork() == 0:
                nap()
            time.sleep(100)
        hide(how)
        """
    ),
    "a process deaf to all signals": _stays(
        """
        def how():
            for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
                signal.signal(number, signal.SIG_IGN)
            nap()
        hide(how)
        """
    ),
    "a process that is another every moment": _stays(
        """
        def how():
            end = time.monotonic() + 60
            while time.monotonic() < end:
                if os.fork():
                    os._exit(0)
                os.setsid()
                time.sleep(0.005)
            nap()
        hide(how)
        """
    ),
    "a hundred processes": _stays("for _ in range(5): hide(nap)"),
    "queues, semaphores and shared memory": _stays(
        """
        libc = ctypes.CDLL(None)
        libc.msgget(0x524D53, 0o1666), libc.semget(0x524D53, 1, 0o1666)
        libc.shmget(0x524D53, 4096, 0o1666)
        """
    ),
    "a file in shared memory": _stays(f"open('/dev/shm/{MARK}', 'w').close()"),
    "a folder that may not be read": _stays(
        """
        folder = os.environ["TMPDIR"]
        os.makedirs(f"{folder}/in/it", exist_ok=True)
        os.chmod(f"{folder}/in", 0)
        os.chmod(folder, 0)
        """
    ),
    "folders a thousand deep": _stays(
        """
        here = os.getcwd()
        os.chdir(os.environ["TMPDIR"])
        try:
            for _ in range(1000):
                os.mkdir("d")
                os.chdir("d")
        except FileExistsError:
            pass
        os.chdir(here)
        """
    ),
    "a file that cannot be changed": _stays(
        """
        import array, fcntl
        with open(os.environ["TMPDIR"] + "/it", "w") as file:
            try:
                fcntl.ioctl(file, 0x40086602, array.array("l", [0x10]))
            except OSError:
                pass
        """
    ),
    "links out of its folder": _stays(
        """
        for name in ("/etc", "/", os.getcwd()):
            try:
                os.symlink(name, os.environ["TMPDIR"] + "/" + str(len(name)))
            except FileExistsError:
                pass
        """
    ),
    "a pipe and a socket in its folder": _stays(
        """
        import socket
        folder = os.environ["TMPDIR"]
        if not os.path.exists(folder + "/pipe"):
            os.mkfifo(folder + "/pipe")
            socket.socket(socket.AF_UNIX).bind(folder + "/socket")
        """
    ),
}
OVER_THE_WIRE = {
    "a daemon of a command": Attack(
        f"""
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                code = "'{MARK}'; import time; time.sleep(100)"
                os.execve(sys.executable, [sys.executable, "-S", "-c", code], {{}})
            os._exit(0)
        """,
        at="start",
    ),
}
_FOLDER_MOVED = "the folder of all temporary ones, replaced by a link"
ATTACKS = {**IN_PROCESS, **OVER_THE_WIRE, _FOLDER_MOVED: Attack()}


def _objects() -> list[str]:
    """Queues, semaphores and shared memory of the kernel with the attack's key."""
    found = []
    for kind in ("msg", "sem", "shm"):
        lines = Path("/proc/sysvipc", kind).read_text(encoding="ascii").splitlines()
        found += [kind for line in lines if line.split()[:1] == [str(0x524D53)]]
    return found


def _processes() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if MARK.encode() in line and b"sleep" in line:
            found.append(path.parent.name)
    return found


def left() -> list[str]:
    """All that an attack would have left."""
    files = [str(p) for p in Path("/dev/shm").glob(MARK)]
    folders = [str(p) for p in scratch.folder().iterdir() if p.name != "lock"]
    return [*_processes(), *_objects(), *files, *folders]


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, Result]:
    """All of them judged."""
    local, wire = (
        {name: table[name] for name in table if name in collected(request)}
        for table in (IN_PROCESS, OVER_THE_WIRE)
    )
    before = set(left())
    with none_left():
        found = in_process(local, tmp_path_factory.mktemp("local"))
        found |= over_the_wire(wire, tmp_path_factory.mktemp("wire"))
    deadline = time.monotonic() + 5
    while set(left()) - before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert set(left()) - before == set()
    return found


@pytest.mark.parametrize("name", spread([*IN_PROCESS, *OVER_THE_WIRE]))
def test_nothing_of_a_port_stays(name: str, results: dict[str, Result]) -> None:
    """The fixture has looked when all were gone; each of them was judged, so that it ran."""
    assert results[name].verdict.word == ATTACKS[name].verdict, results[name].verdict.fault


def test_nothing_behind_a_link_is_touched(cli: CommandLine, tmp_path: Path) -> None:
    """A port that moves the folder which holds its own, and puts a link to another in its place."""
    precious, temporary = tmp_path / "precious", tmp_path / "temporary"
    precious.mkdir()
    temporary.mkdir()
    (precious / "kept").write_text("kept", encoding="utf-8")
    source = f"""
    folder = os.path.dirname(os.environ["TMPDIR"])
    if not os.path.islink(folder):
        os.rename(folder, folder + ".moved")
        os.symlink({str(precious)!r}, folder)
    """
    path = tmp_path / "moves.py"
    path.write_text(port(_stays(source)), encoding="utf-8")
    done = cli("check", str(path), "--golden", "*/page-one*", env={"TMPDIR": str(temporary)})
    assert done.code in (0, 1, 2, 3)
    assert [p.name for p in precious.iterdir()] == ["kept"]
