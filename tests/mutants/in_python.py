"""Mistakes in Python: another comparison, an inverted condition, a statement left out, another value, and so on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .mutant import Mutant

COMPARED = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COMPUTED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
Replaceable = ast.expr | ast.stmt
# Calls whose arguments are texts or names: tests need not check these.
WORDING = {"_", "gettext", "gettext_lazy", "ngettext", "namedtuple"}


def mutants_of(path: str, source: str) -> list[Mutant]:
    """All mutants of `source`, in the order of the file; mutants equal to the original are left out."""
    starts = _line_starts(source)

    def place(line: int, column: int) -> int:  # ast counts columns in bytes, a mutant counts characters
        start = starts[line - 1]
        return start + len(source[start:].encode()[:column].decode())

    found = []
    for node, new, what in _mistakes(ast.parse(source)):
        assert node.end_lineno is not None and node.end_col_offset is not None
        start, end = place(node.lineno, node.col_offset), place(node.end_lineno, node.end_col_offset)
        if source[start:end] != new:
            found.append(Mutant(path, start, end, new, what))
    return sorted(set(found), key=lambda mutant: (mutant.start, mutant.end, mutant.new))


def _mistakes(tree: ast.AST) -> Iterator[tuple[Replaceable, str, str]]:
    """Every mistake as (the node replaced, the new text, what kind of mistake it is)."""
    messages = _messages(tree)
    for node in _behaviour(tree):
        if node in messages:
            continue
        match node:
            case ast.Compare():
                yield from _compared(node)
            case ast.BoolOp():
                other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
                yield node, _words(ast.BoolOp(other, node.values)), "and for or"
            case ast.BinOp() if type(node.op) in COMPUTED and not _is_text(node):
                yield node, _words(ast.BinOp(node.left, COMPUTED[type(node.op)](), node.right)), "another operator"
            case ast.UnaryOp(op=ast.Not() | ast.USub()):
                yield node, _words(node.operand), "not negated"
            case ast.IfExp():
                yield node, _words(ast.IfExp(node.test, node.orelse, node.body)), "turned round"
            case ast.Constant():
                yield from _constant(node)
            case ast.If() | ast.While():
                yield node.test, f"not ({ast.unparse(node.test)})", "turned round"
            case ast.comprehension(ifs=[condition, *_]):
                yield condition, "True", "not filtered"
            case ast.keyword(value=value) if not isinstance(value, ast.Constant):
                yield value, "None", "not passed on"
            case ast.Return(value=ast.AST()):
                yield node, "return None", "nothing returned"
            case ast.Raise():
                yield node, "pass", "not raised"
            case ast.Expr(value=ast.Call()):
                yield node, "pass", "not called"
            case ast.Assign(value=value) if not isinstance(value, ast.Constant):
                yield value, "None", "nothing assigned"
            case ast.AugAssign():
                operator = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
                yield node, ast.unparse(ast.AugAssign(node.target, operator, node.value)), "another operator"
            case ast.Break():
                yield node, "continue", "goes on"
            case ast.Continue():
                yield node, "break", "ends"


def _behaviour(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node except imports, annotations, decorators, docstrings, texts for people and code for type checkers."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list", "type_ignores"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_silent(child):
                yield child
                yield from _behaviour(child)


def _messages(tree: ast.AST) -> set[ast.AST]:
    """Texts with a space in `raise` statements: they are messages. A single word there is a code, and is mutated."""
    raised = (part for node in ast.walk(tree) if isinstance(node, ast.Raise) for part in ast.walk(node))
    return {part for part in raised if isinstance(part, ast.Constant) and " " in str(part.value)}


def _is_silent(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()) | ast.Assert() | ast.JoinedStr():
            return True  # before Python 3.12, ast has no position for a part of an f-string
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in WORDING
        case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))):
            return True
    return False


def _compared(node: ast.Compare) -> Iterator[tuple[ast.expr, str, str]]:
    for place, operator in enumerate(node.ops):
        for other in COMPARED[type(operator)]:
            operators = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield node, _words(ast.Compare(node.left, operators, node.comparators)), "another comparison"


def _constant(node: ast.Constant) -> Iterator[tuple[ast.expr, str, str]]:
    match node.value:
        case bool(value):
            yield node, str(not value), "another value"
        case int(value) | float(value):
            yield node, str(value + 1), "another value"
        case str(value) if value:
            yield node, repr(f"XX{value}"), "another value"


def _is_text(node: ast.BinOp) -> bool:
    """Whether an operand is a text, so that `%` or `+` formats or joins it and is no arithmetic."""
    return any(
        (isinstance(side, ast.Constant) and isinstance(side.value, str)) or isinstance(side, ast.JoinedStr)
        for side in (node.left, node.right)
    )


def _words(node: ast.expr) -> str:
    return f"({ast.unparse(ast.fix_missing_locations(node))})"


def _line_starts(source: str) -> list[int]:
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts
