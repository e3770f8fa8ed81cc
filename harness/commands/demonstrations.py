"""`rmsproof tutorial`: the demonstrations run, their plots and an executed notebook written.

The notebook is made of `python_ref/tutorial/tutorial.md` and executed, so that it opens with its
numbers and figures.

All files are written in a folder beside and moved into place when they are whole.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from harness.model.errors import UsageError
from harness.report.executing import cells, execute, written
from harness.report.progress import progress

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXTRA = ("ipykernel", "matplotlib", "nbclient", "plotnine")
"""What the extra `tutorial` brings."""

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
    """Tell how far each part is that takes seconds."""
    with progress(1) as work:

        def track(what: str, total: int) -> Callable[[], None]:
            work.tell(what, 0, total)
            return lambda: work.advance(what)

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
    notebook = cells(text(epochs))
    execute(notebook, track("notebook, cells", len(notebook.cells)))
    path.write_text(written(notebook), encoding="utf-8", newline="\n")


def text(epochs: int | None = None) -> str:
    """The tutorial in Markdown, with so many epochs if it is said."""
    template = files("python_ref.tutorial").joinpath("tutorial.md").read_text(encoding="utf-8")
    return template if epochs is None else template.replace("mini_batch.EPOCHS", str(epochs))
