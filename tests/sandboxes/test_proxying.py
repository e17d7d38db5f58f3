"""The proxy by itself, over real sockets: what it connects to, what it says, and what it never mixes up."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandboxes.egress import Egress
from sandboxes.hosts import Hosts
from tests.page_server import PageServer
from tests.sandboxes.canary import Canary


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as made:
        yield made


def proxy(*patterns: str) -> tuple[Egress, int]:
    made, listener = Egress(Hosts(patterns)), socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    made.start()
    made.listen(listener)
    return made, port


@pytest.fixture
def way() -> Iterator[tuple[Egress, int]]:
    made, port = proxy("127.0.0.1")
    yield made, port
    made.close()
    made.close()


def said(port: int, *parts: bytes) -> bytes:
    """What comes back to these bytes, until the end."""
    with socket.create_connection(("127.0.0.1", port), 10) as one:
        for part in parts:
            one.sendall(part)
        answer = b""
        while got := one.recv(65536):
            answer += got
        return answer


def test_pages_come_through_and_refusals_say_why(way: tuple[Egress, int], page_server: PageServer) -> None:
    egress, port = way
    url = page_server.add("/a", "<title>here</title>")
    with httpx.Client(proxy=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(2):
            answer = client.get(url + "?a=b")
            assert (answer.status_code, answer.text) == (200, "<title>here</title>")
        refused = client.get(url.replace("127.0.0.1", "localhost"))
        assert (refused.status_code, refused.text) == (403, "localhost is not among the allowed hosts.\n")
        assert client.get("http://127.0.0.1:9/").status_code == 502
    assert egress.refused == {"localhost": "localhost is not among the allowed hosts"}
    assert page_server.requested == ["/a", "/a"]


@pytest.mark.parametrize(
    "words",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"CONNECT 127.0.0.1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET ftp://127.0.0.1/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://[broken/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://127.0.0.1:99999/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ],
)
def test_what_is_no_request_to_a_proxy_is_told_how(way: tuple[Egress, int], words: bytes) -> None:
    assert b"400 Refused" in said(way[1], words)


def test_a_second_request_does_not_ride_on_the_first(
    way: tuple[Egress, int], page_server: PageServer, canary: Canary
) -> None:
    first, number = page_server.add("/first", "first"), canary.port()
    other = f"http://127.0.0.2:{number}/"
    ask = "GET {} HTTP/1.1\r\nHost: {}\r\n\r\n"
    answer = said(way[1], (ask.format(first, "127.0.0.2") + ask.format(other, "127.0.0.1")).encode())
    assert answer.endswith(b"first")
    assert answer.count(b"HTTP/1.") == 1
    assert page_server.requested == ["/first"]
    assert not canary.reached(number)


async def test_bodies_pass_as_they_come_both_ways(way: tuple[Egress, int]) -> None:
    heads: list[bytes] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        body = await reader.readexactly(3_000_000)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    body = bytes(range(250)) * 12_000
    async with await asyncio.start_server(echo, "127.0.0.1", 0, limit=2**23) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/up?x=y"
        async with httpx.AsyncClient(proxy=f"http://a:b@127.0.0.1:{way[1]}", trust_env=False, timeout=30) as client:
            answer = await client.post(url, content=body)
    assert answer.content == body
    assert heads[0].startswith(b"POST /up?x=y HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"proxy-authorization" not in heads[0].lower()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (b"\5\1\0\5\1\0\3\x09localhost\0\x50", 2),
        (b"\5\1\0\5\1\0\1\x7f\0\0\2\0\x50", 2),
        (b"\5\1\0\5\1\0\4" + bytes(15) + b"\1\0\x50", 2),
        (b"\5\1\0\5\1\0\1\x7f\0\0\1\0\x09", 5),
        (b"\5\1\0\5\2\0\1\x7f\0\0\1\0\x50", 7),
        (b"\5\1\0\5\3\0\1\x7f\0\0\1\0\x50", 7),
        (b"\5\1\0\5\1\0\7\0\x50", 7),
        (b"\5\1\0\5\1\0\3\2\xff\xff\0\x50", 7),
    ],
    ids=["name", "address", "ipv6", "dead", "bind", "udp", "kind", "bytes"],
)
def test_socks_refuses_by_code(way: tuple[Egress, int], words: bytes, code: int) -> None:
    assert said(way[1], words)[2:4] == bytes((5, code))


def test_an_allowed_name_is_resolved_once_and_leads_to_no_private_address(
    monkeypatch: pytest.MonkeyPatch, canary: Canary
) -> None:
    asked: list[str] = []
    real, number = socket.getaddrinfo, canary.port()

    def answer(host: Any, *rest: Any, **more: Any) -> Any:
        if host != "rebound.test":
            return real(host, *rest, **more)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    egress, port = proxy("rebound.test", "127.0.0.1")
    try:
        with httpx.Client(proxy=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert client.get(f"http://rebound.test:{number}/").status_code == 200
            assert len(asked) == 1, "the address that was checked is the one that is connected to"
            refused = client.get(f"http://rebound.test:{number}/")
    finally:
        egress.close()
    assert refused.status_code == 403
    assert refused.text == (
        "rebound.test leads to 127.0.0.2, which is no public address; add 127.0.0.2 to the allowed hosts as well.\n"
    )
    assert canary.contacts[number] == 1


def test_the_end_ends_connections_that_are_open(way: tuple[Egress, int], page_server: PageServer) -> None:
    egress, port = way
    host = page_server.url.removeprefix("http://")
    with socket.create_connection(("127.0.0.1", port), 10) as one:
        one.sendall(f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert b"200" in one.recv(100)
        egress.close()
        assert one.recv(100) == b""
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 1)
    egress.start()
