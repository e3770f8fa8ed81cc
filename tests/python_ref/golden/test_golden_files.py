"""Goldens as files: made anew to the byte, written whole or not at all, put in order, certified."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support import tiny

from python_ref import golden as goldens_of
from python_ref.dialects.dialect import Dialect
from python_ref.golden import (
    DIRECTORY,
    Golden,
    GoldenError,
    bundled,
    dumps,
    make,
    reading,
    sums,
    write_beside,
    writing,
)
from python_ref.golden import golden as defining
from python_ref.rmsprop import RMSProp
from python_ref.scenarios.catalogue import scenarios
from python_ref.scenarios.scenario import PRECISIONS

QUICK = "page-one-step many-arrays empty-array nan-gradient infinite-gradient late-array".split()


def file(folder: Path, golden: Golden) -> Path:
    path = folder / f"{golden.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(golden), encoding="utf-8", newline="\n")
    return path


def named(name: str, **changes: object) -> Golden:
    return replace(make(tiny(), Dialect(), "float64", name), **changes)


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[Path, Golden]:
    """Three goldens that belong in a folder, which is empty."""
    wanted = {
        tmp_path / f"{name}.json": named(name)
        for name in ("reference/float64/a", "reference/float64/b", "formula/float32/a")
    }
    monkeypatch.setattr(reading, "DIRECTORY", tmp_path)
    monkeypatch.setattr(writing, "expected", lambda _=None: iter(wanted.items()))
    return wanted


# -- made -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("dialect", goldens_of.DIALECTS)
def test_made_anew_they_are_the_bundled_to_the_byte(dialect: str, precision: str) -> None:
    for scenario in scenarios(precision):
        if scenario.name in QUICK:
            golden = make(scenario, goldens_of.DIALECTS[dialect], precision)
            kept = DIRECTORY / dialect / precision / f"{scenario.name}.json"
            assert golden.name == f"{dialect}/{precision}/{scenario.name}"
            assert dumps(golden).encode() == kept.read_bytes()


def test_a_golden_is_named_after_its_dialect_unless_it_is_told() -> None:
    deviations = ["epsilon=none", "root=none"]
    assert make(tiny(), Dialect(deviations), "float32").name == (
        "epsilon=none,root=none/float32/tiny"
    )
    assert make(tiny(), Dialect(deviations), "float64", "x/y/z").name == "x/y/z"


def test_a_constant_of_a_dialects_own_makes_another_golden() -> None:
    """The definition is asked only where nothing deviates."""
    plain = make(tiny(), Dialect(), "float64")
    wide = make(tiny(), Dialect(["eps=ignored"], {"epsilon": 0.5}), "float64")
    assert plain.name == "reference/float64/tiny"
    assert wide.name == "eps=ignored/float64/tiny"
    by_hand = 0.5 - 0.001 * 0.1 / (np.sqrt((1 - 0.9) * (0.1 * 0.1)) + 0.5)
    assert wide.weights[0, 0] == by_hand != plain.weights[0, 0]


def test_the_reference_is_stepped_by_the_definition_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    class Doubled(RMSProp):
        def __init__(self, *rates: float) -> None:
            super().__init__(2 * rates[0], *rates[1:])

    plain = {precision: make(tiny(), Dialect(), precision).weights for precision in PRECISIONS}
    inside = make(tiny(), Dialect(["epsilon=inside"]), "float64").weights
    monkeypatch.setattr(defining, "RMSProp", Doubled)
    moved = [p for p in PRECISIONS if (make(tiny(), Dialect(), p).weights != plain[p]).any()]
    assert moved == ["float64", "float32"]
    assert (make(tiny(), Dialect(["epsilon=inside"]), "float64").weights == inside).all()


def test_every_dialect_in_every_precision_of_every_scenario_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed = [tiny(), replace(tiny(), name="other")]
    monkeypatch.setattr(
        writing, "scenarios", lambda precision: [s.in_precision(precision) for s in fed]
    )
    found = dict(goldens_of.expected(tmp_path))
    names = [
        f"{dialect}/{precision}/{scenario.name}"
        for dialect in ("reference", "formula")
        for precision in PRECISIONS
        for scenario in fed
    ]
    assert list(found) == [tmp_path / f"{name}.json" for name in names]
    assert [golden.name for golden in found.values()] == names
    assert found[tmp_path / "formula/float32/tiny.json"].dialect == Dialect(["epsilon=inside"])
    assert found[tmp_path / "reference/float64/tiny.json"].scenario.learning_rate == 0.001
    assert next(goldens_of.expected())[0] == DIRECTORY / "reference/float64/tiny.json"


def test_what_json_has_no_name_for_is_not_written() -> None:
    golden = named("reference/float64/tiny", scenario=replace(tiny(), epsilon=np.nan))
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps(golden)


# -- written --------------------------------------------------------------------------------------


def test_a_file_is_written_with_its_folders_and_readable_to_all(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.json"
    write_beside(path, "é\n")
    assert path.read_bytes() == b"\xc3\xa9\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    write_beside(path, "again\n")
    assert path.read_bytes() == b"again\n"
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.json"
    path.write_text("old")
    beside: list[Path] = []

    def refuse(self: Path, target: Path) -> None:
        beside.extend(sorted(tmp_path.iterdir()))
        raise OSError("no space")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="no space"):
        write_beside(path, "new")
    assert path.read_text() == "old"
    assert len(beside) == 2
    assert beside[0].name.startswith(".c.json.")
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(UnicodeEncodeError):
        write_beside(path, "\ud800")
    assert list(tmp_path.iterdir()) == [path]


def test_regenerating_writes_what_differs_and_names_it(
    three: dict[Path, Golden], tmp_path: Path
) -> None:
    first, second, third = three
    listed = reading.DIRECTORY / sums.NAME
    assert goldens_of.regenerate() == [first, second, third, listed]
    assert [path.read_bytes() for path in three] == [dumps(g).encode() for g in three.values()]
    assert listed.read_text() == sums.text(listed.parent)
    assert goldens_of.regenerate() == []
    second.write_bytes(second.read_bytes() + b"\n")
    orphans = [first.with_name("z.json"), first.with_name("y.json")]
    for orphan in orphans:
        orphan.write_text("{}")
    third.unlink()
    assert goldens_of.regenerate() == [second, third, *reversed(orphans)]
    assert goldens_of.paths() == sorted(three)
    assert goldens_of.paths(tmp_path / "another") == []
    listed.unlink()
    assert goldens_of.regenerate() == [listed]


def test_regenerating_another_folder_asks_that_it_is_one_of_goldens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    monkeypatch.setattr(writing, "expected", lambda _: iter(()))
    assert goldens_of.regenerate(other) == [other / sums.NAME]
    kept = file(other, named("reference/float64/kept"))
    assert goldens_of.regenerate(other) == [kept]
    file(other, named("reference/float64/kept"))
    (other / sums.NAME).unlink()
    with pytest.raises(GoldenError) as caught:
        goldens_of.regenerate(other)
    assert str(caught.value) == (
        f"{other}: holds files that are not known for goldens (SHA256SUMS is missing); name an"
        " empty folder, or one of goldens"
    )
    assert kept.is_file()


# -- read -----------------------------------------------------------------------------------------


def test_goldens_are_read_in_the_order_of_what_is_known_and_others_after(tmp_path: Path) -> None:
    names = [
        "reference/float64/page-one-step",
        "reference/float64/zero-gradients",
        "reference/float64/aaa",
        "reference/float32/page-one-step",
        "formula/float64/page-one-step",
        "formula/float64/bbb",
        "formula/float64/ccc",
        "epsilon=none/float64/page-one-step",
        "root=none/float64/page-one-step",
    ]
    for name in sorted(names):
        file(tmp_path, named(name))
    (tmp_path / "reference" / "float64" / "notes.txt").write_text("no golden")
    assert [golden.name for golden in bundled(tmp_path)] == names
    formula = bundled(tmp_path, lambda name: name.startswith("formula/"))
    assert [golden.name for golden in formula] == names[4:7]
    narrow = bundled(tmp_path, lambda name: "/float32/" in name)
    assert [golden.name for golden in narrow] == names[3:4]
    assert bundled(tmp_path, lambda name: name.startswith("formula/float32/")) == []


def test_verifying_goes_on_after_each_that_is_wrong(three: dict[Path, Golden]) -> None:
    first, second, third = three
    assert goldens_of.verify() == [f"{path}: is missing" for path in three]
    goldens_of.regenerate()
    assert goldens_of.verify() == []
    second.write_text("{", encoding="utf-8")
    third.write_bytes(third.read_bytes() + b"\n")
    orphans = [first.with_name(name) for name in ("y.json", "z.json")]
    for orphan in orphans:
        orphan.write_text("{}")
    first.unlink()
    missing, unreadable, different, *unknown = goldens_of.verify()
    assert missing == f"{first}: is missing"
    assert unreadable.startswith(f"{second}: is not complete JSON: ")
    assert different == f"{third}: differs from what the reference gives now"
    assert unknown == [f"{orphan}: belongs to no golden" for orphan in orphans]


def test_what_verifies_elsewhere_needs_no_list_of_hashes(three: dict[Path, Golden]) -> None:
    goldens_of.regenerate()
    (reading.DIRECTORY / sums.NAME).unlink()
    assert goldens_of.verify(reading.DIRECTORY) == []
    assert goldens_of.verify() == [f"{reading.DIRECTORY / sums.NAME}: is missing or incomplete"]


# -- certified ------------------------------------------------------------------------------------


def test_what_lies_outside_is_named_with_its_distance(tmp_path: Path) -> None:
    pytest.importorskip("flint")
    right = named("reference/float64/right")
    moved = np.array([[0, 0, 0], [0, 1.0, 0]])
    wrong = named("reference/float64/wrong", weights=right.weights + moved)
    edge = replace(wrong, name="reference/float64/edge", scenario=replace(tiny(), edge=True))
    last = named("reference/float64/zz")
    for golden in (right, wrong, edge, last):
        file(tmp_path, golden)
    count, problems = goldens_of.certified(tmp_path)
    assert count == 2
    assert [problem.partition(" from")[0] for problem in problems] == [
        f"reference/float64/wrong: step 2, w[1]: stored {float(right.weights[1, 1]) + 1!r} is 1"
    ]
    assert ", the bound is " in problems[0]


def test_a_golden_is_certified_as_what_it_says_it_is(tmp_path: Path) -> None:
    pytest.importorskip("flint")
    fed = tiny(epsilon=0.5).in_precision("float32")
    inside = Dialect(["epsilon=inside"])
    right = make(fed, inside, "float32", "formula/float32/right")
    double = make(fed, inside, "float64", "formula/float64/right")
    for golden in (right, double):
        file(tmp_path, golden)
    assert goldens_of.certified(tmp_path) == (2, [])
    file(tmp_path, replace(right, precision="float64", name="formula/float64/rounded"))
    file(tmp_path, replace(right, dialect=Dialect(), name="reference/float32/other"))
    count, problems = goldens_of.certified(tmp_path)
    assert count == 2
    assert {problem.partition(":")[0] for problem in problems} == {
        "formula/float64/rounded",
        "reference/float32/other",
    }
