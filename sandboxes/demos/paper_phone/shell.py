"""The phone's shell: runs lines of the commands that this phone knows. None ever reaches the computer's own shell."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from actions.errors import ActionError
from sandboxes.demos.paper_phone.command import Answer, Call, Command, Device, failed
from sandboxes.demos.paper_phone.commands import content, device, packages, settings, toolbox, touch
from sandboxes.demos.paper_phone.files import FileProblem
from sandboxes.demos.paper_phone.lexer import ShellSyntax, Sign, Word, lex
from sandboxes.errors import SandboxError

SHELL = "/system/bin/sh"
NOT_FOUND = 127

COMMANDS: Mapping[str, Command] = {
    **toolbox.COMMANDS,
    **touch.COMMANDS,
    **settings.COMMANDS,
    **device.COMMANDS,
    **packages.COMMANDS,
    **content.COMMANDS,
}

Write = Callable[[int, bytes], Awaitable[None]]
"""Takes what is printed: 1 for the standard output, 2 for the error output."""


@dataclass
class _Simple:
    """One command of a pipeline, with where its input and output go."""

    words: list[Word] = field(default_factory=list)
    redirections: list[tuple[str, Word]] = field(default_factory=list)
    joins: str = ""
    """`2>&1` or `1>&2`: both outputs go where one of them goes."""


@dataclass
class _Branch:
    """An `if` that is open, and whether what comes now is to be run."""

    runs: bool = True
    taken: bool = False


class Shell:
    """One shell: it remembers how the last command ended (`$?`)."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.status = 0

    async def run(self, line: str, write: Write) -> int:
        """Run a line, printing as it goes; returns the exit status of its last command."""
        try:
            chain = _parsed(line)
        except ShellSyntax as error:
            await write(2, f"{SHELL}: {error}\n".encode())
            self.status = 1
            return self.status
        branches: list[_Branch] = []
        try:
            for sign, pipeline in chain:
                begun = _unbranched(pipeline, branches, self.status)
                skipped = (sign == "&&" and self.status != 0) or (sign == "||" and self.status == 0)
                if begun and not skipped and all(branch.runs for branch in branches):
                    await self._pipe(begun, write)
            if branches:
                raise ShellSyntax("syntax error: no closing fi")
        except ShellSyntax as error:
            await write(2, f"{SHELL}: {error}\n".encode())
            self.status = 1
        return self.status

    async def _pipe(self, pipeline: list[_Simple], write: Write) -> None:
        stdin, shown = b"", b""
        for at, simple in enumerate(pipeline):
            answer = await self._simple(simple, stdin)
            stdin = answer.out
            if answer.error:
                await write(2, answer.error.encode(errors="surrogateescape"))
            if at == len(pipeline) - 1:
                shown, self.status = answer.out, answer.status
        if shown:
            await write(1, shown)

    async def _simple(self, simple: _Simple, stdin: bytes) -> Answer:
        words = self._expanded(simple.words)
        try:
            for sign, target in simple.redirections:
                if sign == "<":
                    stdin = self._read(target.text(self._value))
            answer = await self._command(words, stdin) if words else Answer()
            return self._redirected(_joined(answer, simple.joins), simple.redirections)
        except FileProblem as problem:
            return failed(f"{SHELL}: {problem}")

    async def _command(self, words: list[str], stdin: bytes) -> Answer:
        name = words[0].removeprefix("/system/bin/")
        command = COMMANDS.get(name)
        if command is None:
            return failed(f"{SHELL}: {words[0]}: inaccessible or not found", NOT_FOUND)
        try:
            return await command(Call(self._device, words[1:], stdin))
        except FileProblem as problem:
            return failed(f"{name}: {problem}")
        except (IndexError, ValueError) as problem:
            return failed(f"{name}: bad arguments: {problem}", 255)
        except (ActionError, SandboxError) as problem:
            return failed(f"{name}: {problem}", 255)

    def _expanded(self, words: list[Word]) -> list[str]:
        texts: list[str] = []
        for word in words:
            text = word.text(self._value)
            matching = self._device.files.matching(text) if word.is_pattern and "/" in text else []
            texts += matching or [text]
        return texts

    def _value(self, name: str) -> str:
        known = {"?": str(self.status), "$": "4242", "HOME": "/", "PWD": "/", "EXTERNAL_STORAGE": "/sdcard"}
        return known.get(name, "")

    def _read(self, name: str) -> bytes:
        try:
            return self._device.files.read(name)
        except FileProblem as problem:
            raise FileProblem(f"can't open {name}: {problem}") from problem

    def _redirected(self, answer: Answer, redirections: list[tuple[str, Word]]) -> Answer:
        out, error = answer.out, answer.error
        for sign, target in redirections:
            name = target.text(self._value)
            if sign in (">", "1>", ">>", "&>"):
                self._write(name, out + (error.encode() if sign == "&>" else b""), append=sign == ">>")
                out, error = b"", "" if sign == "&>" else error
            elif sign in ("2>", "2>>"):
                self._write(name, error.encode(), append=sign == "2>>")
                error = ""
        return Answer(out, error, answer.status)

    def _write(self, name: str, data: bytes, *, append: bool) -> None:
        if name == "/dev/null":
            return
        held = self._device.files.find(name)
        before = held.data if append and held and held.data else b""
        try:
            self._device.files.write(name, before + data)
        except FileProblem as problem:
            raise FileProblem(f"can't create {name}: {problem}") from problem


