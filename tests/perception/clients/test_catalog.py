"""Names, folders and addresses become profiles; what nobody knows is said in one sentence."""

import json
from pathlib import Path

import pytest

from perception.clients.catalog import names, resolve
from perception.clients.client import Message, TextPart
from perception.clients.embedded import EmbeddedClient
from perception.clients.sglang import OpenAIClient
from perception.errors import ClientError, ModelError


def model_folder(path: Path, card: str = "") -> Path:
    path.mkdir()
    (path / "config.json").write_text("{}")
    if card:
        (path / "handeye.json").write_text(card)
    return path


async def test_a_folder_is_run_by_our_engine(tmp_path: Path) -> None:
    profile = resolve(str(model_folder(tmp_path / "mine")), max_seconds=7)
    assert (profile.name, profile.codec, profile.prompt) == ("mine", "qwen3vl", "computer_use")
    assert (profile.sampling.temperature, profile.sampling.max_seconds) == (0, 7)
    client = profile.make()
    assert isinstance(client, EmbeddedClient)
    assert client.name == "mine"
    await client.close()


def test_a_folders_card_says_how_to_speak_with_it(tmp_path: Path) -> None:
    card = {"name": "nano-next", "version": "0.2", "codec": "qwen3vl-999", "prompt": "compact"}
    folder = str(model_folder(tmp_path / "mine", json.dumps(card)))
    profile = resolve(folder)
    assert (profile.name, profile.codec, profile.prompt) == ("nano-next 0.2", "qwen3vl-999", "compact")
    assert resolve(folder, prompt="computer_use", codec="qwen3vl").prompt == "computer_use"


@pytest.mark.parametrize("card", ["{", "[1]"])
def test_a_broken_card_is_named(tmp_path: Path, card: str) -> None:
    with pytest.raises(ModelError, match=r"handeye\.json can't be read"):
        resolve(str(model_folder(tmp_path / "mine", card)))


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json is missing"):
        resolve(str(tmp_path))


async def test_an_address_is_a_server() -> None:
    profile = resolve("http://127.0.0.1:9/v1#qwen")
    assert (profile.name, profile.prompt) == ("qwen", "computer_use")
    client = profile.make()
    assert isinstance(client, OpenAIClient)
    assert client.name == "qwen"
    await client.close()
    assert resolve("http://127.0.0.1:9").name == "http://127.0.0.1:9"
    assert resolve("http://127.0.0.1:9#one", served_name="two").name == "two"


async def test_a_script_is_replayed_anew_by_every_client(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text('"first"\n')
    profile = resolve(f"scripted:{path}")
    ask = [Message(role="user", parts=(TextPart(text="?"),))]
    assert [(await profile.make().generate(ask)).text for _ in range(2)] == ["first", "first"]


def test_what_nobody_knows_is_one_sentence_with_what_is_known() -> None:
    with pytest.raises(ClientError, match=r'There is no model "gpt": known are nano, .*a folder') as caught:
        resolve("gpt")
    assert "\n" not in str(caught.value)
    assert names()[0] == "nano"
