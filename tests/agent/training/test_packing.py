"""Packed replies are what they are alone: no dialogue sees its neighbours."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from agent.recorder import load
from agent.training.dialogue import Dialogue, DialogueMaker
from agent.training.packing import Packed, pack, reply_logits
from agent.training.sft import packed_loss
from perception.qwen3vl import weights
from perception.qwen3vl.model import Qwen3VL
from tests.agent.training.played import record
from tests.tiny_model import write_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random model."""
    return write_folder(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def model(folder: Path) -> Qwen3VL:
    """The same, read."""
    return weights.load(folder)


@pytest.fixture(scope="module")
def dialogues(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Dialogue]:
    """Seven replies of two runs, with pictures of two sizes, some of them the same picture."""
    maker, runs, found = DialogueMaker(folder), tmp_path_factory.mktemp("runs"), []
    for name, size, num_steps in (("a", (210, 160), 4), ("b", (256, 320), 3)):
        trajectory = load(record(runs / name, size=size, num_steps=num_steps))
        found += [maker.dialogue(runs / name, trajectory, step) for step in trajectory.steps]
    return [*found, found[0]]


def packed(folder: Path, model: Qwen3VL, dialogues: list[Dialogue]) -> Packed:
    return pack(dialogues, model.config, DialogueMaker(folder).look)


def alone(folder: Path, model: Qwen3VL, dialogue: Dialogue) -> Tensor:
    """Scores of a dialogue's reply by the whole model, without packing."""
    maker = DialogueMaker(folder)
    ids = torch.tensor([dialogue.token_ids[:-1]])
    pixels = torch.cat([maker.look(picture) for picture in dialogue.pictures])
    return model(ids, pixel_values=pixels, grid_thw=list(dialogue.grids))[0, dialogue.num_prompt - 1 :]


@torch.no_grad()
def test_every_reply_scores_as_it_does_alone(folder: Path, model: Qwen3VL, dialogues: list[Dialogue]) -> None:
    batch = packed(folder, model, dialogues)
    scores, owners = reply_logits(model, batch), batch.owners
    for number, dialogue in enumerate(dialogues):
        assert torch.allclose(scores[owners == number], alone(folder, model, dialogue), atol=2e-4)


@torch.no_grad()
def test_packed_loss_is_the_loss_of_single_ones(folder: Path, model: Qwen3VL, dialogues: list[Dialogue]) -> None:
    numbers = DialogueMaker(folder).numbers
    whole = packed_loss(model, packed(folder, model, dialogues), numbers).loss
    parts = [packed(folder, model, [dialogue]) for dialogue in dialogues]
    shares = torch.tensor([float(part.weights.sum()) for part in parts])
    single = torch.stack([packed_loss(model, part, numbers).loss for part in parts])
    assert whole.item() == pytest.approx(float((single * shares).sum() / shares.sum()), abs=1e-5)


@torch.no_grad()
def test_what_stands_beside_a_reply_changes_nothing(folder: Path, model: Qwen3VL, dialogues: list[Dialogue]) -> None:
    first = packed(folder, model, dialogues)
    other = packed(folder, model, dialogues)
    disturbed = other.token_ids[: other.lengths[0]]
    disturbed[disturbed != model.config.image_token_id] = 7
    kept = torch.from_numpy(first.owners != 0)
    before, after = reply_logits(model, first), reply_logits(model, other)
    assert torch.equal(before[kept], after[kept])
    assert not torch.equal(before[~kept], after[~kept])


def test_equal_pictures_are_looked_at_once(folder: Path, model: Qwen3VL, dialogues: list[Dialogue]) -> None:
    batch = packed(folder, model, dialogues)
    assert len(batch.grids) == len({picture.image.digest for one in dialogues for picture in one.pictures}) == 7
    assert len(batch.visual) == (batch.token_ids == model.config.image_token_id).sum()


def test_nothing_is_lost_and_nothing_is_padded(folder: Path, model: Qwen3VL, dialogues: list[Dialogue]) -> None:
    batch = packed(folder, model, dialogues)
    assert batch.token_ids.tolist() == [token for dialogue in dialogues for token in dialogue.token_ids[:-1]]
    assert batch.num_tokens == sum(batch.lengths)
