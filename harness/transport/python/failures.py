"""What goes wrong while a Python source is loaded or called, in words."""

from __future__ import annotations

import ast
import builtins
import contextlib
import itertools
import re
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Optional

from harness.languages.package_names import package_name

_LONGEST_MESSAGE = 2000
_BUILTIN = {c for c in vars(builtins).values() if isinstance(c, type)}
# Python's own library, and ours.
_NOT_ITS_OWN = (str(Path(contextlib.__file__).parent), str(Path(__file__).parents[3]))
# What a class of exceptions can neither hide nor replace.
_traceback = vars(BaseException)["__traceback__"].__get__
# What is installed under another name than it is imported by.
_INSTALLED_AS = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "dotenv": "python-dotenv",
    "paddle": "paddlepaddle",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
# What is called as it is imported, of what sources of this field import.
_KNOWN = frozenset(_INSTALLED_AS.values()) | frozenset(
    "numpy scipy pandas matplotlib seaborn sympy networkx numba numexpr cupy jax jaxlib flax optax"
    " haiku equinox torch torchvision torchaudio torchtext tensorflow keras tensorboard theano"
    " mxnet chainer paddle mindspore tinygrad autograd transformers datasets gym gymnasium tqdm"
    " requests joblib h5py nltk spacy gensim xgboost lightgbm plotly bokeh click rich typer"
    " pydantic attrs hydra wandb mlflow librosa skorch d2l statsmodels cvxpy nnfs".split()
)


class LoadError(Exception):
    """A source did not load; `kind` is does-not-compile, crashes, not-run, or absent.

    Attributes:
        missing: for want of something that another interpreter may have.
    """

    def __init__(self, kind: str, message: str, missing: bool = False) -> None:
        super().__init__(message)
        self.kind, self.missing = kind, missing


def installed_as(module: str) -> str:
    """What is installed for a module, of which that is known; else empty."""
    name = _INSTALLED_AS.get(module, module)
    return name if name in _KNOWN else ""


def missing(error: ImportError, path: str = "", declared: Mapping[str, str] = {}) -> str:
    """That something which is imported is not there, and what would help.

    Args:
        error: of the import.
        path: of the port's own file.
        declared: what its project needs, by name, with the command that installs it.
    """
    words = message_of(error, path)
    top = (error.name or "").partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or not top:
        version = ".".join(map(str, sys.version_info[:2]))
        return f"{words}; it was run with Python {version}: choose another with --python PATH"
    package = getattr(sys.modules.get(top), "__path__", ())
    if any(Path(folder) in Path(path).parents for folder in package):
        return f"{words}; it imports from the package that it is part of, which is not all here"
    if top in sys.modules and "." in (error.name or ""):
        return f"{words}; choose the Python that has it: --python PATH"
    name = installed_as(top) or top
    command = declared.get(package_name(name))
    what = "install what the project declares" if command else "install it"
    if not command and not installed_as(top):  # a file of its own that is not here, as likely
        what = "put it beside the source if it is one of its own files, or install what has it"
        command = f"perhaps pip install {name}"
    return (
        f"{words}; {what} ({command or f'pip install {name}'}), or choose the Python"
        " that has it: --python PATH"
    )


def syntax_message(error: SyntaxError) -> str:
    """Type, message and place of a syntax error."""
    return f"{type(error).__name__}: {error.msg} (line {error.lineno}, column {error.offset})"


def message_of(error: BaseException, path: str = "") -> str:
    """Type, message, and the innermost line of the port's own files that took part.

    The exception is a stranger's: whatever it answers when it is asked is text, or left out.
    """
    text = _text(type.__getattribute__(type(error), "__name__"))
    # BaseException: one of the port's own may not even say so, or end the process.
    with contextlib.suppress(BaseException):
        message = _text(str(error))
        text += f": {message}" if message else ""
    return text + _place(error, path)


def _place(error: BaseException, path: str) -> str:
    """The innermost line of a port's file, or of one that it imports, as text behind a message."""
    if line_of(error, path) is None:
        return ""
    place = ""
    for frame, line in traceback.walk_tb(_traceback(error)):
        file = frame.f_code.co_filename
        if frame.f_code.co_name.startswith("_rmsproof_") and line == 1:
            continue  # what was put around an update stands in no line
        if file == path or (file.endswith(".py") and not file.startswith(_NOT_ITS_OWN)):
            place = f" ({Path(file).name}:{line})" if "-packages" not in file else place
    return place


def asks_for_input(error: BaseException) -> bool:
    """Whether it is raised because a person should have typed something."""
    return type(error) is EOFError and error.args == ("EOF when reading a line",)