def _unbranched(pipeline: list[_Simple], branches: list[_Branch], status: int) -> list[_Simple]:
    """The pipeline without `if`, `then`, `else` and `fi` before it, which say what is run; empty where nothing is left.

    Raises ShellSyntax for one that belongs to no `if`.
    """
    simple = pipeline[0]
    while simple.words and (keyword := simple.words[0].keyword) in ("if", "then", "else", "fi"):
        if keyword == "if":
            branches.append(_Branch())
        elif not branches:
            raise ShellSyntax(f"syntax error: unexpected '{keyword}'")
        elif keyword == "then":
            branches[-1].runs = branches[-1].taken = status == 0
        elif keyword == "else":
            branches[-1].runs = not branches[-1].taken
        else:
            branches.pop()
        simple = _Simple(simple.words[1:], simple.redirections, simple.joins)
    empty = not simple.words and not simple.redirections
    return [] if empty and len(pipeline) == 1 else [simple, *pipeline[1:]]


def _joined(answer: Answer, joins: str) -> Answer:
    if joins == "2>&1":
        return Answer(answer.out + answer.error.encode(errors="surrogateescape"), "", answer.status)
    if joins:
        return Answer(b"", answer.error + answer.out.decode(errors="surrogateescape"), answer.status)
    return answer


def _parsed(line: str) -> list[tuple[str, list[_Simple]]]:
    """A line as pipelines, each with the sign before it. Raises ShellSyntax."""
    chain: list[tuple[str, list[_Simple]]] = []
    sign, pipeline, simple = ";", [], _Simple()
    tokens = iter(lex(line))
    for token in tokens:
        if isinstance(token, Word):
            simple.words.append(token)
        elif token.text in (";", "\n", "&", "&&", "||"):
            if pipeline or simple.words or simple.redirections:
                chain.append((sign, [*pipeline, simple]))
            elif token.text in ("&&", "||", "&"):
                raise ShellSyntax(f"syntax error: unexpected '{token.text}'")
            sign, pipeline, simple = token.text, [], _Simple()
        elif token.text == "|":
            pipeline, simple = [*pipeline, simple], _Simple()
        elif token.text in ("2>&1", "1>&2", ">&2"):
            simple.joins = token.text
        else:
            simple.redirections.append((token.text, _target(next(tokens, None), token)))
    if pipeline or simple.words or simple.redirections:
        chain.append((sign, [*pipeline, simple]))
    elif sign in ("&&", "||"):
        raise ShellSyntax(f"syntax error: unexpected end after '{sign}'")
    return chain


def _target(token: Word | Sign | None, sign: Sign) -> Word:
    if not isinstance(token, Word):
        raise ShellSyntax(f"syntax error: '{sign.text}' wants a file")
    return token


async def run_whole(device: Device, line: str) -> tuple[int, bytes]:
    """A line's exit status, and all that it printed, for those who call the phone without adb."""
    gathered = bytearray()

    async def write(_: int, data: bytes) -> None:
        gathered.extend(data)
        await asyncio.sleep(0)

    return await Shell(device).run(line, write), bytes(gathered)
