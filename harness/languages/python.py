"""Python: files, objects of modules, and blocks that run as scripts."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.languages import around, interpreter, python_project
from harness.languages.gradients import averaged_rows
from harness.languages.jvm.toolchain import Toolchain
from harness.languages.language import Language
from harness.languages.launch import Hosted, Implementation
from harness.languages.program import Piece, assembled, context, declared, parsed
from harness.languages.python_versions import is_python2, younger

if TYPE_CHECKING:
    from harness.languages.adapters import Sketch


class Python(Language):
    """Loaded by a worker of its own; nothing is compiled beforehand."""

    name = "python"
    endings = (".py",)
    transports = ("local",)
    fences = tuple("python python3 py py3 ipython ipython3 pycon code-cell".split())
    # Headers end in a colon, statements in nothing.
    clues = (
        (5, r"(?:>>> |In \[\d+\]: )"),
        (3, r"(?:async )?def \w+\(.*\)\s*(?:->\s*[^={]+)?:\s*(?:#.*|\.\.\.|pass|return .*)?$"),
        (1, r"(?:async )?def \w+\((?:[\w\s,=.*-]*,)?$"),
        (1, r"\)\s*+(?:->\s*+[^={]+)?:$"),
        (3, r"class \w+(?:\([\w\s.,=\[\]]*\))?:\s*(?:#.*)?$"),
        (2, r"(?:for|async for) \(?\w+(?:\s*,\s*\(?\w+\)*)*\)? in .+:\s*(?:#.*)?$"),
        (1.5, r"(?:if|elif|while|with)\b[^{]*[\w)\]\"']\s*:\s*(?:#.*)?$"),
        (1, r"(?:else|try|finally|except(?: [\w.,() ]+)?)\s*:\s*(?:#.*)?$"),
        (2.5, r"from [\w.]+ import [\w(*][\w\s,*()]*(?:#.*)?$"),
        (2, r"import [\w.]+(?: as \w+)?(?:, [\w.]+(?: as \w+)?)*\s*(?:#.*)?$"),
        (2, r"print\(.*\)\s*(?:#.*)?$"),
        (1.5, r"@\w[\w.]*(?:\(.*\))?$"),
        (1.5, r"self\.\w+(?:\[[^\]]+\])?\s*[-+*/]?=[^=].*[^;{]$"),
        (1.5, r"\w+(?:, \w+)* = .*(?:\blambda\b.*:| for \w+(?:, ?\w+)* in )"),
        (1, r"(?:return|yield|raise|assert|del|global)\b(?: [^;{]*)?$"),
        (1, r"\w[\w.]*(?:\[[^\]]+\])? [-+*/]= [^;{]*$"),
        (1, r"\w[\w.]*(?:\[[^\]]+\])?(?:, \w+)*\s*+=\s*+[^=;{]*\w\(.*[^;{]?$"),
        (1, r"\w[\w.]*(?:\[[^\]]+\])?\s*=[^=].*\w\)?\s?\*\*\s?[\d.(]"),
        (1, r"\"\"\".*$"),
        (0.5, r"\w[\w.]*(?:\[[^\]]+\])?\s*=\s*\w[\w.]*(?:\[[^\]]+\])? [-+*/] [^;{^]+$"),
    )
    scripted = True
    magics = True
    defines = r"\b(?:def|class|lambda)\b"
    repaired = True

    def launch(
        self,
        port: Implementation,
        transport: str,
        toolchain: Toolchain,
        together: Collection[Language],
    ) -> Hosted:
        """Its file, or the object of a module on the path."""
        if port.adapter:
            return Hosted(_adapted(port, port.adapter))
        settings = dict(port.wanted.settings)
        if port.reference:
            folder = port.folder.absolute()
            where = _interpreters(port, folder / "x")
            given = {"folder": str(folder), "settings": settings}
            return Hosted(loading(object=port.reference, **given, **where, **_projected(port)))
        source = port.source[0].absolute()
        given = {"named": port.wanted.class_name or "", "settings": settings}
        where = _interpreters(port, source)
        return Hosted(loading(source=str(source), spare=True, **given, **where, **_projected(port)))

    def names(self, text: str) -> list[str]:
        """The classes and functions of the top level that do something."""
        tree = parsed(text)
        return declared(tree) if tree else []

    def files(self, text: str, line: int, earlier: Sequence[Piece], cell: bool) -> list[str]:
        """The block, each statement that it needs of earlier ones at its own line."""
        return [assembled([*context(earlier, text), Piece(line, text)])]

    def file_name(self, stem: str, name: str) -> str:
        """The document's own name, which tracebacks show."""
        return name

    def passed_over(self, text: str, earlier: str) -> str:
        """A text of Python 2."""
        return "Python 2: not judged" if is_python2(text, earlier) else ""

    def beside(
        self, source: Path, called: Sequence[str]
    ) -> tuple[list[tuple[str, str]], list[str]]:
        """By the source's syntax; nothing where that cannot be read."""
        if (tree := _tree(source)) is None:
            return [], []
        steps = [(name, "") for name in around.siblings(tree, called)]
        return [*steps, *around.uncalled(tree, called)], around.others(tree, called)

    def excuse(self, port: Implementation, message: str) -> str:
        """A Python that is younger than the one that reads the source."""
        named = re.match(r"SyntaxError: .*\(line (\d+)\b", message)
        for source in port.source if named else ():
            lines = source.read_text(encoding="utf-8", errors="replace").splitlines()
            at = int(named[1]) if named else 0
            if 0 < at <= len(lines) and (since := younger(lines[at - 1])):
                return (
                    f"it is written for Python {since} or later (line {at});"
                    " choose one that is: --python PATH"
                )
        return ""

    def calls(self, source: Path, name: str) -> bool:
        """By the source's syntax."""
        tree = _tree(source)
        return tree is not None and around.says_and_calls(tree, name)

    def averaged_rows(self, source: Path) -> str:
        """By the source's syntax."""
        tree = _tree(source)
        return next(filter(None, map(averaged_rows, ast.walk(tree))), "") if tree else ""

    def imported_as(self, port: Implementation) -> str:
        """Its module, below the folder of its outermost package."""
        if port.reference:
            return port.reference.partition(":")[0]
        return module_of(port.source[0].absolute())

    def adapter_file(self, sketch: Sketch, source: Path) -> str:
        """Named for the source."""
        return f"{source.stem}_adapter{self.endings[0]}"

    def adapter(self, sketch: Sketch) -> Iterator[str]:
        """Others beside, in which objects stand in."""
        from harness.languages.adapters import python as adapters

        return adapters.write(sketch)


