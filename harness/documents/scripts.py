"""Scripts of a document run for what they print, and held to what the document shows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from harness.documents import runner
from harness.documents.beside import Beside
from harness.documents.blocks import Block
from harness.documents.extract import magics, prompts
from harness.documents.lacking import lacking, undefined_name
from harness.documents.printed import differs, has_digits, nearly
from harness.judging.verdict import Result, conclude
from harness.languages.program import Piece, assembled, context, defined, needed, parsed
from harness.model.observation import Fault
from harness.ports.port import Port
from harness.transport.python.failures import installed_as

CANDIDATES = 60
"""So many ways of a lost indentation are run to see which prints what is shown."""

_SEARCH_SECONDS = 30.0
_AGAIN = "by their numbers the cells up to it ran in another order, or more than once"


@dataclass(frozen=True)
class Script:
    """A program in two parts: what a block needs of earlier ones, and the block.

    Attributes:
        borrowed: what was taken from earlier blocks.
        own: the block's text at its line.
        beside: what stands beside the document.
    """

    borrowed: tuple[Piece, ...]
    own: Piece
    beside: Beside

    def uses(self, line: int, text: str) -> bool:
        """Whether something of the block at that line takes part."""
        end = line + text.count("\n")
        return any(line <= piece.line <= end for piece in self.borrowed)

    def programs(self) -> list[str]:
        """The two parts, each at the document's lines."""
        return [assembled(self.borrowed), assembled([self.own])]

    def run(self, seconds: float, echo: str = "", elsewhere: bool = False) -> runner.Ran:
        """Run it, perhaps as another machine would; what came of the block."""
        programs = self.programs()
        ran = runner.run(programs, self.beside, seconds, echo=echo, elsewhere=elsewhere)
        return ran[-1] if ran else runner.Ran("", Fault("crashes", "it was never started"))


@dataclass(frozen=True)
class Reproduced:
    """What came of running a block that shows an output.

    Attributes:
        agrees: it prints what is shown; None where it could not be run.
        sentence: that in words.
    """

    agrees: bool | None
    sentence: str


def script(earlier: Sequence[Piece], own: Piece, beside: Beside) -> Script:
    """The program of a block behind those before it."""
    return Script(tuple(context(earlier, own.text)), own, beside)


def reproduces(script: Script, block: Block, whole: Sequence[Piece], seconds: float) -> Reproduced:
    """Run a block and hold what it prints against what the document shows.

    Args:
        script: the block with the definitions it needs.
        block: the block.
        whole: the earlier blocks as they stand; where definitions alone do not give what is
            shown, it is printed by who ran them one after another.
        seconds: for each of them.
    """
    echo = "every" if prompts.NOTE in block.notes else ""
    ran = script.run(seconds, echo)
    alone = reproduced(ran, block)
    if alone.agrees or ran.missing:
        return alone
    session = [assembled([piece]) for piece in (*whole, script.own)]
    if whole:
        after = runner.run(session, script.beside, seconds, echo=echo, go_on=True)
        if len(after) == len(session) and (came := reproduced(after[-1], block)).agrees:
            return Reproduced(True, f"{came.sentence}, after the blocks before it")
    return _steady(alone, ran, block, lambda: script.run(seconds, echo, elsewhere=True))


def _steady(
    came: Reproduced, ran: runner.Ran, block: Block, elsewhere: Callable[[], runner.Ran]
) -> Reproduced:
    """No page is wrong for what chance, or another machine's sums of products, print otherwise."""
    if came.agrees is not False or differs(ran.output, elsewhere().output) is None:
        return came
    assert block.printed is not None
    varies = "it prints something else in another run, or on another machine"
    return Reproduced(None, f"the output at line {block.printed.line} was not checked: {varies}")


