"""The bundled model under the real SGLang server says what it says under our own engine."""

import asyncio
import json
import os
import random
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
import torch

from actions.space import reply_schema
from agent.cluster.serving import Serving
from agent.training.screens import make_screen, questions
from perception.clients.catalog import NANO
from perception.clients.client import ImagePart, Message, Sampling, TextPart
from perception.clients.embedded import EmbeddedClient
from perception.clients.sglang import OpenAIClient
from perception.clients.sglang_admin import SGLangAdmin
from perception.errors import ClientError
from perception.observation import Frame
from perception.qwen3vl import weights

pytestmark = [pytest.mark.sglang, pytest.mark.asyncio(loop_scope="module")]
SCHEMA = reply_schema("browser")
SAMPLING = Sampling(max_tokens=120, max_seconds=300)
NUM_SCREENS = 12
ENDLESS = {"type": "array", "items": {"enum": [7, 8]}, "minItems": 3000}


def asked(seed: int) -> list[Message]:
    """A question about a held-out screen."""
    rng = random.Random(seed)
    screen = make_screen(rng, heldout=True)
    question = next(question for question in questions(screen, rng) if question.action)
    parts = (ImagePart(frame=Frame(screen.image)), TextPart(text=question.instruction))
    return [Message(role="user", parts=parts)]


async def test_its_abilities(client: OpenAIClient) -> None:
    found = await client.capabilities()
    assert found.server == "SGLang"
    assert found.version == "0.5.23"
    assert all((found.schema, found.regex, found.ebnf, found.logprobs, found.token_ids, found.reload))


async def test_actions_ids_and_logprobs_equal_the_embedded_engines(client: OpenAIClient) -> None:
    ours = EmbeddedClient(NANO, dtype="float32", sampling=SAMPLING)
    try:
        for seed in range(NUM_SCREENS):
            there = await client.generate(asked(seed), schema=SCHEMA, sampling=SAMPLING)
            here = await ours.generate(asked(seed), schema=SCHEMA)
            assert there.text == here.text
            # SGLang draws the token that ends the turn; our grammar knows that nothing else can follow.
            assert there.token_ids[: len(here.token_ids)] == here.token_ids
            assert len(there.token_ids) - len(here.token_ids) in (0, 1)
            assert there.logprobs[: len(here.logprobs)] == pytest.approx(here.logprobs, abs=2e-3)
    finally:
        await ours.close()


async def chat(server: Serving, **more: Any) -> str:
    body = {"model": "served", "messages": [{"role": "user", "content": "Say it"}], "max_tokens": 24, **more}
    async with httpx.AsyncClient(timeout=300, trust_env=False) as http:
        response = await http.post(f"{server.address}/v1/chat/completions", json=body)
    assert response.status_code == 200, response.text
    return response.json()["choices"][0]["message"]["content"]


async def test_other_forms(server: Serving) -> None:
    assert re.fullmatch(r"(ab|cd){2}", await chat(server, regex="(ab|cd){2}"))
    assert await chat(server, ebnf='root ::= "yes" | "no"') in ("yes", "no")
    schema = {"type": "object", "properties": {"n": {"enum": [3, 4]}}, "required": ["n"]}
    form = {"type": "json_schema", "json_schema": {"name": "r", "schema": schema}}
    assert json.loads(await chat(server, response_format=form))["n"] in (3, 4)


async def test_the_next_step_of_a_run_is_mostly_cached(client: OpenAIClient) -> None:
    history, cached = asked(1), []
    for step in range(3):
        completion = await client.generate(history, schema=SCHEMA, sampling=SAMPLING)
        cached.append(completion.usage.cached_tokens / completion.usage.prompt_tokens)
        reply = Message(role="assistant", parts=(TextPart(text=completion.text),))
        history = [*history, reply, *asked(10 + step)]
    assert cached[1] > 0.3
    assert cached[2] > 0.5


async def test_other_weights_change_the_answer(client: OpenAIClient, server: Serving, tmp_path: Path) -> None:
    before = await client.generate(asked(2), sampling=SAMPLING)
    other = _changed(tmp_path / "other")
    async with SGLangAdmin(server.address) as admin:
        await admin.load_folder(other, version="other")
        assert await admin.version() == "other"
        changed = await client.generate(asked(2), sampling=SAMPLING)
        assert changed.text != before.text
        assert changed.model.endswith("other")
        await admin.load_folder(NANO, version="again")
        assert (await client.generate(asked(2), sampling=SAMPLING)).text == before.text


def _changed(folder: Path) -> Path:
    """The bundled model with its last layer's output turned round."""
    shutil.copytree(NANO, folder)
    model = weights.load(folder)
    with torch.no_grad():
        model.model.language_model.norm.weight.neg_()
    weights.save(model, folder)
    return folder


async def test_a_server_that_is_killed_in_mid_request_comes_back(client: OpenAIClient, server: Serving) -> None:
    before = await client.generate(asked(3), schema=SCHEMA, sampling=SAMPLING)
    long = Sampling(max_tokens=4000, max_seconds=300)
    endless = asyncio.create_task(client.generate(asked(3), schema=ENDLESS, sampling=long))
    await asyncio.sleep(1.5)
    first = server.workers[0].pid
    assert first is not None
    assert not endless.done()
    os.killpg(first, signal.SIGKILL)
    with pytest.raises(ClientError):
        await endless
    async with asyncio.timeout(400):
        while True:
            try:
                after = await client.generate(asked(3), schema=SCHEMA, sampling=SAMPLING)
                break
            except ClientError:
                await asyncio.sleep(2)
    assert after.text == before.text
    assert server.workers[0].pid not in (None, first)
