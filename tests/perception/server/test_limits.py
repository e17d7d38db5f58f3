import asyncio

import pytest

from perception.server.limits import Gate, Limits, Refusal, check_key


async def test_so_many_at_once_and_so_many_waiting() -> None:
    gate, leave, inside = Gate(Limits(running=2, waiting=1)), asyncio.Event(), []

    async def visit(number: int) -> None:
        async with gate.enter():
            inside.append(number)
            await leave.wait()

    tasks = [asyncio.create_task(visit(number)) for number in range(3)]
    await asyncio.sleep(0.01)
    assert (inside, gate.num_running, gate.num_waiting) == ([0, 1], 2, 1)
    with pytest.raises(Refusal, match="1 requests wait already") as refused:
        await visit(3)
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
    leave.set()
    await asyncio.gather(*tasks)
    assert (gate.num_running, gate.num_waiting) == (0, 0)


async def test_one_that_gives_up_waiting_leaves_its_place() -> None:
    gate, leave = Gate(Limits(running=1, waiting=1)), asyncio.Event()

    async def visit() -> None:
        async with gate.enter():
            await leave.wait()

    first, second = asyncio.create_task(visit()), asyncio.create_task(visit())
    await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert gate.num_waiting == 0
    leave.set()
    await first
    async with gate.enter():
        assert gate.num_running == 1


async def test_an_ending_server_lets_nobody_in_and_waits_for_those_inside() -> None:
    gate, leave = Gate(Limits(drain_seconds=5)), asyncio.Event()

    async def visit() -> None:
        async with gate.enter():
            await leave.wait()

    visitor = asyncio.create_task(visit())
    await asyncio.sleep(0.01)
    closing = asyncio.create_task(gate.close())
    await asyncio.sleep(0.01)
    with pytest.raises(Refusal, match="the server is ending") as refused:
        await visit()
    assert refused.value.status == 503
    assert not closing.done()
    leave.set()
    await asyncio.wait_for(closing, 1)
    await visitor


async def test_it_does_not_wait_for_ever() -> None:
    gate = Gate(Limits(drain_seconds=0.05))
    async with gate.enter():
        await asyncio.wait_for(gate.close(), 1)


def test_keys() -> None:
    check_key("", "")
    check_key("Bearer right", "right")
    for given in ("", "Bearer wrong", "right", "Bearer rightt"):
        with pytest.raises(Refusal, match="API key") as refused:
            check_key(given, "right")
        assert refused.value.status == 401
