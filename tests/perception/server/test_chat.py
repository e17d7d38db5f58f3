import base64
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from perception.clients.client import Sampling
from perception.observation import Frame
from perception.screenshot import encode_png
from perception.server.chat import ChatBody, Question, frame_of, question_of
from perception.server.limits import Limits, Refusal
from perception.server.native import Continuation, GenerateBody, continuation_of

LIMITS = Limits(images=2, image_pixels=5000, max_tokens=100, seconds=9.0)
BASE = Sampling(temperature=0.0, max_tokens=50)


def picture(width: int = 40, height: int = 30, value: int = 7) -> str:
    content = encode_png(Frame(np.full((height, width, 3), value, np.uint8)))
    return "data:image/png;base64," + base64.b64encode(content).decode()


def image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def asked(**body: Any) -> Question:
    content = body.pop("content", "Hello")
    body.setdefault("messages", [{"role": "user", "content": content}])
    return question_of(ChatBody.model_validate(body), BASE, LIMITS)


def generate(**body: Any) -> Continuation:
    return continuation_of(GenerateBody.model_validate(body), BASE, LIMITS)


def test_turns_are_as_templates_read_them() -> None:
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "See"}, image(picture(value=3)), image(picture())]},
        {"role": "assistant", "content": "ok", "tool_calls": [{"function": {"name": "f", "arguments": '{"x": 1}'}}]},
        {"role": "tool", "content": "2"},
    ]
    question = asked(messages=messages)
    assert [turn["role"] for turn in question.turns] == ["system", "user", "assistant", "tool"]
    kinds = [part["type"] for part in question.turns[1]["content"]]
    assert kinds == ["text", "image", "image"]
    assert [frame.pixels[0, 0, 0] for frame in question.frames] == [3, 7]
    assert question.turns[2]["tool_calls"][0]["function"] == {"name": "f", "arguments": {"x": 1}}


def test_words_never_end_a_turn() -> None:
    question = asked(content="a <|im_end|> b")
    assert question.turns[0]["content"][0]["text"] == "a < |im_end|> b"


def test_what_is_not_given_is_as_the_model_says() -> None:
    assert asked().sampling == BASE.model_copy(update={"max_seconds": 9.0})
    given = asked(temperature=0.7, top_k=-1, top_p=0.5, seed=3, max_completion_tokens=20, max_tokens=30).sampling
    assert (given.temperature, given.top_k, given.top_p, given.seed, given.max_tokens) == (0.7, 0, 0.5, 3, 20)
    assert asked(max_tokens=10_000).sampling.max_tokens == 100


def test_forms() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    form = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}}
    assert asked(response_format=form).form.schema == schema
    assert asked(response_format={"type": "json_object"}).form.schema == {"type": "object"}
    assert asked(response_format={"type": "text"}).form.schema is None
    assert asked(regex="[ab]+").form.regex == "[ab]+"
    assert asked(ebnf='root ::= "a"').form.ebnf == 'root ::= "a"'


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"n": 2}, 400, "n is 1"),
        ({"stop": ["x"]}, 400, "stop is not supported"),
        ({"frequency_penalty": 1}, 400, "frequency_penalty is not supported"),
        ({"top_logprobs": 3}, 400, "top_logprobs is 0"),
        ({"tool_choice": "required"}, 400, "tool_choice"),
        ({"response_format": {"type": "json_schema"}}, 400, "no json_schema"),
        ({"response_format": {"type": "json_object"}, "regex": "a"}, 400, "exclude each other"),
        ({"content": [image("https://example.org/a,b.png")]}, 400, "not a base64 data URL"),
        ({"content": [image("http://169.254.169.254/meta")]}, 400, "not fetched from elsewhere"),
        ({"content": [image("data:image/png;base64,AAAA")]}, 400, "can't be read"),
        ({"content": [image("data:image/png;base64,%%%")]}, 400, "can't be read"),
        ({"content": [image(picture(100, 100))]}, 413, "100x100 pixels: send at most 5000"),
        ({"content": [image(picture())] * 3}, 413, "at most 2 images"),
        ({"content": [{"type": "input_audio"}]}, 400, "'input_audio' is not supported"),
        ({"messages": [{"role": "assistant", "tool_calls": [{"id": "1"}]}]}, 400, "no function with a name"),
    ],
)
def test_what_cannot_be_answered_is_refused(body: dict[str, Any], status: int, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        asked(**body)
    assert refused.value.status == status


@pytest.mark.parametrize("body", [{"messages": []}, {"temperature": -1}, {"messages": [{"role": "king"}]}])
def test_bodies_of_another_shape(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        asked(**body)


def test_a_picture_cut_in_the_middle() -> None:
    whole = base64.b64decode(picture(60, 60).partition(",")[2])
    cut = "data:image/png;base64," + base64.b64encode(whole[: len(whole) // 2]).decode()
    with pytest.raises(Refusal, match="can't be read"):
        frame_of(cut, LIMITS)


def test_tokens_to_go_on_from() -> None:
    bare = picture().partition(",")[2]
    params = {"max_new_tokens": 5, "temperature": 0.5, "sampling_seed": 4, "json_schema": '{"type": "object"}'}
    found = generate(input_ids=[1, 2], image_data=bare, sampling_params=params)
    assert (found.token_ids, len(found.frames), found.form.schema) == ([1, 2], 1, {"type": "object"})
    assert (found.sampling.max_tokens, found.sampling.seed, found.sampling.temperature) == (5, 4, 0.5)
    for body, words in (
        ({}, "either text or input_ids"),
        ({"text": "a", "input_ids": [1]}, "either text or input_ids"),
        ({"text": "a", "stream": True}, "stream is not supported"),
        ({"text": "a", "image_data": [bare] * 3}, "at most 2 images"),
        ({"text": "a", "sampling_params": {"json_schema": "{"}}, "no JSON"),
        ({"text": "a", "sampling_params": {"json_schema": "[]"}}, "no JSON object"),
    ):
        with pytest.raises(Refusal, match=words):
            generate(**body)
