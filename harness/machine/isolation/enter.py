"""Give up the network and take on limits, then run another command and watch over it.

    python enter.py NETWORK CPU DATA FILE FILES PROCESSES -- COMMAND ...

NETWORK is `cut` (a network and a process table of its own) or `keep`; the numbers are seconds,
bytes, bytes, open files and processes, 0 for no limit. `python enter.py probe` ends with 0 where
the kernel allows `cut`. Run as a file, and only with what every Python has and loads at once: it
stands before each start of a stranger's code.

With a process table of its own, everything that the command starts ends with it, whatever
session it moved to; and all of it ends when whoever started us is gone.
"""

import os
import resource
import sys

_CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
_PR_SET_PDEATHSIG = 1
_FAILED = 125
# The module `signal` takes as long to load as all else here.
_SIGQUIT, _SIGKILL = 3, 9


def cut_off() -> bool:
    """Enter a network and a process table of our own; whether that was allowed."""
    import ctypes

    uid, gid = os.getuid(), os.getgid()
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWPID | _CLONE_NEWNET) != 0:
            return False
    except (OSError, AttributeError):  # no such call here
        return False
    # The same user inside as outside, so that files are still its own; an unmapped one reads
    # and writes what it may all the same.
    for name, text in (
        ("setgroups", b"deny"),
        ("uid_map", b"%d %d 1" % (uid, uid)),
        ("gid_map", b"%d %d 1" % (gid, gid)),
    ):
        try:
            file = os.open(f"/proc/self/{name}", os.O_WRONLY)
            try:
                os.write(file, text)
            finally:
                os.close(file)
        except OSError:
            continue
    return True


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that made it ends."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def limit(kind: int, most: int) -> None:
    """Lower a limit; one that is lower already stays."""
    if most:
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):  # a system that does not have it
            return


def watched(command: list[str]) -> None:
    """Run the command below the first process of the new table; end as it ended.

    The first process of a table is deaf to signals that it has no handler for, even its own;
    so the command is the second.
    """
    import _signal  # type: ignore[import-not-found]

    told, tell = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(told)
        die_with_parent()
        child = os.fork()
        if child == 0:
            os.close(tell)
            os.execvp(command[0], command)
        close_all_but(tell)
        while True:
            pid, status = os.wait()
            if pid == child:
                os.write(tell, status.to_bytes(4, "little"))
                os._exit(0)  # with it goes all that is left in its table
    os.close(tell)
    # A JVM is asked where it stands by this signal; it is in our group and gets its own.
    _signal.signal(_SIGQUIT, _signal.SIG_IGN)
    close_all_but(told)
    said = os.read(told, 4)
    os.waitpid(first, 0)
    status = int.from_bytes(said, "little") if len(said) == 4 else _SIGKILL
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) != _SIGKILL:
            _signal.signal(os.WTERMSIG(status), _signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def close_all_but(kept: int) -> None:
    """Let go of the command's pipes, or their end would never be seen."""
    os.closerange(0, kept)
    os.closerange(kept + 1, 4096)


def main() -> None:
    """Do as the arguments say."""
    if sys.argv[1:] == ["probe"]:
        sys.exit(0 if cut_off() else 1)
    network, cpu, data, file, files, processes = sys.argv[1:7]
    command = sys.argv[8:]
    cut = network == "cut"
    if cut and not cut_off():
        sys.stderr.write("the network cannot be cut\n")
        os._exit(_FAILED)
    limit(resource.RLIMIT_CPU, int(cpu))
    limit(resource.RLIMIT_DATA, int(data))
    limit(resource.RLIMIT_FSIZE, int(file))
    limit(resource.RLIMIT_NOFILE, int(files))
    limit(resource.RLIMIT_NPROC, int(processes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if cut:
        watched(command)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