def reproduced(ran: runner.Ran, block: Block) -> Reproduced:
    """Hold what a block printed against what the document shows."""
    assert block.printed is not None
    output = f"the output at line {block.printed.line}"
    if ran.missing:
        return Reproduced(None, f"{output} was not checked: {ran.missing} is not installed here")
    if ran.fault:
        reason = ran.fault.message.partition("\n")[0]
        return Reproduced(None, f"{output} was not checked: {reason}")
    difference = differs(block.printed.text, ran.output)
    if difference is None:
        digits = ", digit by digit" * has_digits(block.printed.text)
        return Reproduced(True, f"prints {output}{digits}")
    version = f" with NumPy {ran.numpy}" * bool(ran.numpy)
    if nearly(block.printed.text, ran.output):  # another machine's, or version's, rounding
        return Reproduced(None, f"prints {output}{version} but for the last digits: {difference}")
    return Reproduced(False, f"does not print {output}{version}: {difference}")


def notebook(
    cells: Sequence[Block], texts: Mapping[int, str], beside: Beside, seconds: float
) -> dict[int, Reproduced]:
    """Run a notebook's cells in order in one namespace; by index, what came of those shown."""
    programs = [assembled([Piece(cell.line, texts[cell.index])]) for cell in cells]

    def once(elsewhere: bool = False) -> list[runner.Ran]:
        return runner.run(programs, beside, seconds, go_on=True, echo="last", elsewhere=elsewhere)

    ran, doubtful = _with_reasons(once(), programs)
    outputs: dict[int, Reproduced] = {}

    again = cache(partial(once, elsewhere=True))

    def there(at: int) -> runner.Ran:
        return again()[at] if at < len(again()) else runner.Ran("")

    for at, cell in enumerate(cells):
        if cell.printed is None:
            continue
        if at >= len(ran):
            outputs[cell.index] = Reproduced(None, _not_reached(cell, cells, ran))
            continue
        outputs[cell.index] = reproduced(ran[at], cell)
        if outputs[cell.index].agrees is False and at in doubtful:
            outputs[cell.index] = reproduced(doubtful[at], cell)
        why = _AGAIN if cell.again else magics.NOTE * (magics.NOTE in cell.notes)
        if outputs[cell.index].agrees is False and why:
            message = f"the output at line {cell.printed.line} was not checked: {why}"
            outputs[cell.index] = Reproduced(None, message)
        outputs[cell.index] = _steady(outputs[cell.index], ran[at], cell, partial(there, at))
    return outputs


def _not_reached(cell: Block, cells: Sequence[Block], ran: Sequence[runner.Ran]) -> str:
    assert cell.printed is not None
    last = ran[-1].fault if ran else None
    ended = f"the cell at line {cells[len(ran) - 1].line if ran else cell.line}"
    late = last is not None and last.kind == "times-out"
    why = f"no time was left behind {ended}" if late else f"{ended} ended the process"
    return f"the output at line {cell.printed.line} was not checked: {why}"


def _with_reasons(
    ran: Sequence[runner.Ran], programs: Sequence[str]
) -> tuple[list[runner.Ran], dict[int, runner.Ran]]:
    """The cells' runs; what lacks a name of a cell that failed has failed for what that did.

    Args:
        ran: what came of each cell, in order.
        programs: the cells' texts.

    Returns:
        The runs; by place, the failure of which a cell that went well has a value, half made.
    """
    lost: dict[str, runner.Ran] = {}
    runs, doubtful = [], dict[int, runner.Ran]()
    for at, (run, text) in enumerate(zip(ran, programs, strict=False)):
        unknown = undefined_name(run.fault.message) if run.fault else None
        cause = (lost.get(unknown) or lost.get("*") or run) if unknown else run
        one = replace(run, fault=cause.fault, missing=cause.missing)
        runs.append(one)
        if (tree := parsed(text)) is None:
            continue
        names = defined(tree)
        asked = sorted({*needed(text), _DRAWN} & lost.keys())
        if one.fault:
            if "seed" in text:
                names |= {_DRAWN}
            # What everything of a module is, only that module knows.
            lost |= dict.fromkeys(names if one.missing else names - {"*"}, one)
        elif asked:
            doubtful[at] = lost[asked[0]]
            lost |= dict.fromkeys(names, lost[asked[0]])
        else:
            lost = {name: failed for name, failed in lost.items() if name not in names}
    return runs, doubtful


