"""Files over ADB: `adb push`, `adb pull`, `adb ls`.

A request is four letters, a length and a path; STAT, LIST, RECV and SEND are answered. Source: AOSP
packages/modules/adb, SYNC.TXT (version 1, which every client falls back to).
"""

import struct

from sandboxes.demos.paper_phone.files import Entry, FileProblem, Files
from sandboxes.demos.paper_phone.transport import Stream

MOST_CHUNK = 64 * 1024
"""Bytes in one piece of a file, as the protocol has it."""
MOST_PATH = 1024

_TIME = 1_773_481_260
"""When every file was last changed: the phone's clock stands still."""
_FOLDER, _FILE = 0o040000, 0o100000
_WORD = struct.Struct("<4sI")


async def serve_sync(stream: Stream, files: Files) -> None:
    """Answer requests until the other side ends."""
    while True:
        request, length = _WORD.unpack(await stream.read_exactly(_WORD.size))
        if request == b"QUIT":
            return
        if length > MOST_PATH:
            await _refuse(stream, "path too long")
            return
        path = (await stream.read_exactly(length)).decode(errors="surrogateescape")
        if request in (b"STAT", b"LSTA"):
            await stream.write(b"STAT" + _status(files.find(path)))
        elif request == b"LIST":
            await _list(stream, files, path)
        elif request == b"RECV":
            await _receive(stream, files, path)
        elif request == b"SEND":
            await _send(stream, files, path)
        else:
            await _refuse(stream, f"unknown request {request!r}")
            return


def _status(entry: Entry | None) -> bytes:
    """Mode, size and time; all zero where nothing is."""
    if entry is None:
        return struct.pack("<III", 0, 0, 0)
    kind, size = (_FOLDER, 0) if entry.data is None else (_FILE, len(entry.data))
    return struct.pack("<III", kind | entry.mode, size, _TIME)


async def _list(stream: Stream, files: Files, path: str) -> None:
    try:
        entries = files.entries(path)
    except FileProblem:
        entries = []
    for entry in entries:
        name = entry.name.encode(errors="surrogateescape")
        await stream.write(b"DENT" + _status(entry) + struct.pack("<I", len(name)) + name)
    await stream.write(b"DONE" + bytes(16))


async def _receive(stream: Stream, files: Files, path: str) -> None:
    """Give a file away."""
    try:
        data = files.read(path)
    except FileProblem as problem:
        await _refuse(stream, f"open failed: {problem}")
        return
    for at in range(0, len(data), MOST_CHUNK):
        chunk = data[at : at + MOST_CHUNK]
        await stream.write(_WORD.pack(b"DATA", len(chunk)) + chunk)
    await stream.write(_WORD.pack(b"DONE", 0))


async def _send(stream: Stream, files: Files, path_and_mode: str) -> None:
    """Take a file; the path comes with its mode behind a comma."""
    path, _, mode = path_and_mode.rpartition(",")
    data = bytearray()
    while True:
        kind, length = _WORD.unpack(await stream.read_exactly(_WORD.size))
        if kind == b"DONE":  # The length is a time here.
            break
        if kind != b"DATA" or length > MOST_CHUNK:
            await _refuse(stream, "not a piece of a file")
            return
        data += await stream.read_exactly(length)
    try:
        files.write(path, bytes(data), int(mode) & 0o777, parents=True)
    except (FileProblem, ValueError) as problem:
        await _refuse(stream, f"couldn't create file: {problem}")
        return
    await stream.write(_WORD.pack(b"OKAY", 0))


async def _refuse(stream: Stream, why: str) -> None:
    text = why.encode()
    await stream.write(_WORD.pack(b"FAIL", len(text)) + text)
