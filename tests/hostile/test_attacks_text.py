"""Attacks by names and texts: exceptions that answer nothing, controls, marks, lines, length.

What is broken is the port's own crash; what it says is shown and not obeyed, in its own line.
"""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hostile.red_team import Attack, in_process, must_hold, over_the_wire
from rich.console import Console
from support import none_left

from harness.judging.run import Outcome
from harness.judging.verdict import Result
from harness.report import html, junit, terminal
from harness.report import json as report_json
from harness.report.results import PortResults

_FORGED = "1 port, all as expected: 1 exact"
_NASTY = f"\\u202e\\u2066 \\x1b[2J \\x9b \\x00 \\ud800\\n{_FORGED}\\r\\u2028 \\u200b"

# A class is not called by half a character, nor by a NUL.
_NAME = _NASTY.replace("\\ud800", "").replace("\\x00", "")


def _raises(members: str, base: str = "Exception", call: str = "Own()") -> Attack:
    lines = "\n".join(f"    {line}" for line in members.splitlines())
    return Attack(f"raise {call}", "crashes", "step 1: Own", f"class Own({base}):\n{lines}")


IN_PROCESS = {
    "__str__ raises": _raises("def __str__(self): raise RuntimeError('no text')"),
    "__str__ ends the process": _raises("def __str__(self): raise SystemExit(0)"),
    "__str__ is no text": _raises("def __str__(self): return 7"),
    "__traceback__ raises": _raises("__traceback__ = property(lambda self: 1 / 0)"),
    "__traceback__ is none": _raises("__traceback__ = property(lambda self: 'exact')"),
    "__class__ lies": _raises("__class__ = property(lambda self: KeyError)"),
    "args raises": _raises("args = property(lambda self: 1 / 0)"),
    "text that is not as text is": Attack(
        "raise Own(Text('boo'))",
        "crashes",
        r"step 1: Own: boo",
        """
        class Text(str):
            def __str__(self): return self
            def fails(self, *a, **k): raise RuntimeError("no")
            __len__ = __iter__ = __getitem__ = __eq__ = __format__ = encode = split = fails
            splitlines = replace = strip = fails
            __hash__ = str.__hash__
        class Own(Exception):
            def __str__(self): return Text("boo")
        """,
    ),
    "a class whose own class ends the process": Attack(
        "raise Own()",
        "crashes",
        "step 1: Own|exit code 0",
        """
        class Meta(type):
            def __getattribute__(cls, name): raise SystemExit(0)
        class Own(Exception, metaclass=Meta): pass
        """,
    ),
    "a name of lines and marks": Attack(
        f"raise type('E{_NAME}', (Exception,), {{}})('x')", "crashes", "step 1: E"
    ),
    "a message of lines and marks": Attack(
        f"raise ValueError('{_NASTY}')", "crashes", "ValueError"
    ),
    "a message of twenty million letters": Attack(
        "raise ValueError('x' * 20_000_000)", "crashes", "ValueError: xxx"
    ),
    "causes in a circle": Attack(
        "a, b = ValueError('a'), ValueError('b'); a.__cause__, b.__cause__ = b, a; raise a",
        "crashes",
        "ValueError: a",
    ),
    "ten thousand causes": Attack(
        """
        error = None
        for i in range(10_000):
            before, error = error, ValueError(i)
            error.__cause__ = before
        raise error
        """,
        "crashes",
        "ValueError: 9999",
    ),
    "a syntax error of another file's": Attack(
        "raise SyntaxError('x', ('/etc/passwd', 10**30, -5, '\\ud800' * 9))",
        "crashes",
        "SyntaxError",
    ),
    "a file name that is no text": Attack(
        "exec(compile('raise ValueError(1)', 'x\\n\\x1b[2J\\ud800', 'exec'))",
        "crashes",
        "ValueError",
    ),
    "a source that never ends": Attack(
        "exec(compile('raise ValueError(1)', '/dev/zero', 'exec'))", "crashes", "ValueError"
    ),
    "a warning of half a character": Attack(
        "import warnings; warnings.simplefilter('error'); warnings.warn('\\ud800')",
        "crashes",
        "UserWarning",
    ),
    "a group of exceptions": Attack(
        "raise ExceptionGroup('\\n', [ValueError(1), TypeError(2)])", "crashes", "ExceptionGroup"
    ),
}
OVER_THE_WIRE = {
    "an error of lines and marks": Attack(
        f"reply = {{'id': request['id'], 'error': '{_NASTY}'}}", "crashes"
    ),
    "a refusal of lines and marks": Attack(
        f"reply = {{'id': request['id'], 'unsupported': '{_NASTY}'}}", "unsupported"
    ),
    "an error of a million letters": Attack(
        "reply = {'id': request['id'], 'error': 'x' * 60_000}", "crashes", "xxx"
    ),
    "a language of lines and marks": Attack(
        f"reply.update(language='{_NASTY}', name='{_NASTY}')", at="start"
    ),
    "an array of lines and marks": Attack(
        f"for step in reply['weights']: step['{_NASTY}'] = [1.0]", "garbled", "never given"
    ),
    "bytes that are no text": Attack(
        "os.write(1, b'{\"id\": \\xff\\xfe}\\n'); continue", "garbled", "not JSON"
    ),
    "last words of lines and marks": Attack(
        f"os.write(2, '{_NASTY}'.encode('utf-8', 'replace') * 9); os._exit(3)", "crashes", "code 3"
    ),
}
ATTACKS = IN_PROCESS | OVER_THE_WIRE


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Result]]:
    """All of them judged."""
    with none_left():
        found = in_process(IN_PROCESS, tmp_path_factory.mktemp("local"))
        yield found | over_the_wire(OVER_THE_WIRE, tmp_path_factory.mktemp("wire"))


def unseen(text: str) -> set[str]:
    """The characters that a terminal obeys, or that turn or hide what stands there."""
    return {
        c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    }


@pytest.mark.parametrize("name", ATTACKS)
def test_what_a_port_says_is_shown_and_not_obeyed(name: str, results: dict[str, Result]) -> None:
    result = results[name]
    must_hold(ATTACKS[name], result)
    all_of_it = PortResults(Outcome((result,)), datetime.now(UTC), 0.1)
    stream = io.StringIO()
    terminal.show_ports(Console(file=stream, width=200), all_of_it)
    printed = stream.getvalue()
    assert unseen(printed) == set()
    assert not any(line.strip().startswith(_FORGED) for line in printed.splitlines())
    assert len(printed) < 5_000
    assert unseen(html.ports(all_of_it)) == set()
    assert unseen(junit.ports(all_of_it)) == set()
    json.dumps(report_json.of_ports(all_of_it), ensure_ascii=False).encode()
