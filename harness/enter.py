"""Give up the network and take on limits, then become another command.

    python enter.py NETWORK CPU DATA FILE FILES -- COMMAND ...

NETWORK is `cut` (a network namespace of its own where the kernel allows it) or `keep`; the
numbers are seconds, bytes, bytes and open files, 0 for no limit. `python enter.py probe` ends
with 0 where the network can be cut. Run as a file, and only with what every Python has: it
stands before each start of a stranger's code.
"""

import contextlib
import os
import resource
import sys

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def cut_network() -> bool:
    """Enter a network namespace in which nothing can be reached; whether that was allowed."""
    import ctypes

    uid, gid = os.getuid(), os.getgid()
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
            return False
    except (OSError, AttributeError):  # no such call here
        return False
    # The same user inside as outside, so that files are still its own.
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        try:
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123
                file.write(text)
        except OSError:
            pass  # an unmapped user reads and writes what it may all the same
    return True


def limit(kind: int, most: int) -> None:
    """Lower a limit; one that is lower already stays."""
    if most:
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(OSError, ValueError):  # a system that does not have it
            resource.setrlimit(kind, (most, most))


def main() -> None:
    """Do as the arguments say."""
    if sys.argv[1:] == ["probe"]:
        sys.exit(0 if cut_network() else 1)
    network, cpu, data, file, files = sys.argv[1:6]
    if network == "cut":
        cut_network()
    limit(resource.RLIMIT_CPU, int(cpu))
    limit(resource.RLIMIT_DATA, int(data))
    limit(resource.RLIMIT_FSIZE, int(file))
    limit(resource.RLIMIT_NOFILE, int(files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    command = sys.argv[7:]
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