def reproducing(
    candidates: Iterable[str], made: Callable[[str], Script | None], block: Block
) -> str | None:
    """The first text with which a block prints what is shown; None if none does."""
    assert block.printed is not None
    texts = list(candidates)
    scripts = [script for text in texts if (script := made(text)) is not None]
    if not scripts or len(scripts) < len(texts):
        return None  # the block does not take part in what is shown
    place = runner.which(
        [script.programs() for script in scripts],
        block.printed.text,
        scripts[0].beside,
        _SEARCH_SECONDS,
    )
    return None if place is None else texts[place]


# -- scripts that use a library's optimizer ---------------------------------------------------

# What a cell that failed may not have begun: whatever is drawn at random.
_DRAWN = "random numbers"
_LIBRARIES = frozenset(
    "torch tensorflow keras tf_keras optax jax mlx paddle chainer mxnet mindspore timm".split()
)
"""The packages whose `RMSprop` is a library's own, not the page's."""
_CALLED = frozenset({"rmsprop", "rmspropoptimizer"})


def library_calls(text: str, earlier: Sequence[Piece]) -> bool:
    """Whether a text makes an RMSProp of a library that it, or an earlier block, imports."""
    if (tree := parsed(text)) is None or "rmsprop" not in text.lower():
        return False
    trees = [tree, *filter(None, (parsed(piece.text) for piece in context(earlier, text)))]
    imported = {name for each in trees for name in _library_names(each)}
    own = {name for each in trees for name in defined(each)} - imported
    made = [
        root
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (root := _made_by(node.func))
    ]
    return any(name in imported or ("*" in imported and name not in own) for name in made)


def _library_names(tree: ast.Module) -> Iterator[str]:
    """The names that a program imports from libraries; `*` for all that one has."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _root(alias.name) in _LIBRARIES:
                    yield alias.asname or _root(alias.name)
        elif isinstance(node, ast.ImportFrom) and _root(node.module or "") in _LIBRARIES:
            yield from (alias.asname or alias.name for alias in node.names)


def _made_by(function: ast.expr) -> str | None:
    """The name from which an RMSProp that is called is reached: `torch` of torch.optim.RMSprop."""
    name = function.attr if isinstance(function, ast.Attribute) else None
    inner = function
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    root = inner.id if isinstance(inner, ast.Name) else None
    return root if root and (name or root).lower() in _CALLED else None


def _root(module: str) -> str:
    return module.partition(".")[0]


def library_result(
    script: Script, block: Block, port: Port, seconds: float
) -> tuple[Result, tuple[str, ...]]:
    """Run a script that trains with a library's optimizer, where the library is installed.

    Returns:
        Its result, which is no verdict on code of the page, and what came of the output shown;
        a notebook's outputs are checked together.
    """
    ran = script.run(seconds)
    findings: tuple[str, ...] = ()
    if block.printed and not block.cell:
        came = _steady(
            reproduced(ran, block), ran, block, lambda: script.run(seconds, elsewhere=True)
        )
        findings = (came.sentence,)
    if ran.missing:
        name = _root(ran.missing)
        package = installed_as(name)
        what = f": pip install {package}" if package else "; install what has it"
        message = f"{name} is not installed{what} to run this block"
        return conclude(port, "local", fault=Fault("not-run", message)), findings
    message = "it uses a library's optimizer and defines none; the block was run as it is"
    fault = ran.fault or Fault("not-run", message)
    if lacked := lacking(fault.message):
        fault = Fault("not-run", lacked)
    elif undefined_name(fault.message):
        # Whoever shows how a library is called leaves model and data to the reader.
        fault = Fault("not-run", f"{message}: {fault.message}")
    return conclude(port, "local", fault=fault), findings


def syntax_fault(text: str, line: int) -> Fault:
    """Why a text is no Python, as the document counts its lines."""
    try:
        compile("\n" * (line - 1) + text, "block", "exec", dont_inherit=True)
    except SyntaxError as error:
        message = (
            f"{type(error).__name__}: {error.msg} (line {error.lineno}, column {error.offset})"
        )
        return Fault("does-not-compile", message)
    except (ValueError, RecursionError, MemoryError) as error:
        return Fault("does-not-compile", f"{type(error).__name__}: {error}")
    return Fault("does-not-compile", "")
