"""Servers that fail in every way we know of, under load: what comes back is whole or a typed error, in time, and
nothing stays behind.

    FAULT_ROUNDS=200 pytest tests/perception/clients/test_faults.py -s

asks 200 questions for each fault, 8 at once, and prints what became of them; without the variable it is 8 questions.
"""

import asyncio
import gc
import os
import tracemalloc
from collections import Counter
from time import perf_counter
from typing import get_args

import numpy as np
import pytest

from actions.codec.codec import codec
from perception.clients.client import ImagePart, Message, Sampling, TextPart
from perception.clients.sglang import OpenAIClient
from perception.errors import ClientError
from perception.observation import Frame
from tests.perception.clients.faults import REPLY, Fault, FaultServer

NUM_QUESTIONS = int(os.environ.get("FAULT_ROUNDS", "8"))
NUM_AT_ONCE = 8
SLACK = 1.0
"""Seconds past a deadline that a busy machine may take to notice it."""
MOST_KEPT = 512 * 1024
"""Bytes that may be held after many questions more than after a few."""
HANGING = ("slow", "drip")
EXPECTED: dict[Fault, set[str]] = {
    "none": {"whole"},
    "refused": {"ClientUnreachable"},
    "reset": {"ClientUnreachable"},
    "slow": {"ClientTimeout"},
    "drip": {"ClientTimeout"},
    "half_json": {"ClientError"},
    "cut_json": {"ClientError"},
    "error_500": {"ClientRefused"},
    # Which of 8 at once meets which answer is chance, so that about one in eight is turned away three times.
    "busy": {"whole", "ClientUnreachable"},
    "busy_for_long": {"ClientTimeout"},
    "garbage": {"ClientError"},
    "wrong_model": {"ClientRefused"},
    "other_model": {"whole"},
}
FRAME = Frame(np.zeros((64, 64, 3), np.uint8))
ASK = [Message(role="user", parts=(ImagePart(frame=FRAME), TextPart(text="Click")))]


def client_of(server: FaultServer) -> OpenAIClient:
    return OpenAIClient(server.url, model="m", num_tries=3, pause=0.01)


async def asked(client: OpenAIClient, seconds: float) -> tuple[str, float]:
    """What became of a question, and how long that took. A completion is parsed, as whoever acts on it would."""
    begun = perf_counter()
    try:
        completion = await client.generate(ASK, sampling=Sampling(max_seconds=seconds))
    except ClientError as error:
        return type(error).__name__, perf_counter() - begun
    took = perf_counter() - begun
    assert (completion.text, completion.finish) == (REPLY, "stop")
    assert codec("qwen3vl").parse(completion.text, FRAME.size).action.kind == "terminate"
    return "whole", took


async def settled(server: FaultServer) -> int:
    """Connections that stay open at the server when the client has let go."""
    for _ in range(100):
        if not server.num_open:
            break
        await asyncio.sleep(0.01)
    return server.num_open


@pytest.mark.parametrize("fault", get_args(Fault))
async def test_what_comes_back_is_whole_or_an_error_and_nothing_stays(fault: Fault) -> None:
    seconds = 0.3 if fault in HANGING else 10.0
    became: Counter[str] = Counter()
    longest = 0.0
    async with FaultServer(fault) as server:
        tasks, files = len(asyncio.all_tasks()), len(os.listdir("/proc/self/fd"))
        client = client_of(server)
        tracemalloc.start()
        kept: list[int] = []
        try:
            for _ in range(max(2, NUM_QUESTIONS // NUM_AT_ONCE)):
                for outcome, took in await asyncio.gather(*(asked(client, seconds) for _ in range(NUM_AT_ONCE))):
                    became[outcome] += 1
                    longest = max(longest, took)
                gc.collect()
                kept.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
        await client.close()
        assert await settled(server) == 0
        assert len(asyncio.all_tasks()) == tasks
        assert len(os.listdir("/proc/self/fd")) <= files
    print(f"\n{fault}: {dict(became)}, longest {longest:.2f} s, grew by {(kept[-1] - kept[0]) / 1024:.0f} KiB")
    assert set(became) <= EXPECTED[fault]
    assert longest < seconds + SLACK
    assert kept[-1] - kept[0] < MOST_KEPT


async def test_a_cancelled_question_closes_its_connection_at_once() -> None:
    async with FaultServer("slow") as server:
        client = client_of(server)
        question = asyncio.create_task(client.generate(ASK))
        await server.asked.wait()
        question.cancel()
        begun = perf_counter()
        with pytest.raises(asyncio.CancelledError):
            await question
        assert await settled(server) == 0
        assert (server.num_left, perf_counter() - begun < SLACK) == (1, True)
        await client.close()


async def test_one_that_fails_leaves_the_others_alone() -> None:
    async with FaultServer("slow") as server:
        client = client_of(server)
        late = asyncio.create_task(asked(client, 0.3))
        await server.asked.wait()
        server.fault = "none"
        quick = await asyncio.gather(*(asked(client, 10.0) for _ in range(NUM_AT_ONCE)))
        assert {became for became, _ in quick} == {"whole"}
        assert (await late)[0] == "ClientTimeout"
        await client.close()


async def test_connections_are_kept_for_the_next_question() -> None:
    async with FaultServer() as server:
        client = client_of(server)
        for _ in range(5):
            await asked(client, 10.0)
            assert server.num_open == 1
        await client.close()
