"""Where a server listens."""

import socket


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket that listens there; port 0 takes a free one. Raises OSError naming the port when it is taken."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise OSError(error.errno, f"{error.strerror}; choose another: --port N", f"port {port}") from error
    return bound
