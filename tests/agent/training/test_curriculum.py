"""The stages: they cover a run without a gap, freeze the tower first, widen frames, and end on replies alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from agent.training.curriculum import LEARN, PHASES, REPLIES, TOWER, stages
from agent.training.learner import CHECKPOINT, Rates
from agent.training.pretrain import FRAME_TOKENS, PretrainConfig, ScreenBatches, pretrain
from agent.training.stage import Stage


def made(read_steps: int = 100, steps: int = 1100, **options: Any) -> dict[str, Stage]:
    return {stage.name: stage for stage in stages(read_steps, steps, Rates(), Rates(), **options)}


def test_stages_follow_each_other_to_the_last_step() -> None:
    found = list(made().values())
    assert [stage.name for stage in found] == ["read", "align", "learn", "enlarge", "finish"]
    assert [stage.begin for stage in found[1:]] == [stage.end for stage in found[:-1]]
    assert (found[0].begin, found[-1].end) == (0, 1100)
    assert sum(phase.share for phase in PHASES) == pytest.approx(1.0)


def test_a_stage_without_a_step_is_left_out() -> None:
    assert list(made(read_steps=0)) == ["align", "learn", "enlarge", "finish"]
    assert list(made(read_steps=5, steps=5)) == ["read"]


def test_frames_grow_and_rates_fall_without_a_jump() -> None:
    align, learn, enlarge, finish = list(made().values())[1:]
    largest = [max(width * height for width, height in stage.sizes) for stage in (align, learn, enlarge, finish)]
    assert largest == sorted(largest)
    assert largest[-1] == 1280 * 800
    for before, after in ((align, learn), (learn, enlarge), (enlarge, finish)):
        assert before.rates.end == after.rates.start
    assert finish.rates.end == 0.01


def test_at_the_end_only_replies_count() -> None:
    finish = made()["finish"]
    assert finish.weights_at(finish.begin) == LEARN
    assert finish.weights_at(finish.end) == REPLIES
    assert 0 < finish.weights_at((finish.begin + finish.end) // 2).reading < LEARN.reading


def test_soft_labels_narrow_and_can_be_left_out() -> None:
    learn = made()["learn"]
    assert learn.sigma_at(learn.begin) == 25.0
    assert learn.sigma_at(learn.end - 1) == 6.0
    assert made(sigma=3.0)["finish"].sigma_at(1099) == 3.0
    assert all(stage.sigma_at(stage.begin) == 0 for stage in made(sigma=0.0).values())


def test_without_auxiliary_losses_only_replies_count_from_the_start() -> None:
    assert made(auxiliary=0.0)["learn"].weights == REPLIES


class Killed(Exception):
    """Stands for a kill."""


TINY = PretrainConfig(batch_size=1, num_questions=3, length=160, num_workers=0, bf16=False, log_every=1, save_every=1)


def test_the_tower_is_frozen_while_the_decoder_aligns(tmp_path: Path) -> None:
    config = replace(TINY, folder=str(tmp_path), read_steps=1)
    pretrain(replace(config, steps=1))
    before = torch.load(tmp_path / CHECKPOINT, weights_only=True)["model"]

    def killer(figures: dict[str, object]) -> None:
        assert figures["stage"] == "align"
        if figures["step"] == 3:
            raise Killed

    with pytest.raises(Killed):
        pretrain(replace(config, steps=21), killer)
    state = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    assert state["step"] == 2
    changed = {name for name, tensor in state["model"].items() if not torch.equal(tensor, before[name])}
    assert not any(name.startswith(TOWER) for name in changed)
    assert {name.split(".")[1] for name in changed} == {"visual", "language_model"}  # of the tower: its mergers


def test_larger_frames_come_in_smaller_batches_with_longer_rows() -> None:
    make = ScreenBatches(replace(TINY, batch_size=8, read_steps=0, steps=1000))
    for step in (10, 500, 900, 950, 990):
        batch = make(step)
        area = batch.images.shape[1] * batch.images.shape[2]
        assert batch.num_screens == max(1, round(8 * FRAME_TOKENS * 1024 / area))
        assert batch.token_ids.shape[1] in (160, 320, 480, 640)
