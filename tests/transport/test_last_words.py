"""What a program says of its death, in its language's own way: its message, not its last line."""

from __future__ import annotations

import sys

import pytest
from support import none_left

from harness.model.observation import Unreachable
from harness.transport.last_words import last_words
from harness.transport.stdio import StdioTransport

GO = """\
starting
panic: runtime error: index out of range [3] with length 3

goroutine 1 [running]:
main.(*rmsprop).step(0xc000012120, {0xc0000160a0, 0x3, 0x3})
\t/srv/port/rmsprop.go:31 +0x1d
main.main()
\t/srv/port/main.go:12 +0x5a
exit status 2
"""

GO_OWN = """\
panic: weights of another length

goroutine 7 [running]:
runtime/panic.go:884
\t/usr/local/go/src/runtime/panic.go:884 +0x212
main.check(...)
\t/srv/port/check.go:8
main.main.func1()
\t/srv/port/main.go:21 +0x2a
created by main.main
\t/srv/port/main.go:19 +0x8f
"""

NODE = """\
/srv/port/rmsprop.js:14
    w[i] -= this.lr * g[i] / (Math.sqrt(this.v[name][i]) + this.eps);
                                                    ^

TypeError: Cannot read properties of undefined (reading '0')
    at RMSProp.step (/srv/port/rmsprop.js:14:53)
    at answer (file:///srv/port/main.mjs:9:7)
    at Interface.<anonymous> (node:readline:1162:14)
    at node:events:518:28

Node.js v20.11.1
"""

RUST = """\
thread 'main' panicked at src/main.rs:27:14:
index out of bounds: the len is 2 but the index is 2
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
"""

OLD_RUST = """\
thread 'main' panicked at 'attempt to divide by zero', src/step.rs:5:9
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
"""

PYTHON = """\
Traceback (most recent call last):
  File "/srv/port/main.py", line 40, in <module>
    serve()
  File "/srv/port/rmsprop.py", line 12, in step
    v = np.add(v, g)
  File "/usr/lib/python3.11/site-packages/numpy/core/x.py", line 900, in add
    raise ValueError(message)
ValueError: operands could not be broadcast together
"""

CHAINED = """\
Traceback (most recent call last):
  File "/srv/port/main.py", line 3, in load
    table[key]
    ~~~~~^^^^^
KeyError: 'w'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/port/main.py", line 5, in <module>
    raise port.errors.Missing("no such array") from None
port.errors.MissingException: no such array
"""

JAVA = """\
Exception in thread "main" java.lang.IllegalStateException: no average for w
\tat java.base/java.util.Objects.requireNonNull(Objects.java:259)
\tat port.RMSProp.step(RMSProp.java:33)
\tat port.Main.main(Main.java:11)
Caused by: java.lang.NullPointerException: v
\t... 2 more
"""

CLOJURE = """\
Execution error (ArithmeticException) at user/step (port.clj:7).
Divide by zero

Full report at:
/srv/clojure-123.edn
"""

SAID = {
    GO: "panic: runtime error: index out of range [3] with length 3 (rmsprop.go:31)",
    GO_OWN: "panic: weights of another length (check.go:8)",
    NODE: "TypeError: Cannot read properties of undefined (reading '0') (rmsprop.js:14)",
    RUST: "thread 'main' panicked at src/main.rs:27:14: index out of bounds: the len is 2 but the"
    " index is 2",
    OLD_RUST: "thread 'main' panicked at 'attempt to divide by zero', src/step.rs:5:9",
    PYTHON: "ValueError: operands could not be broadcast together (rmsprop.py:12)",
    CHAINED: "port.errors.MissingException: no such array (main.py:5)",
    JAVA: "java.lang.IllegalStateException: no average for w (RMSProp.java:33)",
    CLOJURE: "Execution error (ArithmeticException) at user/step (port.clj:7): Divide by zero",
    "port.rb:3:in `step': boom (RuntimeError)\n\tfrom port.rb:9:in `<main>'\n": (
        "port.rb:3:in `step': boom (RuntimeError)"
    ),
    "lua: port.lua:5: attempt to index a nil value\nstack traceback:\n\t[C]: in ?\n": (
        "lua: port.lua:5: attempt to index a nil value"
    ),
    "terminate called after throwing an instance of 'std::out_of_range'\n"
    "  what():  vector::_M_range_check\n": (
        "terminate called after throwing an instance of 'std::out_of_range':"
        " what():  vector::_M_range_check"
    ),
    "port: port.c:12: main: Assertion `n > 0' failed.\n": (
        "port: port.c:12: main: Assertion `n > 0' failed."
    ),
    "main/port.swift:12: Fatal error: Index out of range\n": (
        "main/port.swift:12: Fatal error: Index out of range"
    ),
    "PHP Fatal error:  Uncaught Exception: no in /u/port.php:3\n": (
        "PHP Fatal error:  Uncaught Exception: no in /u/port.php:3"
    ),
    "ERROR: LoadError: BoundsError: attempt to access 2-element Vector\nStacktrace:\n [1] f\n": (
        "ERROR: LoadError: BoundsError: attempt to access 2-element Vector"
    ),
    "Unhandled exception. System.DivideByZeroException: Attempted to divide by zero.\n"
    "   at RMSProp.Step() in /u/RMSProp.cs:line 14\n": (
        "System.DivideByZeroException: Attempted to divide by zero. (RMSProp.cs:line 14)"
    ),
    "step 1\nstep 2\n": "",
    "warning: an Error: of no importance\n": "",
    "": "",
}


@pytest.mark.parametrize("said", SAID, ids=lambda text: text.splitlines()[0][:30] if text else "")
def test_the_message_and_its_place_are_taken(said: str) -> None:
    assert last_words(said.splitlines()) == SAID[said]


def test_what_came_before_does_not_count() -> None:
    """A program may log errors and go on."""
    assert last_words((NODE + "recovered\n" + PYTHON).splitlines()) == SAID[PYTHON]
    assert last_words((PYTHON + "\n".join(["more"] * 50)).splitlines()) == SAID[PYTHON]


@pytest.mark.parametrize("text", [GO, NODE, RUST])
def test_a_command_that_dies_is_said_in_its_own_words(text: str) -> None:
    script = f"import sys; sys.stderr.write({text!r}); sys.exit(2)"
    transport = StdioTransport("port", [sys.executable, "-S", "-c", script], timeout=5)
    with none_left(), pytest.raises(Unreachable) as caught:
        transport.describe()
    assert str(caught.value).endswith(f"the process ended with exit code 2: {SAID[text]}")
