"""Serve the program until interrupted: `python -m sandboxes.demos.erp --database books.sqlite --port 8600`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from sandboxes.demos.erp.books import Books
from sandboxes.demos.erp.server import ErpServer
from sandboxes.errors import SandboxError


def main() -> int:
    """Read the options, serve, and say where. 4: the file or the port can't be used."""
    parser = argparse.ArgumentParser(prog="python -m sandboxes.demos.erp", description=__doc__)
    parser.add_argument(
        "--database", type=Path, default=Path("books.sqlite"), help="the SQLite file; made when missing"
    )
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0 takes one that is free")
    parser.add_argument("--login", default="", help="NAME:PASSWORD that it asks for")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        with ErpServer(Books(options.database), port=options.port, login=options.login) as server:
            print(f"Invoices are booked at {server.url} into {options.database}.", flush=True)  # noqa: T201
            ended.wait()
    except SandboxError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
