"""The files of what fuzzing found: a golden that `check` replays, and a test for pytest."""

from __future__ import annotations

from collections.abc import Sequence

from harness.judging.verdict import Result
from harness.report.invocation import Invocation
from harness.report.printable import printable
from python_ref.golden import Golden


def file_names(made: Golden) -> tuple[str, str]:
    """The names of a golden's file and of its test."""
    name = made.scenario.name
    return f"{name}.json", f"test_{name.replace('-', '_')}.py"


def test(made: Golden, results: Sequence[Result], invocation: Invocation, why: str) -> str:
    """A test that fails as long as a target differs at a golden.

    Args:
        made: the golden, in a file beside the test.
        results: the targets.
        invocation: the `check` that replays it, which says what they claim to be.
        why: what was found, in a sentence.
    """
    claims = invocation.options.get("dialect", ())
    given = f", dialect={claims!r}" if claims else ""
    given += ", edge=True" if made.scenario.edge else ""
    file, module = file_names(made)
    targets = "\n".join(f"        {_target(result)!r}," for result in results)
    sentence = " ".join(printable(why).replace("\\", "\\\\").replace('"', "'").split())
    return f'''"""{sentence}.

`rmsproof fuzz` found it; what it fed is in {file}.
"""

from pathlib import Path

import pytest
import rmsproof

GOLDEN = Path(__file__).with_name({file!r})


@pytest.mark.parametrize(
    "target",
    [
{targets}
    ],
    ids=str,
)
def {module.removesuffix(".py")}(target):
    rmsproof.assert_conforms(target, golden=str(GOLDEN){given})
'''


def _target(result: Result) -> str | tuple[str, ...]:
    words = result.port.target or (result.port.name,)
    return tuple(words[1:]) if words[0] == "--" else words[0]
