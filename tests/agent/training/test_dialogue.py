"""Recorded replies as dialogues: what the engine was shown, token for token, and what was sampled."""

from pathlib import Path

import pytest

from actions.action import LeftClick
from agent import prompts
from agent.recorder import image_store, load
from agent.training.dialogue import DialogueMaker
from agent.trajectory import Reply
from perception.errors import ModelError
from perception.geometry import Point
from perception.qwen3vl.engine import Engine
from tests.agent.training.played import TEXT, one_step, plays, record
from tests.tiny_model import write_folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random model."""
    return write_folder(tmp_path_factory.mktemp("model"))


@pytest.mark.slow
@pytest.mark.parametrize("size", [(192, 256), (210, 160)])
def test_the_prompt_is_what_the_engine_reads(model: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    trajectory = load(record(tmp_path / "run", size=size, num_steps=3))
    engine = Engine.load(model)
    for step in trajectory.steps:
        found = DialogueMaker(model).dialogue(tmp_path / "run", trajectory, step)
        frame = image_store(tmp_path / "run").get(step.before)
        wanted = engine.prompt(prompts.compact(trajectory.run.task.instruction, step.shown_history, frame))
        assert found.token_ids[: found.num_prompt] == wanted.token_ids
        assert list(found.grids) == list(wanted.grids)
        assert found.name == f"run/{step.index}"


@pytest.mark.slow
@pytest.mark.parametrize("prompt", ["compact", "computer_use"])
async def test_what_was_sampled_is_kept_as_it_was(model: Path, tmp_path: Path, prompt: str) -> None:
    trajectory = load(await plays(model, tmp_path / "run", num_steps=2, prompt=prompt))
    maker, num_replies = DialogueMaker(model), 0
    for step in trajectory.steps:
        for reply, found in zip(step.replies, maker.sampled(tmp_path / "run", trajectory, step), strict=True):
            assert tuple(found.token_ids[found.num_prompt :]) == reply.token_ids
            assert found.num_prompt == reply.usage.prompt_tokens
            num_replies += 1
    assert num_replies >= 2
    assert any(reply.error for step in trajectory.steps for reply in step.replies) or num_replies == 2


def test_replies_without_token_ids_are_written_and_end(model: Path, tmp_path: Path) -> None:
    trajectory = load(record(tmp_path / "run"))
    maker = DialogueMaker(model)
    found = maker.dialogue(tmp_path / "run", trajectory, trajectory.steps[0])
    assert found.token_ids[found.num_prompt :] == maker.ids(TEXT + "<|im_end|>")
    assert [found.token_ids[place] for place in found.coordinates] == [maker.numbers[500], maker.numbers[250]]
    assert found.token_ids[found.num_prompt : found.step] == maker.ids('{"thought": "')


def test_coordinates_that_were_spelled_are_no_single_tokens(model: Path, tmp_path: Path) -> None:
    """`[500` spelled digit by digit, as a model may sample it; tokenising the text anew would give one token."""
    maker = DialogueMaker(model)
    spelled = tuple(token for char in TEXT for token in maker.ids(char)) + tuple(maker.ids("<|im_end|>"))
    trajectory, step = one_step(tmp_path, Reply(text=TEXT, finish="stop", token_ids=spelled))
    found = maker.dialogue(tmp_path, trajectory, step)
    assert tuple(found.token_ids[found.num_prompt :]) == spelled
    assert found.coordinates == ()


def test_a_person_s_action_is_learned_and_not_the_reply_that_it_put_right(model: Path, tmp_path: Path) -> None:
    reply = Reply(text=TEXT, finish="stop", token_ids=(1, 2, 3))
    trajectory, step = one_step(tmp_path, reply, thought="Click", actor="human", action=LeftClick(at=Point(x=0, y=0)))
    maker = DialogueMaker(model)
    found = maker.dialogue(tmp_path, trajectory, step)
    wanted = '{"thought": "", "action": "left_click", "coordinate": [16, 16]}<|im_end|>'
    assert found.token_ids[found.num_prompt :] == maker.ids(wanted)


def test_a_folder_without_a_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"tokenizer\.json can't be read"):
        DialogueMaker(tmp_path)
