import json

from perception.clients.client import Completion, Piece, Usage
from perception.server.answers import Answer, generated

CALL = '<tool_call>\n{"name": "click", "arguments": {"x": 1}}\n</tool_call>'


def answer(*, with_tools: bool = False, drawn: bool = False) -> Answer:
    return Answer("m", with_tools=with_tools, logprobs=drawn, token_ids=drawn)


def letter(token: int) -> str:
    return chr(token)


def test_a_whole_answer() -> None:
    usage = Usage(prompt_tokens=9, cached_tokens=4, completion_tokens=2)
    completion = Completion(
        text="hé", thinking="hm", finish="time", token_ids=(104, 233), logprobs=(-0.5, 0.0), usage=usage
    )
    body = answer(drawn=True).whole(completion, letter)
    choice = body["choices"][0]
    assert choice["message"] == {"role": "assistant", "content": "hé", "reasoning_content": "hm"}
    assert choice["finish_reason"] == "length"
    assert choice["response_token_ids"] == [104, 233]
    assert choice["logprobs"]["content"][1] == {
        "token": "é",
        "logprob": 0.0,
        "bytes": [195, 169],
        "top_logprobs": [],
    }
    assert body["usage"]["total_tokens"] == 11
    assert body["usage"]["prompt_tokens_details"] == {"cached_tokens": 4}


def test_calls_are_taken_out_of_the_text_where_tools_were_offered() -> None:
    completion = Completion(text=f"I click. {CALL}", finish="stop")
    message = answer().whole(completion, letter)["choices"][0]["message"]
    assert message["content"].endswith("</tool_call>")
    choice = answer(with_tools=True).whole(completion, letter)["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] == "I click."
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "click", "arguments": '{"x": 1}'}
    for text in ("<tool_call>{broken}</tool_call>", '<tool_call>{"arguments": 1}</tool_call>'):
        choice = answer(with_tools=True).whole(Completion(text=text, finish="stop"), letter)["choices"][0]
        assert choice["message"]["content"] == text
        assert choice["finish_reason"] == "stop"


def read(events: list[bytes]) -> list[dict]:
    return [json.loads(event.removeprefix(b"data: ")) for event in events if b"[DONE]" not in event]


def test_a_stream_says_what_the_whole_says() -> None:
    completion = Completion(text="hi", finish="stop", token_ids=(104, 105), logprobs=(-1.0, -2.0))
    stream = answer(drawn=True)
    events = [stream.begin(), stream.piece(Piece(text="h")), stream.piece(Piece(text="i"))]
    events += stream.end(completion, letter, with_usage=True)
    assert events[-1] == b"data: [DONE]\n\n"
    assert all(event.startswith(b"data: ") and event.endswith(b"\n\n") for event in events)
    chunks = read(events)
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"]) == "hi"
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-2]["choices"][0]["response_token_ids"] == [104, 105]
    assert chunks[-1]["choices"] == []
    assert "usage" in chunks[-1]


def test_calls_in_a_stream_come_at_its_end() -> None:
    stream = answer(with_tools=True)
    assert stream.piece(Piece(text=CALL)) == b""
    assert b"hm" in stream.piece(Piece(text="hm", thinking=True))
    completion = Completion(text=f"So: {CALL}", finish="stop")
    choices = [event["choices"][0] for event in read(list(stream.end(completion, letter, with_usage=False)))]
    assert choices[0]["delta"] == {"content": "So:"}
    assert choices[1]["delta"]["tool_calls"][0]["function"]["name"] == "click"
    assert choices[2]["finish_reason"] == "tool_calls"


def test_the_native_form() -> None:
    body = generated(Completion(text="h", finish="length", token_ids=(104,), logprobs=(-1.5,)), "r1")
    assert body["output_ids"] == [104]
    assert body["meta_info"]["finish_reason"] == {"type": "length"}
    assert body["meta_info"]["output_token_logprobs"] == [[-1.5, 104, None]]
