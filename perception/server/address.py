"""Where a server listens."""

import random
import socket
from contextlib import suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"

_LISTENED = range(20000, 32768)
"""Ports that kernels seldom give to outgoing connections: those begin at 32768 (Linux) or 49152."""
_GIVEN = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port(host: str = LOOPBACK) -> int:
    """A port for a program that listens later: free now, and none that the kernel would give to a connection in the
    meantime, unless all others are taken. Raises OSError when this machine hasn't got the host's address."""
    with suppress(OSError, ValueError, IndexError):
        first = int(_GIVEN.read_text().split()[0])
        for port in random.SystemRandom().sample(range(_LISTENED.start, min(_LISTENED.stop, first)), 50):
            with suppress(OSError):
                return _bound(host, port)
    return _bound(host, 0)


def _bound(host: str, port: int) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.bind((host, port))
        return tried.getsockname()[1]


def listen(port: int, host: str = LOOPBACK) -> socket.socket:
    """A socket that listens there; port 0 takes a free one. Raises OSError naming the port when it is taken."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise OSError(error.errno, f"{error.strerror}; choose another: --port N", f"port {port}") from error
    return bound
