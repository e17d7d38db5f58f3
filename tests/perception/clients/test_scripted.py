"""The scripted client gives its replies in order, keeps what it was asked, and says when it has no more."""

from pathlib import Path

import pytest

from perception.clients.client import Completion, Message, TextPart
from perception.clients.scripted import ScriptedClient, read_script
from perception.errors import ClientError


def say(text: str) -> list[Message]:
    return [Message(role="user", parts=(TextPart(text=text),))]


async def test_replies_come_in_order_whatever_their_kind() -> None:
    whole = Completion(text="cut", finish="length")
    client = ScriptedClient(["one", whole, lambda messages: messages[0].role], name="play")
    answers = [await client.generate(say(str(index))) for index in range(3)]
    assert [answer.text for answer in answers] == ["one", "cut", "user"]
    assert answers[1] is whole
    assert answers[0].model == client.name == "play"
    assert client.asked == [say("0"), say("1"), say("2")]
    await client.close()
    await client.close()


async def test_running_out_is_one_clear_error_and_is_still_recorded() -> None:
    client = ScriptedClient(["only"])
    await client.generate(say("a"), schema={"type": "object"})
    with pytest.raises(ClientError, match="holds 1 replies and was asked for number 2"):
        await client.generate(say("b"))
    assert len(client.asked) == 2
    assert client.schemas == [{"type": "object"}, None]


def test_a_script_file_holds_texts_completions_and_actions(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text(
        '"plain"\n\n{"text": "half", "finish": "length"}\n{"thought": "Größe", "action": "wait", "time": 1}\n',
        encoding="utf-8",
    )
    assert read_script(path) == [
        "plain",
        Completion(text="half", finish="length"),
        '{"thought": "Größe", "action": "wait", "time": 1}',
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [('"a"\n{broken', "line 2"), ("17", "line 1"), ('{"text": "x", "finish": "never"}', "line 1")],
)
def test_a_bad_line_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ClientError, match=message):
        read_script(path)


def test_a_missing_script_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match=r"nowhere\.jsonl"):
        read_script(tmp_path / "nowhere.jsonl")
