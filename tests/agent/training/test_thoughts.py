"""Thinking and plain replies: what is given, what is learned, and that it is what the engine asked and drew."""

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from agent.recorder import load
from agent.training.dialogue import Dialogue, DialogueMaker
from agent.training.thoughts import Form, Thoughts, opens_thoughts
from agent.trajectory import Reply
from perception.errors import ModelError
from tests.agent.training.played import TEXT, one_step, plays
from tests.tiny_model import CHAT_TEMPLATE, write_folder

THINKS = CHAT_TEMPLATE.replace("assistant\n{% endif", "{{ 'assistant\\n<think>\\n' }}{% endif")
THOUGHT = "It is on the left.\n</think>\n\n"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model whose vocabulary knows no thoughts."""
    return write_folder(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def thinking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model whose template asks for thoughts."""
    folder = write_folder(tmp_path_factory.mktemp("thinking"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.add_tokens(["<think>", "</think>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "chat_template.jinja").write_text(THINKS)
    return folder


def dialogue(model: Path, place: Path, text: str, form: Form = "auto", *, sampled: bool = False) -> tuple[str, str]:
    """What is asked and what is learned, as text."""
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    ids = tuple(tokenizer.encode(text + "<|im_end|>", add_special_tokens=False).ids) if sampled else ()
    trajectory, step = one_step(place, Reply(text=TEXT if sampled else text, finish="stop", token_ids=ids))
    return told(tokenizer, DialogueMaker(model, form).dialogue(place, trajectory, step))


def told(tokenizer: Tokenizer, found: Dialogue) -> tuple[str, str]:
    ids, end = found.token_ids, found.num_prompt
    asked, learned = (tokenizer.decode(part, skip_special_tokens=False) for part in (ids[:end], ids[end:]))
    return asked[asked.rindex("<|im_start|>") :], learned


@pytest.mark.parametrize("sampled", [True, False])
def test_thoughts_are_learned_behind_the_opening_that_the_template_gives(
    thinking: Path, tmp_path: Path, sampled: bool
) -> None:
    text = THOUGHT + TEXT if sampled else "<think>\n" + THOUGHT + TEXT
    asked, learned = dialogue(thinking, tmp_path, text, sampled=sampled)
    assert asked == "<|im_start|>assistant\n<think>\n"
    assert learned == THOUGHT + TEXT + "<|im_end|>"


def test_a_reply_without_thoughts_does_not_teach_to_have_none(thinking: Path, tmp_path: Path) -> None:
    asked, learned = dialogue(thinking, tmp_path, TEXT)
    assert asked == "<|im_start|>assistant\n<think>\n\n</think>\n\n"
    assert learned == TEXT + "<|im_end|>"


@pytest.mark.parametrize("sampled", [True, False])
def test_the_plain_form_leaves_thoughts_out(thinking: Path, tmp_path: Path, sampled: bool) -> None:
    text = THOUGHT + TEXT if sampled else "<think>\n" + THOUGHT + TEXT
    asked, learned = dialogue(thinking, tmp_path, text, "plain", sampled=sampled)
    assert (asked, learned) == ("<|im_start|>assistant\n", TEXT + "<|im_end|>")


def test_coordinates_and_step_are_the_answer_s(thinking: Path, tmp_path: Path) -> None:
    maker = DialogueMaker(thinking)
    trajectory, step = one_step(tmp_path, Reply(text=f"<think>\nAt [1, 2].\n</think>\n\n{TEXT}", finish="stop"))
    found = maker.dialogue(tmp_path, trajectory, step)
    assert [found.token_ids[place] for place in found.coordinates] == [maker.numbers[500], maker.numbers[250]]
    opening = maker.ids('{"thought": "')
    assert found.token_ids[found.step - len(opening) : found.step] == opening


def test_a_vocabulary_without_thoughts_has_the_plain_form_alone(plain: Path, tmp_path: Path) -> None:
    assert dialogue(plain, tmp_path, TEXT)[0] == dialogue(plain, tmp_path, TEXT, "plain")[0]
    with pytest.raises(ModelError, match="has no <think> and </think>: form=plain"):
        DialogueMaker(plain, "thinking")
    with pytest.raises(ModelError, match="there is no form 'loud' of replies: one of auto, plain, thinking"):
        DialogueMaker(plain, "loud")  # type: ignore[arg-type]


def test_an_instruct_template_is_plain_unless_asked(plain: Path, thinking: Path, tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_text(CHAT_TEMPLATE)
    tokenizer = Tokenizer.from_file(str(thinking / "tokenizer.json"))
    assert not Thoughts(tmp_path, tokenizer, "auto").thinks
    assert Thoughts(tmp_path, tokenizer, "thinking").thinks


def test_the_template_is_found_where_older_files_have_it(tmp_path: Path) -> None:
    assert not opens_thoughts(tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": THINKS}))
    assert opens_thoughts(tmp_path)
    (tmp_path / "chat_template.jinja").write_text(CHAT_TEMPLATE)
    assert not opens_thoughts(tmp_path), "the newest file counts"


@pytest.mark.slow
async def test_what_a_thinking_model_sampled_is_kept_token_for_token(thinking: Path, tmp_path: Path) -> None:
    trajectory = load(await plays(thinking, tmp_path / "run", num_steps=1))
    maker, start = DialogueMaker(thinking), Tokenizer.from_file(str(thinking / "tokenizer.json")).token_to_id("<think>")
    for step in trajectory.steps:
        for reply, found in zip(step.replies, maker.sampled(tmp_path / "run", trajectory, step), strict=True):
            assert tuple(found.token_ids[found.num_prompt :]) == reply.token_ids
            assert found.num_prompt == reply.usage.prompt_tokens
            assert start in found.token_ids[: found.num_prompt]
