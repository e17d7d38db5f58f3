"""The HTTP client against a real server on loopback: what it sends, what it makes of answers, and how it fails."""

import base64
import io
import logging
import time
from typing import Any

import numpy as np
import pytest
from PIL import Image

from perception.clients.client import ImagePart, Message, Sampling, TextPart, VideoPart
from perception.clients.connection import MAX_BYTES
from perception.clients.openai_payload import PngCache
from perception.clients.sglang import OpenAIClient
from perception.errors import ClientError, ClientRefused, ClientTimeout, ClientUnreachable
from perception.observation import Frame
from tests.chat_server import Answer, ChatServer, chat, models

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


async def test_a_server_that_nobody_knows_is_sent_nothing_that_says_nothing() -> None:
    with ChatServer(chat("hi")) as server:
        await ask(client_of(server, constrained=False), schema=SCHEMA)
    assert server.requests[0].keys() == {"path", "model", "messages", "max_tokens", "temperature", "top_p", "logprobs"}


@pytest.mark.parametrize("owner", ["sglang", "vllm", "llamacpp"])
async def test_servers_that_are_known_draw_as_we_say_and_not_as_they_would(owner: str) -> None:
    with ChatServer(chat("hi"), pages={"/v1/models": models("m", owner=owner)}) as server:
        await ask(client_of(server), sampling=Sampling(temperature=1, repetition_penalty=1.1, seed=0))
    (sent,) = server.requests
    assert (sent["top_k"], sent["min_p"], sent["seed"]) == ({"llamacpp": 0}.get(owner, -1), 0.0, 0)
    assert sent["presence_penalty"] == 0.0
    assert sent["repeat_penalty" if owner == "llamacpp" else "repetition_penalty"] == 1.1
    assert sent.get("return_token_ids", False) is (owner != "llamacpp")


async def test_a_video_is_its_frames_behind_their_times() -> None:
    video = VideoPart(frames=(Frame(PIXELS), Frame(PIXELS)), seconds=(0.25, 1.5))
    with ChatServer(chat("hi")) as server:
        client = client_of(server)
        await client.generate([Message(role="user", parts=(video, TextPart(text="What changes?")))])
        await client.close()
    parts = server.requests[0]["messages"][0]["content"]
    assert [part.get("text") for part in parts] == ["<0.2 seconds>", None, "<1.5 seconds>", None, "What changes?"]


def test_a_picture_is_encoded_once_and_forgotten_when_there_are_too_many() -> None:
    frames = [Frame(np.full((8, 8, 3), value, np.uint8)) for value in range(3)]
    images = PngCache(num_bytes=2 * len(PngCache().url(frames[0])))
    first = images.url(frames[0])
    assert images.url(Frame(frames[0].pixels.copy())) is first
    images.url(frames[1])
    images.url(frames[2])
    assert images.url(frames[0]) is not first


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


@pytest.mark.parametrize(
    ("choice", "token_ids", "logprobs"),
    [
        ({"response_token_ids": [5, 6], "meta_info": {}}, (5, 6), (-0.5, -0.25)),
        ({"token_ids": [7, 8]}, (7, 8), (-0.5, -0.25)),
        ({"logprobs": {"content": [{"id": 3, "logprob": -1}]}}, (3,), (-1.0,)),
        ({"response_token_ids": [5, 6, 7]}, (5, 6, 7), ()),
        ({"response_token_ids": [5, "6"]}, (), (-0.5, -0.25)),
        ({"logprobs": {"content": [{"logprob": float("nan")}]}}, (), ()),
        ({"logprobs": None}, (), ()),
    ],
)
async def test_what_was_drawn_is_kept_where_it_can_be_trusted(
    choice: dict, token_ids: tuple[int, ...], logprobs: tuple[float, ...]
) -> None:
    with ChatServer(chat("yes", choice=choice)) as server:
        completion = await ask(client_of(server))
    assert (completion.token_ids, completion.logprobs) == (token_ids, logprobs)


async def test_a_completion_names_what_answered(caplog: pytest.LogCaptureFixture) -> None:
    with ChatServer({**chat("x"), "model": "other"}) as server:
        assert (await ask(client_of(server))).model == "other"
    assert "was asked for m; other answers" in caplog.text
    with ChatServer(chat("x", choice={"meta_info": {"weight_version": "rl-3"}})) as server:
        assert (await ask(client_of(server))).model == "m rl-3"


async def test_thoughts_are_no_part_of_the_answer() -> None:
    with ChatServer(chat("{}", reasoning_content="Let me see.")) as server:
        completion = await ask(client_of(server))
    assert (completion.thinking, completion.text) == ("Let me see.", "{}")


async def test_a_server_that_comes_back_is_asked_again() -> None:
    busy = Answer({"error": {"message": "loading"}}, status=503)
    with ChatServer(Answer(hang_up=True), busy, chat("here")) as server:
        assert (await ask(client_of(server))).text == "here"
    assert len(server.requests) == 3


async def test_an_answer_that_breaks_off_is_not_asked_for_again() -> None:
    broken = pytest.raises(ClientError, match="broke off in its answer")
    with ChatServer(Answer(chat("cut"), missing=50), chat("here")) as server, broken:
        await ask(client_of(server))
    assert len(server.requests) == 1


