"""Ports judged in tests: `conformance` for a test a golden, `assert_conforms` within a test.

Nothing is imported and nothing judged until pytest collects, or the assertion runs: a port may
stand in the test module itself, which is then run again in the port's own process.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType
    from typing import Any

    from harness.commands.testing import Asked


# inspect.CO_OPTIMIZED: of the code of a function, not of a module or a class.
_OPTIMIZED = 1


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

    Raises:
        UsageError: a test is running, which pytest would not collect it from.
    """
    __tracebackhide__ = True
    # Reports place a test where its function stands: that is the line that asked for it.
    caller = sys._getframe(1)
    if _within_test(caller.f_code):
        raise _usage_error(
            "rmsproof.conformance makes a test, which nobody runs where it is called within one:"
            " call rmsproof.assert_conforms here, or assign the test at the top level of the"
            " module, as in test_mine = rmsproof.conformance(...)"
        )
    options = {"dialect": dialect, "pattern": golden, "edge": edge, "timeout": timeout}

    def test(rmsproof_golden: "Any") -> None:
        rmsproof_golden()

    test.__code__ = test.__code__.replace(
        co_filename=caller.f_code.co_filename, co_firstlineno=caller.f_lineno
    )
    test.__doc__ = f"{getattr(optimizer, '__qualname__', optimizer)} conforms at each golden."
    test.rmsproof = Conformance(optimizer, options)  # type: ignore[attr-defined]
    return staticmethod(test)


def _within_test(code: "CodeType") -> bool:
    """Whether a test runs, and a function calls: a module that it imports may make tests."""
    running = os.environ.get("PYTEST_CURRENT_TEST", "").endswith("(call)")
    return running and bool(code.co_flags & _OPTIMIZED)


def _usage_error(message: str) -> Exception:
    from rmsproof.own import Own

    with Own():
        from harness.model.errors import UsageError
    return UsageError(message)


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

        try:
            asked = Asked.of(optimizer, dialect, pattern=golden, edge=edge, timeout=timeout)
            judged = Judgements(__version__).of(asked)
            unusable = judged.error if judged.row is None else ""
        except UsageError as error:
            unusable = str(error)
    if unusable:
        # From here, or the failure would show our own lines.
        raise UsageError(unusable)
    case = judged.whole()
    if case.kind:
        raise AssertionError(case.text)
