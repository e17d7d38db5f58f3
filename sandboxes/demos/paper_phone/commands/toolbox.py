"""Small commands that every shell has: echo, cat, ls, grep, date and their kind, as far as they are used over ADB."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime

from sandboxes.demos.paper_phone.command import Answer, Call, Command, failed, said
from sandboxes.demos.paper_phone.files import FileProblem

MOST_SECONDS = 600
"""The longest sleep."""


async def _echo(call: Call) -> Answer:
    words = call.words
    flags = {"-n", "-e", "-ne", "-en"}
    flag = words[0] if words and words[0] in flags else ""
    text = " ".join(words[1:] if flag else words)
    if "e" in flag:
        text = text.replace("\\n", "\n").replace("\\t", "\t")
    return Answer((text if "n" in flag else text + "\n").encode(errors="surrogateescape"))


async def _cat(call: Call) -> Answer:
    out, error = call.stdin if not call.words else b"", ""
    for name in call.words:
        try:
            out += call.stdin if name == "-" else call.device.files.read(name)
        except FileProblem as problem:
            error += f"cat: {name}: {problem}\n"
    return Answer(out, error, int(bool(error)))


async def _ls(call: Call) -> Answer:
    flags, names = _split(call.words)
    lines, error = [], ""
    for name in names or ["/"]:
        entry = call.device.files.find(name)
        if entry is None:
            error += f"ls: {name}: No such file or directory\n"
            continue
        listed = call.device.files.entries(name) if entry.is_folder and "d" not in flags else [entry]
        for one in listed:
            kind = "drwxrwx--x" if one.is_folder else "-rw-rw----"
            size = len(one.data or b"")
            shown = name if one is entry else one.name
            lines.append(f"{kind} 1 root sdcard_rw {size:>8} 2026-03-14 09:41 {shown}" if "l" in flags else shown)
    return Answer("".join(f"{line}\n" for line in lines).encode(), error, int(bool(error)))


async def _rm(call: Call) -> Answer:
    flags, names = _split(call.words)
    error = ""
    for name in names:
        try:
            call.device.files.remove(name, folders="r" in flags or "R" in flags)
        except FileProblem as problem:
            if "f" not in flags or "such file" not in str(problem):
                error += f"rm: {name}: {problem}\n"
    return Answer(error=error, status=int(bool(error)))


async def _mkdir(call: Call) -> Answer:
    flags, names = _split(call.words)
    for name in names:
        try:
            call.device.files.make_folder(name, parents="p" in flags)
        except FileProblem as problem:
            return failed(f"mkdir: '{name}': {problem}")
    return Answer()


async def _touch(call: Call) -> Answer:
    for name in _split(call.words)[1]:
        if call.device.files.find(name) is None:
            call.device.files.write(name, b"")
    return Answer()


async def _copy(call: Call, *, moves: bool = False) -> Answer:
    source, target = _split(call.words)[1]
    files = call.device.files
    data, held = files.read(source), files.find(target)
    files.write(f"{target}/{source.rsplit('/', 1)[-1]}" if held and held.is_folder else target, data)
    if moves:
        files.remove(source)
    return Answer()


async def _move(call: Call) -> Answer:
    return await _copy(call, moves=True)


async def _date(call: Call) -> Answer:
    if any(re.fullmatch(r"\d{8,12}(\.\d\d)?", word) for word in call.words):
        return failed("date: cannot set date: Operation not permitted")  # only root may
    state = await call.device.screen.ask("state")
    clock = datetime.strptime(state["clock"] + " +0000", "%Y-%m-%d %H:%M:%S %z")
    pattern = next((word[1:] for word in call.words if word.startswith("+")), "%a %b %e %H:%M:%S GMT %Y")
    return said(clock.strftime(pattern.replace("%s", str(int(clock.timestamp())))))


async def _sleep(call: Call) -> Answer:
    await asyncio.sleep(min(MOST_SECONDS, float(call.words[0].rstrip("s"))))
    return Answer()


async def _grep(call: Call) -> Answer:
    flags, rest = _split(call.words)
    most = int(rest.pop(0)) if flags.endswith("m") else len(call.stdin) + 1
    pattern, *names = rest
    text = b"".join(call.device.files.read(name) for name in names) if names else call.stdin
    plain = re.escape(pattern) if "F" in flags else pattern
    wanted = re.compile(plain, re.IGNORECASE if "i" in flags else 0)
    lines = text.decode(errors="surrogateescape").splitlines()
    found = [line for line in lines if bool(wanted.search(line)) != ("v" in flags)][:most]
    if "o" in flags:
        found = [match[0] for line in found for match in wanted.finditer(line)]
    if "q" in flags:
        return Answer(status=int(not found))
    shown = [str(len(found))] if "c" in flags else found
    return said("".join(f"{line}\n" for line in shown), int(not found))


async def _head(call: Call) -> Answer:
    count = 10
    words = list(call.words)
    if words and words[0] == "-n":
        count, words = int(words[1]), words[2:]
    elif words and re.fullmatch(r"-\d+", words[0]):
        count, words = int(words[0][1:]), words[1:]
    text = call.device.files.read(words[0]) if words else call.stdin
    return Answer(b"".join(text.splitlines(keepends=True)[:count]))


async def _wc(call: Call) -> Answer:
    flags, names = _split(call.words)
    text = call.device.files.read(names[0]) if names else call.stdin
    counts = {"l": text.count(b"\n"), "w": len(text.split()), "c": len(text)}
    return said(" ".join(str(counts[flag]) for flag in flags or "lwc" if flag in counts))


async def _true(_: Call) -> Answer:
    return Answer()


async def _false(_: Call) -> Answer:
    return Answer(status=1)


async def _id(_: Call) -> Answer:
    return said("uid=2000(shell) gid=2000(shell) groups=2000(shell) context=u:r:shell:s0")


async def _whoami(_: Call) -> Answer:
    return said("shell")


async def _test(call: Call) -> Answer:
    """`[ -d NAME ]` and its like."""
    words = call.words[:-1] if call.words[-1:] == ["]"] else call.words
    wanted = words[:1] != ["!"]
    words = words if wanted else words[1:]
    match words:
        case [("-e" | "-f" | "-d") as kind, name]:
            entry = call.device.files.find(name)
            found = entry is not None and (kind == "-e" or entry.is_folder == (kind == "-d"))
        case [("-n" | "-z") as kind, text]:
            found = bool(text) == (kind == "-n")
        case [one, ("=" | "!=") as sign, other]:
            found = (one == other) == (sign == "=")
        case [text]:
            found = bool(text)
        case _:
            return failed("test: this phone knows -e, -f, -d, -n, -z, = and !=", 2)
    return Answer(status=int(found != wanted))


async def _called(call: Call) -> Answer:
    """`service call NAME CODE ...`: nobody is behind it, and the answer is empty."""
    if call.words[:1] != ["call"]:
        return failed("Usage: service call SERVICE CODE [i32 N | s16 STR] ...", 10)
    return said("Result: Parcel(00000000    '....')")


async def _pwd(_: Call) -> Answer:
    return said("/")


def _split(words: list[str]) -> tuple[str, list[str]]:
    """The letters of all flags, and the other words."""
    flags = [word[1:] for word in words if len(word) > 1 and word.startswith("-")]
    return "".join(flags), [word for word in words if len(word) < 2 or not word.startswith("-")]


COMMANDS: Mapping[str, Command] = {
    "echo": _echo,
    "cat": _cat,
    "ls": _ls,
    "rm": _rm,
    "mkdir": _mkdir,
    "touch": _touch,
    "cp": _copy,
    "mv": _move,
    "date": _date,
    "sleep": _sleep,
    "grep": _grep,
    "head": _head,
    "wc": _wc,
    "true": _true,
    ":": _true,
    "sync": _true,
    "false": _false,
    "id": _id,
    "whoami": _whoami,
    "test": _test,
    "[": _test,
    "service": _called,
    "pwd": _pwd,
}
