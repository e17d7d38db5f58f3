"""The HTTP client against a real server on loopback: what it sends, what it makes of answers, and how it fails."""

import base64
import io
import logging
import time
from typing import Any

import numpy as np
import pytest
from PIL import Image

from perception.clients.client import ImagePart, Message, Sampling, TextPart
from perception.clients.sglang import OpenAIClient
from perception.errors import ClientError, ClientTimeout
from perception.observation import Frame
from tests.chat_server import Answer, ChatServer, chat

SCHEMA: dict[str, Any] = {"type": "object"}
PIXELS = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
ASK = [
    Message(role="system", parts=(TextPart(text="You see "), TextPart(text="screens."))),
    Message(role="user", parts=(ImagePart(frame=Frame(PIXELS)), TextPart(text="Click Save"))),
]


def client_of(server: ChatServer, **options: Any) -> OpenAIClient:
    return OpenAIClient(server.url, **{"model": "m", "pause": 0.01, **options})


async def ask(client: OpenAIClient, **options: Any):
    try:
        return await client.generate(ASK, **options)
    finally:
        await client.close()
        await client.close()


async def test_the_request_is_a_chat_completion_with_png_and_schema() -> None:
    with ChatServer(chat("{}")) as server:
        sampling = Sampling(temperature=0.5, top_p=0.9, top_k=20, presence_penalty=1.5, seed=7, max_tokens=99)
        await ask(client_of(server), schema=SCHEMA, sampling=sampling)
    (sent,) = server.requests
    assert sent["path"] == "/v1/chat/completions"
    assert sent["messages"][0] == {"role": "system", "content": "You see screens."}
    image, text = sent["messages"][1]["content"]
    assert text == {"type": "text", "text": "Click Save"}
    head, data = image["image_url"]["url"].split(",")
    assert head == "data:image/png;base64"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), PIXELS)
    form = sent["response_format"]
    assert (form["type"], form["json_schema"]["schema"], form["json_schema"]["strict"]) == ("json_schema", SCHEMA, True)
    numbers = {name: sent[name] for name in ("temperature", "top_p", "top_k", "presence_penalty", "seed", "max_tokens")}
    assert list(numbers.values()) == [0.5, 0.9, 20, 1.5, 7, 99]


async def test_what_says_nothing_is_not_sent() -> None:
    with ChatServer(chat("hi")) as server:
        await ask(client_of(server, constrained=False), schema=SCHEMA)
    assert not {"response_format", "top_k", "seed", "presence_penalty"} & server.requests[0].keys()


async def test_the_answer_becomes_a_completion() -> None:
    with ChatServer(chat("yes")) as server:
        completion = await ask(client_of(server))
    assert (completion.text, completion.finish, completion.model) == ("yes", "stop", "m")
    assert completion.logprobs == (-0.5, -0.25)
    usage = completion.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (120, 2, 64)
    assert completion.timings.total_ms > 0


@pytest.mark.parametrize(
    ("answer", "finish"),
    [
        (chat("half", reason="length"), "length"),
        (chat("", reason="content_filter"), "refused"),
        (chat(None, refusal="I won't"), "refused"),
    ],
)
async def test_ends_other_than_stop(answer: dict, finish: str) -> None:
    with ChatServer(answer) as server:
        assert (await ask(client_of(server))).finish == finish


async def test_without_a_name_the_first_model_of_the_server_is_asked() -> None:
    with ChatServer(chat("x")) as server:
        client = client_of(server, model="")
        completion = await ask(client)
    assert server.requests[0]["model"] == completion.model == client.name == "listed-model"


async def test_a_server_that_comes_back_is_asked_again() -> None:
    busy = Answer({"error": {"message": "loading"}}, status=503)
    with ChatServer(Answer(hang_up=True), busy, Answer(chat("cut"), missing=50), chat("here")) as server:
        assert (await ask(client_of(server))).text == "here"
    assert len(server.requests) == 4


async def test_tries_are_bounded() -> None:
    busy = pytest.raises(ClientError, match=r"can't be reached \(429 busy now\), asked 3 times")
    with ChatServer(Answer({"error": {"message": "busy\nnow"}}, status=429)) as server, busy:
        await ask(client_of(server, num_tries=3))
    assert len(server.requests) == 3


async def test_nobody_listens() -> None:
    with ChatServer() as server:
        gone = client_of(server, num_tries=2)
    with pytest.raises(ClientError, match="is the server running there"):
        await ask(gone)


async def test_a_refusal_gives_the_servers_words_in_one_line_and_is_not_repeated() -> None:
    refusal = pytest.raises(ClientError, match="answered 404: no such model")
    with ChatServer(Answer({"error": {"message": "no\nsuch  model"}}, status=404)) as server, refusal as caught:
        await ask(client_of(server), schema=SCHEMA)
    assert "\n" not in str(caught.value)
    assert len(server.requests) == 1


async def test_a_refused_schema_says_how_to_do_without() -> None:
    refusal = pytest.raises(ClientError, match=r"refused the JSON Schema.*model\.constrained = false")
    with ChatServer(Answer({"error": "response_format: json_schema is not supported"}, status=400)) as server, refusal:
        await ask(client_of(server), schema=SCHEMA)


async def test_refused_logprobs_are_asked_for_once() -> None:
    refusal = Answer({"error": {"message": "logprobs are not available"}}, status=400)
    with ChatServer(refusal, chat("one"), chat("two")) as server:
        client = client_of(server)
        assert (await client.generate(ASK)).text == "one"
        assert (await ask(client)).text == "two"
    assert ["logprobs" in request for request in server.requests] == [True, False, False]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{broken", "not JSON: {broken"),
        (b"[1]", "not a JSON object"),
        ({"choices": []}, "not a chat completion"),
        ({"choices": [{"message": "text"}]}, "not a chat completion"),
        (chat(None), "without a text"),
    ],
)
async def test_answers_that_are_none(body: Any, message: str) -> None:
    with ChatServer(Answer(body)) as server, pytest.raises(ClientError, match=message):
        await ask(client_of(server))


async def test_a_stream_that_is_always_cut_ends() -> None:
    with ChatServer(Answer(chat("cut"), missing=9)) as server, pytest.raises(ClientError, match="asked 2 times"):
        await ask(client_of(server, num_tries=2))


async def test_a_slow_server_is_a_timeout() -> None:
    with ChatServer(Answer(chat("late"), before=lambda: time.sleep(0.6))) as server:
        begun = time.perf_counter()
        with pytest.raises(ClientTimeout, match=r"within 0\.2 s"):
            await ask(client_of(server), sampling=Sampling(max_seconds=0.2))
        assert time.perf_counter() - begun < 0.55


async def test_the_key_is_sent_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HANDEYE_API_KEY", "sk-secret")
    caplog.set_level(logging.DEBUG)
    with ChatServer(Answer({"error": {"message": "bad key sk-secret"}}, status=401)) as server:
        with pytest.raises(ClientError, match=r"bad key \*\*\* Is HANDEYE_API_KEY right") as caught:
            await ask(client_of(server))
        assert server.headers[0]["Authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in str(caught.value) + caplog.text


@pytest.mark.parametrize("url", ["ftp://x", "http://", "just a name"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ClientError, match="not an address"):
        OpenAIClient(url)