@pytest.mark.parametrize("wait", ["0.2", "Wed, 01 Jan 1997 00:00:00 GMT", "soon", "-5", "nan"])
async def test_a_server_that_asks_to_wait_is_waited_for(wait: str) -> None:
    busy = Answer({"error": {"message": "busy"}}, status=429, headers={"Retry-After": wait})
    with ChatServer(busy, chat("here")) as server:
        begun = time.perf_counter()
        assert (await ask(client_of(server))).text == "here"
        assert time.perf_counter() - begun >= (0.2 if wait == "0.2" else 0)


async def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    busy = Answer({"error": {"message": "busy"}}, status=429, headers={"Retry-After": "60"})
    late = pytest.raises(ClientTimeout, match=r"429 busy.*again in 60\.0 s, which is later")
    begun = time.perf_counter()
    with ChatServer(busy) as server, late:
        await ask(client_of(server), sampling=Sampling(max_seconds=20))
    assert time.perf_counter() - begun < 10


async def test_tries_are_bounded() -> None:
    busy = pytest.raises(ClientUnreachable, match=r"can't be reached \(429 busy now\), asked 3 times")
    with ChatServer(Answer({"error": {"message": "busy\nnow"}}, status=429)) as server, busy:
        await ask(client_of(server, num_tries=3))
    assert len(server.requests) == 3


async def test_nobody_listens() -> None:
    with ChatServer() as server:
        gone = client_of(server, num_tries=2)
    with pytest.raises(ClientUnreachable, match="is the server running there"):
        await ask(gone)


async def test_a_refusal_gives_the_servers_words_in_one_line_and_is_not_repeated() -> None:
    refusal = pytest.raises(ClientRefused, match="answered 404: no such model")
    with ChatServer(Answer({"error": {"message": "no\nsuch  model"}}, status=404)) as server, refusal as caught:
        await ask(client_of(server), schema=SCHEMA)
    assert "\n" not in str(caught.value)
    assert len(server.requests) == 1


async def test_a_refused_schema_says_how_to_do_without() -> None:
    refusal = pytest.raises(ClientRefused, match=r"refused the JSON Schema.*model\.constrained = false")
    words = "Invalid schema for response_format: oneOf is not supported"
    with ChatServer(Answer({"error": words}, status=400)) as server, refusal:
        await ask(client_of(server), schema=SCHEMA)


async def test_a_server_without_schemas_is_done_without_once_and_for_all(caplog: pytest.LogCaptureFixture) -> None:
    refusal = Answer({"error": "response_format: json_schema is not supported"}, status=400)
    with ChatServer(refusal, chat("one"), chat("two")) as server:
        client = client_of(server)
        assert (await client.generate(ASK, schema=SCHEMA)).text == "one"
        assert (await ask(client, schema=SCHEMA)).text == "two"
    assert ["response_format" in request for request in server.requests] == [True, False, False]
    assert caplog.text.count("takes no JSON Schema") == 1


FORMS: dict[str, Any] = {"regex": "[0-9]{3}", "ebnf": 'root ::= "left" | "right"'}
FORM_FIELDS = {"response_format", "regex", "ebnf", "structured_outputs"}


@pytest.mark.parametrize(
    ("owner", "kind", "field"),
    [
        ("handeye", "regex", {"regex": FORMS["regex"]}),
        ("sglang", "regex", {"regex": FORMS["regex"]}),
        ("sglang", "ebnf", {"ebnf": FORMS["ebnf"]}),
        ("vllm", "regex", {"structured_outputs": {"regex": FORMS["regex"]}}),
        ("vllm", "ebnf", {"structured_outputs": {"grammar": FORMS["ebnf"]}}),
    ],
)
async def test_other_forms_travel_in_the_fields_of_each_server(owner: str, kind: str, field: dict[str, Any]) -> None:
    with ChatServer(chat("123"), pages={"/v1/models": models("m", owner=owner)}) as server:
        assert (await ask(client_of(server), **{kind: FORMS[kind]})).text == "123"
    (sent,) = server.requests
    assert {name: sent[name] for name in FORM_FIELDS & sent.keys()} == field


