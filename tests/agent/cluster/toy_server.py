"""A server for tests of what starts servers: python toy_server.py PORT [slow|never|dies|stubborn]."""

import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


class Answers(BaseHTTPRequestHandler):
    """Says yes to health, its number to /pid, and dies when it is asked for /die."""

    def do_GET(self) -> None:
        if self.path == "/die":
            print("fatal: told to die", flush=True)
            os._exit(3)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode() if self.path == "/pid" else b"ok")

    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    port, manner = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    print("loading weights", flush=True)
    if manner == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(f"child {child.pid}", flush=True)
    if manner == "dies":
        print("fatal: no such model\ntidying up\n-----", flush=True)
        sys.exit(1)
    if manner == "never":
        time.sleep(600)
    if manner == "slow":
        time.sleep(1)
    HTTPServer(("127.0.0.1", port), Answers).serve_forever()


if __name__ == "__main__":
    main()
