"""Every reader over its nasty files, in a process with little memory: `python -m hostile.reading`.

Prints a JSON line a file: its name, the processor's seconds, and what came of it: "read", what
the reader said, or "fault" with what it should never have raised.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hostile import corpus

# What a reader may need beyond the libraries it stands on.
MEMORY = 1 << 30


def _observation(path: Path) -> None:
    from harness.judging.observation_files import read

    read(path)


def _golden(path: Path) -> None:
    from python_ref.golden import load

    load(path)


def _port(path: Path) -> None:
    from harness.ports.folder import of_folder

    of_folder(path.parent)


def _known(path: Path) -> None:
    from harness.expectations.known import read

    read(path)


def _document(path: Path) -> None:
    from harness.documents.extract import read

    read(path)


READERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "observation": (_observation, "seen.json"),
    "golden": (_golden, "golden.json"),
    "port": (_port, "port.toml"),
    "known": (_known, "known.toml"),
    "page": (_document, "page.md"),
    "notebook": (_document, "page.ipynb"),
}


def outcome(reader: Callable[[Path], None], path: Path) -> tuple[str, str]:
    """What comes of a file: ("read", ""), ("said", message) or ("fault", what was raised)."""
    from harness.model.errors import UsageError
    from python_ref.golden import GoldenError

    try:
        reader(path)
    except (UsageError, GoldenError) as error:
        return "said", str(error)
    except Exception as error:
        return "fault", f"{type(error).__name__}: {error}"[:300]
    return "read", ""


def around(folder: Path) -> None:
    """What a port's manifest may lead to."""
    (folder / "mine.py").write_text("x = 1\n")
    (folder / "folder").mkdir()
    (folder / "circle.py").symlink_to("circle.py")
    (folder / "outside.py").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.py")


def cases(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """The nasty files of a reader and the strange places, each as it is wanted."""
    path = folder / READERS[name][1]
    for label, content in [*corpus.anything(), *corpus.CORPUS[name]()]:
        path.write_bytes(content)
        yield label, path
    path.unlink()
    for place in corpus.strange_places(folder / "places"):
        if name != "port":  # which is given a folder
            yield str(place)[-60:], place
        elif "\0" not in place.name:
            path.unlink(missing_ok=True)
            path.symlink_to(place)
            yield str(place)[-60:], path


def main() -> None:
    """Read all there is for the reader named, in the folder named."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    (folder / "places").mkdir()
    around(folder)
    reader = READERS[name][0]
    outcome(reader, folder / "nothing")  # imports what it needs
    if sys.platform == "linux":
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    for label, path in cases(name, folder):
        began = time.process_time()
        kind, message = outcome(reader, path)
        seconds = time.process_time() - began
        print(json.dumps([label, str(path), round(seconds, 3), kind, message]), flush=True)


if __name__ == "__main__":
    main()
