"""Ports judged in tests: `conformance` for a test a golden, `assert_conforms` within a test.

Nothing is imported and nothing judged until pytest collects, or the assertion runs: a port may
stand in the test module itself, which is then run again in the port's own process.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from harness.commands.testing import Asked


class Conformance:
    """What a test of `conformance` judges, and how."""

    def __init__(self, optimizer: "Any", options: "dict[str, Any]") -> None:
        self._optimizer, self._options = optimizer, options

    def asked(self) -> "Asked":
        """As the harness takes it. Raises UsageError: it has no name."""
        from harness.commands.testing import Asked

        return Asked.of(self._optimizer, **self._options)


def conformance(
    optimizer: "Any",
    *,
    dialect: "str | Sequence[str]" = (),
    golden: str = "*",
    edge: bool = False,
    timeout: float = 10.0,
) -> "Any":
    """Make a test that holds an optimizer against each golden.

        test_mine = rmsproof.conformance(RMSProp, dialect="keras-3")

    The optimizer is judged once, as by `rmsproof check`, in a process of its own.

    Args:
        optimizer: a class or a function at the top level of a module; or a target as
            `rmsproof check` takes it: a source file in any of its languages, "module:Object",
            the words of a command.
        dialect: what it claims to be: names of libraries, or axis=value.
        golden: only the goldens whose name matches the pattern.
        edge: let the edge goldens decide too.
        timeout: seconds for one scenario.

    Returns:
        A test function, parametrized when pytest collects it; it takes marks as any does.
    """
    options = {"dialect": dialect, "pattern": golden, "edge": edge, "timeout": timeout}

    def test(rmsproof_golden: "Any") -> None:
        rmsproof_golden()

    # Reports place a test where its function stands: that is the line that asked for it.
    caller = sys._getframe(1)
    test.__code__ = test.__code__.replace(
        co_filename=caller.f_code.co_filename, co_firstlineno=caller.f_lineno
    )
    test.__doc__ = f"{getattr(optimizer, '__qualname__', optimizer)} conforms at each golden."
    test.rmsproof = Conformance(optimizer, options)  # type: ignore[attr-defined]
    return staticmethod(test)


def assert_conforms(
    optimizer: "Any",
    *,
    dialect: "str | Sequence[str]" = (),
    golden: str = "*",
    edge: bool = False,
    timeout: float = 10.0,
) -> None:
    """Assert that an optimizer conforms; what differs is the message. Executes its code.

    Args:
        optimizer: as of `conformance`, and so the others.
        dialect: what it claims to be.
        golden: only these goldens.
        edge: let the edge goldens decide too.
        timeout: seconds for one scenario.

    Raises:
        AssertionError: it does not conform, or nothing could be compared; says why.
        UsageError: it cannot be bound; says what to do.
    """
    __tracebackhide__ = True
    from rmsproof import __version__
    from rmsproof.own import Own

    with Own():
        from harness.commands.testing import Asked, Judgements
        from harness.model.errors import UsageError

        asked = Asked.of(optimizer, dialect, pattern=golden, edge=edge, timeout=timeout)
        judged = Judgements(__version__).of(asked)
        case = judged.whole()
        if judged.row is None:
            raise UsageError(judged.error)
    if case.kind:
        raise AssertionError(case.text)
