"""Guests without their libraries: how each is installed, what runs it, what it is fed and said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from harness.judging import guests
from harness.judging.guests import Guest, Variant, Visit, fed, installed, recordings, visit
from harness.model.errors import ToolchainError, UsageError
from harness.model.messages import OBSERVATION
from harness.model.observation import Fault, Observation
from python_ref.dialects.dialect import Dialect

DEFAULT = Variant("default")
GUEST = Guest("mine", Path("mine"), "Mine", "1.5", "Python", True, (DEFAULT,))
REFERENCE = Dialect()


def folder(place: Path, *names: str) -> Path:
    for name in names:
        (place / name).mkdir()
        quick = "true" if name != "slow" else "false"
        (place / name / "guest.toml").write_text(
            f'library = "L"\nversion = "1"\nlanguage = "Go"\nquick = {quick}\n'
            'command = ["x", "y"]\n'
            'pip = ["a==1"]\nbuild = [["make", "all"], ["true"]]\nfixed = {epsilon = 0.5}\n'
            '[[variant]]\nname = "default"\n'
            '[[variant]]\nname = "other"\narguments = ["--b"]\nsettings = ["c=1"]\n'
        )
    return place


def test_guests_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    place = folder(tmp_path, "slow", "b", "a")
    assert [g.name for g in guests.guests(place)] == ["a", "b", "slow"]
    assert [g.name for g in guests.guests(place, quick=True)] == ["a", "b"]
    assert [g.name for g in guests.guests(place, ["slow", "a"])] == ["a", "slow"]
    assert guests.guests(place, ["slow"], quick=True) == []
    with pytest.raises(UsageError, match=r"no guest is called c; there are a, b, slow$"):
        guests.guests(place, ["a", "c"])


def test_a_guest_is_what_its_file_says(tmp_path: Path) -> None:
    (read,) = guests.guests(folder(tmp_path, "a"))
    variants = DEFAULT, Variant("other", settings=("c=1",), arguments=("--b",))
    build = ("make", "all"), ("true",)
    assert read == Guest(
        "a", tmp_path / "a", "L", "1", "Go", True, variants, "", ("x", "y"), ("a==1",),
        build=build, fixed={"epsilon": 0.5},
    )  # fmt: skip
    (tmp_path / "a" / "guest.toml").write_text('library = "L"\n[[variant]]\nname = "x"\n')
    with pytest.raises(UsageError, match=r"a/guest\.toml: cannot be read as a guest: .*missing"):
        guests.guests(tmp_path)


def test_recordings_are_those_of_its_version_with_its_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guests, "FOLDER", tmp_path)
    (tmp_path / "observations").mkdir()
    for name in "1.5-float64", "1.5-float32", "1.5-other-float64", "1.4-float64":
        (tmp_path / "observations" / f"mine-{name}.json").touch()
    names = [path.name for path in recordings(GUEST)]
    assert names == ["mine-1.5-float32.json", "mine-1.5-float64.json"]


# -- installing -----------------------------------------------------------------------------------


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[list[str], Path]]:
    """What was run to install guests into a cache of its own, and where."""
    ran: list[tuple[list[str], Path]] = []
    monkeypatch.setattr(guests, "_done", lambda words, place: ran.append((list(words), place)))

    @contextmanager
    def locked(_: str) -> Iterator[None]:
        yield

    cache = SimpleNamespace(root=lambda: tmp_path / "cache", locked=locked)
    monkeypatch.setattr(guests, "cache", cache)
    return ran


def test_an_environment_is_made_once_for_all_with_the_same_needs(
    done: list[tuple[list[str], Path]], tmp_path: Path
) -> None:
    mine = replace(GUEST, pip=("a==1", "b==2"), folder=tmp_path)
    place = installed(mine)
    assert place.parent == tmp_path / "cache" / "guests"
    assert len(place.name) == 24
    python = str(place / "bin" / "python")
    quiet = ["--quiet", "--disable-pip-version-check"]
    assert done == [
        ([sys.executable, "-m", "venv", str(place)], place),
        ([python, "-m", "pip", "install", *quiet, "a==1", "b==2"], place),
    ]
    assert installed(replace(mine, name="other", version="2")) == place
    assert len(done) == 2, "it is there"
    assert installed(replace(mine, pip=("a==1",))) != place
    # One that was not made whole is made again.
    (place / "whole").unlink()
    (place / "left").touch()
    assert installed(mine) == place
    assert not (place / "left").exists()


def test_an_adapter_is_copied_with_its_folder_and_built_there(
    done: list[tuple[list[str], Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {name: f"/bin/{name}" for name in ("make", "node", "npm")}
    monkeypatch.setattr(guests.shutil, "which", there.get)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "adapter.js").write_text("1")
    mine = replace(
        GUEST, folder=tmp_path / "src", command=("node", "adapter.js"), npm=("c@1",),
        build=(("make",), ("make", "all")), needs="make",
    )  # fmt: skip
    place = installed(mine)
    assert (place / "adapter.js").read_text() == "1"
    npm = ["npm", "install", "--silent", "--no-fund", "--no-audit", "c@1"]
    assert done == [(npm, place), (["make"], place), (["make", "all"], place)]
    (tmp_path / "src" / "adapter.js").write_text("2")
    assert installed(mine) != place
    # Whose sources are not copied may change.
    library = replace(mine, command=())
    before = installed(library)
    (tmp_path / "src" / "adapter.js").write_text("3")
    assert installed(library) == before
    assert not (before / "adapter.js").exists()


@pytest.mark.parametrize(
    ("changes", "there", "reason"),
    [
        ({"needs": "cargo"}, ["node", "npm"], "needs cargo, which is not installed"),
        ({"npm": ("c@1",)}, ["node"], "needs node and npm, which are not installed"),
        ({"npm": ("c@1",)}, ["npm"], "needs node and npm, which are not installed"),
    ],
)
def test_what_is_lacking_is_named(
    changes: dict[str, Any], there: list[str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guests.shutil, "which", lambda name: name if name in there else None)
    with pytest.raises(ToolchainError, match=f"^{reason}$"):
        installed(replace(GUEST, **changes))
    assert [v.reason for v in visit(replace(GUEST, **changes))] == [reason]


@pytest.mark.parametrize(
    ("code", "out", "err", "reason"),
    [
        (0, "", "", None),
        (1, "first\n", "why\n  not \n\n", "first"),
        (2, " \n", "why\n  not \n\n", "not"),
        (1, "", "", "no message"),
    ],
)
def test_the_last_line_says_why_it_cannot_be_installed(
    code: int, out: str, err: str, reason: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def run(words: list[str], **given: Any) -> Any:
        asked.append((words, given))
        return subprocess.CompletedProcess(words, code, out, err)

    monkeypatch.setattr(guests.subprocess, "run", run)
    words = ["/usr/bin/make", "all"]
    if reason is None:
        guests._done(words, Path("place"))
    else:
        with pytest.raises(ToolchainError, match=f"^cannot be installed: make: {reason}$"):
            guests._done(words, Path("place"))
    given = {"cwd": Path("place"), "capture_output": True, "text": True, "check": False}
    assert asked == [(words, {**given, "timeout": 900})]


def test_what_cannot_be_started_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any, **__: Any) -> Any:
        raise OSError("no such file")

    monkeypatch.setattr(guests.subprocess, "run", run)
    with pytest.raises(ToolchainError, match=r"^cannot be installed: make: no such file$"):
        guests._done(["make"], Path("place"))


# -- visiting -------------------------------------------------------------------------------------


class Reached:
    """A library that is reached without a process, and what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.described = SimpleNamespace(called=None, precisions=("float64", "float32"))
        self.fault: Fault | None = None
        self.closed: list[str] = []
        self.given: list[Any] = []
        self.ports: list[Any] = []
        self.identified: list[Any] = []
        shared = SimpleNamespace(close=lambda: self.closed.append("shared"))
        self.made = self
        monkeypatch.setattr(guests, "Shared", lambda environment: shared)
        monkeypatch.setattr(guests, "Toolchain", lambda: "toolchain")
        monkeypatch.setattr(guests, "reach", self.reach)
        monkeypatch.setattr(guests, "identify", lambda file: self.identified.append(file) or "it")

    def reach(self, port: Any, *given: Any, environment: Any) -> Reached:
        self.ports.append((port, *given, environment))
        return self

    def describe(self) -> Any:
        return self.described

    def run(self, scenario: Any, precision: str) -> Observation:
        self.given.append((scenario, precision))
        return Observation(np.full((2, 8), 0.5), fault=self.fault)

    def close(self) -> None:
        self.closed.append("transport")


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Reached:
    monkeypatch.setattr(guests, "installed", lambda _: Path("place"))
    return Reached(monkeypatch)


