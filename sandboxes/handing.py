"""Inside a network namespace: a socket that listens is handed to who waits outside, then a program runs.

    python -I -S handing.py GATE PORT PROGRAM [ARGUMENT ...]

A socket stays in the namespace that it was made in, so nothing has to run inside to pass bytes on. By itself, without
this repository's packages: only this file is shown inside.
"""

import os
import socket
import sys


def main() -> None:
    """Raises OSError when the gate is shut or the program does not start."""
    gate, port, *command = sys.argv[1:]
    with socket.create_server(("127.0.0.1", int(port)), backlog=256) as listener, socket.socket(socket.AF_UNIX) as way:
        way.connect(gate)
        socket.send_fds(way, [b"."], [listener.fileno()])
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
