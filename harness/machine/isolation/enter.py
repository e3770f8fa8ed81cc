"""Give up the network and take on limits, then run another command and watch over it.

    python enter.py OWN CPU DATA FILE FILES PROCESSES WRITTEN READ_ONLY -- COMMAND ...

OWN is what the command has to itself: `network` (and all that follows), `processes` (a table of
them, shared memory, queues and semaphores, and the temporary folder) or `nothing`; the numbers
are seconds, bytes, bytes, open files, processes with their threads, and bytes written to the
temporary folder and shared memory together, 0 for no limit; READ_ONLY are folders that it must
not change, a line each. `python enter.py probe OWN PROCESSES WRITTEN READ_ONLY` prints what of
all this the kernel gives, and ends with 0 where it gives OWN. Run as a file, and only with what
every Python has and loads at once: it stands before each start of a stranger's code.

With a process table of its own, everything that the command starts ends with it, whatever
session it moved to; and all of it ends when whoever started us is gone. What a superuser could
undo that with is taken from the command; its own files it reads and writes as before.
"""

import os
import resource
import sys

_CLONE_NEWNS, _CLONE_NEWUSER, _CLONE_NEWIPC = 0x00020000, 0x10000000, 0x08000000
_CLONE_NEWPID, _CLONE_NEWNET = 0x20000000, 0x40000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1 << 5, 1 << 12, 1 << 14, 1 << 18
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP = 1, 24
_CAPABILITY_VERSION = 0x20080522
# What a superuser keeps: owners and modes of files (0, 1, 3, 4), signals and users (5 to 7), low
# ports and raw sockets (10, 13), locked memory (14), chroot (18), priorities (23). Not mounting,
# tracing, devices, modules, limits, nor what opens files past a mount.
_KEPT_CAPABILITIES = {0, 1, 3, 4, 5, 6, 7, 10, 13, 14, 18, 23}
# The numbers below it are given out only once.
_FIRST_PROCESSES = 300
# The first kernels that count the processes of each table of users, and whose largest process
# id is each table's own.
_OWN_COUNT, _OWN_PID_MAX = (5, 14), (6, 14)
# Set by whoever starts us where TMPDIR is a folder for the command alone.
_OWN_TEMPORARY = "RMSPROOF_OWN_TEMPORARY"
_FAILED = 125
# The module `signal` takes as long to load as all else here.
_SIGQUIT, _SIGKILL = 3, 9


def cut_off(own: str) -> bool:
    """Enter namespaces of our own; whether that was allowed."""
    import ctypes

    uid, gid = os.getuid(), os.getgid()
    parts = _CLONE_NEWPID | _CLONE_NEWNS | _CLONE_NEWIPC
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


def mount_own(written: int, read_only: list[bytes], temporary: bytes) -> set[str]:
    """Give the command memory of its own to write to, and folders that it cannot change.

    Args:
        written: bytes that its temporary folder and shared memory hold, both together.
        read_only: the folders.
        temporary: its temporary folder, which is empty; b"" for none.

    Returns:
        What the kernel gave; the rest is as it was.
    """
    import ctypes

    libc = ctypes.CDLL(None)
    libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None)
    given = set()
    options = b"mode=1777,size=%d,nr_inodes=65536" % written
    own = _MS_NOSUID | _MS_NODEV
    shared = b"/dev/shm"
    if temporary and libc.mount(b"tmpfs", temporary, b"tmpfs", own, options) == 0:
        parts = [(b"tmp", temporary, 0o700)]
        if os.path.isdir(shared):  # noqa: PTH112
            parts.insert(0, (b"shm", shared, 0o1777))
        failed = 0
        for name, place, mode in parts:
            part = os.path.join(temporary, name)  # noqa: PTH118
            os.mkdir(part)  # noqa: PTH102
            os.chmod(part, mode)  # noqa: PTH101
            failed += libc.mount(part, place, None, _MS_BIND, None) != 0
        if not failed:
            given.add("written")
    else:
        libc.mount(b"tmpfs", shared, b"tmpfs", own, options)
    refused = [folder for folder in read_only if not mount_read_only(libc, folder)]
    if not refused:
        given.add("read_only")
    return given


