"""Hold any RMSProp against the Python reference: the same one or not, and what differs.

    import rmsproof

    for result in rmsproof.check("optim.py"):
        print(result.transport, result.verdict.word, result.deviations)

Everything is imported when it is first asked for; nothing but the interpreter's own frozen
modules is until the path is safe (see `rmsproof.own`), so that a `json.py` or a folder
`harness/` that lies where the user stands is never taken for the real one.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from typing import Any

    from harness.judging.recorder import Recorder
    from harness.judging.verdict import Result
    from harness.model.errors import UsageError
    from rmsproof.testing import assert_conforms, conformance

__all__ = [
    "Recorder",
    "UsageError",
    "__version__",
    "assert_conforms",
    "check",
    "conformance",
    "identify",
]
__version__ = "0.1.0"


def check(
    target: "str | os.PathLike[str] | Sequence[str]",
    *,
    dialect: "Sequence[str]" = (),
    class_name: "str | None" = None,
    transports: "Sequence[str]" = (),
    golden: str = "*",
    edge: bool = False,
    timeout: float = 10.0,
    large: bool = False,
) -> "tuple[Result, ...]":
    """Judge a port, as `rmsproof check` does. Executes its code, in a process of its own.

    Args:
        target: a source file, a folder with port.toml, "module:Object"; or the words of a
            command that speaks the wire protocol.
        dialect: what it claims to be: names of libraries, or axis=value.
        class_name: the class or function to bind, where several fit.
        transports: jpype, stdio or local; the usual one of its language if none.
        golden: only the goldens whose name matches the pattern.
        edge: let the edge goldens decide too.
        timeout: seconds for one scenario.
        large: also stream a million elements through a hundred steps.

    Returns:
        A result for each transport.

    Raises:
        UsageError: there is no such target, or it cannot be bound; says what to do.
    """
    from rmsproof.own import Own

    with Own():
        from harness.judging.options import Options
        from harness.judging.run import run
        from harness.model.errors import UsageError
        from harness.ports.targets import own

        options = Options(tuple(transports) or None, golden, edge, timeout, large)
        outcome = run([own(target, dialect, class_name)], options, every_transport=False)
    if outcome.incomplete:
        raise KeyboardInterrupt
    if outcome.errors:
        raise UsageError(outcome.errors[0])
    return outcome.results


def identify(observation: "str | os.PathLike[str] | Mapping[str, Any]") -> "Result":
    """Explain what an optimizer did, as `rmsproof identify` does.

    Args:
        observation: a file, or what such a file holds: a mapping with `format`, `precision`,
            `learning_rate`, `decay_rate`, `epsilon`, `weights`, `gradients` and `observed`.
            Arrays may be NumPy's, of one dimension. `Recorder.observation()` is
            such a mapping.

    Returns:
        Its verdict and diagnosis.

    Raises:
        UsageError: it cannot be read; names the field.
    """
    from rmsproof.own import Own

    with Own():
        from harness.judging.identify import identify as explain

        return explain(observation)


def main(arguments: "list[str] | None" = None) -> int:
    """Run the command line; return the exit code."""
    from rmsproof.own import Own

    with Own():
        try:
            from harness.commands.entry import main as run
        except KeyboardInterrupt:  # before anybody heard
            return 130
        return run(arguments, __version__)


def __getattr__(name: str) -> "Any":
    if name in ("Recorder", "UsageError"):
        from rmsproof.own import Own

        with Own():
            from harness.judging.recorder import Recorder
            from harness.model.errors import UsageError

            return UsageError if name == "UsageError" else Recorder
    if name in ("assert_conforms", "conformance"):
        from rmsproof import testing

        return getattr(testing, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
