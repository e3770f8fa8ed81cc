"""Nasty files, made when they are asked for: some cannot be kept in a repository, or need not.

A file is a name and its bytes; what is wrong with it stands in the name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from hostile.mutations import toml
from hostile.valid import GOLDEN, KNOWN, MANIFEST, NOTEBOOK, OBSERVATION

_ESCAPES = "\x1b]0;owned\x07\x1b[2J"


def _json(document: object, **changes: object) -> str:
    return json.dumps({**document, **changes} if isinstance(document, dict) else document)


def anything() -> Iterator[tuple[str, bytes]]:
    """What may be given to any reader."""
    yield "nothing", b""
    yield "a NUL", b"\0"
    yield "NULs", b"\0" * 100_000
    yield "every byte", bytes(range(256))
    yield "no UTF-8", b'{"format": "\xff\xfe"}'
    yield "a mark and nothing", b"\xef\xbb\xbf"
    yield "half a UTF-16 character", b"\xff\xfea"
    yield "UTF-32", '{"a": 1}'.encode("utf-32")
    yield "a PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    yield "terminal escapes", _ESCAPES.encode()
    yield "null", b"null"
    yield "a number", b"1e999999999"
    yield "brackets", b"[" * 100_000
    yield "braces", b'{"a":' * 100_000
    yield "tables", b"a=" + b"{a=" * 20_000
    yield "quotes", b'"' * 100_000
    yield "backslashes", b'"' + b"\\" * 100_001
    yield "one line", b"x" * 5_000_000
    yield "ends of lines", b"\r\n" * 50_000


def objects(document: dict[str, object]) -> Iterator[tuple[str, bytes]]:
    """A JSON object of some format, spoilt."""
    text = _json(document)
    for name, value in {
        "a number of thousands of digits": "9" * 5_000,
        "a number past double": "1e999999999",
        "a whole number past double": "9" * 400,
        "NaN bare": "NaN",
        "minus infinity bare": "-Infinity",
        "deep": "[" * 100_000 + "]" * 100_000,
        "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
        "thousands of keys": "{" + ",".join(f'"k{i}":[]' for i in range(20_000)) + "}",
        "many empty lists": "[" + "[]," * 50_000 + "[]]",
        "half a surrogate pair": '"\\ud800"',
        "a long text": json.dumps("x" * 1_000_000),
        "true": "true",
        "null": "null",
        "text": '"1.0"',
    }.items():
        for key in document:
            if key in ("weights", "learning_rate", "name", "dialect", "trajectory", "cells"):
                yield f"{key}: {name}", _json(document, **{key: "@"}).replace('"@"', value).encode()
    for key in document:
        yield f"{key} twice", f"{text[:-1]}, {json.dumps(key)}: 1}}".encode()
        yield f"{key} misspelt", text.replace(f'"{key}"', f'"{key[:-1]}"', 1).encode()
    yield "a mark before it", b"\xef\xbb\xbf" + text.encode()
    yield "UTF-16", text.encode("utf-16")
    yield "a NUL behind it", text.encode() + b"\0"
    yield "twice", text.encode() * 2
    yield "cut short", text.encode()[:-5]
    yield "line ends of Windows", json.dumps(document, indent=1).replace("\n", "\r\n").encode()


def observations() -> Iterator[tuple[str, bytes]]:
    """Observations that are none."""
    yield from objects(OBSERVATION)
    for name in ("", "__proto__", "../x", "a\nb", _ESCAPES, "\0", "x" * 100_000):
        arrays = {"weights": {name: [1.0]}, "gradients": [{name: [1.0]}]}
        yield (
            f"array {name[:9]!r}",
            _json(OBSERVATION, **arrays, observed=[{name: [0.5]}], name=name).encode(),
        )
    for key in ("learning_rate", "decay_rate", "epsilon", "rounding"):
        for value in (-1.0, 1e308, "NaN", "Infinity", True, None, [], "0.5"):
            yield f"{key} {value!r}", _json(OBSERVATION, **{key: value}).encode()
    narrow = {"precision": "float32", "learning_rate": 1e300}
    yield "more than float holds", _json(OBSERVATION, **narrow).encode()
    many = {"weights": {"w": [0.5] * 2_000}, "gradients": [{"w": [0.5] * 2_000}]}
    yield "many elements", _json(OBSERVATION, **many, observed=[{"w": [0.5] * 2_000}]).encode()
    steps = {"gradients": [{}] * 200_000, "observed": [None] * 200_000}
    yield "many steps, none seen", _json(OBSERVATION, **steps).encode()
    steps["observed"] = [OBSERVATION["weights"], *steps["observed"][1:]]
    yield "many steps", _json(OBSERVATION, **steps).encode()
    yield "no steps", _json(OBSERVATION, gradients=[], observed=[]).encode()
    yield "ten megabytes", _json(OBSERVATION).encode() + b" " * (10 << 20)


def goldens() -> Iterator[tuple[str, bytes]]:
    """Goldens that are none."""
    yield from objects(GOLDEN)
    for name in ("../../x", "/etc/passwd", "a/b", "a/../b", "a//b", f"a/b/{_ESCAPES}"):
        yield f"name {name[:9]!r}", _json(GOLDEN, name=name).encode()
    nothing = [{}] * 100_000
    yield "many steps", _json(GOLDEN, gradients=nothing, trajectory=nothing).encode()
    yield (
        "many steps of long arrays",
        _json(
            GOLDEN,
            weights={"w": [0] * 10_000},
            gradients=nothing,
            trajectory=nothing,
            envelope=nothing,
        ).encode(),
    )
    yield "no steps", _json(GOLDEN, gradients=[], trajectory=[], envelope=[]).encode()
    yield "ten megabytes", _json(GOLDEN).encode() + b" " * (10 << 20)


def tables(document: dict[str, object], section: str) -> Iterator[tuple[str, bytes]]:
    """A TOML file of some format, spoilt; `section` opens a table of it."""
    text = toml(document)
    for name, line in {
        "unknown key": "nmae = 1",
        "number of thousands of digits": f"rung = {'9' * 5_000}",
        "number past double": "rung = 1e999999999",
        "day that never was": "rung = 2021-02-30",
        "half a surrogate pair": 'repair = "\\ud800"',
        "NUL": 'repair = "\\u0000"',
        "bare NUL": "\0",
        "key of thousands of parts": ".".join("a" * 30_000) + " = 1",
        "quoted key of thousands of parts": ".".join(['"a"'] * 15_000) + " = 1",
        "header of thousands of parts": f"[{'.'.join('a' * 30_000)}]",
        "deep lists": "x = " + "[" * 5_000 + "]" * 5_000,
        "deep tables": "x = " + "{a=" * 5_000 + "1" + "}" * 5_000,
        "open text": 'x = """' + '""\\' * 5_000,
    }.items():
        yield name, f"{line}\n{text}".encode()
    yield "twice", (text * 2).encode()
    yield "a table twice", f"{text}\n{section}\n{section}\n".encode()
    yield "a mark before it", b"\xef\xbb\xbf" + text.encode()
    yield "UTF-16", text.encode("utf-16")
    yield "line ends of Windows", text.replace("\n", "\r\n").encode()
    yield "ten thousand keys", (text + "".join(f"k{i} = 1\n" for i in range(10_000))).encode()
    yield "ten megabytes", (text + "#" * (10 << 20)).encode()


