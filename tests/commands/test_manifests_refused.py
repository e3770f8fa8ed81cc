"""A port.toml that is wrong is refused, by file and field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_sources import PYTHON, written

from harness.languages.registry import of_sources

MANIFEST = 'name = "mine"\nlanguage = "python"\nsource = "mine.py"\n'


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (
            MANIFEST + 'colour = "red"\n',
            "unknown field `colour`; the fields are name, language, source, object,"
            " command, build, adapter, classpath, repair, rung, claims, expectation, give, bind",
        ),
        (MANIFEST + "rung = true\n", "rung: Expected `int`, got `bool`"),
        (MANIFEST + "repair = 3\n", "repair: Expected `str`, got `int`"),
        (MANIFEST.replace('"mine"', "7"), "name: Expected `str`, got `int`"),
        (
            MANIFEST + "[expectation]\nverdict = 1\n",
            "expectation.verdict: Expected `str`, got `int`",
        ),
        (
            MANIFEST + '[expectation]\nverdict = "fine"\n',
            "expectation.verdict: 'fine' is not one of does-not-compile, times-out, crashes,"
            " garbled, diverges, conforms, exact, no-update, unsupported, not-run",
        ),
        (
            MANIFEST + '[expectation]\nverdict = "exact"\nword = "exact"\n',
            "expectation: unknown field `word`; the fields are verdict, deviations",
        ),
        (
            MANIFEST + '[expectation]\nverdict = "diverges"\ndeviations = ["epsilon"]\n',
            "expectation.deviations: 'epsilon' is not of the form axis=value,"
            " such as epsilon=inside",
        ),
        (
            MANIFEST + '[claims]\ndeviations = ["direction=up"]\n',
            "claims: dialect: direction has no value 'up'; its values are descent, ascent",
        ),
        (
            MANIFEST + '[bind]\nrate = "lr"\n',
            "bind.rate: no such key; the keys are class, method, function, learning_rate,"
            " decay_rate, epsilon, momentum, weight_decay, clip, mean_decay, decay, factor,"
            " every, total, gradients, weights, state, biases, bias_gradients, size, rows,"
            " columns, index, start, length, iteration, parameters, name, source, silent",
        ),
        (
            MANIFEST + '[claims]\ndialects = ["formula"]\n',
            "claims: unknown field `dialects`; did you mean `dialect`?",
        ),
        (MANIFEST + "[bind]\nclass = 1\n", "bind[...]: Expected `str`, got `int`"),
        (
            MANIFEST.replace('"python"', '"cobol"'),
            f"language: 'cobol' is not one of {', '.join(of_sources())};"
            " give a command for any other",
        ),
        (
            MANIFEST.replace("mine.py", "yours.py"),
            "source: there is no file 'yours.py' beside it",
        ),
        (
            MANIFEST.replace("mine.py", "../mine.py"),
            "source: '../mine.py' is outside the folder; put the file beside port.toml",
        ),
        (
            MANIFEST + 'object = "mine:RMSProp"\n',
            "give exactly one of source, object and command",
        ),
        (
            'name = "mine"\nlanguage = "python"\n',
            "give exactly one of source, object and command",
        ),
        ("name = ", "is not TOML: Invalid value (at end of document)"),
        ('name = "\xff"'.encode("latin-1"), "is not UTF-8 (byte 8)"),
    ],
)
def test_a_manifest_is_refused_by_file_and_field(
    refused: Callable[..., str], tmp_path: Path, manifest: str | bytes, message: str
) -> None:
    folder = tmp_path / "port"
    folder.mkdir()
    written(tmp_path, mine_py=PYTHON)
    written(folder, mine_py=PYTHON)
    raw = manifest if isinstance(manifest, bytes) else manifest.encode()
    (folder / "port.toml").write_bytes(raw)
    err = refused("check", "port")
    assert err == f"rmsproof: port/port.toml: {message}\n"
