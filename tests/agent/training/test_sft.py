"""Fine-tuning on recorded runs: what is learned from, and that it is learned."""

from pathlib import Path

import numpy as np
import pytest
import torch

from actions.action import LeftClick
from agent.recorder import Recorder, image_store
from agent.training import nano, vocabulary
from agent.training.initial import initialise
from agent.training.pretrain import maker
from agent.training.sft import RecordedBatches, SftConfig, recorded_steps, sample_of, sft
from agent.trajectory import Outcome, Reply, RunRecord, Step
from perception.errors import ModelError
from perception.geometry import Point
from perception.observation import Frame
from perception.qwen3vl import weights
from perception.qwen3vl.model import Qwen3VL
from sandboxes.task import Task

TEXT = '{"thought": "Click \\"Save\\"", "action": "left_click", "coordinate": [500, 250]}'


def record(folder: Path, *, success: bool | None = True, token_ids: tuple[int, ...] = ()) -> Path:
    """A run of one step on a picture of 256x192 pixels."""
    pixels = np.random.default_rng(0).integers(0, 255, (192, 256, 3), np.uint8)
    image = image_store(folder).put(Frame(pixels))
    task = Task(id="t", instruction='Click the "Save" button')
    recorder = Recorder.create(folder, RunRecord(id=folder.name, started="", task=task, model="m"))
    reply = Reply(text=TEXT, finish="stop", token_ids=token_ids)
    action = LeftClick(at=Point(x=128, y=48))
    recorder.append(Step(index=0, time="", before=image, replies=(reply,), thought="Click", action=action))
    recorder.conclude(Outcome(kind="finished", success=success))
    recorder.close()
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random model in a folder."""
    folder = tmp_path_factory.mktemp("small")
    shape = nano.shape(nano.tokenizer(), vision_depth=2, vision_deepstack_visual_indexes=(0,), text_num_hidden_layers=2)
    model = Qwen3VL(shape)
    initialise(model, vocabulary.number_ids(), seed=0)
    nano.save(model, nano.tokenizer(), folder, version="0")
    return folder


def test_only_successful_runs_are_learned_from(tmp_path: Path) -> None:
    record(tmp_path / "good")
    record(tmp_path / "bad", success=False)
    record(tmp_path / "unknown", success=None)
    assert [Path(step.folder).name for step in recorded_steps(tmp_path)] == ["good"]
    assert len(recorded_steps(tmp_path, failed_too=True)) == 3


def test_sampled_tokens_are_learned_as_they_were_sampled(tmp_path: Path) -> None:
    """`[500` spelled digit by digit, as a model may sample it; tokenising the text anew would give one token."""
    spelled = tuple(token for char in TEXT for token in maker().ids(char)) + tuple(maker().ids("<|im_end|>"))
    reply = Reply(text=TEXT, finish="stop", token_ids=spelled)
    image = image_store(tmp_path).put(Frame(np.zeros((32, 32, 3), np.uint8)))
    sample = sample_of("Do it.", Step(index=0, time="", before=image, replies=(reply,)))
    assert tuple(sample.token_ids[sample.num_prompt :]) == spelled


def test_a_run_makes_its_reply_likelier(small: Path, tmp_path: Path) -> None:
    record(tmp_path / "runs" / "one")
    figures: list[dict[str, float]] = []
    config = SftConfig(
        model=str(small), runs=str(tmp_path / "runs"), folder=str(tmp_path / "out"), steps=12, batch_size=2, log_every=2
    )
    out = sft(config, figures.append)
    assert figures[-1]["reply"] < figures[0]["reply"]
    before, after = weights.load(small).state_dict(), weights.load(out).state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)


def test_batches_depend_on_seed_and_step_alone(tmp_path: Path) -> None:
    record(tmp_path / "one")
    make = RecordedBatches(recorded_steps(tmp_path), seed=1, batch_size=2, length=128)
    assert (make(3).token_ids == make(3).token_ids).all()


def test_nothing_to_learn_from_is_said(small: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no step of a successful run"):
        sft(SftConfig(model=str(small), runs=str(tmp_path), folder=str(tmp_path / "out")))