def manifests() -> Iterator[tuple[str, bytes]]:
    """Files port.toml that describe no port."""
    yield from tables(MANIFEST, "[bind]")
    for source in (
        "../../etc/passwd", "/etc/passwd", "..", ".", "", "\0", "a\0b", "x" * 300, "x/" * 3_000,
        "circle.py", "outside.py", "pipe.py", "folder", "~/mine.py", "$HOME/mine.py", _ESCAPES,
        "mine.py\n", "no\u200bwhere.py",
    ):  # fmt: skip
        yield f"source {source[:12]!r}", toml({**MANIFEST, "source": source}).encode()
    for changes in (
        {"source": None, "object": "os.system"},
        {"source": None, "object": "a:b:c"},
        {"source": None, "command": [""]},
        {"source": None, "command": ["a\0b"]},
        {"source": [], "command": []},
        {"name": _ESCAPES},
        {"name": ""},
        {"claims": {"dialect": "x" * 10_000}},
        {"bind": {_ESCAPES: "x"}},
        {"bind": {"gradient": "g"}},
    ):
        changed = {k: v for k, v in {**MANIFEST, **changes}.items() if v is not None}
        yield str(changes)[:40], toml(changed).encode()


def known() -> Iterator[tuple[str, bytes]]:
    """Files of known differences that say nothing."""
    yield from tables(KNOWN, "[[known]]")
    for line in ('verdict = "exact"', "golden = []", 'port = ["a"]', "deviations = [1]"):
        yield line, f"[[known]]\n{line}\n".encode()


def pages() -> Iterator[tuple[str, bytes]]:
    """Markdown as nobody writes it."""
    for name, text in {
        "quotes": ">" * 10_000,
        "quotes apart": "> " * 5_000 + "```",
        "brackets": "[" * 50_000,
        "items": "- " * 5_000 + "x",
        "items in turn": "* a\n + b\n  - c\n" * 1_000,
        "quotes in items": ("> - " * 10 + "a\n") * 400,
        "numbers": "".join(f"{i}. a\n" for i in range(5_000)),
        "ten thousand fences": "```python\nx = 1\n```\n" * 10_000,
        "ten thousand open fences": "```python\n" * 10_000,
        "fences of both kinds": "```\nx\n~~~~\n" * 3_000,
        "ticks": "`" * 200_000,
        "open comments": "<!--" * 50_000,
        "open tags": "<a " * 20_000,
        "open shortcodes": "{% highlight java %}\n" * 10_000,
        "definitions": "[a]: b 'x\n" * 5_000,
        "captions": ("Output: " * 500 + "\n\n```\nx\n```\n\n") * 10,
        "captions of blanks": ("a" + " " * 600 + "b\n\n") * 100,
        "captions of stars": ("a" + "* " * 300 + "b:\n\n") * 100,
        "captions of colons": ("a" + ": " * 300 + "b\n\n") * 100,
        "captions that go on": ("the output is " + "the following " * 9 + "!\n\n") * 100,
        "front matter": "---\n" + "a: b\n" * 10_000,
        "signatures": "```\n" + ("def f" + "(" * 390 + "\n") * 100 + "```\n",
        "types": "```\n" + ("object A extends B" + " " * 380 + "!\n") * 100 + "```\n",
        "assignments": "```\n" + ("w =" + " " * 390 + "!\n") * 100 + "```\n",
        "prompts": "```python\n" + ">>> x\n...\n" * 10_000 + "```\n",
        "a long line": "```\n" + "(" * 5_000_000 + "\n```\n",
        "escapes as a language": f"```{_ESCAPES}\nx\n```\n",
        "a million lines": "\n" * 1_000_000,
    }.items():
        yield name, text.encode()
    yield "bytes in a fence", b"```python\n\xff\xfe\x80\n```\n"
    yield "twenty megabytes", b"x" * (20 << 20)


