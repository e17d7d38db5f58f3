import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import httpx
import pytest

from agent.cluster.process import ServerProcess
from agent.cluster.serving import Serving
from agent.errors import ServingError
from perception.server.address import free_port

TOY = Path(__file__).with_name("toy_server.py")
ROOT = Path(__file__).resolve().parents[3]


def toy(folder: Path, manner: str = "", **options: object) -> ServerProcess:
    port = free_port()
    command = [sys.executable, TOY, str(port), manner]
    address = f"http://127.0.0.1:{port}"
    return ServerProcess("toy", command, address=address, log=folder / "logs" / f"{port}.log", **options)  # type: ignore[arg-type]


def ask(server: ServerProcess, path: str) -> str:
    return httpx.get(server.address + path, timeout=5, trust_env=False).text


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def until(check: object, seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not check():  # type: ignore[operator]  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_server_is_waited_for_and_ended(tmp_path: Path) -> None:
    server, told = toy(tmp_path, "slow"), []
    await server.start(told.append)
    assert ask(server, "/pid") == str(server.pid)
    assert "loading weights" in told[0]
    assert re.fullmatch(r"toy: ready after \d+ s at http://127.0.0.1:\d+", told[-1])
    await server.stop()
    await server.stop()
    assert server.pid is None
    with pytest.raises(httpx.ConnectError):
        ask(server, "/pid")


async def test_one_that_ends_at_once_says_why(tmp_path: Path) -> None:
    server = toy(tmp_path, "dies")
    with pytest.raises(ServingError, match=r"ended before it was ready: fatal: no such model \(see .*\.log\)"):
        await server.start(lambda line: None)
    assert server.pid is None


async def test_one_that_never_answers_is_given_up(tmp_path: Path) -> None:
    server = toy(tmp_path, "never", patience=1.0)
    with pytest.raises(ServingError, match="was not ready after 1 s: loading weights"):
        await server.start(lambda line: None)
    assert server.pid is None


async def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    server = ServerProcess("toy", [tmp_path / "no"], address="http://127.0.0.1:1", log=tmp_path / "log")
    with pytest.raises(ServingError, match="can't be started"):
        await server.start(lambda line: None)


async def test_a_stubborn_server_is_ended_with_its_children(tmp_path: Path) -> None:
    server = toy(tmp_path, "stubborn")
    await server.start(lambda line: None)
    child = int(re.findall(r"child (\d+)", server.log.read_text())[0])
    assert is_alive(child)
    await server.stop(patience=0.3)
    await until(lambda: not is_alive(child))


async def test_a_dead_server_is_started_again_and_given_up_when_it_keeps_dying(tmp_path: Path) -> None:
    server, told = toy(tmp_path, num_restarts=2), []
    await server.start(told.append)
    watching = asyncio.create_task(server.watch(told.append))
    for _ in range(2):
        first = server.pid
        with pytest.raises(httpx.HTTPError):
            ask(server, "/die")
        await until(lambda first=first: server.pid not in (first, None) and told[-1].startswith("toy: ready"))
    assert sum("died (fatal: told to die" in line for line in told) == 2
    with pytest.raises(httpx.HTTPError):
        ask(server, "/die")
    with pytest.raises(ServingError, match=r"toy died 3 times in a row: fatal: told to die"):
        await asyncio.wait_for(watching, 20)


async def test_a_server_ends_with_whoever_started_it(tmp_path: Path) -> None:
    port = free_port()
    program = (
        "import asyncio, sys; from pathlib import Path; from agent.cluster.process import ServerProcess\n"
        f"server = ServerProcess('toy', [sys.executable, {str(TOY)!r}, '{port}'],"
        f" address='http://127.0.0.1:{port}', log=Path({str(tmp_path / 'log')!r}))\n"
        "async def main():\n    await server.start(lambda line: None)\n    print(server.pid, flush=True)\n"
        "    await asyncio.sleep(600)\nasyncio.run(main())"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await asyncio.wait_for(parent.stdout.readline(), 30))
    assert is_alive(pid)
    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()
    await until(lambda: not is_alive(pid))


async def test_several_behind_one(tmp_path: Path) -> None:
    workers, router = [toy(tmp_path), toy(tmp_path)], toy(tmp_path)
    serving = Serving(workers, router)
    await serving.start(lambda line: None)
    assert serving.address == router.address
    pids = [worker.pid for worker in workers]
    assert len({ask(worker, "/pid") for worker in workers}) == 2
    watching = asyncio.create_task(serving.watch(lambda line: None))
    with pytest.raises(httpx.HTTPError):
        ask(workers[1], "/die")
    await until(lambda: workers[1].pid not in (pids[1], None))
    assert workers[0].pid == pids[0]
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching
    await serving.stop()
    assert [process.pid for process in (*workers, router)] == [None] * 3


async def test_one_of_several_that_fails_ends_all(tmp_path: Path) -> None:
    good = toy(tmp_path)
    with pytest.raises(ServingError, match="no such model"):
        await Serving([good, toy(tmp_path, "dies")]).start(lambda line: None)
    assert good.pid is None
