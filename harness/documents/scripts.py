"""Scripts of a document run for what they print, and held to what the document shows."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.diagnose import Diagnosis, Explanation
from harness.documents import runner
from harness.documents.blocks import Block
from harness.documents.extract import magics, prompts
from harness.documents.printed import differs, numbers
from harness.documents.program import Piece, assembled, context, parsed
from harness.hypotheses import Deviations
from harness.judge import Result, settled, unreached
from harness.port import Port
from harness.transport.base import Fault
from harness.verdict import Verdict
from python_ref.axes import AXES
from python_ref.dialects import Dialect
from python_ref.libraries import find

CANDIDATES = 60
"""So many ways of a lost indentation are run to see which prints what is shown."""

PRINTED = "printed"
"""The transport of a result that rests on printed numbers."""

_SEARCH_SECONDS = 30.0


@dataclass(frozen=True)
class Script:
    """A program in two parts: what a block needs of earlier ones, and the block.

    Attributes:
        borrowed: what was taken from earlier blocks.
        own: the block's text at its line.
        name: how tracebacks call the document.
    """

    borrowed: tuple[Piece, ...]
    own: Piece
    name: str

    def uses(self, line: int, text: str) -> bool:
        """Whether something of the block at that line takes part."""
        end = line + text.count("\n")
        return any(line <= piece.line <= end for piece in self.borrowed)

    def programs(self) -> list[str]:
        """The two parts, each at the document's lines."""
        return [assembled(self.borrowed), assembled([self.own])]


@dataclass(frozen=True)
class Reproduced:
    """What came of running a block that shows an output.

    Attributes:
        agrees: it prints what is shown; None where it could not be run.
        sentence: that in words.
    """

    agrees: bool | None
    sentence: str


def script(earlier: Sequence[Piece], own: Piece, name: str) -> Script:
    """The program of a block behind those before it."""
    return Script(tuple(context(earlier, own.text)), own, name)


def reproduces(found: Script, block: Block, whole: Sequence[Piece], seconds: float) -> Reproduced:
    """Run a block and hold what it prints against what the document shows.

    Args:
        found: the block with the definitions it needs.
        block: the block.
        whole: the earlier blocks as they stand; where definitions alone do not give what is
            shown, it is printed by who ran them one after another.
        seconds: for each of them.
    """
    echo = "every" if prompts.NOTE in block.notes else ""
    ran = _last(runner.run(found.programs(), found.name, seconds, echo=echo))
    alone = held(ran, block)
    if alone.agrees or ran.missing:
        return alone
    session = [assembled([piece]) for piece in (*whole, found.own)]
    if whole:
        after = runner.run(session, found.name, seconds, echo=echo, go_on=True)
        if len(after) == len(session) and (came := held(after[-1], block)).agrees:
            return Reproduced(True, f"{came.sentence}, behind the blocks before it")
    if alone.agrees is False:
        again = _last(runner.run(found.programs(), found.name, seconds, echo=echo))
        if differs(ran.output, again.output) is not None:
            return _unsteady(block)
    return alone


def _last(ran: Sequence[runner.Ran]) -> runner.Ran:
    return ran[-1] if ran else runner.Ran("", Fault("crashes", "it was not begun"))


def _unsteady(block: Block) -> Reproduced:
    assert block.printed is not None
    said = f"the output at line {block.printed.line} was not checked: every run prints another"
    return Reproduced(None, said)


def held(ran: runner.Ran, block: Block) -> Reproduced:
    """Hold what a block printed against what the document shows."""
    assert block.printed is not None
    shown = f"the output at line {block.printed.line}"
    if ran.missing:
        return Reproduced(None, f"{shown} was not checked: {ran.missing} is not installed here")
    if ran.fault:
        said = ran.fault.message.partition("\n")[0]
        return Reproduced(None, f"{shown} was not checked: {said}")
    difference = differs(block.printed.text, ran.output)
    if difference is None:
        return Reproduced(True, f"prints {shown}, digit by digit")
    return Reproduced(False, f"does not print {shown}: {difference}")


def notebook(
    cells: Sequence[Block], texts: Mapping[int, str], name: str, seconds: float
) -> dict[int, Reproduced]:
    """Run a notebook's cells in order in one namespace; by index, what came of those shown."""
    programs = [assembled([Piece(cell.line, texts[cell.index])]) for cell in cells]

    def once() -> list[runner.Ran]:
        return runner.run(programs, name, seconds, go_on=True, echo="last")

    ran = once()
    found: dict[int, Reproduced] = {}
    again: list[runner.Ran] | None = None
    for at, cell in enumerate(cells):
        if cell.printed is None:
            continue
        if at >= len(ran):
            ended = cells[len(ran) - 1].line if ran else cell.line
            said = f"the output at line {cell.printed.line} was not checked: the cell at line"
            found[cell.index] = Reproduced(None, f"{said} {ended} ended the process")
            continue
        found[cell.index] = held(ran[at], cell)
        if found[cell.index].agrees is False and magics.NOTE in cell.notes:
            said = f"the output at line {cell.printed.line} was not checked: {magics.NOTE}"
            found[cell.index] = Reproduced(None, said)
        if found[cell.index].agrees is False:
            again = once() if again is None else again
            if at >= len(again) or differs(ran[at].output, again[at].output) is not None:
                found[cell.index] = _unsteady(cell)
    return found


