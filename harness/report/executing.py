"""Notebooks made of Markdown and executed, by this very interpreter.

Python fences become code cells, what is between them text. No configuration of the user's is
read. The kernel is a process of its own, and it is gone when `execute` returns or raises,
whatever happened.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.machine.scratch import temporary
from harness.model.errors import ToolchainError

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbformat import NotebookNode

# A kernel imports for some seconds; on a machine that is busy it may take much longer.
_START_SECONDS = 120
_LAST_WORDS = 2000
"""As much of a dead kernel's standard error is shown, in characters."""


def cells(markdown: str) -> NotebookNode:
    """Turn Markdown into a notebook: Python fences are code cells, what is between them text."""
    from markdown_it import MarkdownIt
    from nbformat import v4

    lines, start = markdown.splitlines(), 0
    pieces: list[tuple[Callable[..., Any], str]] = []
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.type == "fence" and token.info.strip() == "python" and token.map is not None:
            pieces.append((v4.new_markdown_cell, "\n".join(lines[start : token.map[0]])))
            pieces.append((v4.new_code_cell, token.content))
            start = token.map[1]
    pieces.append((v4.new_markdown_cell, "\n".join(lines[start:])))
    notebook: NotebookNode = v4.new_notebook()  # type: ignore[no-untyped-call]
    notebook.cells = [
        make(source.strip(), id=f"cell-{i:02}")
        for i, (make, source) in enumerate(pair for pair in pieces if pair[1].strip())
    ]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": platform.python_version()},
    }
    return notebook


def written(notebook: NotebookNode) -> str:
    """A notebook's text, valid by its format."""
    import nbformat

    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return text + "\n"


def execute(notebook: NotebookNode, done: Callable[[], None]) -> None:
    """Run the code cells in a kernel of this interpreter, which does not outlive the call.

    Raises:
        ToolchainError: the kernel does not start or dies, or a cell raises; says what it said.
    """
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    with temporary() as own:
        manager = _manager(own)
        path = own / "stderr"
        try:
            asyncio.run(_run_cells(manager, notebook, own, done))
        except CellExecutionError as error:
            raise ToolchainError(f"a cell of the notebook failed: {error}") from error
        except (DeadKernelError, RuntimeError) as error:
            words = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
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
    with (folder / "stderr").open("wb") as log:
        try:
            await manager.start_kernel(env=environment, cwd=str(folder), stdout=log, stderr=log)
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
