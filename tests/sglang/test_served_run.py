"""A real run whose model is the real SGLang server: what it caches from step to step, and a server that is killed."""

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from actions.action import Decision
from agent.cluster.serving import Serving
from agent.events import Event
from agent.policy import ModelPolicy
from agent.recorder import load
from agent.runner import resume, run
from agent.settings import RunSettings
from agent.trajectory import Step
from perception.clients.client import Completion, Message, ModelClient, Sampling
from perception.clients.sglang import OpenAIClient
from perception.errors import ClientError
from tests.walk.toy import QWEN, TASK, LastingForm, plan, say

pytestmark = [pytest.mark.sglang, pytest.mark.asyncio(loop_scope="module")]
SAMPLING = Sampling(max_tokens=200, max_seconds=900)
SETTINGS = RunSettings(max_seconds=3600)
ENDLESS = {"type": "array", "items": {"enum": [7, 8]}, "minItems": 3000}
KILLED_STEP = 2


class Guided:
    """Asks the server for a reply that can only be the plan's next decision: the tokens are the server's, the way
    through the form is certain. One step's reply can be made endless, so that a kill falls into it."""

    def __init__(self, client: ModelClient, decisions: Sequence[Decision], endless_step: int | None = None) -> None:
        self._client, self._decisions, self._endless_step = client, decisions, endless_step
        self.asked: list[int] = []
        """The steps that were asked for, in turn."""

    @property
    def name(self) -> str:
        """The server's name for its model."""
        return self._client.name

    async def generate(
        self, messages: list[Message], *, schema: dict[str, Any] | None = None, sampling: Sampling | None = None
    ) -> Completion:
        """The reply to the last turn; earlier replies in the messages tell which step it is."""
        step = sum(message.role == "assistant" for message in messages)
        self.asked.append(step)
        if step == self._endless_step:
            endless = (sampling or SAMPLING).model_copy(update={"max_tokens": 4000})
            return await self._client.generate(messages, schema=ENDLESS, sampling=endless)
        only = json.loads(say(self._decisions[step]).text)
        return await self._client.generate(messages, schema=exactly(only), sampling=sampling)

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()


def exactly(reply: dict[str, Any]) -> dict[str, Any]:
    """The schema of one object alone."""
    properties = {name: {"const": value} for name, value in reply.items()}
    return {"type": "object", "properties": properties, "required": list(reply), "additionalProperties": False}


def policy_of(client: ModelClient) -> ModelPolicy:
    """In the style that shows earlier turns again, as a released model is asked."""
    return ModelPolicy(client, QWEN, prompt="computer_use", sampling=SAMPLING)


async def test_every_step_of_a_run_finds_more_in_the_cache(
    client: OpenAIClient, tmp_path: Path, runs_folder: Path
) -> None:
    guided = Guided(client, await plan())
    outcome = await run(TASK, LastingForm(tmp_path), policy_of(guided), runs_folder / "one", SETTINGS)
    assert (outcome.kind, outcome.success, outcome.steps) == ("finished", True, 5)
    usages = [step.replies[0].usage for step in load(runs_folder / "one").steps]
    cached = [usage.cached_tokens for usage in usages]
    assert all(later > earlier for earlier, later in pairwise(cached)), usages
    # What was asked before is not computed again: all of it but the turn that opens the reply.
    for before, after in pairwise(usages):
        assert after.cached_tokens >= before.prompt_tokens - 4, usages


async def test_a_run_goes_on_where_the_servers_death_left_it(
    client: OpenAIClient, server: Serving, tmp_path: Path, runs_folder: Path
) -> None:
    decisions, folder, form = await plan(), runs_folder / "one", LastingForm(tmp_path)
    guided = Guided(client, decisions, endless_step=KILLED_STEP)
    running = asyncio.create_task(run(TASK, form, policy_of(guided), folder, SETTINGS))
    first = await kill_in_mid_request(server, guided, running)
    outcome = await running
    assert (outcome.kind, outcome.success, outcome.steps) == ("failed", None, KILLED_STEP)
    assert outcome.reason.startswith(f"{server.address}/v1 "), outcome.reason
    assert guided.asked == [0, 1, 2]
    before = (folder / "steps.jsonl").read_bytes()

    await answers_again(server)
    assert server.workers[0].pid not in (None, first)
    fresh, events = OpenAIClient(server.address), list[Event]()
    guided, form = Guided(fresh, decisions), LastingForm(tmp_path)
    outcome = await resume(folder, form, policy_of(guided), watcher=events.append)
    await fresh.close()
    assert (outcome.kind, outcome.success, outcome.steps) == ("finished", True, len(decisions))
    assert guided.asked == [2, 3, 4]
    assert getattr(events[0], "resumed_at", None) == KILLED_STEP
    assert (folder / "steps.jsonl").read_bytes().startswith(before), "a recorded step was changed"
    assert_whole(load(folder).steps, decisions, form)


def assert_whole(steps: Sequence[Step], decisions: Sequence[Decision], form: LastingForm) -> None:
    """Each decision is one step, carried out once, from a screen that the step before left."""
    assert [step.index for step in steps] == list(range(len(decisions)))
    assert [Decision(thought=step.thought, action=step.action) for step in steps if step.action] == decisions
    assert [step.after for step in steps[:-1]] == [step.before for step in steps[1:]]
    assert form.carried_out() == [decision.action.model_dump_json() for decision in decisions[:-1]]


async def kill_in_mid_request(server: Serving, guided: Guided, running: asyncio.Task[Any]) -> int:
    """Kills the server while it writes the endless reply; gives the number of its process."""
    async with asyncio.timeout(900):
        while guided.asked[-1:] != [KILLED_STEP] or not await num_running(server):
            assert not running.done(), running
            await asyncio.sleep(0.1)
    pid = server.workers[0].pid
    assert pid is not None
    assert not running.done()
    os.killpg(pid, signal.SIGKILL)
    return pid


async def num_running(server: Serving) -> int:
    """Replies that the server is writing, by its own word."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        loads = (await http.get(f"{server.address}/v1/loads")).json()["loads"]
    return sum(load["num_running_reqs"] for load in loads)


async def answers_again(server: Serving) -> None:
    """Comes back when the server, which is kept alive, lists its models."""
    async with asyncio.timeout(1800):
        while True:
            probe = OpenAIClient(server.address, num_tries=1)
            try:
                return await probe.load()
            except ClientError:
                await asyncio.sleep(2)
            finally:
                await probe.close()
