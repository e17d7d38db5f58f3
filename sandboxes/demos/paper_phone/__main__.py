"""Serve a paper phone until interrupted: `python -m sandboxes.demos.paper_phone --port 5585`."""

import argparse
import asyncio
import signal
import sys

from perception.geometry import Size
from sandboxes.demos.paper_phone.phone import PaperPhone
from sandboxes.demos.paper_phone.screen import DEFAULT_SIZE
from sandboxes.errors import SandboxError


def main() -> int:
    """Read the options, serve, and say how to connect."""
    parser = argparse.ArgumentParser(prog="python -m sandboxes.demos.paper_phone", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of the device on loopback; 0 takes one that is free")
    parser.add_argument("--size", type=_size, default=DEFAULT_SIZE, help="pixels of the screen, such as 1080x2400")
    parser.add_argument("--seed", type=int, default=0, help="of the contacts, notes and alarms on it")
    parser.add_argument("--dump-seconds", type=float, default=0.0, help="how long `uiautomator dump` takes")
    options = parser.parse_args()
    phone = PaperPhone(size=options.size, seed=options.seed, port=options.port, dump_seconds=options.dump_seconds)
    try:
        asyncio.run(_serve(phone))
    except SandboxError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 4
    return 0


async def _serve(phone: PaperPhone) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with phone:
        print(f"A paper phone is at {phone.address}. Connect it: adb connect {phone.address}", flush=True)  # noqa: T201
        print(f"Then, for example: adb -s {phone.address} shell input tap 200 400", flush=True)  # noqa: T201
        await ended.wait()


def _size(text: str) -> Size:
    width, _, height = text.partition("x")
    return Size(width=int(width), height=int(height))


if __name__ == "__main__":
    sys.exit(main())
