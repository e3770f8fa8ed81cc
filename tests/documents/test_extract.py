"""Documents come apart into blocks at the lines where they stand, whatever the document is."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import REPOSITORY, alike

from harness.documents.blocks import Block, Document, Printed
from harness.documents.extract import LARGEST, captions, read
from harness.documents.extract.fences import UNCLOSED, parts
from harness.documents.formulas import formulas
from harness.model.errors import UsageError

SAMPLES = Path(__file__).parent / "samples"
SHARED = REPOSITORY.parent / "shared/documents"


def languages(blocks: tuple[Block, ...]) -> list[str]:
    return [block.language for block in blocks]


# --- Markdown


def test_every_kind_of_block_is_found_at_its_line() -> None:
    path = SAMPLES / "varied.md"
    lines = path.read_text(encoding="utf-8").split("\n")
    blocks = read(path).blocks
    assert languages(blocks) == [
        "python", "text", "scala", "java", "clojure", "", "math", "python", "clojure",
    ]  # fmt: skip
    assert [block.index for block in blocks] == list(range(len(blocks)))
    for block in blocks:
        first = block.text.split("\n")[0]
        assert lines[block.line - 1].removesuffix(first).strip("> ") in {"", ">>>"}, block
    assert [block.guessed for block in blocks] == [False] * 4 + [True, True] + [False] * 3
    assert blocks[0].printed == Printed("1.5", lines.index("   1.5") + 1)
    assert blocks[-1].notes == (UNCLOSED,)


def test_formulas_of_a_varied_page_are_in_its_prose_and_commented_ones_are_not() -> None:
    found = formulas(read(SAMPLES / "varied.md").prose)
    assert [formula.epsilon for formula in found] == ["outside", "inside"]


@pytest.mark.parametrize("language", ["", "text", "pseudocode", "math"])
def test_a_fence_without_a_programs_language_may_be_a_formula(language: str) -> None:
    (prose, *_) = parts(f"```{language}\nw = w - lr * g / sqrt(v + eps)\n```\n").prose
    assert prose == (2, "w = w - lr * g / sqrt(v + eps)\n")


def test_a_fence_never_closed_is_noted_and_the_next_one_is_a_block_of_its_own() -> None:
    blocks = parts(
        "```java\nint a;\n\n## Next\n\n```python\nb = 1\n```\n\n    c = print(1)\n"
    ).blocks
    assert [(block.language, block.line, block.text) for block in blocks] == [
        ("java", 2, "int a;\n\n"),
        ("python", 7, "b = 1\n"),
        ("", 10, "c = print(1)\n"),
    ]
    assert [block.notes for block in blocks] == [(UNCLOSED,), (), ()]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("{{< highlight python >}}", "{{< /highlight >}}"),
        ('{{% highlight py "linenos=table" %}}', "{{% /highlight %}}"),
        ("{% highlight python linenos %}", "{% endhighlight %}"),
        ("{% codeblock a title lang:python %}", "{% endcodeblock %}"),
    ],
)
def test_highlight_shortcodes_are_fences(opening: str, closing: str) -> None:
    blocks = parts(f"Words\n{opening}\na = 1\n\n{closing}\n- {opening}\n  b").blocks
    assert [(block.language, block.line, block.text, block.notes) for block in blocks] == [
        ("python", 3, "a = 1\n\n", ()),
        ("python", 7, "b\n", (UNCLOSED,)),
    ]
    assert parts(f"````text\n{opening}\n````").blocks[0].language == "text"


@pytest.mark.parametrize(
    ("language", "prompt"),
    [("scala", "scala> "), ("java", "jshell> "), ("kotlin", ">>> "), ("clojure", "user=> ")],
)
def test_what_a_shell_shows_is_no_file(language: str, prompt: str) -> None:
    (block,) = parts(f"```{language}\n{prompt}1 + 1\n2\n```").blocks
    assert block.language == f"{language} session"


def test_code_in_brackets_is_a_fence_where_they_end() -> None:
    (block,) = parts('Words\n[code lang="python"]\na = 1\n[/code]\n[code]\nno end').blocks
    assert (block.language, block.line, block.text) == ("python", 3, "a = 1\n")


def test_a_fence_in_a_longer_fence_or_in_a_markdown_example_is_code() -> None:
    for text in ("````text\n```python\nx\n```\n````\n", "```markdown\n~~~python\nx\n~~~\n```\n"):
        assert len(parts(text).blocks) == 1
        assert parts(text).blocks[0].notes == ()


@pytest.mark.parametrize(
    "text",
    [
        "```python\n```",
        "```python\n\n```\n",
        "~~~\nx\n~~~~",
        "> ```\n> x\n> ```",
        "- ```\n  x\n  ```",
    ],
)
def test_a_closed_fence_is_not_noted(text: str) -> None:
    assert [block.notes for block in parts(text).blocks] == [()]


@pytest.mark.parametrize(
    "text", ["```python", "```python\n", "```\nx", "> ```\n> x\n\ny", "~~~\n```"]
)
def test_an_open_fence_is_noted(text: str) -> None:
    assert [block.notes for block in parts(text).blocks] == [(UNCLOSED,)]


def test_rules_at_the_top_are_front_matter_only_if_all_between_looks_like_it() -> None:
    page = "---\ntitle: x\n{}---\n\n```python\nx = 1\n```\n"
    assert len(parts(page.format("a:\n\n      b\n")).blocks) == 1
    # Prose stands between two rules here: what is indented is a block.
    assert len(parts(page.format("\nSome prose.\n\n      b\n\n")).blocks) == 2


CODE = "```python\nprint(1)\n```\n"
SHOWN = "```\n1\n```\n"


@pytest.mark.parametrize(
    "between",
    [
        "Output:",
        "**Output**",
        "### Outputs",
        "Result:",
        "This prints:",
        "Expected output",
        "Out[3]:",
        "`Out[3]:`",
        "Run it for ten steps. It prints the following:",
        "- Output:",
        "> The output of `main` is:",
        "You should see:",
        "Some words on the code.\n\nOutput\n------",
        "Output:\n\n<!-- checked -->",
        "<b>Output</b>",
    ],
)
def test_an_output_belongs_to_the_code_above(between: str) -> None:
    code, shown = parts(f"{CODE}\n{between}\n\n{SHOWN}").blocks
    line = 8 + between.count("\n")
    assert code.printed == Printed("1", line)
    assert (shown.language, shown.line, shown.guessed) == ("output", line, False)


@pytest.mark.parametrize(
    "between",
    [
        "",
        "Now the output is scaled by the rate.",
        "Output is what we look at next.",
        "Output:\n\nNow to something else.",
        "The results vary.",
    ],
)
def test_a_block_under_other_words_is_no_output(between: str) -> None:
    blocks = parts(f"{CODE}\n{between}\n\n{SHOWN}").blocks
    assert blocks[0].printed is None
    assert blocks[1].language == ""


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        (f"{CODE}\n```output\n1\n```\n", Printed("1", 6)),
        (f"{CODE}\nOutput:\n\n`[0 0]`\n", Printed("[0 0]", 7)),
        (f"{CODE}\nOutput: `[0 0]`\n", Printed("[0 0]", 5)),
        (f"{CODE}\nOutput:\n`[0 0]`\n", Printed("[0 0]", 6)),
        (f"{CODE}\nOutput: `[0 0]` as ever\n", None),
        (f"{CODE}\nResult:\n\n`print(w, b)`\n", None),
        (f"{CODE}\nResult:\n\n```\nimport math\n```\n", None),
        (f"{CODE}\nOutput:\n\n```console\n$ python a.py\n1\n```\n", Printed("1", 8)),
        (f"{CODE}\nOutput:\n\n```java\nint a;\n```\n", None),
        (f"{CODE}\nOutput:\n\n{SHOWN}\nOutput:\n\n```\n2\n```\n", Printed("1", 8)),
        ("```bash\npython a.py\n```\n\nOutput:\n\n```\n1\n```\n", None),
    ],
)
def test_what_is_taken_for_an_output(page: str, printed: Printed | None) -> None:
    assert parts(page).blocks[0].printed == printed


def test_a_caption_of_many_words_is_read_in_no_time() -> None:
    begin = time.perf_counter()
    assert captions.caption("output is of " * 10_000 + "!") is captions.Caption.NONE
    assert captions.caption("output of of of (of " * 7) is captions.Caption.SURE
    assert time.perf_counter() - begin < 5


def test_prompts_are_taken_away_and_lines_hold() -> None:
    block = parts("```\n>>> a = [1,\n...      2]\n>>> a\n[1, 2]\n\n>>> print(3)\n3\n```\n").blocks[
        0
    ]
    assert block.language == "python"
    assert block.text == "a = [1,\n     2]\na\n\n\nprint(3)\n\n"
    assert block.printed == Printed("[1, 2]\n3", 5)
    assert block.notes == ("prompts removed",)


def test_ipython_prompts_are_taken_away() -> None:
    session = (
        "In [1]: for i in range(2):\n   ...:     print(i)\n   ...:\n0\n1\nIn [2]: i\nOut[2]: 1\n"
    )
    block = parts(f"```ipython\n{session}```\n").blocks[0]
    assert block.text == "for i in range(2):\n    print(i)\n\n\n\ni\n\n"
    assert block.printed == Printed("0\n1\n1", 5)


def test_a_doctest_inside_code_stays() -> None:
    code = 'def f():\n    """Say one.\n\n    >>> f()\n    1\n    """\n'
    assert parts(f"```python\n{code}```").blocks[0].text == code


# --- files


def test_bytes_that_are_not_utf8_are_noted_on_their_block_alone(document: Any) -> None:
    found = document(b"```python\na = 1\n```\n\n```python\nb = 1\n# caf\xe9\n```\n")
    assert found.notes == ("is not UTF-8 throughout (line 7)",)
    assert [block.notes for block in found.blocks] == [
        (),
        ("holds bytes that are not UTF-8 (line 7)",),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-8"])
def test_byte_order_marks_are_understood(document: Any, encoding: str) -> None:
    found = document("```java\nint é;\r\n```\r\n".encode(encoding))
    assert [(block.line, block.text) for block in found.blocks] == [(2, "int é;\n")]
    assert found.notes == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\0\0", "holds a NUL byte (line 2)"),
        (b"\xff\xfea\0\0", "starts as UTF-16 but is not"),
        (b"a\n" * 100_001, "has more than 100,000 lines"),
    ],
)
def test_rejects_what_is_no_text(document: Any, content: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=r"page\.md: ") as error:
        document(content)
    assert words in str(error.value)


def test_rejects_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.md: does not exist; check the name"):
        read(tmp_path / "none.md")
    with pytest.raises(UsageError, match="is a folder; name the documents in it"):
        read(tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "a\0b")
    large = tmp_path / "large.md"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(UsageError, match="is larger than 16,384 KB; give the part with the code"):
        read(large)


def test_an_empty_document_has_no_blocks(document: Any) -> None:
    assert document("") == Document(document("").path, ())


@given(st.binary(max_size=400), st.sampled_from(["page.md", "page.ipynb"]))
@example(b"[" * 100_000, "page.ipynb")
@example(b'{"nbformat": 4, "cells": [{}]}', "page.ipynb")
@example(b"\xef\xbb\xbf```\n", "page.md")
def test_no_bytes_raise_anything_but_a_usage_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(content)
    with suppress(UsageError):
        read(path)


_LINE = st.sampled_from(
    ["```", "```python", "~~~", "~~~~ sc", "````", "> ```", "> x", "- ```", "  ```", "1. ```java",
     "   x = 1", "x = 1", "    y = 2", "", "# h", "Output:", "`1`", "\tz", "<!--", "-->", "---",
     "a: b", ">>> f()", "- a", "> - ~~~", ">", "$$", "é"]
)  # fmt: skip


@given(st.lists(_LINE, max_size=25), st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_block_begins_at_its_line_whatever_surrounds_it(lines: list[str], ending: str) -> None:
    found = parts(ending.join(lines))
    assert [block.line for block in found.blocks] == sorted(block.line for block in found.blocks)
    for block in found.blocks:
        first = block.text.split("\n")[0].strip()
        if block.line > len(lines):
            assert not block.text.strip()  # a fence opened on the last line
        elif first or block.text:
            assert lines[block.line - 1].expandtabs(4).strip().endswith(first)


@pytest.mark.parametrize(
    "page",
    alike(
        [
            "```\nx\n```\n" * 3_000,
            "> " * 50_000 + "```",
            "<!--" * 100_000,
            "{{< highlight a >}}\n" * 10_000,
            "```python\n" + "x = 1\n" * 150_000,
            "```a\n" * 10_000,
            "- " * 30_000 + "x",
            "a" * 1_000_000,
            "```\n" + "(" * 1_000_000 + "\n```",
            "`" * 500_000,
            "\n" * 100_000,
        ],
        suite=4,
    ),
    ids=lambda page: repr(page[:12]),
)
def test_hostile_pages_take_bounded_time(page: str) -> None:
    begin = time.perf_counter()
    found = parts(page)
    formulas(found.prose)
    assert time.perf_counter() - begin < 20


# --- three published documents


def shared(number: str) -> tuple[Document, list[str]]:
    found = sorted(SHARED.glob(f"{number}_*"))
    if not found:
        pytest.skip("the published documents are not beside this checkout (../shared/documents)")
    return read(found[0]), found[0].read_text(encoding="utf-8").split("\n")


def test_the_pattern_page() -> None:
    document, lines = shared("002")
    assert languages(document.blocks) == ["mermaid"] * 2 + ["python", "java", "scala", "clojure"]
    for block in document.blocks:
        assert lines[block.line - 1] == block.text.split("\n")[0]
        assert lines[block.line - 2].startswith("```")
    assert [formula.epsilon for formula in formulas(document.prose)] == ["inside"]


def test_the_question_and_answer() -> None:
    document, _ = shared("001")
    assert document.blocks == ()
    assert [formula.epsilon for formula in formulas(document.prose)] == ["inside"]


def test_the_tutorial() -> None:
    document, lines = shared("000")
    fences = [number for number, line in enumerate(lines, 1) if line.startswith("```")]
    assert [block.line - 1 for block in document.blocks] == fences[::2]
    outputs = [block for block in document.blocks if block.language == "output"]
    assert len(outputs) == 4
    assert {block.language for block in document.blocks} == {"python", "output"}
    printed = {block.printed for block in document.blocks if block.printed}
    assert {Printed(block.text.rstrip("\n"), block.line) for block in outputs} < printed
    assert len(printed) == 5  # one output is inline code


def test_fences_in_what_is_indented_are_fences() -> None:
    """As in the tabs and the notes of MkDocs."""
    page = (
        '=== "Python"\n\n    ```python\n    def f(x):\n        return x\n    ```\n\n'
        '=== "Java"\n\n    ```java\n    class A {}\n    ```\n\n    It is short.\n'
    )
    assert [(b.line, b.language, b.text) for b in parts(page).blocks] == [
        (4, "python", "def f(x):\n    return x\n"),
        (11, "java", "class A {}\n"),
    ]
