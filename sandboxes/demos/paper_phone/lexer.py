"""A shell's line taken apart: words with their quoting, and the signs between commands.

What a phone is asked for fits in words, quotes, `$NAME`, `;`, `&&`, `||`, `|`, redirections and `if`. Loops, functions
and `$(...)` are refused in the shell's own manner.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SIGNS = ("&&", "||", ">>", "2>&1", "1>&2", ">&2", "2>>", "2>", "&>", "1>", ";", "|", "&", ">", "<", "\n")
"""What separates words, the longest first."""

_NAME = re.compile(r"\$(\?|\$|\w+|\{\w+\})")
_PROTECTED = ('"', "\\", "$", "`", "\n")
"""What a backslash takes the meaning from between double quotes."""
_PLAIN = re.compile(r"[^\s'\"\\;|&<>()$`*?]+")

Part = tuple[str, bool, bool]
"""A piece of a word, whether it may hold names (`$NAME`), and whether it may hold patterns (`*`)."""


class ShellSyntax(Exception):
    """The line can't be read; the message is what the shell prints."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands between words."""

    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """One word, in the parts that its quotes make."""

    parts: tuple[Part, ...]

    def text(self, value: Callable[[str], str]) -> str:
        """The word with its names replaced by their values."""
        return "".join(
            _NAME.sub(lambda m: value(m[1].strip("{}")), part) if live else part for part, live, _ in self.parts
        )

    @property
    def is_pattern(self) -> bool:
        """Whether it holds `*` or `?` outside quotes."""
        return any(open_ and re.search(r"[*?]", part) for part, _, open_ in self.parts)

    @property
    def keyword(self) -> str:
        """The word where it could be one of the shell's own: whole, and outside quotes."""
        text, _, bare = self.parts[0]
        return text if bare and len(self.parts) == 1 else ""


def lex(line: str) -> Iterator[Word | Sign]:
    """The words and signs of a line. Raises ShellSyntax."""
    at = 0
    parts: list[Part] = []
    while at < len(line):
        sign = _sign(line, at, begun=bool(parts))
        if sign or line[at] in " \t\r":
            if parts:
                yield Word(tuple(parts))
                parts = []
            if sign:
                yield Sign(sign)
            at += len(sign) or 1
        elif line[at] == "#" and not parts:
            at = end if (end := line.find("\n", at)) >= 0 else len(line)
        else:
            more, at = _parts(line, at)
            parts += more
    if parts:
        yield Word(tuple(parts))


def _sign(line: str, at: int, *, begun: bool) -> str:
    """The sign that begins here; a number belongs to a redirection only at the beginning of a word."""
    found = next((sign for sign in SIGNS if line.startswith(sign, at)), "")
    return "" if begun and found[:1].isdigit() else found


def _parts(line: str, at: int) -> tuple[list[Part], int]:
    """What a word goes on with at `at`, and where that ends."""
    character = line[at]
    if character == "'":
        end = line.find("'", at + 1)
        if end < 0:
            raise ShellSyntax("syntax error: no closing quote")
        return [(line[at + 1 : end], False, False)], end + 1
    if character == '"':
        return _quoted(line, at + 1)
    if character == "\\":
        return [(line[at + 1 : at + 2].replace("\n", ""), False, False)], at + 2
    if character in "()`" or line.startswith("$(", at):
        raise ShellSyntax(f"syntax error: unexpected '{character}'")
    if character == "$" and (named := _NAME.match(line, at)):
        return [(named[0], True, False)], named.end()
    plain = _PLAIN.match(line, at)
    text = plain[0] if plain else character
    return [(text, False, True)], at + len(text)


def _quoted(line: str, at: int) -> tuple[list[Part], int]:
    """What is between double quotes, from behind the first: names live in it, but for what a backslash protects."""
    parts: list[Part] = []
    text = ""
    while at < len(line) and line[at] != '"':
        if line[at] == "`" or line.startswith("$(", at):
            raise ShellSyntax("syntax error: this phone's shell runs no commands inside others")
        if line[at] == "\\" and line[at + 1 : at + 2] in _PROTECTED:
            parts += [(text, True, False), (line[at + 1].replace("\n", ""), False, False)]
            text, at = "", at + 2
        else:
            text, at = text + line[at], at + 1
    if at >= len(line):
        raise ShellSyntax("syntax error: no closing quote")
    return [*parts, (text, True, False)], at + 1
