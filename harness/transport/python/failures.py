"""What goes wrong while a Python source is loaded or called, in words."""

from __future__ import annotations

import contextlib
import sys
import traceback
from pathlib import Path
from typing import Optional

_LONGEST_MESSAGE = 2000
# What is installed under another name than it is imported by.
_INSTALLED_AS = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "dotenv": "python-dotenv",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


class LoadError(Exception):
    """A source did not load; `kind` is does-not-compile, crashes, not-run, or absent.

    Attributes:
        missing: for want of something that another interpreter may have.
    """

    def __init__(self, kind: str, message: str, missing: bool = False) -> None:
        super().__init__(message)
        self.kind, self.missing = kind, missing


def missing(error: ImportError, path: str = "") -> str:
    """That something which is imported is not there, and what would help."""
    words = said(error, path)
    top = (error.name or "").partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or not top:
        version = ".".join(map(str, sys.version_info[:2]))
        return f"{words}; it was run with Python {version}: choose another with --python PATH"
    package = getattr(sys.modules.get(top), "__path__", ())
    if any(Path(folder) in Path(path).parents for folder in package):
        return f"{words}; it imports from the package that it is part of, which is not all here"
    if top in sys.modules and "." in (error.name or ""):
        return f"{words}; choose the Python that has it: --python PATH"
    return (
        f"{words}; install it (pip install {_INSTALLED_AS.get(top, top)}), or choose the Python"
        " that has it: --python PATH"
    )


def syntax_said(error: SyntaxError) -> str:
    """Type, message and place of a syntax error."""
    return f"{type(error).__name__}: {error.msg} (line {error.lineno}, column {error.offset})"


def said(error: BaseException, path: str = "") -> str:
    """Type, message, and the last line of the port's own file that took part."""
    text = type(error).__name__
    with contextlib.suppress(Exception):  # an exception of the port's own may not even say so
        # A message may hold surrogates, which no report can.
        message = str(error).encode("utf-8", "backslashreplace").decode()
        if len(message) > _LONGEST_MESSAGE:  # it may hold a whole array
            message = f"{message[:_LONGEST_MESSAGE]}..."
        text += f": {message}" if message else ""
    if (line := line_of(error, path)) is not None:
        text += f" ({Path(path).name}:{line})"
    return text


def line_of(error: BaseException, path: str) -> Optional[int]:
    """The last line of a file that took part in an exception; None if none did."""
    if not path or isinstance(error, SyntaxError):
        return None
    own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
    return own[-1].lineno if own else None
