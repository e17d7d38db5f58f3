import socket
from pathlib import Path

import pytest

from perception.server.address import free_port, listen


def test_a_free_port_can_be_listened_at_and_is_none_that_connections_get() -> None:
    ports = [free_port() for _ in range(20)]
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(given.read_text().split()[0]) if given.exists() else 49152
    assert all(port < first for port in ports)
    assert len(set(ports)) > 10
    listen(ports[0]).close()


def test_an_address_of_another_machine_has_no_free_port() -> None:
    with pytest.raises(OSError):
        free_port("192.0.2.1")


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="--port N") as raised:
            listen(port)
    assert raised.value.filename == f"port {port}"