def _tree(source: Path) -> ast.Module | None:
    """The syntax of a source; None where it cannot be read."""
    try:
        return ast.parse(source.read_text(encoding="utf-8", errors="replace"))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def _adapted(port: Implementation, adapter: Path) -> dict[str, Any]:
    """The adapter is loaded, and finds what it calls as the port's own neighbours would."""
    project = _projected(port)
    folders = [*project.pop("folders", ()), str(port.folder.absolute())]
    if not port.reference:
        folders.insert(-1, str(root(port.source[0].absolute())))
    return loading(
        source=str(adapter.absolute()),
        folders=folders,
        afresh=[str(path.absolute()) for path in port.source],
        spare=True,
        **project,
        **_interpreters(port, (port.source or (port.folder / "x",))[0].absolute()),
    )


def root(source: Path) -> Path:
    """The folder from which a file is imported: that of the outermost package it lies in.

    It lies in as many as its relative imports climb, whether or not they say that they are some.
    """
    folder, above = source.parent, 0
    climbed = _climbed(source)
    while above < climbed or ((folder / "__init__.py").is_file() and folder.name.isidentifier()):
        folder, above = folder.parent, above + 1
    return folder


def _climbed(source: Path) -> int:
    """How many packages a source's relative imports climb; 0 for what cannot be read."""
    try:
        tree = ast.parse(source.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return 0
    levels = (n.level for n in ast.walk(tree) if isinstance(n, ast.ImportFrom))
    return min(max(levels, default=0), len(source.parents) - 1)


def module_of(source: Path) -> str:
    """The name by which a file is imported."""
    parts = source.relative_to(root(source)).with_suffix("").parts
    return ".".join(parts)


def _projected(port: Implementation) -> dict[str, Any]:
    """Where the project of a port has its modules, and what it declares."""
    if port.project is None:
        return {}
    project = python_project.of(port.project)
    folders = [str(root) for root in reversed(project.roots)]
    return {"folders": folders, "declared": project.declared}


def _interpreters(port: Implementation, source: Path) -> dict[str, Any]:
    """The Python to run in, if one was asked for; else those that may have what ours lacks."""
    if port.python is not None:
        return {"python": str(interpreter.given(port.python))}
    beside = [source] if port.project is None else [source, port.project.absolute() / "x"]
    pythons = (str(python) for each in beside for python in interpreter.others(each))
    return {"pythons": list(dict.fromkeys(pythons))}


def loading(**source: Any) -> dict[str, Any]:
    """What a worker's `load` is told of a `source` file, or an `object` and its `folder`."""
    return {"jvm": False, "language": "python", **source}