COMMAND = replace(GUEST, command=(sys.executable, "{env}/x", "y"), environment={"A": "1"})


def test_each_variant_is_observed_in_each_precision_and_identified(reached: Reached) -> None:
    other = Variant("other", arguments=("--b",), dialect=("momentum=nesterov",))
    found = list(visit(replace(COMMAND, variants=(DEFAULT, other), fixed={"epsilon": 0.25})))
    assert [(v.variant.name, v.precision, v.result, v.reason) for v in found] == [
        (name, precision, "it", "")
        for name in ("default", "other")
        for precision in ("float64", "float32")
    ]
    assert [v.observation for v in found] == reached.identified
    assert [f["name"] for f in reached.identified] == [
        "mine-1.5-float64", "mine-1.5-float32", "mine-1.5-other-float64", "mine-1.5-other-float32",
    ]  # fmt: skip
    assert reached.closed == ["transport", "shared"] * 2
    port, transport, toolchain, seconds, _, environment = reached.ports[1]
    assert port.command == (sys.executable, "place/x", "y", "--b")
    assert (transport, toolchain, seconds) == (port.transports[0], "toolchain", 60.0)
    assert environment == {"A": "1"}
    for (scenario, precision), file in zip(reached.given, reached.identified, strict=True):
        assert scenario.epsilon == 0.25
        rounded = np.float32 if precision == "float32" else np.float64
        every = np.concatenate([g for step in scenario.gradients for g in step.values()])
        assert np.array_equal(every, every.astype(rounded))
        assert ("momentum" in scenario.options) == (file["dialect"] == ["momentum=nesterov"])
        assert file["options"] == dict(scenario.options)
        assert (file["format"], file["epsilon"]) == (OBSERVATION, 0.25)
        assert file["precision"] == precision
        assert file["weights"] == {k: v.tolist() for k, v in scenario.weights.items()}
        assert file["gradients"][3] == {k: v.tolist() for k, v in scenario.gradients[3].items()}
        assert file["observed"] == [{"a": [0.5] * 5, "b": [0.5] * 3}] * 2


