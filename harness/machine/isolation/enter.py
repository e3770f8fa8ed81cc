"""Give up the network and take on limits, then run another command and watch over it.

    python enter.py OWN CPU DATA FILE FILES PROCESSES READ_ONLY -- COMMAND ...

OWN is what the command has to itself: `network` (and all that follows), `processes` (a table of
them, and shared memory) or `nothing`; the numbers are seconds, bytes, bytes, open files and
processes, 0 for no limit; READ_ONLY is a folder that it must not change, or empty. `python
enter.py probe OWN` ends with 0 where the kernel allows that. Run as a file, and only with what
every Python has and loads at once: it stands before each start of a stranger's code.

With a process table of its own, everything that the command starts ends with it, whatever
session it moved to; and all of it ends when whoever started us is gone.
"""

import os
import resource
import sys

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_CLONE_NEWPID, _CLONE_NEWNET = 0x20000000, 0x40000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1 << 5, 1 << 12, 1 << 14, 1 << 18
_SHARED_MEMORY = b"mode=1777,size=1073741824"
_PR_SET_PDEATHSIG = 1
_FAILED = 125
# The module `signal` takes as long to load as all else here.
_SIGQUIT, _SIGKILL = 3, 9


def cut_off(own: str) -> bool:
    """Enter namespaces of our own; whether that was allowed."""
    import ctypes

    uid, gid = os.getuid(), os.getgid()
    parts = _CLONE_NEWPID | _CLONE_NEWNS
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if own == "network":
            parts |= _CLONE_NEWNET
        elif libc.unshare(parts) == 0:  # root needs no table of users, which would take its rights
            return True
        if libc.unshare(parts | _CLONE_NEWUSER) != 0:
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


def mount_own(read_only: bytes) -> None:
    """Shared memory that goes with the command, and a folder that it cannot change.

    Whatever of it the kernel refuses is as it was.
    """
    import ctypes

    libc = ctypes.CDLL(None)
    libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None)
    libc.mount(b"tmpfs", b"/dev/shm", b"tmpfs", _MS_NOSUID | _MS_NODEV, _SHARED_MEMORY)
    if read_only and libc.mount(read_only, read_only, None, _MS_BIND | _MS_REC, None) == 0:
        # A flag that the folder's own mount has cannot be left out.
        kept = os.statvfs(read_only).f_flag & (_MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
        libc.mount(None, read_only, None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | kept, None)


def mount_processes() -> None:
    """Show the processes of our own table, where the kernel lets us."""
    import ctypes

    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    ctypes.CDLL(None).mount(b"proc", b"/proc", b"proc", flags, None)


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
        mount_processes()
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
    if sys.argv[1] == "probe":
        sys.exit(0 if cut_off(sys.argv[2]) else 1)
    own, cpu, data, file, files, processes, read_only = sys.argv[1:8]
    command = sys.argv[9:]
    cut = own != "nothing"
    if cut and not cut_off(own):
        sys.stderr.write(f"the kernel gives no {own} of its own\n")
        os._exit(_FAILED)
    if cut:
        mount_own(os.fsencode(read_only))
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
