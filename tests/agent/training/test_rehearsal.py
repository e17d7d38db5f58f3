"""Drawn screens among what is fine-tuned on: as nano learned them, by seed and step, in the share asked for."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from agent.errors import SettingsError
from agent.training.dialogue import DialogueMaker
from agent.training.learner import Rates
from agent.training.packing import pack
from agent.training.recorded import recorded
from agent.training.rehearsal import OF_A_SCREEN, Rehearsal
from agent.training.sft import ReplyBatches, SftConfig, packed_loss, sft
from perception.qwen3vl import weights
from perception.qwen3vl.config import Config
from tests.agent.training.played import record
from tests.tiny_model import write_folder

NANO = "perception/nano"


def test_nano_knows_the_answers() -> None:
    """So they are asked as its own training asked them: what it learned is what is rehearsed."""
    maker, drawn = DialogueMaker(NANO), [one for step in range(3) for one in Rehearsal(NANO, 5, 12).drawn(step)]
    packed = pack(drawn, 512, Config.load(NANO), maker.look)
    with torch.no_grad():
        assert packed_loss(weights.load(NANO), packed, maker.numbers).token_accuracy > 0.95
    assert len(packed.grids) < len(drawn)  # several replies share a screen


def test_a_step_s_replies_depend_on_seed_and_step_alone() -> None:
    rehearsal = Rehearsal(NANO, 1, 2 * OF_A_SCREEN + 3)
    first, again = rehearsal.drawn(4), Rehearsal(NANO, 1, 2 * OF_A_SCREEN + 3).drawn(4)
    assert [one.token_ids for one in first] == [one.token_ids for one in again]
    assert all(
        np.array_equal(one.pictures[0].frame.pixels, other.pictures[0].frame.pixels)
        for one, other in zip(first, again, strict=True)
    )
    assert len(first) == 2 * OF_A_SCREEN + 3
    assert rehearsal.drawn(5)[0].token_ids != first[0].token_ids
    assert Rehearsal(NANO, 1, 0).drawn(4) == []


def test_a_part_of_each_batch_is_rehearsed(tmp_path: Path) -> None:
    small = write_folder(tmp_path / "small")
    record(tmp_path / "one")
    found = recorded(tmp_path / "one", DialogueMaker(small))
    config = SftConfig(model=str(small), batch_size=10, rehearse=0.2)
    drawn = ReplyBatches(found.dialogues, [1.0], str(small), config.drawing, config.rehearsal).drawn(3)
    assert [one.name for one in drawn] == ["one/0"] * 8 + ["screen 3/0"] * 2
    assert SftConfig(batch_size=4, rehearse=0.99).drawing.batch_size == 1, "what was recorded is never left out"


@pytest.mark.slow
def test_what_is_rehearsed_is_learned(tmp_path: Path) -> None:
    small = write_folder(tmp_path / "small")
    record(tmp_path / "runs" / "one")
    given = {"model": str(small), "runs": str(tmp_path / "runs"), "batch_size": 8, "steps": 12, "num_workers": 0}
    rates = Rates(adam=2e-3, tower_adam=2e-3, tower_muon=0.0, warmup_steps=2)
    asked = Rehearsal(str(small), 7, 16)
    maker = DialogueMaker(small)
    packed = pack(asked.drawn(0), 512, Config.load(small), maker.look)
    losses = []
    for name, share in (("without", 0.0), ("with", 0.5)):
        out = sft(SftConfig(**given, folder=str(tmp_path / name), rates=rates, rehearse=share))
        with torch.no_grad():
            losses.append(float(packed_loss(weights.load(out), packed, maker.numbers).loss))
    assert losses[1] < 0.9 * losses[0]


def test_what_can_t_be_rehearsed_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="less than 1"):
        sft(SftConfig(rehearse=1.0))
    with pytest.raises(SettingsError, match="don't go together"):
        sft(SftConfig(rehearse=0.2, length=512, long_length=1024))
    words = write_folder(tmp_path / "words")
    spelled = Tokenizer.from_str((words / "tokenizer.json").read_text().replace('"731"', '"<731>"'))
    spelled.save(str(words / "tokenizer.json"))
    record(tmp_path / "runs" / "one")
    with pytest.raises(SettingsError, match="as nano does"):
        sft(SftConfig(model=str(words), runs=str(tmp_path / "runs"), folder=str(tmp_path / "out"), rehearse=0.2))
    assert not (tmp_path / "out").exists()
