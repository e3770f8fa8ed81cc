"""Ports that do something else than answer, or beside it, when they are given a trap."""

import json
import os
import signal
import sys
import threading
import time

from wire import Message, right, send


def answers_late(request: Message) -> None:
    """Answers a scenario rightly, but after the time for it has passed."""
    time.sleep(1)
    send(right(request))


def closes_output(request: Message) -> None:
    """Closes its standard output and goes on running."""
    os.close(1)
    time.sleep(600)


def deep_reply(request: Message) -> None:
    """Answers with brackets inside brackets, deeper than any reader goes."""
    sys.stdout.write("[" * 30_000 + "]" * 30_000 + "\n")
    sys.stdout.flush()


def dies_after_reply(request: Message) -> None:
    """Answers rightly and ends, without having been told to."""
    send(right(request))
    sys.exit(3)


def endless_reply(request: Message) -> None:
    """Writes one line without end."""
    while True:
        sys.stdout.write("0, " * 10_000)


def exits_0(request: Message) -> None:
    """Ends in the middle of a scenario as if all were well."""
    sys.exit(0)


def exits_1(request: Message) -> None:
    """Ends in the middle of a scenario and says why on standard error."""
    print("first line\nout of luck", file=sys.stderr)
    sys.exit(1)


def grandchild(request: Message) -> None:
    """Ends, and leaves a child of its own that holds standard output open."""
    import subprocess

    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    sys.exit(0)


def half_line(request: Message) -> None:
    """Writes half of its reply and falls silent."""
    sys.stdout.write('{"id": 2, "wei')
    sys.stdout.flush()
    time.sleep(600)


def half_line_and_exit(request: Message) -> None:
    """Writes half of its reply and ends."""
    sys.stdout.write('{"id": 2, "wei')
    sys.stdout.flush()
    sys.exit(0)


def hangs(request: Message) -> None:
    """Thinks for ever about a scenario."""
    time.sleep(600)


def hoards(request: Message) -> None:
    """Keeps all it ever allocates."""
    kept = bytearray(1)
    while True:
        kept *= 1 << 20


def in_pieces(request: Message) -> None:
    """Writes a right reply a few bytes at a time, with the line ends of another system."""
    text = json.dumps(right(request)) + "\r\n"
    for start in range(0, len(text), 16):
        sys.stdout.write(text[start : start + 16])
        sys.stdout.flush()
        time.sleep(0.002)


def killed(request: Message) -> None:
    """Dies of a signal, as native code does."""
    os.kill(os.getpid(), signal.SIGKILL)


def leaves_daemon(request: Message) -> None:
    """Answers rightly and leaves a process behind that went into a session of its own."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
    send(right(request))


def leaves_thread(request: Message) -> None:
    """Answers rightly and leaves a thread running that keeps it from its end."""
    threading.Thread(target=time.sleep, args=(600,)).start()
    send(right(request))


def loud(request: Message) -> None:
    """Writes megabytes to standard error before a reply that is right."""
    for i in range(60_000):
        sys.stderr.write(f"step {i}: " + "x" * 60 + "\n")
    send(right(request))


def loud_and_hangs(request: Message) -> None:
    """Writes to standard error for ever and never answers."""
    while True:
        sys.stderr.write("not yet\n" * 1000)


def overruns_the_stack(request: Message) -> None:
    """Overruns the stack, as code without Python's care does."""
    sys.setrecursionlimit(10**9)
    nested: list[object] = []
    for _ in range(200_000):
        nested = [nested]
    repr(nested)


def recurses(request: Message) -> None:
    """Calls itself until Python has enough."""
    recurses(request)


def reply_late(request: Message) -> None:
    """Sends its reply twice, the second time when it was asked the next question."""
    send(right(request))
    time.sleep(0.1)
    send(right(request))


def reply_twice(request: Message) -> None:
    """Sends its reply twice, in one go."""
    sys.stdout.write((json.dumps(right(request)) + "\n") * 2)
    sys.stdout.flush()


def segfaults(request: Message) -> None:
    """Sends itself the signal of a native crash."""
    os.kill(os.getpid(), signal.SIGSEGV)


def stdout_lines(request: Message) -> None:
    """Writes megabytes of its own to standard output before it answers."""
    for step in range(30_000):
        sys.stdout.write(f"step {step}: " + "x" * 60 + "\n")
    send(right(request))


def text_after_reply(request: Message) -> None:
    """Prints on standard output after a reply: what waits there when the next question is asked."""
    sys.stdout.write(json.dumps(right(request)) + "\ndone\n")
    sys.stdout.flush()


def text_before_reply(request: Message) -> None:
    """Prints what it is doing on standard output, before its reply."""
    print("computing 2 steps", flush=True)
    send(right(request))


def text_between_replies(request: Message) -> None:
    """Goes on printing a while after its reply: while the next question is being asked."""

    def later() -> None:
        time.sleep(0.3)
        sys.stdout.write("done\n")
        sys.stdout.flush()

    send(right(request))
    threading.Thread(target=later, daemon=True).start()


def text_late(request: Message) -> None:
    """Prints on standard output a moment after its reply, when it was asked the next question."""
    send(right(request))
    time.sleep(0.1)
    sys.stdout.write("done\n")
    sys.stdout.flush()


def throws_third_time(request: Message) -> None:
    """Fails at its third step only, and does not catch it."""
    for step, _ in enumerate(request["gradients"], 1):
        if step == 3:
            raise ArithmeticError("the third time")
