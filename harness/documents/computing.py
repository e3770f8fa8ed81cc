"""Whether Python defines something that computes with hyperparameters, or only hands them on.

An optimizer multiplies by its learning rate, or forms `1 - decay_rate`; a loop that only uses one
passes them as arguments. What takes both gradients and weights may leave the computing to others.
"""

from __future__ import annotations

import ast
import re

from harness.languages.naming import plain_name
from harness.languages.program import parameters, parsed
from harness.ports.roles import role_names

_HYPERPARAMETERS = role_names("learning_rate") | role_names("decay_rate")
# Functions and methods that compute: np.multiply(lr, g), v.mul_(rho), p.addcdiv_(g, s, value=-lr).
_COMPUTING = re.compile(r"(?:mul|div|true_divide|sub|add|lerp|scal|assign_)", re.IGNORECASE)
_OPTIMIZER = re.compile(r"rms_?prop|ada(?:m|grad|delta)|sgd|optimi[sz]er", re.IGNORECASE)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def computes(text: str) -> bool:
    """Whether a text defines something that could be an optimizer; True where it is not read."""
    if (tree := parsed(text)) is None:
        return True
    definitions = [node for node in ast.walk(tree) if isinstance(node, _DEFINITIONS)]
    return any(_takes_both(node) for node in definitions) or any(
        _computes(inner) for node in definitions for inner in ast.walk(node)
    )


def bare(text: str) -> bool:
    """Whether a text computes with a hyperparameter outside of any definition, and has none."""
    tree = parsed(text)
    if tree is None or any(isinstance(n, (*_DEFINITIONS, ast.ClassDef)) for n in ast.walk(tree)):
        return False
    return any(map(_computes, ast.walk(tree)))


def _takes_both(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    names = set(map(plain_name, parameters(node)))
    both = bool(names & role_names("gradients")) and bool(names & role_names("weights"))
    return both and not any(map(_makes_optimizer, ast.walk(node)))


def _makes_optimizer(node: ast.AST) -> bool:
    """Whether a call is of something that is called like an optimizer: a class to be used.

    What is handed gradients is a step of another block, which this one goes by.
    """
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return bool(_OPTIMIZER.search(name)) and not any(map(_is_gradient, ast.walk(node)))
    return False


def _is_gradient(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return plain_name(name) in role_names("gradients")
    return False


def _computes(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if not isinstance(op, ast.Add):
            return _is_hyperparameter(left) or _is_hyperparameter(right)
        case ast.AugAssign(value=value):
            return _is_hyperparameter(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is_hyperparameter(operand)
        case ast.Call(func=ast.Attribute(attr=name), args=args, keywords=keywords):
            values = [*args, *(keyword.value for keyword in keywords)]
            return bool(_COMPUTING.match(name)) and any(map(_is_hyperparameter, values))
    return False


def _is_hyperparameter(node: ast.expr) -> bool:
    """A name, an attribute or an entry that is called like one: `lr`, `self.lr`, `group["lr"]`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return plain_name(name) in _HYPERPARAMETERS
        case ast.Subscript(slice=ast.Constant(value=str() as name)):
            return plain_name(name) in _HYPERPARAMETERS
    return False