@pytest.mark.parametrize("kind", ["regex", "ebnf"])
@pytest.mark.parametrize("owner", ["llamacpp", "someone"])
async def test_a_server_whose_kind_has_no_field_for_a_form_is_sent_none(
    owner: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    with ChatServer(chat("hi"), pages={"/v1/models": models("m", owner=owner)}) as server:
        client = client_of(server)
        assert (await client.generate(ASK, **{kind: FORMS[kind]})).text == "hi"
        await client.generate(ASK, **{kind: FORMS[kind]})
        await ask(client, schema=SCHEMA)
    assert [FORM_FIELDS & sent.keys() for sent in server.requests] == [set(), set(), {"response_format"}]
    assert caplog.text.count({"regex": "takes no regular expression", "ebnf": "takes no EBNF"}[kind]) == 1


async def test_a_server_behind_a_proxy_that_hides_its_name_is_told_by_its_other_pages() -> None:
    pages = {"/v1/models": models("m", owner="proxy"), "/model_info": {"is_generation": True}}
    with ChatServer(chat("123"), pages=pages) as server:
        client = client_of(server)
        await client.generate(ASK)
        await ask(client, regex=FORMS["regex"])
    assert [sent.get("regex") for sent in server.requests] == [None, FORMS["regex"]]
    assert "top_k" in server.requests[1], "from then on it is asked as SGLang"


@pytest.mark.parametrize(
    "refusal",
    [
        Answer({"detail": [{"loc": ["body", "regex"], "msg": "Extra inputs are not permitted"}]}, status=422),
        Answer({"message": "Grammar-based generation (regex, ebnf) is not supported by this server"}, status=400),
    ],
)
async def test_a_refused_form_is_done_without_once_and_for_all(
    refusal: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    with ChatServer(refusal, chat("one"), pages={"/v1/models": models("m", owner="sglang")}) as server:
        client = client_of(server)
        assert (await client.generate(ASK, regex=FORMS["regex"])).text == "one"
        await ask(client, regex=FORMS["regex"])
    assert ["regex" in sent for sent in server.requests] == [True, False, False]
    assert caplog.text.count("takes no regular expression") == 1


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        ("regex", "Failed to compile regex grammar: unclosed group", "refused the regular expression of the reply"),
        ("ebnf", "The EBNF can't constrain a reply: a rule is not supported", "refused the EBNF of the reply"),
    ],
)
async def test_a_form_that_a_server_can_not_hold_is_refused_in_its_words(kind: str, words: str, said: str) -> None:
    refusal = pytest.raises(ClientRefused, match=f"{said}.*{words}.*model.constrained = false")
    pages = {"/v1/models": models("m", owner="handeye")}
    with ChatServer(Answer({"error": {"message": words}}, status=400), pages=pages) as server, refusal:
        await ask(client_of(server), **{kind: FORMS[kind]})
    assert len(server.requests) == 1


async def test_a_reply_has_one_form_and_an_unconstrained_client_sends_none() -> None:
    with ChatServer(chat("hi")) as server:
        with pytest.raises(ClientError, match="one form, and schema and regex is given"):
            await client_of(server).generate(ASK, schema=SCHEMA, regex="a")
        assert server.requests == []
        free = client_of(server, constrained=False)
        forms: list[dict[str, Any]] = [{"schema": SCHEMA}, {"regex": "a"}, {"ebnf": FORMS["ebnf"]}]
        for form in forms:
            await free.generate(ASK, **form)
        await free.close()
    assert all(FORM_FIELDS.isdisjoint(sent) for sent in server.requests)


async def test_refused_logprobs_are_asked_for_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="perception.clients.sglang")
    refusal = Answer({"error": {"message": "logprobs are not available"}}, status=400)
    without = {"logprobs": None}
    with ChatServer(refusal, chat("one", choice=without), chat("two", choice=without)) as server:
        client = client_of(server)
        assert (await client.generate(ASK)).text == "one"
        assert (await ask(client)).text == "two"
    assert ["logprobs" in request for request in server.requests] == [True, False, False]
    assert caplog.text.count("gives no logprobs") == 1


async def test_a_server_that_is_strict_about_fields_is_sent_those_it_knows() -> None:
    refusal = Answer({"detail": [{"loc": ["body", "return_token_ids"], "msg": "Extra inputs are not permitted"}]}, 422)
    with ChatServer(refusal, chat("one"), pages={"/v1/models": models("m", owner="vllm")}) as server:
        assert (await ask(client_of(server), schema=SCHEMA)).text == "one"
    assert server.requests[1].keys() >= {"logprobs", "response_format", "top_k"}
    assert "return_token_ids" not in server.requests[1]


async def test_an_answer_without_end_is_cut() -> None:
    with ChatServer(Answer(bytes(MAX_BYTES + 1))) as server, pytest.raises(ClientError, match="more than 64 MiB"):
        await ask(client_of(server))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{broken", "not JSON: {broken"),
        (b"[1]", "not a JSON object"),
        ({"choices": []}, "not a chat completion"),
        ({"choices": [{"message": "text"}]}, "not a chat completion"),
        (b"[" * 100_000, "not JSON"),
        ({**chat("x"), "usage": {"prompt_tokens": float("inf")}}, "not a chat completion"),
        (chat("\ud800"), "not a chat completion"),
        (chat(None), "without a text"),
        (chat("half", reason="abort"), "told to cut its answer off"),
    ],
)
async def test_answers_that_are_none(body: Any, message: str) -> None:
    with ChatServer(Answer(body)) as server, pytest.raises(ClientError, match=message):
        await ask(client_of(server))


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
        with pytest.raises(ClientRefused, match=r"bad key \*\*\* Is HANDEYE_API_KEY right") as caught:
            await ask(client_of(server))
        assert server.headers[0]["Authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in str(caught.value) + caplog.text


@pytest.mark.parametrize("url", ["ftp://x", "http://", "just a name", "http://[::1", "http://host:123456"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ClientError, match="not an address"):
        OpenAIClient(url)
