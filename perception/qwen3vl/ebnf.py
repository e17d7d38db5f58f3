"""Grammars as llama.cpp and xgrammar write them (GBNF: `root ::= "a" | [0-9]+`) in the form that llguidance takes.

Both forms say the same things with nearly the same signs, so a rule is turned sign by sign. llguidance cuts text into
terminals greedily before it looks at rules, which GBNF does not; so a grammar without recursion becomes one terminal,
and in one with recursion every terminal is a single character, where greed can't do harm.
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

_SIGN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<literal>"(?:\\.|[^"\\\n])*")
    |(?P<set>\[(?:\\.|[^\]\\])*\])
    |(?P<assign>::=)
    |(?P<name>[A-Za-z0-9_][\w-]*)
    |(?P<repeat>[*+?]|\{\s*\d+\s*(?:,\s*\d*\s*)?\})
    |(?P<open>\((?!=|!))|(?P<close>\))|(?P<or>\|)|(?P<any>\.)""",
    re.VERBOSE,
)
_CHARACTER = re.compile(r"\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\.|[^\\]", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class Sign(NamedTuple):
    """A piece of a grammar."""

    kind: str
    text: str


def is_gbnf(text: str) -> bool:
    """Whether a grammar is written in this form, and not in llguidance's own (Lark, with `name: …`)."""
    return any(sign.kind == "assign" for sign in _signs(text, strict=False))


def to_lark(text: str) -> str:
    """A GBNF grammar, whose first rule is `root`, for llguidance.

    Raises ValueError naming the rule that can't be held, and why.
    """
    rules = _rules(text)
    if "root" not in rules:
        raise ValueError('The EBNF has no rule "root": name the one that it begins with so')
    for name, signs in rules.items():
        for sign in signs:
            if sign.kind == "name" and sign.text not in rules:
                raise _refusal(name, f'there is no rule "{sign.text}"')
    whole = not _is_recursive(rules)
    names = {name: f"T{index}" if whole else f"r{index}" for index, name in enumerate(rules)}
    lines = [f"{names[name]}: {_turned(name, signs, names, whole)}" for name, signs in rules.items()]
    return "\n".join([f"start: {names['root']}", *lines])


def _signs(text: str, *, strict: bool = True) -> Iterator[Sign]:
    at = 0
    while at < len(text):
        found = _SIGN.match(text, at)
        if found is None:
            if strict:
                raise ValueError(text[at : at + 12].splitlines()[0])
            at += 1
            continue
        at = found.end()
        if found.lastgroup and found.lastgroup != "space":
            yield Sign(found.lastgroup, found.group())


def _rules(text: str) -> dict[str, list[Sign]]:
    """Signs of every rule; a rule ends where the next name is followed by `::=`."""
    rules: dict[str, list[Sign]] = {}
    current: list[Sign] = []
    name = "the text before the first one"
    try:
        for sign in _signs(text):
            if sign.kind != "assign":
                current.append(sign)
                continue
            if not current or current[-1].kind != "name":
                raise _refusal(name, "::= stands behind something that is not a name")
            following = current.pop().text
            if not rules and current:
                raise _refusal(name, "it belongs to no rule")
            if following in rules:
                raise _refusal(following, "it is there twice")
            name, current = following, []
            rules[name] = current
    except ValueError as error:
        words = str(error)
        raise error if words.startswith("The rule") else _refusal(name, f"nobody knows what {words!r} means") from None
    return rules


def _is_recursive(rules: dict[str, list[Sign]]) -> bool:
    """Whether some rule leads back to itself: what is left when rules without open references are taken away."""
    open_references = {name: {sign.text for sign in signs if sign.kind == "name"} for name, signs in rules.items()}
    while ready := {name for name, references in open_references.items() if not references}:
        open_references = {
            name: references - ready for name, references in open_references.items() if name not in ready
        }
    return bool(open_references)


def _turned(rule: str, signs: list[Sign], names: dict[str, str], whole: bool) -> str:
    """The right side of a rule; whole: literals may stay in one piece."""
    parts: list[str] = []
    depth, before = 0, "or"
    for sign in [*signs, Sign("end", "")]:
        if sign.kind in ("or", "close", "end") and before in ("or", "open"):
            parts.append('""')  # an empty choice
        if sign.kind == "repeat" and before in ("or", "open", "repeat"):
            raise _refusal(rule, f"{sign.text} stands behind nothing that could be repeated")
        depth += (sign.kind == "open") - (sign.kind == "close")
        if depth < 0 or (sign.kind == "end" and depth):
            raise _refusal(rule, "its brackets do not fit")
        parts.append(_part(rule, sign, names, whole))
        before = sign.kind
    return " ".join(filter(None, parts))


def _part(rule: str, sign: Sign, names: dict[str, str], whole: bool) -> str:
    if sign.kind == "name":
        return names[sign.text]
    if sign.kind == "any":
        return "/(?s:.)/"
    if sign.kind == "set":
        return _set(rule, sign.text[1:-1])
    if sign.kind == "literal":
        characters = [_character(rule, one) for one in _CHARACTER.findall(sign.text[1:-1])]
        if whole or not characters:
            return json.dumps("".join(characters), ensure_ascii=False)
        return f"({' '.join(json.dumps(one, ensure_ascii=False) for one in characters)})"
    if sign.kind == "repeat":
        return "".join(sign.text.split())
    return sign.text


def _set(rule: str, inside: str) -> str:
    """`a-z0-9` between square brackets as a regular expression."""
    mark = "^" if inside.startswith("^") else ""
    raw = _CHARACTER.findall(inside[len(mark) :])
    if not raw:
        raise _refusal(rule, f"[{inside}] holds no character")
    parts: list[str] = []
    at = 0
    while at < len(raw):
        low = high = _character(rule, raw[at])
        at += 1
        if at + 1 < len(raw) and raw[at] == "-":
            high = _character(rule, raw[at + 1])
            at += 2
        if high < low:
            raise _refusal(rule, f"the range {low}-{high} runs backwards")
        parts.append(f"\\x{{{ord(low):x}}}-\\x{{{ord(high):x}}}")
    return f"/[{mark}{''.join(parts)}]/"


def _character(rule: str, raw: str) -> str:
    """What one character, or an escape, stands for."""
    if not raw.startswith("\\"):
        return raw
    if raw[1] in "xuU" and len(raw) > 2:
        code = int(raw[2:], 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            raise _refusal(rule, f"{raw} is no character")
        return chr(code)
    if raw[1].isalnum() and raw[1] not in _ESCAPES:
        raise _refusal(rule, f"the escape {raw} is not known")
    return _ESCAPES.get(raw[1], raw[1])


def _refusal(rule: str, why: str) -> ValueError:
    return ValueError(f'The rule "{rule}" of the EBNF can\'t be held: {why}')
