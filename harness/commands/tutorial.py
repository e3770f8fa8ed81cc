"""`rmsproof tutorial`: the demonstrations run, their plots and an executed notebook written.

The notebook is made of `python_ref/tutorial/tutorial.md`: its Python fences become code cells,
what is between them text. It is executed here, by this very interpreter and with no
configuration of the user's, so that it opens with its numbers and figures. The kernel is a
process of its own, and it is gone when `write` returns or raises, whatever happened.

All files are written in a folder beside and moved into place when they are whole.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from harness.model.errors import ToolchainError, UsageError

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from matplotlib.figure import Figure
    from nbformat import NotebookNode

EXTRA = ("ipykernel", "matplotlib", "nbclient", "plotnine")
"""What the extra `tutorial` brings."""
# A kernel imports for some seconds; on a machine that is busy it may take much longer.
_START_SECONDS = 120
_LAST_WORDS = 2000
"""As much of a dead kernel's standard error is shown, in characters."""

Track = Callable[[str, int], Callable[[], None]]
"""(what, how many) to what is called after each."""


@dataclass(frozen=True)
class Written:
    """What the command did.

    Attributes:
        lines: what the demonstrations print, with a heading each.
        files: the plots and the notebook.
    """

    lines: tuple[str, ...]
    files: tuple[Path, ...]


def write(folder: Path, epochs: int | None = None) -> Written:
    """Run the demonstrations; write plots (PNG and SVG) and `tutorial.ipynb` into `folder`.

    Args:
        folder: made if it is not there; files of these names in it are replaced.
        epochs: of the training on diamonds; as many as the module says if None.

    Raises:
        UsageError: the extra is not installed, or the folder cannot be written to.
        ToolchainError: the notebook's kernel did not start or died.
    """
    if lacking := missing():
        raise UsageError(
            f"the tutorial needs {', '.join(lacking)}, not installed here:"
            ' pip install "rmsproof[tutorial]"'
        )
    from python_ref.tutorial.mini_batch import DataMissingError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".tutorial-") as beside:
            with _progress() as track:
                lines, figures = _demonstrations(epochs, track)
                _draw(figures, Path(beside), track)
                _notebook(Path(beside) / "tutorial.ipynb", epochs, track)
            moved = [path.replace(folder / path.name) for path in sorted(Path(beside).iterdir())]
    except DataMissingError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{error.filename or folder}: {error.strerror or error}") from error
    return Written(tuple(lines), tuple(moved))


def missing() -> list[str]:
    """Return which packages of the extra are not installed."""
    return [name for name in EXTRA if find_spec(name) is None]


@contextmanager
def _progress() -> Iterator[Track]:
    """Bars on standard error, one for everything that takes seconds; none without a terminal."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description:22}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:

        def track(what: str, total: int) -> Callable[[], None]:
            task = bars.add_task(what, total=total)
            return lambda: bars.advance(task)

        yield track


# -- demonstrations and plots ------------------------------------------------------------------


def _demonstrations(
    epochs: int | None, track: Track
) -> tuple[list[str], dict[str, Callable[[], Figure]]]:
    """Run all four; return what they print, and how each figure is drawn, by its file's name."""
    from python_ref.tutorial import comparison, figures, full_batch, mini_batch, x_over_log_x

    libraries = ("PyTorch", "Keras 3", "tf-keras legacy")
    done = track("x / log x", len(libraries))
    runs = []
    for library in libraries:
        runs.append(x_over_log_x.run(library))
        done()
    fit, longer = full_batch.run(), full_batch.run(iterations=8000)
    epochs = mini_batch.EPOCHS if epochs is None else epochs
    done = track("diamonds, epochs", epochs)
    training = mini_batch.run(mini_batch.load(), epochs, advance=done)
    done = track("SGD to Adam", 2 * len(comparison.METHODS))
    shrinking = comparison.run(comparison.SHRINKING, done)
    constant = comparison.run(comparison.CONSTANT, done)
    lines = [
        "x / log x from 364, learning rate 0.3",
        *_indented(x_over_log_x.lines(*runs)),
        "a line through six points",
        *_indented(fit.lines),
        "diamonds, 512 at a time",
        *_indented(training.lines),
        "four methods, each at its best learning rate",
        *_indented([*shrinking.lines, *constant.lines]),
    ]
    torch, keras, outside = runs
    return lines, {
        "1-x-over-log-x": lambda: figures.draw_x_over_log_x(torch, keras, outside),
        "2-full-batch": lambda: figures.draw_full_batch(fit, longer),
        "3-mini-batch": lambda: figures.draw_mini_batch(training),
        "4-comparison": lambda: figures.draw_comparison(shrinking, constant),
    }


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _draw(figures: Mapping[str, Callable[[], Figure]], folder: Path, track: Track) -> None:
    """Write each figure as PNG and SVG, without a date: the same bytes every time."""
    from python_ref.tutorial.figures import style

    done = track("plots", len(figures))
    for name, draw in figures.items():
        figure = draw()
        with style():
            figure.savefig(folder / f"{name}.png", dpi=150)
            figure.savefig(folder / f"{name}.svg", dpi=150, metadata={"Date": None})
        done()