def notebooks() -> Iterator[tuple[str, bytes]]:
    """Notebooks with anything anywhere."""
    yield from objects(NOTEBOOK)
    cell = json.dumps(NOTEBOOK["cells"][1])
    whole = json.dumps({**NOTEBOOK, "cells": ["@"]})
    for version in (0, 1, 2, 3, 4.0, 5, 10**30, "4", _ESCAPES, None, True):
        yield f"version {version!r}", _json(NOTEBOOK, nbformat=version).encode()
    for key in ("cell_type", "source", "outputs", "metadata"):
        for value in (
            None,
            1,
            True,
            {},
            [],
            [1],
            [None, "x"],
            "x",
            {"a": []},
            "\ud800",
            "\0",
            [[]],
        ):
            changed = {**NOTEBOOK["cells"][1], key: value}
            yield f"{key} {value!r}", _json(NOTEBOOK, cells=[changed]).encode()
    for outputs in (
        [None], [1], [{}], [{"output_type": "stream", "text": 1}], [[]],
        [{"output_type": "execute_result", "data": []}],
        [{"output_type": "execute_result", "data": {"text/plain": {"a": 1}}}],
        [{"output_type": ["stream"], "name": {}, "text": [None, "x"]}],
    ):  # fmt: skip
        changed = {**NOTEBOOK["cells"][1], "outputs": outputs}
        yield f"outputs {outputs!r}", _json(NOTEBOOK, cells=[changed]).encode()
    for metadata in (None, [], "x", {"kernelspec": []}, {"kernelspec": {"language": {}}}):
        yield f"metadata {metadata!r}", _json(NOTEBOOK, metadata=metadata).encode()
    yield "many cells", whole.replace('"@"', ",".join([cell] * 21_000)).encode()
    many = {**NOTEBOOK["cells"][1], "q": "@"}
    wide = json.dumps({**NOTEBOOK, "cells": [many]})
    yield "many numbers", wide.replace('"@"', "[" + "0," * 500_000 + "0]").encode()
    yield "many lists", wide.replace('"@"', "[" + "[]," * 200_000 + "0]").encode()
    yield "too many lists", wide.replace('"@"', "[" + "[]," * 1_100_000 + "0]").encode()
    yield "backslashes", wide.replace('"@"', '"' + "\\" * 20_000_000 + '"').encode()
    long = {**NOTEBOOK["cells"][0], "source": "- a\n" * 200_000}
    yield "a long cell", _json(NOTEBOOK, cells=[long]).encode()
    old = {"cell_type": "code", "input": "x", "language": "python", "outputs": []}
    yield (
        "an old one of many cells",
        _json({"nbformat": 3, "worksheets": [{"cells": [old] * 20_000}]}).encode(),
    )


def strange_places(folder: Path) -> Iterator[Path]:
    """Paths that lead to no regular file that may be read."""
    (folder / "folder").mkdir(exist_ok=True)
    yield folder / "folder"
    yield folder / "nowhere"
    yield folder / ("x" * 300)
    yield folder / "a\0b"
    (folder / "circle").symlink_to("circle")
    yield folder / "circle"
    (folder / "dangling").symlink_to("nowhere")
    yield folder / "dangling"
    (folder / "file").touch()
    yield folder / "file" / "below"
    os.mkfifo(folder / "pipe")
    yield folder / "pipe"
    (folder / "linked pipe").symlink_to("pipe")
    yield folder / "linked pipe"
    yield Path("/dev/zero")
    (folder / "zeros").symlink_to("/dev/zero")
    yield folder / "zeros"
    with (folder / "sparse").open("wb") as file:
        file.truncate(3 << 30)
    yield folder / "sparse"
    if os.geteuid() != 0:  # root reads everything
        (folder / "secret").touch(mode=0)
        yield folder / "secret"


CORPUS: dict[str, Callable[[], Iterator[tuple[str, bytes]]]] = {
    "observation": observations,
    "golden": goldens,
    "port": manifests,
    "known": known,
    "page": pages,
    "notebook": notebooks,
}
"""By reader, the files made for it; each reads `anything` besides."""