def test_what_a_call_says_it_is_goes_before_what_nobody_said(reached: Reached) -> None:
    centered = Dialect(["centered=yes"])
    reached.described.called = SimpleNamespace(claim=centered)
    list(visit(COMMAND))
    list(visit(replace(COMMAND, variants=(Variant("other", dialect=("epsilon=inside",)),))))
    reached.described.called = SimpleNamespace(claim=None)
    list(visit(COMMAND))
    assert [f["dialect"] for f in reached.identified[::2]] == [
        ["centered=yes"], ["epsilon=inside"], ["reference"]
    ]  # fmt: skip


def test_a_fault_is_the_reason_and_the_next_precision_is_asked_for(reached: Reached) -> None:
    reached.fault = Fault("crashes", "no float64")
    found = list(visit(COMMAND))
    assert found == [
        Visit(COMMAND, DEFAULT, precision, reason="no float64")
        for precision in ("float64", "float32")
    ]
    assert (reached.identified, reached.closed) == ([], ["transport", "shared"])


@pytest.mark.parametrize("error", [ToolchainError("no Java"), UsageError("no such target")])
def test_what_cannot_be_reached_says_why_and_leaves_nothing_open(
    error: Exception, reached: Reached, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(guests, "reach", fails)
    assert list(visit(COMMAND)) == [Visit(COMMAND, DEFAULT, reason=str(error))]
    assert reached.closed == ["shared"]


@pytest.mark.parametrize(
    ("code", "found"), [(0, "2.0"), (1, "python has no a; install it: pip install a[x]==1")]
)
def test_an_interpreter_that_has_it_already_says_which_version(
    code: int, found: str, reached: Reached, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def run(words: list[str], **given: Any) -> Any:
        asked.append((words, given))
        return subprocess.CompletedProcess(words, code, "2.0\n", "")

    monkeypatch.setattr(guests.subprocess, "run", run)
    mine = replace(GUEST, pip=("a[x]==1", "b==2"), target="math:sqrt")
    visits = list(visit(mine, Path("there/bin/python")))
    if code:
        assert [v.reason for v in visits] == [f"there/bin/{found}"]
    else:
        assert {v.guest.version for v in visits} == {found}
        assert reached.ports[0][0].python == Path("there/bin/python")
    ((words, given),) = asked
    assert words[:2] == ["there/bin/python", "-c"]
    assert words[2].endswith("m.version('a'))")
    assert given == {"capture_output": True, "text": True, "check": False}


def test_a_guest_without_packages_runs_where_it_was_installed(
    reached: Reached, tmp_path: Path
) -> None:
    (tmp_path / "y").touch()
    found = guests._port(replace(COMMAND, command=(*COMMAND.command, "z")), DEFAULT, tmp_path)
    assert found.command == (sys.executable, f"{tmp_path}/x", f"{tmp_path}/y", "z")
    plain = replace(GUEST, target="math:sqrt")
    assert guests._port(plain, DEFAULT, tmp_path).python is None
    packages = replace(plain, pip=("a==1",))
    variant = Variant("other", settings=("lr=1",), dialect=("epsilon=inside",))
    found = guests._port(packages, variant, tmp_path)
    assert found.python == tmp_path / "bin" / "python"
    assert found.wanted.settings == (("lr", 1),)
    assert found.claim == Dialect(["epsilon=inside"])


def test_of_a_guest_with_a_classpath_a_file_of_its_own_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []
    port = guests.own([sys.executable], ())
    monkeypatch.setattr(guests, "own", lambda *given, **by: asked.append((given, by)) or port)
    mine = replace(GUEST, target="Adapter.java", classpath=("g:a:1",))
    assert guests._port(mine, Variant("other", settings=("lr=1",)), Path("place")) == port
    by = {"settings": ("lr=1",), "classpath": ("g:a:1",)}
    assert asked == [((str(Path("mine", "Adapter.java")), ()), by)]


# -- what is fed ----------------------------------------------------------------------------------


def test_what_is_fed_goes_over_eight_decades_and_is_0_in_one_step() -> None:
    given = fed(REFERENCE, {})
    rows = np.array([[*step["a"], *step["b"]] for step in given.gradients])
    assert (given.name, rows.shape, given.lengths) == ("guest", (40, 8), (5, 3))
    assert np.flatnonzero(~rows.any(axis=1)).tolist() == [5]
    sizes = np.median(np.abs(rows), axis=0)
    assert np.log10(sizes[-1] / sizes[0]) == pytest.approx(8.0, abs=0.5)
    assert (np.diff(np.log10(sizes)) > 0.5).all()
    assert (given.learning_rate, given.decay_rate, given.epsilon) == (0.01, 0.9, 1e-5)
    assert given.options == {}
    # More go one way than the other.
    assert np.mean(np.delete(rows, 5, axis=0) > 0) == pytest.approx(0.6, abs=0.06)
    again = fed(REFERENCE, {"epsilon": 0.5})
    assert again.epsilon == 0.5
    assert np.array_equal(again.weights["a"], given.weights["a"])
