"""The server end to end: a real uvicorn on a real socket, a tiny model, and clients that behave and that do not."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from perception.clients.client import ImagePart, Message, Sampling, TextPart
from perception.clients.embedded import EmbeddedClient
from perception.clients.sglang import OpenAIClient
from perception.errors import ClientRefused
from perception.observation import Frame
from perception.qwen3vl.presets import PRESETS
from perception.screenshot import encode_png
from perception.server.address import listen
from perception.server.app import ModelServer
from perception.server.limits import Limits
from perception.server.serve import serve
from tests.tiny_model import write_folder

SCHEMA = {
    "type": "object",
    "properties": {"n": {"enum": [1, 2]}},
    "required": ["n"],
    "additionalProperties": False,
}
ENDLESS = {"type": "array", "items": {"enum": [7, 8]}, "minItems": 3000}
FORMS: list[dict[str, Any]] = [
    {"schema": SCHEMA},
    {"regex": "[0-9]{3}"},
    {"ebnf": 'root ::= "left" | "right"'},
    {},
]
FRAME = Frame(np.full((64, 96, 3), 200, np.uint8))
SAMPLING = Sampling(max_tokens=24)
LIMITS = Limits(running=2, waiting=1, body_bytes=200_000, seconds=60, max_tokens=2000, drain_seconds=10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("models") / "tiny")


@contextlib.asynccontextmanager
async def running(folder: Path, **options: Any) -> AsyncIterator[str]:
    """A server while it runs; gives its address."""
    client = EmbeddedClient(folder, name="tiny 1", dtype="float32", sampling=SAMPLING)
    options = {"name": "tiny", "sampling": SAMPLING, "limits": LIMITS} | options
    bound, ready = listen(0), asyncio.Event()
    serving = asyncio.create_task(serve(ModelServer(client, **options), bound, ready.set))
    await asyncio.wait({serving, waiting := asyncio.create_task(ready.wait())}, return_when="FIRST_COMPLETED")
    waiting.cancel()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


@pytest.fixture
async def address(folder: Path) -> AsyncIterator[str]:
    async with running(folder) as address:
        yield address


@pytest.fixture
async def http(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as http:
        yield http


def body(text: str = "Click Save", schema: dict[str, Any] | None = SCHEMA, **more: Any) -> dict[str, Any]:
    url = "data:image/png;base64," + base64.b64encode(encode_png(FRAME)).decode()
    content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": text}]
    asked: dict[str, Any] = {"model": "tiny", "messages": [{"role": "user", "content": content}], **more}
    if schema is not None:
        asked["response_format"] = {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}
    return asked


def messages(text: str = "Click Save") -> list[Message]:
    return [Message(role="user", parts=(ImagePart(frame=FRAME), TextPart(text=text)))]


async def chat(http: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    response = await http.post("/v1/chat/completions", json=body(**asked))
    assert response.status_code == 200, response.text
    return response.json()


async def until(http: httpx.AsyncClient, counter: str) -> None:
    """Waits until a line of the counters is there."""
    async with asyncio.timeout(20):
        while counter not in (await http.get("/metrics")).text:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_our_own_client_gets_what_the_model_says(address: str, folder: Path) -> None:
    here, there = EmbeddedClient(folder, dtype="float32"), OpenAIClient(address)
    try:
        for form in FORMS:
            ours, theirs = [await c.generate(messages(), **form, sampling=SAMPLING) for c in (here, there)]
            assert theirs.text == ours.text
            assert (theirs.finish, theirs.usage.prompt_tokens) == (ours.finish, ours.usage.prompt_tokens)
        assert there.name == "tiny"
    finally:
        await here.close()
        await there.close()


async def test_a_form_that_can_not_be_held_is_said_in_the_servers_words(address: str) -> None:
    client = OpenAIClient(address)
    with pytest.raises(ClientRefused, match="refused the regular expression"):
        await client.generate(messages(), regex="(")
    with pytest.raises(ClientRefused, match="refused the EBNF"):
        await client.generate(messages(), ebnf="x ::= y")
    await client.close()


async def test_the_preset_of_a_server_counts_only_where_a_question_says_nothing(folder: Path, address: str) -> None:
    async with running(folder, sampling=PRESETS["instruct-text-small"].model_copy(update={"seed": 1})) as hot:
        clients = OpenAIClient(address), OpenAIClient(hot)
        cold, asked = [(await client.generate(messages(), sampling=SAMPLING)).text for client in clients]
        assert asked == cold
        async with httpx.AsyncClient(base_url=hot, timeout=60, trust_env=False) as http:
            said = (await chat(http, schema=None, max_tokens=24))["choices"][0]["message"]["content"]
            assert said != cold
        for client in clients:
            await client.close()


async def test_tokens_and_their_probabilities(http: httpx.AsyncClient) -> None:
    answer = await chat(http, logprobs=True, return_token_ids=True)
    choice = answer["choices"][0]
    content = choice["logprobs"]["content"]
    assert len(content) == len(choice["response_token_ids"]) == answer["usage"]["completion_tokens"]
    assert json.loads(choice["message"]["content"])["n"] in (1, 2)
    assert choice["message"]["content"] in "".join(item["token"] for item in content)
    assert all(item["logprob"] <= 0 for item in content)


async def test_a_stream_says_what_the_whole_says(http: httpx.AsyncClient) -> None:
    whole = (await chat(http, schema=None))["choices"][0]
    text, last, usage = "", None, {}
    asked = body(schema=None, stream=True, stream_options={"include_usage": True})
    async with http.stream("POST", "/v1/chat/completions", json=asked) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                chunk = json.loads(line[6:])
                usage = chunk.get("usage") or usage
                for choice in chunk["choices"]:
                    text, last = text + choice["delta"].get("content", ""), choice["finish_reason"]
    assert (text, last) == (whole["message"]["content"], whole["finish_reason"])
    assert usage["completion_tokens"] == 24


async def test_ids_go_in_and_out(http: httpx.AsyncClient, folder: Path) -> None:
    first = await chat(http, return_token_ids=True, temperature=0)
    params = {"max_new_tokens": 3, "temperature": 0}
    response = await http.post("/generate", json={"text": "abc", "sampling_params": params, "rid": "r"})
    said = response.json()
    assert len(said["output_ids"]) == said["meta_info"]["completion_tokens"] == 3
    assert said["meta_info"]["id"] == "r"
    ids = first["choices"][0]["response_token_ids"]
    again = await http.post("/generate", json={"input_ids": ids, "sampling_params": params})
    assert again.json()["meta_info"]["prompt_tokens"] == len(ids)
    refused = await http.post("/generate", json={"input_ids": [10**7], "sampling_params": params})
    assert refused.status_code == 400
    assert "token ids are from 0" in refused.json()["error"]["message"]


async def test_the_next_step_of_a_run_reads_only_what_is_new(http: httpx.AsyncClient) -> None:
    await chat(http)
    again = await chat(http)
    details = again["usage"]["prompt_tokens_details"]
    assert details["cached_tokens"] >= again["usage"]["prompt_tokens"] - 2


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        (body(schema={"type": "object", "patternProperties": {"^x": {"if": {}}}}), 400, "schema"),
        (body(n=3), 400, "n is 1"),
        ({"messages": "hello"}, 400, "messages"),
        (body(text="x" * 300_000), 413, "larger than 200000 bytes"),
        (body(text="word " * 9000), 400, "shorten it"),
    ],
)
async def test_what_cannot_be_answered(http: httpx.AsyncClient, asked: dict, status: int, words: str) -> None:
    response = await http.post("/v1/chat/completions", json=asked)
    assert response.status_code == status, response.text
    assert words in response.json()["error"]["message"]
    assert (await http.get("/health")).status_code == 200


async def test_garbage_is_refused(http: httpx.AsyncClient) -> None:
    for content in (b"", b"{", b"\xff\xfe", b"[]"):
        response = await http.post("/v1/chat/completions", content=content)
        assert response.status_code == 400
    assert (await http.get("/v1/chat/completions")).status_code == 405
    assert (await http.get("/nowhere")).status_code == 404


async def test_too_many_are_told_to_come_back(http: httpx.AsyncClient) -> None:
    # At a temperature, since a reply that repeats itself is ended early.
    endless = body(schema=ENDLESS, max_tokens=2000, temperature=1.0, seed=1)
    long = [asyncio.create_task(http.post("/v1/chat/completions", json=endless)) for _ in range(2)]
    await until(http, "handeye_running 2.0")
    third = asyncio.create_task(http.post("/v1/chat/completions", json=body()))
    await until(http, "handeye_waiting 1.0")
    refused = await http.post("/v1/chat/completions", json=body())
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    for task in [*long, third]:
        assert (await task).status_code == 200


@pytest.mark.parametrize("stream", [False, True])
async def test_who_goes_away_is_not_answered_any_further(http: httpx.AsyncClient, stream: bool) -> None:
    asked = body(schema=ENDLESS, max_tokens=2000, temperature=1.0, seed=1, stream=stream)
    async with http.stream("POST", "/v1/chat/completions", json=asked, timeout=60) if stream else _soon(http, asked):
        await until(http, "handeye_running 1.0")
    await until(http, "handeye_running 0.0")


@contextlib.asynccontextmanager
async def _soon(http: httpx.AsyncClient, asked: dict) -> AsyncIterator[None]:
    """A question that is dropped when the body ends."""
    asking = asyncio.create_task(http.post("/v1/chat/completions", json=asked))
    try:
        yield
    finally:
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking


async def test_keys_hosts_and_what_is_open(folder: Path) -> None:
    async with running(folder, key="secret") as address, httpx.AsyncClient(base_url=address, trust_env=False) as http:
        assert (await http.get("/health")).status_code == 200
        for path in ("/v1/models", "/metrics", "/server_info"):
            assert (await http.get(path)).status_code == 401
            assert (await http.get(path, headers={"Authorization": "Bearer secret"})).status_code == 200
        elsewhere = {"Authorization": "Bearer secret", "Host": "evil.example:80"}
        assert (await http.get("/v1/models", headers=elsewhere)).status_code == 403


async def test_counters(http: httpx.AsyncClient) -> None:
    await chat(http)
    text = (await http.get("/metrics")).text
    assert 'handeye_completions_total{finish="stop"} 1.0' in text
    assert 'handeye_requests_total{route="/v1/chat/completions",status="200"} 1.0' in text
    assert 'handeye_tokens_total{kind="prompt"}' in text


async def test_other_weights_answer_after_a_reload(http: httpx.AsyncClient, tmp_path: Path) -> None:
    before = (await chat(http, schema=None))["choices"][0]["message"]["content"]
    other = write_folder(tmp_path / "other", seed=1)
    response = await http.post("/update_weights_from_disk", json={"model_path": str(other), "weight_version": "rl-1"})
    assert response.status_code == 200, response.text
    assert (await http.get("/server_info")).json()["model"] == "tiny 1 rl-1"
    assert (await chat(http, schema=None))["choices"][0]["message"]["content"] != before
    missing = await http.post("/update_weights_from_disk", json={"model_path": str(tmp_path / "no")})
    assert missing.status_code == 400
    assert "config.json is missing" in missing.json()["error"]["message"] or "missing" in missing.text
    assert (await chat(http, schema=None))["choices"]


async def test_a_server_that_ends_answers_whom_it_has(folder: Path) -> None:
    client = EmbeddedClient(folder, dtype="float32")
    server = ModelServer(client, name="tiny", limits=LIMITS)
    bound, ready = listen(0), asyncio.Event()
    serving = asyncio.create_task(serve(server, bound, ready.set))
    await ready.wait()
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as http:
        asked = body(schema=ENDLESS, max_tokens=900, temperature=1.0, seed=1)
        answer = asyncio.create_task(http.post("/v1/chat/completions", json=asked))
        await until(http, "handeye_running 1.0")
        draining = asyncio.create_task(server.drain())
        await asyncio.sleep(0)
        assert (await http.get("/health")).status_code == 503
        refused = await http.post("/v1/chat/completions", json=body())
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert (await answer).status_code == 200
        await draining
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving
