"""Attacks on the verdict: what a wrong port writes, changes or claims never makes it a right one.

Every port here is wrong at every scenario. `diverges` or a fault is right, whatever else it does.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hostile.red_team import Attack, in_process, must_hold, over_the_wire
from support import collected, none_left, spread

from harness.judging.verdict import Result

_GARBLED = ("garbled", "crashes")
_NO_NUMBER = "not a number"
_BENT_NUMBER = """
class Bent(float):
    calls = 0
    def __float__(self):
        Bent.calls += 1
        return float.__float__(self) + Bent.calls
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return False
    __gt__ = __le__ = __ge__ = __lt__
    def __hash__(self): return 0
"""

IN_PROCESS = {
    "frames of a verdict into every descriptor": Attack(
        """
        import os, struct
        for body in (b'{"failure":{"kind":"exact"}}', b'\\x81\\xa7failure\\x81\\xa4kind\\xa5exact'):
            for head in (b"", struct.pack("<I", len(body)), struct.pack(">I", len(body))):
                for fd in range(3, 64):
                    try:
                        os.write(fd, head + body)
                    except OSError:
                        pass
        """,
        _GARBLED,
    ),
    "a table on its standard streams": Attack(
        """
        import os, sys
        text = "it.py  local  exact  equal to the last bit\\n1 port, all as expected: 1 exact\\n"
        for fd in (1, 2):
            os.write(fd, text.encode())
        print(text, file=sys.__stdout__, flush=True)
        """,
        at="start",
    ),
    "an end with exit code 0": Attack("import os; os._exit(0)", "crashes", "exit code 0"),
    "SystemExit(0)": Attack("raise SystemExit(0)", "crashes", "SystemExit: 0"),
    "KeyboardInterrupt": Attack("raise KeyboardInterrupt", "crashes", "KeyboardInterrupt"),
    "GeneratorExit": Attack("raise GeneratorExit", "crashes", "GeneratorExit"),
    "numbers that lie about themselves": Attack(
        "for r in weights.values(): r[:] = [Bent(x) for x in r]", top=_BENT_NUMBER
    ),
    "a map that lies about its length": Attack(
        "return Lying(weights)",
        top="class Lying(dict):\n    __len__ = lambda self: 0\n    __eq__ = lambda self, o: True",
    ),
    "json, struct and os.write replaced": Attack(
        top="""
        import json, os, struct
        json.dumps = lambda *a, **k: '{"verdict":"exact"}'
        struct.pack = lambda *a: b"none"
        os.write = lambda *a: 1
        """,
        alone=True,
    ),
    "numpy and builtins replaced": Attack(
        top="""
        import builtins
        import numpy as np
        for name in ("asarray", "array", "frombuffer", "ascontiguousarray", "zeros", "empty"):
            setattr(np, name, lambda *a, _old=getattr(np, name), **k: _old([0.0]))
        builtins.len = lambda x: 1
        builtins.isinstance = lambda a, b: True
        """,
        verdict=("garbled", "crashes", "diverges", "not-run", "does-not-compile"),
        alone=True,
    ),
    "rows of the worker changed by its frames": Attack(
        """
        import sys
        frame = sys._getframe()
        while frame:
            for name, value in frame.f_locals.items():
                if name in ("rows", "completed", "failure", "steps"):
                    try:
                        value.fill(0.0)
                    except Exception:
                        pass
            frame = frame.f_back
        """,
        alone=True,
    ),
    "its process's parents killed": Attack(
        """
        import os, signal
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in (os.getppid(), 1):
                try:
                    os.kill(pid, number)
                except OSError:
                    pass
        """,
        ("crashes", "diverges"),
        at_us=True,
    ),
    "the memory of the process above it": Attack(
        """
        import os
        for name in ("mem", "fd/1", "fd/2"):
            try:
                handle = os.open(f"/proc/{os.getppid()}/{name}", os.O_WRONLY)
                os.lseek(handle, 0x400000, 0)
                os.write(handle, b"exact")
            except OSError:
                pass
        """,
        at="start",
        at_us=True,
    ),
    "a tracer of all that is called": Attack(
        top="""
        import sys
        def tracer(frame, event, argument):
            if "harness" in frame.f_code.co_filename:
                raise RuntimeError("traced")
            return tracer
        sys.settrace(tracer)
        sys.setprofile(tracer)
        """,
        verdict=("crashes", "diverges"),
        alone=True,
    ),
    "its descriptors closed": Attack(
        "import os; os.closerange(0, 64)", ("crashes", "garbled"), "process|pipe"
    ),
}

for _what, _value, _top, _said in (
    ("complex numbers", "[complex(x, 1) for x in row]", "", _NO_NUMBER),
    ("numbers as text", "[str(x) for x in row]", "", _NO_NUMBER),
    ("numbers beyond all doubles", "[10**400] * len(row)", "", _NO_NUMBER),
    ("bytes", "b'x' * 8 * len(row)", "", _NO_NUMBER),
    ("a row without end", "E()", "__iter__ = lambda self: iter(int, 1)", _NO_NUMBER),
    ("a row of a length below zero", "E()", "__len__ = lambda self: -1", _NO_NUMBER),
    ("a row that ends the process", "E()", "__array__ = lambda *a, **k: exit(0)", "SystemExit"),
    ("numbers that end the process", "[E()] * len(row)", "__float__ = lambda self: exit(0)", ""),
):
    IN_PROCESS[f"{_what} for weights"] = Attack(
        f"for name, row in list(weights.items()): weights[name] = {_value}",
        _GARBLED,
        _said,
        top=f"from sys import exit\nclass E:\n    {_top or 'pass'}",
    )
IN_PROCESS |= {
    "a map that ends the process": Attack(
        "return E(weights)",
        top="""
        class E(dict):
            def items(self): raise SystemExit(0)
            keys = __iter__ = __contains__ = __getitem__ = lambda self, *a: self.items()
        """,
        verdict=("diverges", "crashes"),
    ),
    "a value that ends the process when it is looked at": Attack(
        "return E()",
        "crashes",
        "SystemExit",
        top="class E:\n    def __getattribute__(self, name): raise SystemExit(0)",
    ),
    "a list a hundred thousand deep": Attack(
        "deep = []\nfor _ in range(100_000): deep = [deep]\nreturn deep"
    ),
    "the worker's own maps emptied": Attack(
        """
        import gc
        for thing in gc.get_objects():
            if isinstance(thing, dict) and "failure" in thing:
                thing.clear()
        """
    ),
    "a copy of its process that answers, too": Attack("import os; os.fork()"),
    "standard streams that are none": Attack(
        "import sys; sys.stdout = sys.stderr = sys.exit = None", alone=True
    ),
    "what Python begins with deleted": Attack(
        top="import builtins\nfor n in ('len', 'isinstance', 'list', 'Exception', 'getattr'):\n"
        "    delattr(builtins, n)",
        verdict=("crashes", "garbled", "not-run"),
        alone=True,
    ),
    "every module gone": Attack(
        top="import sys\nfor n in set(sys.modules) - {'sys'}:\n    sys.modules[n] = None",
        verdict=("crashes", "garbled", "not-run"),
        alone=True,
    ),
}
OVER_THE_WIRE = {
    "a verdict for a reply": Attack(
        'reply = {"id": request["id"], "verdict": "exact", "compared": 50}', "garbled", "no field"
    ),
    "a verdict beside no steps": Attack(
        'reply.update(weights=[], failure={"kind": "exact"})', "garbled", "expected length"
    ),
    "a verdict in describe": Attack(
        'reply.update(verdict="exact", as_expected=True, unsupported=[])', at="start"
    ),
    "true for every weight": Attack(
        'for step in reply["weights"]: step.update({k: [True] * len(r) for k, r in step.items()})',
        "garbled",
        "found true or false",
    ),
    "NaN spelled nan": Attack(
        'for step in reply["weights"]: step.update({k: ["nan"] * len(r) for k, r in step.items()})',
        "garbled",
        "found text 'nan'",
    ),
    "the answer to the next question, too": Attack(
        'say(reply); reply = {"id": request["id"] + 1, "unsupported": "no"}',
        "garbled",
        "output (after|before)|the reply has id",
    ),
    "its answer twice": Attack("say(reply)", "garbled", "output (after|before)|the reply has id"),
    "weights twice in an object": Attack(
        "say(json.dumps(reply)[:-1] + ', \"weights\": []}\\n'); continue", "garbled", "twice"
    ),
    "an answer in a list": Attack("reply = [reply]", "garbled", "expected a JSON object"),
    "null": Attack("reply = None", "garbled", "expected a JSON object"),
    "an array that was never given": Attack(
        'for step in reply["weights"]: step["verdict"] = [1.0]', "garbled", "was never given"
    ),
    "a step more than were asked for": Attack(
        'reply["weights"] *= 2', "garbled", "expected length"
    ),
    "protocol true": Attack('reply["protocol"] = True', "garbled", "protocol 1", at="start"),
    "a precision a hundred thousand times": Attack(
        'reply["precision"] = ["float64"] * 1000', "garbled", "stands twice", at="start"
    ),
    "endless words for describe": Attack(
        'while True: say("x" * 65536)', "garbled", "a reply of more than", at="start"
    ),
    "an echo of something else": Attack(
        'reply["echo"] = request.get("echo", True) and [1, True, None] * 4 if "echo" in request'
        " else True",
        "garbled",
        "echo",
        at="start",
    ),
    "ten thousand objects in each other": Attack(
        """
        say('{"id":%d,"weights":' % request["id"] + '{"a":' * 10000 + "1" + "}" * 10001 + "\\n")
        continue
        """,
        "garbled",
    ),
    "an average that is none": Attack(
        'reply["moving_average"] = [{"x": [{}]}]', "garbled", "moving_average"
    ),
    "its standard output closed": Attack(
        "os.close(1); time.sleep(100)", "crashes", "closed its output", seconds=1.0
    ),
    "itself stopped": Attack(
        "import signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "times-out",
        "no answer",
        seconds=0.5,
    ),
}
ATTACKS = IN_PROCESS | OVER_THE_WIRE


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[dict[str, Result]]:
    """All of them judged."""
    local, wire = (
        {name: table[name] for name in table if name in collected(request)}
        for table in (IN_PROCESS, OVER_THE_WIRE)
    )
    with none_left():
        found = in_process(local, tmp_path_factory.mktemp("local"))
        yield found | over_the_wire(wire, tmp_path_factory.mktemp("wire"))


@pytest.mark.parametrize("name", spread(ATTACKS, 4))
def test_a_wrong_port_is_never_called_right(name: str, results: dict[str, Result]) -> None:
    must_hold(ATTACKS[name], results.get(name))
