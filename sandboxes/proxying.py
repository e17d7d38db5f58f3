"""What clients ask a proxy for: SOCKS 5 (RFC 1928, without a login) and HTTP (RFC 9110), told apart by the first byte.

One request to a connection: what was checked is all that the connection is for. HTTP is read by h11, the parser under
httpx.
"""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import h11

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Dial = Callable[[str, int], Awaitable[Stream]]
"""Connects to a host and a port, or raises Refused or OSError."""

HEAD_SECONDS = 20.0
"""How long a client may take to say what it wants."""
_CHUNK = 65536
_SOCKS, _SOCKS_CONNECT = b"\x05", 1
_SOCKS_DONE, _SOCKS_REFUSED, _SOCKS_UNKNOWN, _SOCKS_DEAD, _SOCKS_CANNOT = 0, 2, 4, 5, 7
_OF_THE_WAY = (b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"upgrade", b"te", b"host")
"""Headers between a client and its proxy; `Host` is what the request line says."""


class Refused(Exception):
    """The host may not be reached; the message says why."""


async def serve(near: Stream, dial: Dial) -> None:
    """One connection of a client, to its end. Raises what reading and writing raises."""
    reader, _ = near
    async with asyncio.timeout(HEAD_SECONDS):
        first = await reader.readexactly(1)
    await (_socks(near, dial) if first == _SOCKS else _http(first, near, dial))


async def _socks(near: Stream, dial: Dial) -> None:
    reader, writer = near
    async with asyncio.timeout(HEAD_SECONDS):
        await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(_SOCKS + b"\0")
        _, command, _, kind = await reader.readexactly(4)
        host = await _socks_host(reader, kind)
        port = int.from_bytes(await reader.readexactly(2), "big")
    code, far = _SOCKS_CANNOT, None
    if command == _SOCKS_CONNECT and host:
        code, far = await _socks_dial(dial, host, port)
    writer.write(_SOCKS + bytes((code, 0, 1, 0, 0, 0, 0, 0, 0)))
    if far is not None:
        await _join(near, far)


async def _socks_dial(dial: Dial, host: str, port: int) -> tuple[int, Stream | None]:
    try:
        return _SOCKS_DONE, await dial(host, port)
    except Refused:
        return _SOCKS_REFUSED, None
    except ConnectionError:
        return _SOCKS_DEAD, None
    except OSError:
        return _SOCKS_UNKNOWN, None


async def _socks_host(reader: asyncio.StreamReader, kind: int) -> str:
    """As the client names it; empty for a kind of address that there is not, or a name that is none."""
    if kind == 3:
        name = await reader.readexactly((await reader.readexactly(1))[0])
        return name.decode("ascii", "replace").lower() if name.isascii() else ""
    size = {1: 4, 4: 16}.get(kind, 0)
    return str(ipaddress.ip_address(await reader.readexactly(size))) if size else ""


async def _http(first: bytes, near: Stream, dial: Dial) -> None:
    reader, writer = near
    client = h11.Connection(h11.SERVER)
    client.receive_data(first)
    try:
        async with asyncio.timeout(HEAD_SECONDS):
            request = await _next(client, reader)
        if not isinstance(request, h11.Request):
            return
        far = await dial(*_target(request))
    except (h11.RemoteProtocolError, ValueError):
        _answer(writer, 400, "This is a proxy: ask it for http://HOST/, or by CONNECT HOST:PORT.")
    except Refused as why:
        _answer(writer, 403, f"{why}.")
    except OSError as error:
        _answer(writer, 502, f"The host can't be reached: {error}.")
    else:
        await _go_on(client, request, near, far)


async def _go_on(client: h11.Connection, request: h11.Request, near: Stream, far: Stream) -> None:
    """A tunnel where one was asked for, else this one request and its answer."""
    if request.method == b"CONNECT":
        near[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        far[1].write(client.trailing_data[0])
        await _join(near, far)
        return
    try:
        await _both(_forward(client, request, near[0], far[1]), _pour(far[0], near[1]))
    finally:
        far[1].close()


async def _forward(
    client: h11.Connection, request: h11.Request, reader: asyncio.StreamReader, far: asyncio.StreamWriter
) -> None:
    """The request as a server wants it, and its body as it comes; the connection ends with the answer."""
    server = h11.Connection(h11.CLIENT)
    parts = urlsplit(request.target.decode("ascii"))
    path = parts._replace(scheme="", netloc="", path=parts.path or "/", fragment="").geturl()
    kept = [(name, value) for name, value in request.headers if name not in _OF_THE_WAY]
    place = parts.netloc.rpartition("@")[2]
    headers = [("Host", place), *kept, ("Connection", "close")]
    event: Any = h11.Request(method=request.method, target=path, headers=headers)
    while True:
        far.write(server.send(event) or b"")
        await far.drain()
        if isinstance(event, h11.EndOfMessage):
            return
        event = await _next(client, reader)
        if not isinstance(event, (h11.Data, h11.EndOfMessage)):
            raise ConnectionError("The client left before it had said all.")


def _target(request: h11.Request) -> tuple[str, int]:
    """Host and port of a request. Raises ValueError when there is none."""
    target, connects = request.target.decode("ascii"), request.method == b"CONNECT"
    parts = urlsplit(f"//{target}" if connects else target)
    port = parts.port or (None if connects else 80)
    if not parts.hostname or port is None or parts.scheme != ("" if connects else "http"):
        raise ValueError(target)
    return parts.hostname, port


def _answer(writer: asyncio.StreamWriter, status: int, text: str) -> None:
    said = " ".join(text.split()).encode("ascii", "replace") + b"\n"
    head = f"HTTP/1.1 {status} Refused\r\nContent-Type: text/plain\r\nContent-Length: {len(said)}\r\n"
    writer.write(head.encode() + b"Connection: close\r\n\r\n" + said)


async def _next(connection: h11.Connection, reader: asyncio.StreamReader) -> Any:
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(_CHUNK))
    return event


async def _join(near: Stream, far: Stream) -> None:
    """Everything both ways, until both have ended or one is broken."""
    try:
        await _both(_pour(near[0], far[1]), _pour(far[0], near[1]))
    finally:
        far[1].close()


async def _both(*ways: Awaitable[None]) -> None:
    """Where one way breaks, the other ends too."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