def reproducing(
    candidates: Iterable[str], made: Callable[[str], Script | None], shown: Block
) -> str | None:
    """The first text with which a block prints what is shown; None if none does."""
    assert shown.printed is not None
    texts = list(candidates)
    found = [script for text in texts if (script := made(text)) is not None]
    if not found or len(found) < len(texts):
        return None  # the block does not take part in what is shown
    place = runner.which(
        [script.programs() for script in found],
        shown.printed.text,
        found[0].name,
        _SEARCH_SECONDS,
        _missing_libraries(found[0]),
    )
    return None if place is None else texts[place]


# -- scripts that use a library's optimizer ---------------------------------------------------


@dataclass(frozen=True)
class LibraryResult:
    """What became of a script that trains with a library's optimizer."""

    result: Result
    findings: tuple[str, ...]


def library_calls(text: str) -> bool:
    """Whether a text makes an RMSProp of a library that we can stand in for."""
    from harness.documents.stand_ins import KNOWN

    tree = parsed(text)
    if tree is None:
        return False
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = any(isinstance(f, ast.Attribute) and f.attr.lower() == "rmsprop" for f in calls)
    named = {f.id for f in calls if isinstance(f, ast.Name) and f.id.lower() == "rmsprop"}
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in KNOWN
        for alias in node.names
    }
    return bool(_roots(tree) & KNOWN.keys()) and (made or bool(named & imported))


def _roots(tree: ast.Module) -> set[str]:
    """The packages that a text imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def _libraries(found: Script) -> list[str]:
    from harness.documents.stand_ins import KNOWN

    roots = set()
    for piece in (*found.borrowed, found.own):
        tree = parsed(piece.text)
        roots |= _roots(tree) if tree else set()
    return sorted(roots & KNOWN.keys())


def _missing_libraries(found: Script) -> list[str]:
    return [name for name in _libraries(found) if not _installed(name)]


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def library_result(
    found: Script, block: Block, port: Port, claim: Dialect, seconds: float
) -> LibraryResult:
    """Judge a script that trains with a library's optimizer.

    Where the library is installed the script is run with it, and the dialect that was stepped
    in a stand-in is the explanation if both print the same numbers. Where it is not, there is
    no verdict; what the document shows is held against the dialect either way.
    """
    stood = _last(runner.run(found.programs(), found.name, seconds, stand_ins=_libraries(found)))
    findings = [_table(stood, block)] if block.printed is not None else []
    if missing := _missing_libraries(found):
        said = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed"
        return LibraryResult(_unjudged(port, said), tuple(findings))
    real = _last(runner.run(found.programs(), found.name, seconds))
    if real.fault:
        return LibraryResult(unreached(port, "local", real.fault), tuple(findings))
    if block.printed is not None:
        findings.append(held(real, block).sentence)
    if len(set(numbers(real.output))) < _TELLING:
        said = "it prints too few numbers to tell what its optimizer does"
        return LibraryResult(_unjudged(port, said), tuple(findings))
    if stood.fault or len(stood.stood_in) != 1 or differs(stood.output, real.output) is not None:
        said = "what it prints is not that of the dialect named for its library"
        return LibraryResult(_unjudged(port, said), tuple(findings))
    return LibraryResult(_explained(port, claim, find(stood.stood_in[0]).dialect), tuple(findings))


# So many different numbers, printed to several digits, no two dialects have in common.
_TELLING = 5


def _unjudged(port: Port, said: str) -> Result:
    return unreached(port, "local", Fault("not-run", said))


def _table(stood: runner.Ran, block: Block) -> str:
    assert block.printed is not None
    shown = f"the output at line {block.printed.line}"
    if stood.fault or not stood.stood_in:
        why = stood.fault.message.partition("\n")[0] if stood.fault else "no optimizer was stepped"
        return f"{shown} was not checked against a dialect: {why}"
    difference = differs(block.printed.text, stood.output)
    names = " and ".join(stood.stood_in)
    if difference is None:
        return f"{shown} is that of the dialect {names}, to every printed digit"
    return f"{shown} is not that of the dialect {names}: {difference}"


def _explained(port: Port, claim: Dialect, dialect: Dialect) -> Result:
    """The result of a port that prints what a dialect does."""
    chosen: Deviations = tuple(
        (axis, dialect.choice(axis)) for axis in AXES if dialect.choice(axis) != claim.choice(axis)
    )
    diagnosis = Diagnosis(Explanation(chosen)) if chosen else None
    word = "diverges" if chosen else "conforms"
    return settled(port, "python", PRINTED, Verdict(word, compared=1), diagnosis)


def syntax_fault(text: str, line: int) -> Fault:
    """Why a text is no Python, as the document counts its lines."""
    try:
        compile("\n" * (line - 1) + text, "block", "exec", dont_inherit=True)
    except SyntaxError as error:
        said = f"{type(error).__name__}: {error.msg} (line {error.lineno}, column {error.offset})"
        return Fault("does-not-compile", said)
    except (ValueError, RecursionError, MemoryError) as error:
        return Fault("does-not-compile", f"{type(error).__name__}: {error}")
    return Fault("does-not-compile", "")