# -- notebook ----------------------------------------------------------------------------------


def _notebook(path: Path, epochs: int | None, track: Track) -> None:
    """Write the notebook, executed."""
    import nbformat

    notebook = cells(text(epochs))
    execute(notebook, track("notebook, cells", len(notebook.cells)))
    nbformat.validate(notebook)
    written: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    path.write_text(written + "\n", encoding="utf-8", newline="\n")


def text(epochs: int | None = None) -> str:
    """The tutorial in Markdown, with so many epochs if it is said."""
    found = files("python_ref.tutorial").joinpath("tutorial.md").read_text(encoding="utf-8")
    return found if epochs is None else found.replace("mini_batch.EPOCHS", str(epochs))


def cells(markdown: str) -> NotebookNode:
    """Turn Markdown into a notebook: Python fences are code cells, what is between them text."""
    from markdown_it import MarkdownIt
    from nbformat import v4

    lines, start = markdown.splitlines(), 0
    found: list[tuple[Callable[..., Any], str]] = []
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.type == "fence" and token.info.strip() == "python" and token.map is not None:
            found.append((v4.new_markdown_cell, "\n".join(lines[start : token.map[0]])))
            found.append((v4.new_code_cell, token.content))
            start = token.map[1]
    found.append((v4.new_markdown_cell, "\n".join(lines[start:])))
    notebook: NotebookNode = v4.new_notebook()  # type: ignore[no-untyped-call]
    notebook.cells = [
        make(source.strip(), id=f"cell-{i:02}")
        for i, (make, source) in enumerate(pair for pair in found if pair[1].strip())
    ]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": platform.python_version()},
    }
    return notebook


def execute(notebook: NotebookNode, done: Callable[[], None]) -> None:
    """Run the code cells in a kernel of this interpreter, which does not outlive the call.

    Raises:
        ToolchainError: the kernel does not start or dies, or a cell raises; says what it said.
    """
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    with tempfile.TemporaryDirectory(prefix="rmsproof-") as own:
        manager = _manager(Path(own))
        said = Path(own) / "stderr"
        try:
            asyncio.run(_run_cells(manager, notebook, Path(own), done))
        except CellExecutionError as error:
            raise ToolchainError(f"a cell of the tutorial failed: {error}") from error
        except (DeadKernelError, RuntimeError) as error:
            words = said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""
            raise ToolchainError(
                f"the notebook's kernel ({sys.executable} -m ipykernel_launcher) did not start"
                f" or died: {error}\n{words[-_LAST_WORDS:]}".rstrip()
            ) from error
        finally:
            _end(manager)


def _manager(folder: Path) -> AsyncKernelManager:
    """A manager of one kernel: this interpreter's, whatever kernels the machine has."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]

    class Own(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002
            return KernelSpec(argv=command, display_name="Python 3", language="python")

    return AsyncKernelManager(
        kernel_spec_manager=Own(), connection_file=str(folder / "connection.json")
    )


async def _run_cells(
    manager: AsyncKernelManager, notebook: NotebookNode, folder: Path, done: Callable[[], None]
) -> None:
    """Start the kernel, run cell after cell, shut it down.

    nbclient's own `execute` is not used: it takes over the signals and does not give them back.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),  # it finds what we found
        "IPYTHONDIR": str(folder / "ipython"),  # no profile, start-up files or history of the user
        "JUPYTER_RUNTIME_DIR": str(folder),
        "MPLBACKEND": "agg",  # no window
    }
    client = NotebookClient(
        notebook, km=manager, timeout=None, record_timing=False, coalesce_streams=True
    )
    client.reset_execution_trackers()
    with (folder / "stderr").open("wb") as said:
        try:
            await manager.start_kernel(env=environment, cwd=str(folder), stdout=said, stderr=said)
            client.kc = manager.client()
            client.kc.start_channels()
            await client.kc.wait_for_ready(timeout=_START_SECONDS)
            client.kc.allow_stdin = False
            for index, cell in enumerate(notebook.cells):
                await client.async_execute_cell(cell, index)
                done()
        except DeadKernelError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # nbclient takes an interrupt for a death
                raise asyncio.CancelledError from None
            raise
        finally:
            if client.kc is not None:
                client.kc.stop_channels()
            await manager.shutdown_kernel(now=True)


def _end(manager: AsyncKernelManager) -> None:
    """Kill the kernel if it is still there: a second interrupt may have stopped the first end."""
    process: Any = getattr(manager.provisioner, "process", None)
    if process is not None:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
