"""What a schema declares about its values, worked out: formats of single ones, and sums.

A sum is an expression over paths, such as `net + tax == total` or `sum(items.amount) == net`; numbers, + - * /, the
comparisons, and `sum`. It is read as a tree and worked out here, never run as code. Amounts are equal within half a
cent for each one that was added.
"""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any

from perception.extraction.record import Check
from perception.extraction.schema import Field, RecordSchema, SchemaInvalid
from perception.extraction.values import day, is_iban, is_vat_id

_FORMATS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "date": (day, "is no date"),
    "iban": (is_iban, "is no IBAN: its check digits are wrong"),
    "vat-id": (is_vat_id, "is no VAT id"),
    "email": (lambda text: re.fullmatch(r"[^@\s]+@[^@\s]+\.\w+", text), "is no e-mail address"),
}
_CENT = Decimal("0.005")
_MAX_LENGTH = 500


class _Missing(Exception):
    """A value that the expression speaks of was not found."""


def check_record(schema: RecordSchema, values: Mapping[str, Any]) -> list[Check]:
    """All checks of a schema; values: path -> value, rows of tables by number. Raises SchemaInvalid."""
    checks = [_format(field, values[field.path]) for field in schema.fields if field.format and field.path in values]
    return [*checks, *(_sum(expression, values) for expression in schema.checks)]


def holds(expression: str, values: Mapping[str, Any]) -> bool | None:
    """Whether an expression holds; None where a value is missing. Raises SchemaInvalid for what is no expression."""
    return _sum(expression, values).holds


def _format(field: Field, value: Any) -> Check:
    test, says = _FORMATS[field.format]
    name = f"{field.path} is {field.format}"
    if value is None:
        return Check(check=name, holds=None)
    good = bool(test(str(value)))
    return Check(check=name, holds=good, says="" if good else f"{str(value)[:60]!r} {says}")


def _sum(expression: str, values: Mapping[str, Any]) -> Check:
    try:
        tree = ast.parse(expression, mode="eval").body if len(expression) <= _MAX_LENGTH else None
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise SchemaInvalid(f"x-checks: {expression[:80]!r} can't be read") from error
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1:
        raise SchemaInvalid(f"x-checks: {expression[:80]!r} must compare two sides, such as net + tax == total")
    try:
        left, right = _worth(tree.left, values), _worth(tree.comparators[0], values)
    except _Missing:
        return Check(check=expression, holds=None)
    except (DivisionByZero, InvalidOperation):
        return Check(check=expression, holds=False, says="it can't be worked out")
    good = _compared(tree.ops[0], left, right, _CENT * max(2, _num_terms(tree, values)))
    return Check(check=expression, holds=good, says="" if good else f"{left:f} against {right:f}")


def _compared(how: ast.cmpop, left: Decimal, right: Decimal, slack: Decimal) -> bool:
    near = abs(left - right) <= slack
    if isinstance(how, ast.Eq):
        return near
    if isinstance(how, ast.NotEq):
        return not near
    if isinstance(how, ast.LtE | ast.Lt):
        return left < right or (near and isinstance(how, ast.LtE))
    if isinstance(how, ast.GtE | ast.Gt):
        return left > right or (near and isinstance(how, ast.GtE))
    raise SchemaInvalid("x-checks: compare with ==, !=, <, <=, > or >=")


def _worth(node: ast.AST, values: Mapping[str, Any]) -> Decimal:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return Decimal(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_worth(node.operand, values)
    if isinstance(node, ast.BinOp):
        return _combined(node.op, _worth(node.left, values), _worth(node.right, values))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sum" and len(node.args) == 1:
        return sum(_column(_path(node.args[0]), values), Decimal(0))
    return _number(values.get(_path(node)))


def _combined(how: ast.operator, left: Decimal, right: Decimal) -> Decimal:
    if isinstance(how, ast.Add):
        return left + right
    if isinstance(how, ast.Sub):
        return left - right
    if isinstance(how, ast.Mult):
        return left * right
    if isinstance(how, ast.Div):
        return left / right
    raise SchemaInvalid("x-checks: work with +, -, * and /")


def _path(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_path(node.value)}.{node.attr}"
    raise SchemaInvalid("x-checks: only names of fields, numbers, + - * / and sum(TABLE.FIELD) can be worked out")


def _column(path: str, values: Mapping[str, Any]) -> Sequence[Decimal]:
    table, _, name = path.rpartition(".")
    found = [
        value for key, value in values.items() if re.fullmatch(rf"{re.escape(table)}\.\d+\.{re.escape(name)}", key)
    ]
    if not found:
        raise _Missing
    return [_number(value) for value in found]


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _Missing
    return Decimal(str(value))


def _num_terms(tree: ast.AST, values: Mapping[str, Any]) -> int:
    terms = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            terms += len(_column(_path(node.args[0]), values))
        terms += isinstance(node, ast.Name)
    return terms
