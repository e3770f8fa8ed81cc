"""Attacks on the machine: disk, memory that is shared, processes, descriptors, and rights.

Each port takes as much as it can get and notes how much that was. The limits are small ones here,
so that little is enough to meet them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hostile.red_team import Attack, in_process, port
from support import REPOSITORY, CommandLine, collected, none_left, spread

from harness.judging.verdict import Result
from harness.machine import cache
from harness.machine.isolation.limits import Limits
from harness.machine.isolation.sandbox import in_force
from harness.report import words
from harness.transport import spoken

SMALL = Limits(file=1 << 20, files=64, processes=64, written=1 << 20)
# A table of processes gives the lowest numbers out only once, beside those of the limit.
_PROCESSES = SMALL.processes + 300

pytestmark = pytest.mark.skipif(
    in_force().written is None or in_force().processes is None,
    reason="this kernel limits neither what is written in all nor processes",
)

_NOTE = """
import json, os, sys
from pathlib import Path
NOTE = Path(__file__).with_suffix(".json")
def note(**seen):
    if not NOTE.exists():
        NOTE.write_text(json.dumps(seen))
def fill(*folders):
    written = 0
    for i in range(10_000):
        for folder in folders:
            try:
                with open(f"{folder}/{i}", "wb", 0) as file:
                    written += file.write(b"x" * 65536)
            except OSError:
                note(got=written)
                return [os.unlink(f"{f}/{name}") for f in folders for name in os.listdir(f)]
def tried(what):
    try:
        what()
    except (OSError, ValueError):
        note(got=0)
    else:
        note(got=1)
"""


def _takes(does: str) -> Attack:
    return Attack(does, right=True, at="start", top=_NOTE)


# What is tried, and the most that may be had of it.
ATTACKS = {
    "its temporary folder filled": (_takes('fill(os.environ["TMPDIR"])'), SMALL.written),
    "shared memory filled": (_takes('fill("/dev/shm")'), SMALL.written),
    "both filled": (_takes('fill("/dev/shm", os.environ["TMPDIR"])'), SMALL.written),
    "folders without end": (
        _takes(
            """
            folder, made = os.environ["TMPDIR"], 0
            try:
                for made in range(100_000):
                    os.mkdir(f"{folder}/{made}")
            except OSError:
                pass
            note(got=made)
            """
        ),
        65_536,
    ),
    "processes without end": (
        _takes(
            """
            import time
            made = []
            try:
                while len(made) < 2_000:
                    made.append(os.fork())
                    if made[-1] == 0:
                        time.sleep(100)
                        os._exit(0)
            except OSError:
                pass
            note(got=len(made))
            for pid in made:
                os.kill(pid, 9)
                os.waitpid(pid, 0)
            """
        ),
        _PROCESSES,
    ),
    "threads without end": (
        _takes(
            """
            import threading
            stop, made = threading.Event(), []
            threading.stack_size(65536)
            try:
                while len(made) < 2_000:
                    made.append(threading.Thread(target=stop.wait, args=(100,), daemon=True))
                    made[-1].start()
            except RuntimeError:
                pass
            note(got=len(made))
            stop.set()
            """
        ),
        _PROCESSES,
    ),
    "descriptors without end": (
        _takes(
            """
            held = []
            try:
                while len(held) < 2_000:
                    held.append(os.open("/dev/null", os.O_RDONLY))
            except OSError:
                pass
            for handle in held:
                os.close(handle)
            note(got=len(held))
            """
        ),
        SMALL.files,
    ),
    "a file of terabytes": (
        _takes(
            """
            import signal
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            with open(NOTE.with_suffix(".big"), "wb") as file:
                tried(lambda: file.truncate(1 << 42))
            """
        ),
        0,
    ),
    "its limits raised": (
        _takes(
            """
            import resource
            most = resource.RLIM_INFINITY
            tried(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
            """
        ),
        0,
    ),
    "the limit of its table raised": (
        _takes("tried(lambda: Path('/proc/sys/kernel/pid_max').write_text('4194304'))"),
        0,
    ),
    "a device made": (
        _takes("tried(lambda: os.mknod(NOTE.with_suffix('.device'), 0o60600, os.makedev(7, 0)))"),
        0,
    ),
    "the clock set": (
        _takes(
            "import time; now = time.time(); "
            "tried(lambda: time.clock_settime(time.CLOCK_REALTIME, now))"
        ),
        0,
    ),
    "folders that are read only mounted for writing": (
        _takes(
            """
            import ctypes
            libc, undone = ctypes.CDLL(None), 0
            mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
            for place in [m[1].encode() for m in mounts if m[3].startswith("ro,")]:
                undone += libc.mount(None, place, None, 4128, None) == 0
                undone += libc.umount2(place, 2) == 0
            note(got=undone)
            """
        ),
        0,
    ),
    "us changed": (
        _takes(
            """
            import harness
            tried(lambda: Path(harness.__file__).with_name("attack.py").write_text("exact"))
            """
        ),
        0,
    ),
    "the reference changed": (
        _takes(
            """
            import python_ref
            tried(lambda: Path(python_ref.__file__).with_name("attack.py").write_text("exact"))
            """
        ),
        0,
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the ports are, and their notes."""
    return tmp_path_factory.mktemp("limits")


@pytest.fixture(scope="module")
def results(folder: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, Result]]:
    """All of them judged, under small limits."""
    with none_left(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(spoken, "PORT", SMALL)
        yield in_process(
            {name: ATTACKS[name][0] for name in ATTACKS if name in collected(request)}, folder
        )


def noted(folder: Path, name: str) -> Any:
    """What a port got."""
    path = folder / f"{name.replace(' ', '_')}.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", spread(ATTACKS))