def line_of(error: BaseException, path: str) -> Optional[int]:
    """The last line of a file that took part in an exception; None if none did."""
    if not path or isinstance(error, SyntaxError):
        return None
    own = None
    # As the interpreter has it, not as the exception's class says; and no file is read for it.
    for frame, line in traceback.walk_tb(_traceback(error)):
        if frame.f_code.co_filename == path:
            own = line
    return own


def builtin(error: BaseException) -> str:
    """The nearest class of an exception that Python itself has, by name."""
    line = type.__getattribute__(type(error), "__mro__")
    return next((c.__name__ for c in line if c in _BUILTIN), "Exception")


def lacked(
    error: AttributeError, tree: ast.Module, module: Optional[str], root: Path
) -> Optional[bool]:
    """Whether nothing in a project sets what an object of its own lacks; None if that is not it.

    Args:
        error: what was raised.
        tree: of the source, in which the object's class must be.
        module: the source's name.
        root: the folder of all that may set it from outside, and of all its bases.
    """
    owner, name = type(getattr(error, "obj", None)), getattr(error, "name", None)
    if not name or owner.__module__ != module:
        return None
    trees = [tree]
    for base in owner.__mro__[1:-1]:
        if base.__module__ not in (module, "abc"):
            inherited = _tree_of(base, root)
            if inherited is None:
                return None
            trees.append(inherited)
    parts = (part for one in trees for part in ast.walk(one))
    if any(isinstance(part, ast.Name) and part.id in _INDIRECT for part in parts):
        return None
    classes = {base.__name__ for base in owner.__mro__} | _extending(tree, owner.__name__)
    if any(name in _set_by_itself(one, classes) for one in trees):
        return False
    # What other classes set of themselves is not this one's.
    sets = re.compile(rf"(?<!\bself)\.{re.escape(name)}\b(?=[^=\n]*=[^=])")
    # Unless they extend it.
    extends = re.compile(rf"^\s*class \w+\([^)]*\b{owner.__name__}\b", re.MULTILINE)
    own = re.compile(rf"\bself\.{re.escape(name)}\b(?=[^=\n]*=[^=])")
    files = (p for p in root.rglob("*.py") if "site-packages" not in p.parts)
    for path in itertools.islice(files, _MOST_FILES):
        with contextlib.suppress(OSError):
            text = path.read_text(encoding="utf-8", errors="replace")
            if sets.search(text) or (extends.search(text) and own.search(text)):
                return False
    return True


def _extending(tree: ast.Module, name: str) -> set[str]:
    r"""The classes of a source that extend one, or one that does.

    >>> tree = ast.parse("class A: 0\nclass B(A): 0\nclass C(x.B): 0\nclass D: 0")
    >>> sorted(_extending(tree, "A"))
    ['B', 'C']
    """
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found = {name}
    for _ in classes:
        found |= {
            c.name for c in classes for b in c.bases if ast.unparse(b).split(".")[-1] in found
        }
    return found - {name}


def set_elsewhere(error: BaseException, tree: ast.Module) -> bool:
    r"""Whether a name that is not there is one that a source sets when it is run, or called.

    >>> tree = ast.parse("def f(): return x\nif __name__ == '__main__': x = 1")
    >>> [set_elsewhere(NameError(f"name '{n}' is not defined"), tree) for n in "xy"]
    [True, False]
    """
    # What else a port raises may refuse to say what it is.
    found = re.match(r"name '(\w+)' is not defined", str(error) if type(error) is NameError else "")
    if found is None:
        return False
    scripts = [n for n in tree.body if isinstance(n, ast.If) and "__name__" in ast.unparse(n.test)]
    parts = (part for node in scripts for part in ast.walk(node))
    names = {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)}
    shared = (part for part in ast.walk(tree) if isinstance(part, ast.Global))
    return found[1] in names.union(*(part.names for part in shared))


def _tree_of(cls: type, root: Path) -> Optional[ast.Module]:
    """The source of a class's module, if that is in a project."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    if file is None or root.resolve() not in Path(file).resolve().parents:
        return None
    with contextlib.suppress(OSError, ValueError, SyntaxError):
        return ast.parse(Path(file).read_text(encoding="utf-8", errors="replace"))
    return None


def _set_by_itself(tree: ast.Module, classes: set[str]) -> set[str]:
    """The attributes that classes of these names give their own objects, in any method."""
    return {
        part.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name in classes
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)
    }


# Ways to set an attribute that no name shows; more files than this are not looked through.
_INDIRECT = ("setattr", "vars")
_MOST_FILES = 1000


def _text(value: str) -> str:
    """Text to some length, without the surrogates that no report can hold."""
    whole = str.__len__(value) <= _LONGEST_MESSAGE  # it may hold a whole array
    text = str.__getitem__(value, slice(_LONGEST_MESSAGE))
    return text.encode("utf-8", "backslashreplace").decode() + ("" if whole else "...")
