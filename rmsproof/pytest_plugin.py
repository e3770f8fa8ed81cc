"""The pytest plugin: tests of `rmsproof.conformance`, and `pytest --rmsproof TARGET`.

Imports nothing but pytest, which is there, until something is to be judged. Where pytest-xdist
runs tests in several processes, the first to need a port judges it, and the others read what came
of it in a folder that they share.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rmsproof import __version__
from rmsproof.own import Own

if TYPE_CHECKING:
    from harness.commands.testing import Asked, Judgements

_SESSION = pytest.StashKey["Session"]()
_XDIST = "testrunuid"


class Session:
    """What the tests of one run of pytest share in this process.

    Args:
        identity: of a run of several processes; None for one.
    """

    def __init__(self, identity: "str | None") -> None:
        place = identity and Path(tempfile.gettempdir(), f"rmsproof-{os.getuid()}-{identity}")
        self.folder = place or None
        self._judgements: Judgements | None = None

    @property
    def judgements(self) -> "Judgements":
        """The ports that were judged."""
        from harness.commands.testing import Judgements

        if self._judgements is None:
            self._judgements = Judgements(__version__, self.folder)
        return self._judgements


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("rmsproof", "conformance of RMSProp implementations")
    group.addoption(
        "--rmsproof",
        metavar="TARGET",
        action="append",
        default=[],
        help="Add a test a golden for this port: a source file, module:Object, a folder with"
        " port.toml; may be repeated. `-m rmsproof` runs these alone.",
    )
    group.addoption(
        "--rmsproof-dialect",
        metavar="NAME",
        action="append",
        default=[],
        help="What it is meant to be: a library (keras-3) or axis=value; may be repeated.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark, and check what is asked for."""
    config.addinivalue_line("markers", "rmsproof: a port held against a golden by rmsproof")
    # In a process of xdist's, its controller has checked it.
    given: dict[str, Any] = getattr(config, "workerinput", {})
    config.stash[_SESSION] = Session(given.get(_XDIST))
    if config.getoption("--rmsproof-dialect") and not config.getoption("--rmsproof"):
        raise pytest.UsageError("--rmsproof-dialect says what a port is, which --rmsproof names")
    if config.getoption("--rmsproof") and not given:
        with Own():
            for asked in _asked_for(config):
                _checked(asked.check)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Note which folder the processes of xdist share."""
    node.config.stash[_SESSION] = Session(node.workerinput[_XDIST])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the processes shared."""
    session = config.stash.get(_SESSION, None)
    if session and session.folder and not hasattr(config, "workerinput"):
        shutil.rmtree(session.folder, ignore_errors=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of `rmsproof.conformance` one a golden."""
    conformance = getattr(metafunc.function, "rmsproof", None)
    if conformance is None or "rmsproof_golden" not in metafunc.fixturenames:
        return
    with Own():
        from harness.model.errors import UsageError

        try:
            asked: Asked = conformance.asked()
            goldens = asked.goldens()
        except UsageError as error:
            raise pytest.Collector.CollectError(str(error)) from None
    cases = [pytest.param((asked, g), id=g, marks=pytest.mark.rmsproof) for g in goldens]
    metafunc.parametrize("rmsproof_golden", cases, indirect=True)


@pytest.fixture
def rmsproof_golden(request: pytest.FixtureRequest) -> "Callable[[], None]":
    """What judges a port, unless it was, and fails where it does not conform at a golden."""
    asked, golden = request.param
    session, name = request.config.stash[_SESSION], request.node.nodeid

    def judged() -> None:
        _judged(session, asked, golden, name)

    return judged


class Port(pytest.Collector):
    """A port that `--rmsproof` names."""

    def __init__(self, *, asked: "Asked", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked = asked

    def collect(self) -> "Iterator[pytest.Item]":
        """Give a test a golden."""
        with Own():
            goldens = self.asked.goldens()
        for golden in goldens:
            yield Golden.from_parent(self, name=golden, asked=self.asked)


class Golden(pytest.Item):
    """A golden that a port is held against."""

    def __init__(self, *, asked: "Asked", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked = asked
        self.add_marker("rmsproof")

    def runtest(self) -> None:
        """Judge the port, unless it was, and fail where it does not conform."""
        _judged(self.config.stash[_SESSION], self.asked, self.name, self.nodeid)

    def reportinfo(self) -> "tuple[os.PathLike[str] | str, int | None, str]":
        """Where it stands: nowhere but in its name."""
        return self.path, None, self.nodeid


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> "Generator[None, pytest.CollectReport, pytest.CollectReport]":
    """Add the ports that `--rmsproof` names to what is collected."""
    report = yield
    if isinstance(collector, pytest.Session) and collector.config.getoption("--rmsproof"):
        with Own():
            asked = _asked_for(collector.config)
        report.result.extend(
            Port.from_parent(collector, name=str(a.target), nodeid=str(a.target), asked=a)
            for a in asked
        )
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Judge what `--rmsproof` names before any test: what cannot be bound ends the run."""
    config = session.config
    if config.option.collectonly or hasattr(config, "workerinput"):
        return
    if not config.getoption("--rmsproof"):
        return
    with Own():
        for asked in _asked_for(config):
            judged = config.stash[_SESSION].judgements.of(asked)
            if judged.row is None:
                raise pytest.UsageError(judged.error)


def _asked_for(config: pytest.Config) -> "list[Asked]":
    """What `--rmsproof` names."""
    from harness.commands.testing import Asked

    claims = tuple(config.getoption("--rmsproof-dialect"))
    return [Asked(target, claims) for target in config.getoption("--rmsproof")]


def _judged(session: Session, asked: "Asked", golden: str, name: str) -> None:
    with Own():
        case = session.judgements.at(asked, golden, name)
    if case.kind == "skipped":
        pytest.skip(case.message)
    if case.kind:
        pytest.fail(case.text, pytrace=False)


def _checked(check: "Callable[[], None]") -> None:
    from harness.model.errors import UsageError

    try:
        check()
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