def test_a_port_gets_no_more_than_its_share(
    name: str, results: dict[str, Result], folder: Path
) -> None:
    assert results[name].verdict.word in ("exact", "crashes"), results[name].verdict.fault
    got = noted(folder, name)["got"]
    most = ATTACKS[name][1]
    assert got <= most
    assert most == 0 or got > most // 4  # it took what there was


def test_the_report_says_what_was_in_force(call: CommandLine, tmp_path: Path) -> None:
    """As JSON, which its schema takes, and on the page that is made of it."""
    (tmp_path / "it.py").write_text(port(Attack(right=True)), encoding="utf-8")
    done = call(*"check it.py --golden */page-one* --json it.json --html it.html".split())
    assert done.code == 0, done.err
    report = json.loads((tmp_path / "it.json").read_text(encoding="utf-8"))
    schema = (REPOSITORY / "harness/report/report.schema.json").read_text(encoding="utf-8")
    jsonschema.validate(report, json.loads(schema))
    assert report["isolation"] == asdict(in_force())
    page = (tmp_path / "it.html").read_text(encoding="utf-8")
    assert words.isolation(in_force()) in page


@pytest.mark.slow
def test_the_code_of_a_page_changes_neither_us_nor_the_cache(
    call: CommandLine, tmp_path: Path
) -> None:
    """And writes no more to its temporary folder than a port."""
    places = [str(cache.root() / "attack"), str(Path(words.__file__).with_name("attack.py"))]
    note = tmp_path / "it.json"
    tries = f"""
    for place in {places!r}:
        try:
            open(place, "w").close()
            note(got=1)
        except OSError:
            pass
    disk = os.statvfs(os.environ["TMPDIR"])
    note(got=0, disk=disk.f_blocks * disk.f_frsize)
    """
    source = port(Attack(tries, right=True, at="start", top=_NOTE))
    source = source.replace('Path(__file__).with_suffix(".json")', f"Path({str(note)!r})")
    (tmp_path / "page.md").write_text(f"```python\n{source}```\n", encoding="utf-8")
    done = call("doc", "page.md")
    assert done.code == 0, done.out
    assert json.loads(note.read_text(encoding="utf-8")) == {"got": 0, "disk": 1 << 30}
