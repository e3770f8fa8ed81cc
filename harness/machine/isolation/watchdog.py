"""The one who stays when the harness is gone: ends every process group that it left behind.

    python watchdog.py

Reads lines from its standard input: `+ID MARK` when the harness has started a process (whose
group has the same id), `-ID` when it is gone. The kernel closes that pipe when the harness ends,
by `kill -9` as well; then whatever is still on the list is ended. Run as a file, and only with
what every Python has and loads at once.
"""

import os
import sys

_SIGKILL = 9
_ROUNDS = 10


def end_group(group: int) -> None:
    """End a process group, if there is one."""
    try:
        os.killpg(group, _SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def end_marked(mark: bytes) -> None:
    """End the processes whose environment has the mark, in whatever group or session (Linux).

    A process may start another while we look; so until nobody is found.
    """
    for _ in range(_ROUNDS):
        any_ended = False
        for name in _listed():
            if _is_marked(name, mark):
                any_ended = True
                try:
                    os.kill(int(name), _SIGKILL)
                except (ProcessLookupError, PermissionError):
                    continue
        if not any_ended:
            return


def _listed() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208
    except OSError:  # no such table here
        return []


def _is_marked(name: str, mark: bytes) -> bool:
    """Whether a process, unless it has ended already, has the mark."""
    try:
        file = os.open(f"/proc/{name}/environ", os.O_RDONLY)
    except OSError:
        return False
    try:
        # All that the kernel gives at once; an environment of ours is far shorter.
        return mark in os.read(file, 1 << 18).split(b"\0")
    except OSError:
        return False
    finally:
        os.close(file)


def main() -> None:
    """Keep the list until the harness is gone, then end what is on it."""
    groups: dict[int, bytes] = {}
    for line in sys.stdin.buffer:
        number, _, mark = line[1:].strip().partition(b" ")
        if line.startswith(b"+"):
            groups[int(number)] = mark
        else:
            groups.pop(int(number), None)
    for group in groups:
        end_group(group)
    for mark in groups.values():
        end_marked(mark)


if __name__ == "__main__":
    main()
