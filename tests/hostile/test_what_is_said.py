"""What is refused is named: the field, what was found there, and what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hostile import corpus
from hostile.mutations import toml
from hostile.reading import READERS, around, outcome
from hostile.valid import GOLDEN, MANIFEST, OBSERVATION

from harness.model.errors import UsageError
from harness.model.fields import of_toml
from python_ref import files

_MENDS = "; `rmsproof golden regenerate` rewrites it"
_HYPER = GOLDEN["hyperparameters"]


def said(reader: str, content: str, folder: Path) -> str:
    """What a reader says of a file, without the file's name."""
    around(folder)
    read, name = READERS[reader]
    path = folder / name
    path.write_text(content, encoding="utf-8")
    kind, message = outcome(read, path)
    assert kind == "said", (kind, message)
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"weights": {"w": [0.5] * 1_001}},
            "weights: has 1 arrays and 1,001 elements in all; observe 1,000 at most; a dozen are"
            " enough",
        ),
        (
            {"weights": {f"w{i}": [] for i in range(1_001)}},
            "weights: has 1,001 arrays and 0 elements in all; observe 1,000 at most; a dozen are"
            " enough",
        ),
        (
            {"gradients": [{}] * 2_001, "observed": [{"w": [1.0, 1.0], "b": [1.0]}] * 2_001},
            "gradients: has 2,001 steps; observe the first 2,000 at most",
        ),
        (
            {
                "weights": {"w": [0.5] * 201},
                "gradients": [{}] * 100,
                "observed": [{"w": [0.5] * 201}] * 100,
            },
            "observed: 201 elements in 100 steps are more than 20,000 numbers; observe fewer"
            " elements, or the first steps",
        ),
        (
            {"weights": {"w" * 201: [0.5]}},
            f"weights: the name '{'w' * 59}...' has 201 characters; 200 are allowed",
        ),
        (
            {"precision": "float32", "epsilon": 1e39},
            "epsilon: 1e+39 is too large for float32",
        ),
        (
            {"precision": "float32", "options": {"clip": 1e39}},
            "options.clip: 1e+39 is too large for float32",
        ),
        (
            {"gradients": [{"w1": [1.0]}] * 2},
            "gradients[0].w1: is not among the weights; did you mean 'w'?",
        ),
        (
            {"gradients": [{"w\n\x1b[2J": [1.0]}] * 2},
            "gradients[0].w\\n\\x1b[2J: is not among the weights; the weights are 'w', 'b'",
        ),
        (
            {"dialect": "x" * 1_000},
            f"dialect: no dialect is called '{'x' * 59}...';"
            " `rmsproof dialects list` has them all",
        ),
        ({"learning_rate": True}, "learning_rate: expected a number, found True"),
        (
            {"epsilon": "NaN"},
            "epsilon: expected a finite number of at least 0, found 'NaN'",
        ),
        (
            {"options": {"momentun": 0.5}},
            "options: unknown key 'momentun'; did you mean 'momentum'?",
        ),
        ({"precision": "x\x1b[2J"}, "precision: expected one of float64, float32,"
         " float32_double, float32_wide, found 'x\\x1b[2J'"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, dict) else "",
)  # fmt: skip
def test_of_observations(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    assert said("observation", json.dumps({**OBSERVATION, **changes}), tmp_path) == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        *(
            (
                {"hyperparameters": {**_HYPER, name: value}},
                f"hyperparameters.{name}: expected a finite number of at least 0, found {value!r}",
            )
            for name in ("learning_rate", "decay_rate", "epsilon")
            for value in ("NaN", "Infinity", -1e-300)
        ),
        (
            {"hyperparameters": {**_HYPER, "options": {"momentun": 0.5}}},
            "hyperparameters.options: unknown key 'momentun'; did you mean 'momentum'?",
        ),
        ({"hyperparameters": {**_HYPER, "epsilom": 1}}, "hyperparameters: unknown key 'epsilom';"
         " did you mean 'epsilon'?"),
        ({"gradients": []}, "gradients: has no step"),
        ({"name": "a/../b"}, "name: expected DIALECT/PRECISION/SCENARIO, found 'a/../b'"),
        ({"dialect": {"direction": ["ascent"]}}, "dialect.direction: found ['ascent']; the values"
         " are descent, ascent"),
        ({"weights": {"w\n": ["x" * 999]}},
         f"weights.w\\n[0]: expected a number, found '{'x' * 59}...'"),
        ({"trajectory": [{"weights": {}, "moving_average": {}, "x": 1}]},
         "trajectory[0]: unknown key 'x'"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, dict) else "",
)  # fmt: skip
def test_of_goldens(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    assert said("golden", json.dumps({**GOLDEN, **changes}), tmp_path) == message + _MENDS


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source": "../x"}, "source: '../x' is outside the folder; put the file beside port.toml"),
        ({"source": "outside.py"},
         "source: 'outside.py' is outside the folder; put the file beside port.toml"),
        ({"source": "pipe.py"}, "source: there is no file 'pipe.py' beside it"),
        ({"source": "a\0b"}, "source: 'a\\x00b' is not a name; use visible characters"),
        ({"name": "a\x1b[2J"}, "name: 'a\\x1b[2J' is not a name; use visible characters"),
        ({"nmae": "a"}, "unknown field `nmae`; did you mean `name`?"),
        ({"bind": {"gradient": "g"}}, "bind.gradient: no such key; did you mean gradients?"),
        ({"claims": {"dialect": "x" * 999}},
         f"claims: dialect: no dialect is called '{'x' * 59}...';"
         " `rmsproof dialects list` has them all"),
    ],
)  # fmt: skip
def test_of_ports(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    assert said("port", toml({**MANIFEST, **changes}), tmp_path) == message


def test_a_key_twice_is_named_with_its_line(tmp_path: Path) -> None:
    message = said("port", 'name = "b"\n' + toml(MANIFEST), tmp_path)
    assert message.startswith("is not TOML: Cannot overwrite a value (at line 2, column ")
    assert message.endswith(""": '"name" = "mine"'""")


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("folder", "it is a folder; name a file"),
        ("pipe", "it is not a regular file; save it to one"),
        ("zeros", "it is not a regular file; save it to one"),
        ("nowhere", "No such file or directory"),
        ("dangling", "No such file or directory"),
        ("circle", "Too many levels of symbolic links"),
        ("x" * 300, "File name too long"),
        ("a\0b", "its name holds a NUL"),
    ],
)
def test_of_places(place: str, why: str, tmp_path: Path) -> None:
    assert list(corpus.strange_places(tmp_path))
    with pytest.raises(files.UnreadableError) as error:
        files.contents(tmp_path / place, 1_000, "")
    assert str(error.value) == f"{tmp_path / place}: cannot be read: {why}"


