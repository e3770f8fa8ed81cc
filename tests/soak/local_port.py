"""A Python optimizer that misbehaves as the scenario says: by its learning rate, of 1/1024ths.

As `wire_port`, for the worker: what is told there of the exchange is told here of a method's
result.
"""

import os
import signal
import sys
import threading
import time


def hang(self):
    time.sleep(600)


def spin(self):
    while True:
        pass


def leave(self):
    sys.exit(0)


def recurse(self):
    return recurse(self)


def out_of_memory(self):
    raise MemoryError


def fail_later(self):
    if self.step == 3:
        raise ValueError("the third")


def chatter(self):
    os.write(1, b"step\n" * 10_000)
    os.write(2, b"a warning\n" * 10_000)


def a_thread(self):
    threading.Thread(target=time.sleep, args=(600,)).start()


def a_child(self):
    if self.step == 1 and os.fork() == 0:
        os.setsid()
        os.closerange(0, 64)
        time.sleep(600)


def pipes_closed(self):
    os.closerange(3, 64)


def kill(number):
    def deed(self):
        os.kill(os.getpid(), number)

    return deed


# What is done before a step is taken.
BEFORE = {
    "right": lambda self: None,
    "right and loud": chatter,
    "right with a thread": a_thread,
    "right with a child": a_child,
    "hangs": hang,
    "spins": spin,
    "leaves": leave,
    "recurses": recurse,
    "has no memory": out_of_memory,
    "fails at the third step": fail_later,
    "exits 0": lambda self: os._exit(0),
    "exits 1": lambda self: os._exit(1),
    "segmentation fault": kill(signal.SIGSEGV),
    "aborts": kill(signal.SIGABRT),
    "closes the pipes": pipes_closed,
}
# What is done to the result of the third.
AFTER = {
    "wrong by a little": lambda w: {k: v + 1e-6 for k, v in w.items()},
    "not a number": lambda w: {k: v * float("nan") for k, v in w.items()},
    "an array too few": lambda w: {k: v for k, v in w.items() if k != "b"},
    "a number too few": lambda w: {k: v[:-1] for k, v in w.items()},
    "text for numbers": lambda w: {k: [str(x) for x in v] for k, v in w.items()},
    "null for an array": dict.fromkeys,
}
DEEDS = [*BEFORE, *AFTER]


class RMSProp:
    def __init__(self, learning_rate, decay_rate, epsilon):
        self.learning_rate, self.decay_rate, self.epsilon = learning_rate, decay_rate, epsilon
        self.average, self.step = {}, 0
        # What the harness tries it with before anything is judged is no number of ours.
        number = float(learning_rate) * 1024
        self.deed = DEEDS[int(number) - 1] if number <= len(DEEDS) else "right"

    def update_weights(self, gradients, weights):
        self.step += 1
        BEFORE.get(self.deed, BEFORE["right"])(self)
        found = {}
        for name, g in gradients.items():
            average = self.average.get(name, 0.0)
            average = self.decay_rate * average + (1 - self.decay_rate) * (g * g)
            self.average[name] = average
            found[name] = weights[name] - self.learning_rate * g / (average**0.5 + self.epsilon)
        return AFTER.get(self.deed, dict)(found) if self.step == 3 else found
