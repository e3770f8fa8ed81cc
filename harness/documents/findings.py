"""What a document says against what its code does: formulas, derivatives, names, defaults."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.diagnosis.diagnose import Diagnosis
from harness.documents.blocks import Block, Document
from harness.documents.examined import Examined, Finding
from harness.documents.formulas import Formula, Stated
from harness.documents.sections import Sections
from harness.documents.trainers import iteration_names
from harness.judging.verdict import NOT_RMSPROP
from harness.languages.naming import plain_name
from harness.languages.program import parameters, parsed
from harness.languages.registry import scripted
from harness.model.words import GOOD
from harness.ports.roles import role_names
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS


def about_code(
    rows: Sequence[Examined],
    formulas: Sequence[Formula],
    derivatives: Sequence[Stated],
    claim: Dialect,
) -> Iterator[Finding]:
    """Where formulas and derivatives say another thing than the code."""
    yield from _epsilon(rows, formulas, claim)
    yield from _factors(rows, derivatives)


def _epsilon(
    rows: Sequence[Examined], formulas: Sequence[Formula], claim: Dialect
) -> Iterator[Finding]:
    places: dict[str, list[Examined]] = {}
    for row in rows:
        if (where := _epsilon_of(row, claim)) is not None:
            places.setdefault(where, []).append(row)
    for formula in formulas:
        others = {where: there for where, there in places.items() if where != formula.epsilon}
        if not others:
            continue
        code = "; ".join(
            f"in the code at {_lines(there)} {AXES['epsilon'][where].sentence}"
            for where, there in others.items()
        )
        agrees = places.get(formula.epsilon, [])
        also = f"; the code at {_lines(agrees)} does what the formula says" if agrees else ""
        stated = AXES["epsilon"][formula.epsilon].sentence
        sentence = f"the formula at line {formula.line} says that {stated}, but {code}{also}"
        yield Finding(formula.line, sentence)


def _epsilon_of(row: Examined, claim: Dialect) -> str | None:
    """Where a block's code has epsilon; None where that is not known."""
    result = row.last
    if result is None:
        return None
    named = dict(deviation.split("=", 1) for deviation in result.deviations)
    if NOT_RMSPROP & set(result.deviations):
        return None
    if "eps" in named and not _settled(result.diagnosis):
        return None
    if "epsilon" in named:
        return named["epsilon"]
    explained = result.verdict.word in GOOD or bool(result.deviations)
    return claim.choice("epsilon") if explained else None


def _settled(diagnosis: Diagnosis | None) -> bool:
    """Whether all that explains a port with an epsilon of its own has it in one place."""
    if diagnosis is None or diagnosis.best is None:
        return False
    found = (diagnosis.best, *diagnosis.alternatives)
    places = {dict(each.chosen).get("epsilon") for each in found}
    return len(places) == 1 and diagnosis.best.constants.get("epsilon", 0.0) > 0


def _lines(rows: Sequence[Examined]) -> str:
    places = [f"{row.block.line} ({row.block.language})" for row in rows]
    word = "line" if len(places) == 1 else "lines"
    return f"{word} {', '.join(places)}"


def _factors(rows: Sequence[Examined], derivatives: Sequence[Stated]) -> Iterator[Finding]:
    """Derivatives of the loss whose factor the code leaves out, or has besides."""
    ways: dict[float, list[Examined]] = {}
    for row in rows:
        if row.convention is not None:
            ways.setdefault(row.convention.factor, []).append(row)
    stated: dict[float, list[int]] = {}
    for derivative in derivatives:
        stated.setdefault(derivative.factor, []).append(derivative.line)
    for factor, lines in stated.items():
        for own, there in ways.items():
            if own == factor:
                continue
            places = ", ".join(map(str, lines))
            word = "derivative stated at line" if len(lines) == 1 else "derivatives stated at lines"
            yield Finding(
                lines[0],
                f"the {word} {places} {'has' if len(lines) == 1 else 'have'} the factor {factor:g},"
                f" the code at {_lines(there)} uses {own:g}; RMSProp divides a step by the size of"
                " the gradients, so only the weight of epsilon changes: in the code it acts as if"
                f" it were {factor / own:g} times as large",
            )


# -- names and defaults ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Signature:
    line: int
    parameters: Mapping[str, str]
    """Name to default as written; "" where there is none."""


def about_names(
    document: Document, texts: Mapping[int, str], sections: Sections
) -> Iterator[Finding]:
    """What one listing of a function calls or presets otherwise than the listing before it.

    Of another algorithm's section it may be a function that is only called the same.
    """
    seen: dict[tuple[int, str], _Signature] = {}
    sentences: set[str] = set()
    for block in document.blocks:
        if not scripted(block.language) or (tree := parsed(texts[block.index])) is None:
            continue
        section = sections.of(block) if sections.another(block) else 0
        for name, node in _functions(tree):
            mine = _Signature(_line(block, texts[block.index], node), _parameters(node))
            if before := seen.get((section, name)):
                for sentence in _compared(name, before, mine):
                    if sentence not in sentences:
                        sentences.add(sentence)
                        yield Finding(mine.line, sentence)
            seen[section, name] = mine


def _line(block: Block, text: str, node: ast.FunctionDef) -> int:
    """The document's line of a function in a block's text, before which repairs may put lines."""
    first = block.text.split("\n", 1)[0]
    rows = text.split("\n")
    return block.line + node.lineno - 1 - (rows.index(first) if first in rows else 0)


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                    yield node.name, inner


def _parameters(node: ast.FunctionDef) -> dict[str, str]:
    given = parameters(node).items()
    return {name: ast.unparse(d) if d else "" for name, d in given if name != "self"}


def _compared(name: str, before: _Signature, after: _Signature) -> Iterator[str]:
    for role in (*HYPERPARAMETERS, "iterations"):
        first, second = _of_role(before, role), _of_role(after, role)
        if first is None or second is None or (first != second and second in before.parameters):
            continue
        if first != second:
            yield (
                f"{name} has a parameter {first} at line {before.line}, which is called {second}"
                f" at line {after.line}"
            )
        old, new = before.parameters[first], after.parameters[second]
        if old and new and old != new:
            yield (
                f"{second} of {name} has the default {new} at line {after.line}, but {old} at line"
                f" {before.line}"
            )


def _of_role(signature: _Signature, role: str) -> str | None:
    """The one parameter that plays a role and can play no other."""
    names = iteration_names() if role == "iterations" else role_names(role)
    plain = {plain_name(p): p for p in signature.parameters}
    fitting = [n for n in plain if n in names]
    others = [r for r in HYPERPARAMETERS if r != role]
    sure = [n for n in fitting if not any(n in role_names(other) for other in others)]
    return plain[sure[0]] if len(sure) == 1 else None
