"""A frozen tower looks at each picture once, and what is learned is the same as if it looked every time."""

from pathlib import Path

import pytest
import torch

from agent.training.dialogue import Dialogue, DialogueMaker
from agent.training.looked import Looked
from agent.training.packing import Packed, pack, reply_logits
from agent.training.recorded import recorded
from perception.qwen3vl import weights
from perception.qwen3vl.model import Qwen3VL
from tests.agent.training.played import record
from tests.tiny_model import write_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def model(folder: Path) -> Qwen3VL:
    return weights.load(folder)


@pytest.fixture(scope="module")
def batches(folder: Path, model: Qwen3VL, tmp_path_factory: pytest.TempPathFactory) -> list[Packed]:
    """Three, of steps 0 and 1, 1 and 2, 0 and 1 again; their pictures have two sizes."""
    runs = tmp_path_factory.mktemp("runs")
    record(runs / "one", num_steps=2)
    record(runs / "two", num_steps=1, size=(160, 320))
    maker = DialogueMaker(folder)
    first, second, third = recorded(runs, maker).dialogues
    pairs: list[list[Dialogue]] = [[first, second], [third, second], [first, second]]
    return [pack(pair, model.config, maker.look) for pair in pairs]


@torch.no_grad()
def test_what_was_seen_before_is_told_again(model: Qwen3VL, batches: list[Packed]) -> None:
    looked = Looked(model)
    for batch, looks in zip(batches, (2, 3, 3), strict=True):
        again = reply_logits(model, batch, looked.features(batch))
        torch.testing.assert_close(again, reply_logits(model, batch), atol=1e-5, rtol=1e-5)
        assert looked.looks == looks


@torch.no_grad()
def test_the_oldest_is_forgotten_where_memory_ends(model: Qwen3VL, batches: list[Packed]) -> None:
    looked = Looked(model, most_bytes=1)
    for batch, looks in zip(batches, (2, 4, 6), strict=True):
        torch.testing.assert_close(
            looked.features(batch).tokens,
            model.encode_images(torch.from_numpy(batch.pixel_values), batch.grids).tokens,
            atol=1e-5,
            rtol=1e-5,
        )
        assert looked.looks == looks
