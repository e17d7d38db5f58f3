"""What the phone offers over ADB: `shell:`, `shell,v2:`, `exec:` and `sync:`.

`shell:` and `exec:` carry what is printed as it is; `shell,v2` cuts it into packets (a byte for the stream, four for
the length, the data) and tells the exit status at the end. Source: AOSP packages/modules/adb, SERVICES.TXT and
shell_protocol.h.
"""

import struct
from contextlib import suppress

from sandboxes.demos.paper_phone.command import Device
from sandboxes.demos.paper_phone.shell import Shell
from sandboxes.demos.paper_phone.sync import serve_sync
from sandboxes.demos.paper_phone.transport import Endpoint, Stream, StreamClosed

FEATURES = ("shell_v2", "cmd")

_PACKET = struct.Struct("<BI")
_STDIN, _EXIT, _CLOSE_STDIN = 0, 3, 4


def banner(device: Device) -> bytes:
    """How the phone introduces itself when it is connected."""
    about = f"ro.product.name=paper_phone;ro.product.model=Paper Phone;ro.product.device={device.serial};"
    return f"device::{about}features={','.join(FEATURES)}".encode()


def find_endpoint(device: Device, name: str) -> Endpoint | None:
    """The endpoint of this name, or None where this phone has none."""
    kind, colon, line = name.partition(":")
    if not colon:
        return None
    kind, *details = kind.split(",")
    if kind == "sync":
        return lambda stream: serve_sync(stream, device.files)
    if kind == "root":
        return lambda stream: stream.write(b"adbd cannot run as root in production builds\n")
    if kind not in ("shell", "exec"):
        return None
    if not line:
        return lambda stream: _interactive(device, stream, framed="v2" in details)
    if "v2" in details:
        return lambda stream: _framed(device, stream, line)
    return lambda stream: _plain(device, stream, line)


async def _plain(device: Device, stream: Stream, line: str) -> None:
    async def write(_: int, data: bytes) -> None:
        await stream.write(data)

    await Shell(device).run(line, write)


async def _framed(device: Device, stream: Stream, line: str) -> None:
    status = await Shell(device).run(line, _packets(stream))
    await stream.write(_PACKET.pack(_EXIT, 1) + bytes([status & 0xFF]))


async def _interactive(device: Device, stream: Stream, *, framed: bool) -> None:
    """A shell that takes line after line; without a prompt or line editing, which programs do not need."""
    shell = Shell(device)

    async def plain(_: int, data: bytes) -> None:
        await stream.write(data)

    write = _packets(stream) if framed else plain
    held = b""
    with suppress(StreamClosed):
        while data := await (_stdin(stream) if framed else stream.read()):
            *lines, held = (held + data).replace(b"\r", b"\n").split(b"\n")
            for line in lines:
                if line.strip() == b"exit":
                    held = b""
                    raise StreamClosed
                await shell.run(line.decode(errors="surrogateescape"), write)
    if held.strip():
        await shell.run(held.decode(errors="surrogateescape"), write)
    if framed:
        await stream.write(_PACKET.pack(_EXIT, 1) + bytes([shell.status & 0xFF]))


def _packets(stream: Stream):
    async def write(which: int, data: bytes) -> None:
        await stream.write(_PACKET.pack(which, len(data)) + data)

    return write


async def _stdin(stream: Stream) -> bytes:
    """What is typed into a framed shell next; empty at its end."""
    while True:
        kind, length = _PACKET.unpack(await stream.read_exactly(_PACKET.size))
        data = await stream.read_exactly(length)
        if kind == _CLOSE_STDIN:
            return b""
        if kind == _STDIN and data:
            return data
