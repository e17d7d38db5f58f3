"""Python code as data: the calls that it would make, with literal arguments, from a restricted syntax tree.

Nothing is run, compiled or looked up. What is no plain call of `module.function(literals)` is refused: names,
attributes, arithmetic, f-strings, blocks. The characters are checked before Python's own parser sees them, since that
one can be made to exhaust its stack, and warns on standard error about escapes that it does not know.
"""

import ast
import re
from typing import Any, NamedTuple

from actions.codec.values import shown
from actions.errors import ActionInvalid

MODULES = ("pyautogui", "time")
_SETTINGS = ("FAILSAFE", "PAUSE")
_MAX_TOKENS = 300
_MAX_DEPTH = 3
_MAX_DIGITS = 40

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>\#[^\n]*)
  | (?P<raw>[rR](?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))
  | (?P<string>'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
  | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
  | (?P<number>(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?(?!\w))
  | (?P<open>[(\[])
  | (?P<close>[)\]])
  | (?P<sign>[.,=+\-;])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)([0-7]{0,2})", re.DOTALL)
_ESCAPES = frozenset("\n\\'\"abfnrtv01234567xNuU")


class Call(NamedTuple):
    """One call, not made: `pyautogui.click(100, 200, clicks=2)`."""

    function: str
    """With its module: `pyautogui.click`."""
    arguments: list[Any]
    """Strings, numbers, truth values, and lists of them."""
    named: dict[str, Any]


def read_calls(code: str) -> list[Call]:
    """The calls of some lines of code, without imports and settings of PyAutoGUI.

    Raises ActionInvalid for anything else in it.
    """
    code = code.replace("\r\n", "\n").replace("\r", "\n")  # Python ends a line there, comments too.
    _check_tokens(code)
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise ActionInvalid(f"The reply is not Python code: {reason}.") from error
    return [_call(node) for node in tree.body if not _is_set_up(node)]


def _check_tokens(code: str) -> None:
    position = depth = count = 0
    before = ""
    while position < len(code):
        token = _TOKEN.match(code, position)
        if token is None:
            raise ActionInvalid(
                f"The reply is no plain call such as pyautogui.click(x=100, y=200), at {_near(code, position)}."
            )
        kind = token.lastgroup or ""
        count += kind != "space"
        depth += (kind == "open") - (kind == "close")
        is_long = kind == "number" and len(token.group()) > _MAX_DIGITS
        if depth > _MAX_DEPTH or count > _MAX_TOKENS or is_long:
            raise ActionInvalid("The code is too long or nested for one action; give one plain call.")
        if kind == "string":
            if before == "name":
                raise ActionInvalid(f"Only plain strings are read, not {_near(code, position)}.")
            _check_escapes(token.group())
        before, position = kind, token.end()


def _check_escapes(literal: str) -> None:
    for escape in _ESCAPE.finditer(literal):
        letter, digits = escape.groups()
        if letter not in _ESCAPES or (letter in "4567" and len(digits) == 2):
            raise ActionInvalid(f"{shown(escape.group())} is no escape of a string; write the backslash twice.")


def _near(code: str, position: int) -> str:
    return shown(code[position : position + 20])


def _is_set_up(node: ast.stmt) -> bool:
    match node:
        case ast.Import(names=names):
            return all(alias.name in MODULES and alias.asname is None for alias in names)
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="pyautogui"), attr=name)], value=ast.Constant()):
            return name in _SETTINGS
        case _:
            return False


def _call(node: ast.stmt) -> Call:
    match node:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name), args=args, keywords=given)
        ):
            named = {keyword.arg: _literal(keyword.value) for keyword in given if keyword.arg}
            if len(named) != len(given):
                raise ActionInvalid(f"{module}.{name} is given a parameter twice, or by **; name each once.")
            return Call(f"{module}.{name}", [_literal(argument) for argument in args], named)
        case _:
            raise ActionInvalid("Only plain calls such as pyautogui.click(x=100, y=200) are read, one action a reply.")


def _literal(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=str() | int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=ast.Constant(value=int() | float() as value)) if (
            not isinstance(value, bool)
        ):
            return -value if isinstance(sign, ast.USub) else value
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [_literal(part) for part in parts]
        case _:
            raise ActionInvalid(
                "Only numbers, strings and lists of them are read as arguments; write out their values."
            )
