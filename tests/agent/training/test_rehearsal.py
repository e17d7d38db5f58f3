"""Drawn screens beside what is fine-tuned on: as nano learned them, by seed and step, as many as asked for."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from agent.errors import SettingsError
from agent.training.batch import Batch
from agent.training.dialogue import DialogueMaker
from agent.training.recorded import recorded
from agent.training.rehearsal import Rehearsal, Rehearsed
from agent.training.sft import ReplyBatches, SftConfig, sft
from perception.errors import ModelError
from perception.qwen3vl import weights
from tests.agent.training.played import record
from tests.tiny_model import write_folder

NANO = "perception/nano"


def lost(folder: str | Path, batch: Batch) -> dict[str, float]:
    with torch.no_grad():
        return Rehearsed(weights.load(folder)).losses(batch).parts


def some(rehearsal: Rehearsal, step: int) -> Batch:
    batch = rehearsal.batch(step)
    assert batch is not None
    return batch


def test_nano_knows_the_answers() -> None:
    """So they are asked as its own training asked them: what it learned is what is rehearsed."""
    batch = some(Rehearsal(NANO, 5, 4), 1)
    assert lost(NANO, batch)["token_accuracy"] > 0.95
    assert batch.num_questions > 4 * batch.num_screens


def test_a_step_s_screens_depend_on_seed_and_step_alone() -> None:
    first, again, other = (some(Rehearsal(NANO, 1, 2), step) for step in (4, 4, 5))
    assert np.array_equal(first.token_ids, again.token_ids)
    assert np.array_equal(first.images, again.images)
    assert first.token_ids.shape != other.token_ids.shape or not np.array_equal(first.token_ids, other.token_ids)
    assert Rehearsal(NANO, 1, 0).batch(4) is None


def test_they_stand_beside_the_replies_of_a_step(tmp_path: Path) -> None:
    small = write_folder(tmp_path / "small")
    record(tmp_path / "one")
    found = recorded(tmp_path / "one", DialogueMaker(small))
    config = SftConfig(model=str(small), batch_size=10, screens=2)
    step = ReplyBatches(found.dialogues, [1.0], str(small), config.drawing, config.rehearsal)(3)
    assert len(set(step.replies.owners)) == 10
    assert step.screens is not None
    assert np.array_equal(step.screens.token_ids, some(config.rehearsal, 3).token_ids)


@pytest.mark.slow
def test_what_is_rehearsed_is_learned(tmp_path: Path) -> None:
    small = write_folder(tmp_path / "small")
    record(tmp_path / "runs" / "one")
    given = {"model": str(small), "runs": str(tmp_path / "runs"), "batch_size": 8, "steps": 12}
    asked = some(Rehearsal(str(small), 7, 4), 0)
    losses = []
    for name, screens in (("without", 0), ("with", 2)):
        out = sft(
            SftConfig(**given, folder=str(tmp_path / name), screens=screens, rate=2e-3, warmup_steps=2, num_workers=0)
        )
        losses.append(lost(out, asked)["reply"])
    assert losses[1] < 0.9 * losses[0]


def test_what_can_t_be_rehearsed_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="0 or more"):
        sft(SftConfig(screens=-1))
    with pytest.raises(SettingsError, match="give --set screens"):
        sft(SftConfig(pages="pages.zip"))
    words = write_folder(tmp_path / "words")
    given = {"runs": str(tmp_path / "runs"), "folder": str(tmp_path / "out"), "screens": 2}
    with pytest.raises(SettingsError, match=r"nowhere\.zip can't be read"):
        sft(SftConfig(model=str(words), pages=str(tmp_path / "nowhere.zip"), **given))
    with pytest.raises(ModelError, match="can't be read"):
        sft(SftConfig(model=str(tmp_path / "none"), **given))
    spelled = Tokenizer.from_str((words / "tokenizer.json").read_text().replace('"731"', '"<731>"'))
    spelled.save(str(words / "tokenizer.json"))
    record(tmp_path / "runs" / "one")
    with pytest.raises(SettingsError, match="nano's vocabulary"):
        sft(SftConfig(model=str(words), **given))
    assert not (tmp_path / "out").exists()
