"""`rmsproof tutorial`: what it writes, that the kernel is ours, and that none is ever left."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import REPOSITORY, alike, none_left

from harness.commands import demonstrations
from harness.model.errors import ToolchainError, UsageError
from python_ref.tutorial.mini_batch import DataMissingError

needs_extra = pytest.mark.skipif(
    bool(demonstrations.missing()), reason="the extra `tutorial` is not installed"
)

TEXT = """# A title

Some text.

```python
import sys

print(sys.executable)
```

```text
no code
```

The end.
"""


def test_python_fences_become_code_and_the_rest_text() -> None:
    notebook = demonstrations.cells(TEXT)
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        ("markdown", "# A title\n\nSome text."),
        ("code", "import sys\n\nprint(sys.executable)"),
        ("markdown", "```text\nno code\n```\n\nThe end."),
    ]
    assert demonstrations.cells(TEXT) == notebook, "the same cells every time, ids included"


def test_the_whole_tutorial_becomes_a_notebook() -> None:
    import nbformat

    notebook = demonstrations.cells(demonstrations.text(epochs=7))
    nbformat.validate(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) == 9
    assert any("epochs=7)" in source for source in code)


@pytest.mark.slow
@needs_extra
def test_the_kernel_is_this_interpreter_and_shows_figures() -> None:
    done: list[None] = []
    code = """\
from matplotlib_inline.backend_inline import set_matplotlib_formats
from python_ref.tutorial import figures, full_batch
set_matplotlib_formats("png")
figures.draw_full_batch(full_batch.run(50), full_batch.run(60))"""
    notebook = demonstrations.cells(f"{TEXT}\n```python\n{code}\n```\n")
    with none_left():
        demonstrations.execute(notebook, lambda: done.append(None))
    assert len(done) == len(notebook.cells)
    _, first, _, second = notebook.cells
    assert first.outputs[0].text == f"{sys.executable}\n"
    assert (first.execution_count, second.execution_count) == (1, 2)
    assert base64.b64decode(second.outputs[0].data["image/png"]).startswith(b"\x89PNG")


@needs_extra
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1 / 0", "a cell of the notebook failed: .*ZeroDivisionError"),
        ("import os; os._exit(3)", "did not start or died: Kernel died"),
    ],
)
def test_a_cell_that_fails_is_said_and_no_kernel_is_left(code: str, message: str) -> None:
    with none_left(), pytest.raises(ToolchainError, match=f"(?s){message}"):
        demonstrations.execute(demonstrations.cells(f"```python\n{code}\n```\n"), lambda: None)


@needs_extra
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as on POSIX")
@pytest.mark.parametrize("number", alike([signal.SIGINT, signal.SIGTERM]))
def test_interrupted_it_ends_its_kernel(tmp_path: Path, number: signal.Signals) -> None:
    """As the command line does it: SIGTERM raises what Ctrl-C raises."""
    started = tmp_path / "started"
    program = f"""
import signal
from harness.commands import demonstrations
from harness.model import interruption
interruption.hear()
cell = "import time; open({str(started)!r}, 'w').close(); print('sleeping'); time.sleep(60)"
try:
    demonstrations.execute(demonstrations.cells("```python\\n" + cell + "\\n```"), lambda: None)
except KeyboardInterrupt:
    raise SystemExit(130)
"""
    with none_left():
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=REPOSITORY,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            while not started.exists() and process.poll() is None:
                time.sleep(0.02)
            process.send_signal(number)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, said) == (130, "")


@needs_extra
def test_what_is_written_is_whole_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib.figure import Figure

    def drawn() -> Figure:
        figure = Figure(figsize=(1, 1))
        figure.subplots().plot([0, 1])
        return figure

    monkeypatch.setattr(
        demonstrations, "_demonstrations", lambda *_: (["a line"], {"a-figure": drawn})
    )
    monkeypatch.setattr(demonstrations, "text", lambda _: TEXT)
    monkeypatch.setattr(demonstrations, "execute", lambda *_: None)
    folder = tmp_path / "new" / "folder"
    written = demonstrations.write(folder)
    names = ["a-figure.png", "a-figure.svg", "tutorial.ipynb"]
    assert written == demonstrations.Written(("a line",), tuple(folder / name for name in names))
    assert sorted(path.name for path in folder.iterdir()) == names
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    demonstrations.write(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before, "repeatable"
    assert all(path.stat().st_mode & 0o777 == 0o666 & ~_umask() for path in folder.iterdir())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@needs_extra
def test_interrupted_it_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tutorial.ipynb").write_text("of yesterday")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demonstrations, "_demonstrations", lambda *_: ([], {}))
    monkeypatch.setattr(demonstrations, "execute", interrupted)
    with pytest.raises(KeyboardInterrupt):
        demonstrations.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["tutorial.ipynb"]
    assert (tmp_path / "tutorial.ipynb").read_text() == "of yesterday"


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demonstrations, "EXTRA", ("sys", "no_such_package"))
    with pytest.raises(UsageError) as raised:
        demonstrations.write(tmp_path / "folder")
    assert str(raised.value) == (
        'the tutorial needs no_such_package, not installed here: pip install "rmsproof[tutorial]"'
    )
    assert not (tmp_path / "folder").exists()


@needs_extra
def test_a_folder_that_is_a_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file: File exists"):
        demonstrations.write(tmp_path / "file")


@needs_extra
def test_data_that_cannot_be_imported_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise DataMissingError("pandas is not installed")

    monkeypatch.setattr(demonstrations, "_demonstrations", missing)
    with pytest.raises(UsageError, match="pandas is not installed"):
        demonstrations.write(tmp_path)
    assert list(tmp_path.iterdir()) == []
