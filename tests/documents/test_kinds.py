"""Kinds of documents but Markdown and notebooks: their code is judged, at the file's lines."""

from __future__ import annotations

from html import escape

import pytest
from documents.conftest import IMPORT, RIGHT, Examine

CODE = f"{IMPORT}{RIGHT}".rstrip("\n")
SPANS = "\n".join(f"<span id='{i}'>{escape(s)}</span>" for i, s in enumerate(CODE.split("\n")))
# By file name: the document, and the line of the code's first one.
KINDS = {
    "page.adoc": (f"= Title\n\n== RMSProp\n\n[source,python]\n----\n{CODE}\n----\nMore.\n", 7),
    "callouts.adoc": (
        "[source,python]\n----\n" + CODE.replace("return params", "return params <1>") + "\n----\n",
        3,
    ),
    "page.org": (f"#+TITLE: x\n* RMSProp\n  #+BEGIN_SRC python :x y\n{CODE}\n  #+END_SRC\n", 4),
    "page.tex": (
        f"\\section{{x}}\n\\begin{{lstlisting}}[language=Python]\n{CODE}\n\\end{{lstlisting}}\n", 3,
    ),
    "labels.tex": (
        f"\\begin{{lstlisting}}[language=Python]\n(*@\\label{{a}}@*){CODE}\n\\end{{lstlisting}}", 2,
    ),
    "minted.tex": (f"\\begin{{minted}}[linenos]{{python}}\n{CODE}\n\\end{{minted}}\n", 2),
    "myst.md": (f"# x\n\n```{{code-cell}} ipython3\n:tags: [hide-input]\n\n{CODE}\n```\n", 4),
    "page.qmd": (f"# x\n\n```{{python}}\n#| echo: true\n{CODE}\n```\n", 4),
    "pasted.md": (f"```markdown\n# x\n\n```python\n{CODE}\n```\n\nMore.\n```\n", 5),
    "details.md": (
        "<details><summary>Answer</summary>\n\n<pre><code class='language-python'>"
        f"{escape(CODE)}</code></pre>\n</details>\n", 3,
    ),
    "page.Rmd": (f"# x\n\n```{{python rms, echo=TRUE}}\n{CODE}\n```\n", 4),
    "page.html": (f"<h1>x</h1>\n<pre><code class='language-python'>{escape(CODE)}</code></pre>", 2),
    "spaces.html": (f"<pre><code>{escape(CODE).replace(' ', '&nbsp;')}</code></pre>", 1),
    "quarto.html": (
        f"<p>x</p>\n<div class='x'><pre class='sourceCode python'><code>{SPANS}</code></pre>", 2,
    ),
    "source.html": (
        "<td class='linenos'><pre>1\n2</pre></td><td><pre><a class='viewcode-back' href='x'>[docs]"
        f"</a><button>Copy</button><span class='ln'>1</span>{escape(CODE)}</pre></td>", 2,
    ),
    "sphinx.htm": (f"<div class='highlight-python3'><div><pre>\n{SPANS}\n</pre></div></div>", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_code_is_found_where_a_kind_has_it(name: str, written: Examine) -> None:
    text, line = KINDS[name]
    (row,) = [row for row in written(text, name).rows if row.layers]
    assert row.published is not None
    assert (row.published.verdict.word, row.block.line) == ("exact", line)


def test_headings_and_formulas_of_a_page_are_read(written: Examine) -> None:
    page = "<h2>RMSProp</h2>\n<p>w = w - \\eta g / (\\sqrt{v} + \\epsilon)</p><script>x</script>"
    assert [formula.epsilon for formula in written(page, "page.html").formulas] == ["outside"]
