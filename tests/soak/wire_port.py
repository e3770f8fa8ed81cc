"""A port over the wire that misbehaves as the scenario says: by its learning rate, of 1/1024ths.

Run with `python -S -I`, it starts in a few hundredths of a second, and it is started some
thousand times. `DEEDS` in order are what it may do; the number of one, counted from 1, is the
learning rate times 1024.
"""

import json
import os
import signal
import sys
import time
from math import nextafter, sqrt

# How long the harness waits for it; what is late is so by this much.
TIMEOUT = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0


def right(request):
    """The reply that is exact."""
    lr, d, eps = request["learning_rate"], request["decay_rate"], request["epsilon"]
    weights = {name: list(row) for name, row in request["weights"].items()}
    average = {name: [0.0] * len(row) for name, row in weights.items()}
    steps = []
    for gradients in request["gradients"]:
        for name, row in gradients.items():
            for i, g in enumerate(row):
                average[name][i] = d * average[name][i] + (1 - d) * (g * g)
                weights[name][i] -= lr * g / (sqrt(average[name][i]) + eps)
        steps.append({name: list(row) for name, row in weights.items()})
    return {"id": request["id"], "weights": steps}


def line(reply):
    return json.dumps(reply).encode() + b"\n"


def write(data):
    """Standard output, past Python's own buffer: what was written is written."""
    while data:
        data = data[os.write(1, data) :]


def send(reply):
    write(line(reply))


def altered(change):
    """A deed that answers with its reply changed: in place, or into what `change` returns."""

    def deed(request):
        reply = right(request)
        changed = change(reply)
        send(reply if changed is None else changed)

    return deed


def ending(code):
    return lambda request: os._exit(code)


def dying(number):
    def deed(request):
        os.kill(os.getpid(), number)

    return deed


def wait():
    time.sleep(600)


def hang(request):
    wait()


def spin(request):
    while True:
        pass


def half_a_line(request):
    write(line(right(request))[:14])
    wait()


def half_a_line_and_exit(request):
    write(line(right(request))[:14])
    os._exit(0)


def late(request):
    time.sleep(1.3 * TIMEOUT)
    send(right(request))


def garbage(request):
    write(b"computing ...\n")
    send(right(request))


def twice(request):
    write(2 * line(right(request)))


def huge(request):
    write(b'{"id":' + b" " * (1 << 18))
    wait()


def endless(request):
    while True:
        write(b"x" * (1 << 16))


def deep(request):
    write(b"[" * 60_000 + b"\n")


def in_pieces(request):
    data = line(right(request))
    for start in range(0, len(data), 1 + len(data) // 4):
        write(data[start : start + 1 + len(data) // 4])
        time.sleep(0.002)


def loud(request):
    os.write(2, b"a warning\n" * 30_000)
    send(right(request))


def closes_output(request):
    os.close(1)
    wait()


def child(*, elsewhere, quiet=False):
    """A child that holds our output open unless `quiet`, in our group or a session of its own."""
    if os.fork() == 0:
        if elsewhere:
            os.setsid()
        if quiet:
            os.closerange(0, 3)
        wait()


def leaves_a_child(request):
    child(elsewhere=False)
    os._exit(0)


def leaves_a_child_elsewhere(request):
    child(elsewhere=True)
    os._exit(3)


def answers_and_leaves_a_child(request):
    child(elsewhere=True, quiet=True)
    send(right(request))


def a_weight(change):
    def alter(reply):
        row = reply["weights"][-1]["w"]
        row[-1] = change(row[-1])

    return altered(alter)


DEEDS = {
    "right": lambda request: send(right(request)),
    "right in pieces": in_pieces,
    "right and loud": loud,
    "right and leaves a child": answers_and_leaves_a_child,
    "one ULP off": a_weight(lambda x: nextafter(x, 9.0)),
    "wrong by a little": a_weight(lambda x: x + 1e-6),
    "not a number": a_weight(lambda x: "NaN"),
    "unmoved": altered(lambda reply: reply["weights"].__setitem__(-1, reply["weights"][0])),
    "declines": lambda request: send({"id": request["id"], "unsupported": "not today"}),
    "reports an error": lambda request: send({"id": request["id"], "error": "ValueError: 7"}),
    "hangs": hang,
    "spins": spin,
    "half a line": half_a_line,
    "answers late": late,
    "exits 0": ending(0),
    "exits 1": ending(1),
    "segmentation fault": dying(signal.SIGSEGV),
    "aborts": dying(signal.SIGABRT),
    "is killed": dying(signal.SIGKILL),
    "half a line and exits": half_a_line_and_exit,
    "leaves a child": leaves_a_child,
    "leaves a child elsewhere": leaves_a_child_elsewhere,
    "closes its output": closes_output,
    "garbage": garbage,
    "answers twice": twice,
    "another id": altered(lambda reply: reply.update(id=reply["id"] + 1)),
    "the id before": altered(lambda reply: reply.update(id=reply["id"] - 1)),
    "no id": altered(lambda reply: reply.pop("id") and None),
    "huge": huge,
    "endless": endless,
    "deep": deep,
    "a bare list": altered(lambda reply: reply["weights"]),
    "a step too few": altered(lambda reply: reply["weights"].pop() and None),
    "an array too few": altered(lambda reply: reply["weights"][0].pop("b") and None),
    "an array too many": altered(lambda reply: reply["weights"][0].update(c=[1.0])),
    "a number too few": altered(lambda reply: reply["weights"][0]["w"].pop() and None),
    "null for an array": altered(lambda reply: reply["weights"][0].update(w=None)),
    "null for a number": a_weight(lambda x: None),
    "text for a number": a_weight(str),
    "a list for a number": a_weight(lambda x: [x]),
}


def main():
    for text in sys.stdin:
        request = json.loads(text)
        if request["do"] == "quit":
            return
        if request["do"] == "describe":
            said = {"protocol": 1, "name": "soak", "language": "none", "precision": "float64"}
            send({"id": request["id"], **said, "state": False})
        else:
            deeds = list(DEEDS.values())
            deeds[round(request["learning_rate"] * 1024) - 1](request)


if __name__ == "__main__":
    main()