def mount_read_only(libc, folder: bytes) -> bool:  # type: ignore[no-untyped-def]
    """Let a folder be read only, for the command alone; whether the kernel does."""
    if libc.mount(folder, folder, None, _MS_BIND | _MS_REC, None) != 0:
        return False
    # A flag that the folder's own mount has cannot be left out.
    restrictions = os.statvfs(folder).f_flag & (_MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    flags = _MS_REMOUNT | _MS_BIND | _MS_RDONLY | restrictions
    return bool(libc.mount(None, folder, None, flags, None) == 0)


def mount_processes(processes: int) -> bool:
    """Show the processes of our own table; whether it holds so many at most, with all threads.

    To be called by the first process of the table.
    """
    import ctypes

    libc = ctypes.CDLL(None)
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    if libc.mount(b"proc", b"/proc", b"proc", flags, None) != 0:
        return False
    # A superuser's processes are never counted.
    limited = os.getuid() != 0 and is_kernel(_OWN_COUNT)
    if processes and is_kernel(_OWN_PID_MAX):
        try:
            file = os.open("/proc/sys/kernel/pid_max", os.O_WRONLY)
            try:
                os.write(file, b"%d" % (_FIRST_PROCESSES + processes))
                limited = True
            finally:
                os.close(file)
        except OSError:
            pass
    mount_read_only(libc, b"/proc/sys")
    return limited and bool(processes)


def is_kernel(first: tuple[int, int]) -> bool:
    """Whether this is a kernel of that version, or a later one."""
    try:
        major, minor = os.uname().release.split(".")[:2]
        return (int(major), int(minor)) >= first
    except ValueError:
        return False


def give_up_rights() -> None:
    """Give up, here and in the next command if it is a superuser's, what would undo all this."""
    import ctypes

    libc = ctypes.CDLL(None)
    for right in range(64):
        if right not in _KEPT_CAPABILITIES:
            libc.prctl(_PR_CAPBSET_DROP, right, 0, 0, 0)
    # Who is no superuser has rights only in the namespaces, and keeps none with a command.
    allowed = sum(1 << right for right in _KEPT_CAPABILITIES) if os.getuid() == 0 else 0
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    # Effective, permitted and inheritable ones, the lower 32 of them and the upper.
    rights = (ctypes.c_uint32 * 6)()
    libc.capget(header, rights)
    for i in range(6):
        rights[i] &= (allowed >> 32 * (i // 3)) & 0xFFFFFFFF
    if libc.capset(header, rights) != 0:
        sys.stderr.write("rights cannot be given up\n")
        os._exit(_FAILED)


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that made it ends."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def limit(kind: int, most: int, renewed: bool = False) -> None:
    """Lower a limit, for good unless it is `renewed`; one that is lower already stays."""
    if most:
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (most, hard if renewed else most))
        except (OSError, ValueError):  # a system that does not have it
            return


def watched(run, command: list[str], processes: int) -> None:  # type: ignore[no-untyped-def]
    """Run the command below the first process of the new table; end as it ended.

    The first process of a table is deaf to signals that it has no handler for, even its own;
    so the command is the second.
    """
    import _signal  # type: ignore[import-not-found]

    reading, tell = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(reading)
        die_with_parent()
        mount_processes(processes)
        child = os.fork()
        if child == 0:
            os.close(tell)
            give_up_rights()
            run(command)
        close_all_but(tell)
        while True:
            pid, status = os.wait()
            if pid == child:
                os.write(tell, status.to_bytes(4, "little"))
                os._exit(0)  # with it goes all that is left in its table
    os.close(tell)
    # A JVM is asked where it stands by this signal; it is in our group and gets its own.
    _signal.signal(_SIGQUIT, _signal.SIG_IGN)
    close_all_but(reading)
    answer = os.read(reading, 4)
    os.waitpid(first, 0)
    status = int.from_bytes(answer, "little") if len(answer) == 4 else _SIGKILL
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) != _SIGKILL:
            _signal.signal(os.WTERMSIG(status), _signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def close_all_but(descriptor: int) -> None:
    """Let go of the command's pipes, or their end would never be seen."""
    os.closerange(0, descriptor)
    os.closerange(descriptor + 1, 4096)


def probe(own: str, processes: int, written: int, read_only: list[bytes]) -> int:
    """Print a word for each thing that the kernel gives; the exit code."""
    if not cut_off(own):
        return 1
    given = mount_own(written, read_only, os.fsencode(os.environ.get("TMPDIR", "")))
    sys.stdout.write("".join(f"{word}\n" for word in sorted(given)))
    sys.stdout.flush()
    first = os.fork()
    if first == 0:
        os._exit(0 if mount_processes(processes) else 1)
    if os.waitpid(first, 0)[1] == 0:
        sys.stdout.write("processes\n")
    return 0


def enter(words: list[str], run) -> None:  # type: ignore[no-untyped-def]
    """Do as the words say, which begin with OWN; `run` the command that they end with."""
    own, cpu, data, file, files, processes, written, read_only = words[:8]
    command = words[9:]
    cut = own != "nothing"
    if cut and not cut_off(own):
        sys.stderr.write(f"the kernel gives no {own} of its own\n")
        os._exit(_FAILED)
    temporary = os.environ["TMPDIR"] if os.environ.pop(_OWN_TEMPORARY, "") else ""
    if cut:
        folders = os.fsencode(read_only).splitlines()
        mount_own(int(written), folders, os.fsencode(temporary))
    # A process that serves many ports is given its time anew, which a lower end would not let.
    limit(resource.RLIMIT_CPU, int(cpu), renewed=True)
    limit(resource.RLIMIT_DATA, int(data))
    limit(resource.RLIMIT_FSIZE, int(file))
    limit(resource.RLIMIT_NOFILE, int(files))
    if cut and is_kernel(_OWN_COUNT):  # elsewhere it would count what else the user runs
        limit(resource.RLIMIT_NPROC, int(processes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if cut:
        watched(run, command, int(processes))
    run(command)


def execute(command: list[str]) -> None:
    """Become the command."""
    os.execvp(command[0], command)


def main() -> None:
    """Do as the arguments say."""
    if sys.argv[1] == "probe":
        own, processes, written, read_only = sys.argv[2:6]
        sys.exit(probe(own, int(processes), int(written), os.fsencode(read_only).splitlines()))
    enter(sys.argv[1:], execute)


if __name__ == "__main__":
    main()