def test_a_file_has_its_limit_and_not_a_byte_more(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 2_048)
    assert files.contents(path, 2_048, "") == b"x" * 2_048
    with pytest.raises(files.UnreadableError, match=r": is larger than 1 KB; cut it$"):
        files.contents(path, 2_047, "cut it")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('{"a": 1, "b": 2, "a": 3}', "a key appears twice in one object: 'a'"),
        ('{"a": 1e400}', "1e400 is too large for a double"),
        ('{"a": ' + "9" * 400 + "}", "9" * 59 + "... is too large for a double"),
        ('{"a": "\\udfff"}', "holds '\\udfff', half of a surrogate pair, which is not text"),
        ('{"\\ud800": 1}', "holds '\\ud800', half of a surrogate pair, which is not text"),
        ('{"a": NaN}', "NaN must be the string 'NaN'"),
        ('{"a":' * 100_000, "is nested too deeply"),
    ],
)
def test_json_of_two_readings_is_refused(written: str, said: str) -> None:
    with pytest.raises(files.UnreadableError) as error:
        files.strict(written)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "written", ['"\\ud83d\\ude00"', '"\\\\ud800"', "1e308", "9" * 308, "1e-999", "-0.0", "[[[]]]"]
)
def test_json_of_one_reading_is_read(written: str) -> None:
    assert files.strict(written) == json.loads(written)


class _Inner(msgspec.Struct, forbid_unknown_fields=True):
    momentum: float = 0.0


class _Outer(msgspec.Struct, forbid_unknown_fields=True):
    options: _Inner | None = None
    rows: list[_Inner] = []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[option]", "unknown field `option`; did you mean `options`?"),
        ("[x]", "unknown field `x`; the fields are options, rows"),
        (
            "options.momentun = 1",
            "options: unknown field `momentun`; did you mean `momentum`?",
        ),
        (
            "rows = [{}, {momentim = 1}]",
            "rows[1]: unknown field `momentim`; did you mean `momentum`?",
        ),
        ("options.momentum = true", "options.momentum: Expected `float`, got `bool`"),
    ],
)
def test_a_misspelt_key_is_named_with_the_one_that_was_meant(
    written: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "file.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(UsageError) as error:
        of_toml(path, 1_000, "", _Outer)
    assert str(error.value) == f"{path}: {said}"
