"""Mutants of Python: one small change of one function, found in its syntax tree.

Only what runs is changed: no docstring, no annotation, no default, no assertion, no wording.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

Change = Callable[[Any], ast.AST | None]
_SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip
_DROPPED = (ast.Expr, ast.AugAssign, ast.If, ast.Return, ast.Continue, ast.For, ast.While)
_OTHERS = {"any": "all", "all": "any", "min": "max", "max": "min"}
_WORDS = frozenset({"Refused", "Unmet", "unmet", "task", "Text"})  # calls that only word something


@dataclass(frozen=True, slots=True)
class Site:
    """One place where one operator can change a function: by number, in the order of the tree."""

    operator: str
    function: str
    line: int
    number: int
    text: str


class _Visitor(ast.NodeTransformer):
    """Goes through a function; at the site asked for it makes the change, and it notes all."""

    def __init__(self, lines: list[str], wanted: int | None = None) -> None:
        self.lines, self.wanted = lines, wanted
        self.sites: list[Site] = []
        self.function = ""
        self._tests: list[ast.expr] = []  # where a swap of == and != is the condition negated

    def _offer(self, operator: str, node: Any, change: Change) -> Any:
        """The node, or what it becomes."""
        number = len(self.sites)
        line: int = getattr(node, "lineno", 0)
        text = self.lines[line - 1].strip() if line else ""
        self.sites.append(Site(operator, self.function, line, number, text))
        return change(copy.deepcopy(node)) if number == self.wanted else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.body = self._block(node.body, docstring=True)
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in _WORDS:
            return node
        found: Any = self.generic_visit(node)
        if name in _OTHERS and isinstance(node.func, ast.Name):
            found = self._offer(f"{name} becomes {_OTHERS[name]}", found, _renamed)
        if name == "replace" or name[:1].isupper():
            for index, keyword in enumerate(node.keywords):
                if keyword.arg is not None and len(node.keywords) > 1:
                    found = self._offer("drop a value", found, _without(index))
        return found

    def visit_If(self, node: ast.If) -> Any:
        self._tests.append(node.test)
        node.test = self.visit(node.test)
        node.body = self._block(node.body, alone=not node.orelse)
        node.orelse = self._block(node.orelse)
        return self._offer("negate a condition", node, _negated("test"))

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        self._tests.append(node.test)
        found: Any = self.generic_visit(node)
        return self._offer("negate a condition", found, _negated("test"))

    def visit_While(self, node: ast.While) -> Any:
        node.test = self.visit(node.test)
        node.body = self._block(node.body)
        return node

    def visit_For(self, node: ast.For) -> Any:
        node.iter = self.visit(node.iter)
        node.body = self._block(node.body)
        return node

    def visit_With(self, node: ast.With) -> Any:
        node.body = self._block(node.body)
        return node

    def visit_Try(self, node: ast.Try) -> Any:
        node.body = self._block(node.body)
        for handler in node.handlers:
            handler.body = self._block(handler.body)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> Any:
        for index, test in enumerate(node.ifs):
            kept: Any = self._offer("drop a filter", self.visit(test), _true)
            node.ifs[index] = kept
        node.iter = self.visit(node.iter)
        return node

    def visit_Compare(self, node: ast.Compare) -> Any:
        found: Any = self.generic_visit(node)
        ordered = isinstance(node.ops[0], ast.Lt | ast.Gt | ast.LtE | ast.GtE)
        turned = node in self._tests and not ordered
        if len(node.ops) == 1 and type(node.ops[0]) in _SWAPS and not turned:
            found = self._offer("swap a comparison", found, _compared)
        return found

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        found: Any = self.generic_visit(node)
        found = self._offer("swap and and or", found, _swapped)
        for index, _ in enumerate(node.values):
            found = self._offer("drop a part of a condition", found, _less(index))
        return found

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        found: Any = self.generic_visit(node)
        if type(node.op) in _SWAPS:
            found = self._offer("swap plus and minus", found, _swapped)
        return found

    def visit_Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, bool):
            return self._offer("turn a truth value", node, _constant(not node.value))
        if isinstance(node.value, int):
            value = node.value
            found = self._offer("one more", node, _constant(value + 1))
            return self._offer("one less", found, _constant(value - 1))
        return node

    def visit_Assert(self, node: ast.Assert) -> Any:
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:
        return node

    def visit_Raise(self, node: ast.Raise) -> Any:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def _block(
        self, body: list[ast.stmt], *, docstring: bool = False, alone: bool = False
    ) -> list[ast.stmt]:
        """The statements of a block. `alone`: a single one is not taken out, for what it stands
        under is."""
        found: list[ast.stmt] = []
        for index, one in enumerate(body):
            if docstring and index == 0 and isinstance(one, ast.Expr):
                found.append(one)
                continue
            kept: Any = self.visit(one)
            single = alone and len(body) == 1
            last = docstring and isinstance(one, ast.Return) and index == len(body) - 1
            if isinstance(one, _DROPPED) and not (single or last):
                kept = self._offer("drop a statement", kept, _passed)
            found.append(kept)
        return found


def _renamed(node: Any) -> ast.AST:
    node.func.id = _OTHERS[node.func.id]
    return node  # type: ignore[no-any-return]


def _without(index: int) -> Change:
    def change(node: Any) -> ast.AST:
        del node.keywords[index]
        return node  # type: ignore[no-any-return]

    return change


def _less(index: int) -> Change:
    def change(node: Any) -> ast.AST:
        del node.values[index]
        alone: ast.AST = node.values[0]
        return alone if len(node.values) == 1 else node

    return change


def _negated(field: str) -> Change:
    def change(node: Any) -> ast.AST:
        test = getattr(node, field)
        bare = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        setattr(node, field, test.operand if bare else ast.UnaryOp(ast.Not(), test))
        return node  # type: ignore[no-any-return]

    return change


def _true(node: Any) -> ast.AST:
    del node
    return ast.Constant(True)


def _compared(node: Any) -> ast.AST:
    node.ops = [_SWAPS[type(node.ops[0])]()]
    return node  # type: ignore[no-any-return]


def _swapped(node: Any) -> ast.AST:
    node.op = _SWAPS[type(node.op)]()
    return node  # type: ignore[no-any-return]


def _constant(value: Any) -> Change:
    return lambda node: ast.Constant(value)


def _passed(node: Any) -> ast.AST:
    return ast.copy_location(ast.Pass(), node)


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of a module and every method of its classes, by its qualified name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def sites(file: Path) -> list[Site]:
    """Every place of a module where an operator can change it."""
    source = file.read_text(encoding="utf-8")
    visitor = _Visitor(source.splitlines())
    for name, node in functions(ast.parse(source)):
        visitor.function = name
        visitor.visit(node)
    return visitor.sites


def mutated(file: Path, site: Site) -> CodeType:
    """The code of the function of a site after its change. Raises LookupError where there is no
    such function."""
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    visitor = _Visitor(source.splitlines(), site.number)
    for name, node in functions(tree):
        visitor.function = name
        visitor.visit(node)
    code = compile(ast.fix_missing_locations(tree), str(file), "exec")
    return next(one for one in _inner(code) if one.co_qualname == site.function)


def _inner(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _inner(one)
