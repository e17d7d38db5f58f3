"""Fine-tuning on recorded runs: what is learned from, and that it is learned."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from agent.errors import SettingsError
from agent.evaluation.miniwob_tasks import HELDOUT_TASKS
from agent.recorder import load
from agent.review import MARKED_BAD, add
from agent.training.dialogue import DialogueMaker
from agent.training.drawing import Drawing
from agent.training.metrics import METRICS
from agent.training.recorded import FAILED, MEASURING, recorded
from agent.training.sft import ReplyBatches, SftConfig, sft
from perception.clients.catalog import resolve
from perception.errors import ModelError
from perception.geometry import Point
from perception.qwen3vl import speed, weights
from sandboxes.task import Task
from tests.agent.training.played import record
from tests.tiny_model import write_folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random model in a folder."""
    return write_folder(tmp_path_factory.mktemp("small"))


def test_only_successful_runs_are_learned_from(small: Path, tmp_path: Path) -> None:
    record(tmp_path / "good", num_steps=2)
    record(tmp_path / "bad", success=False)
    record(tmp_path / "deeper" / "unknown", success=None)
    found = recorded(tmp_path, DialogueMaker(small))
    assert [dialogue.name for dialogue in found.dialogues] == ["good/0", "good/1"]
    assert found.left_out == {FAILED: 2}
    assert len(recorded(tmp_path, DialogueMaker(small), failed_too=True).dialogues) == 4


def test_a_reward_short_of_success_can_be_enough(small: Path, tmp_path: Path) -> None:
    record(tmp_path / "done", reward=1.0)
    record(tmp_path / "far", success=False, reward=0.5)
    record(tmp_path / "near", success=False, reward=0.98)
    record(tmp_path / "unknown", success=None)
    maker = DialogueMaker(small)
    assert [dialogue.name for dialogue in recorded(tmp_path, maker).dialogues] == ["done/0"]
    near = recorded(tmp_path, maker, least_reward=0.9)
    assert [dialogue.name for dialogue in near.dialogues] == ["done/0", "near/0"]
    assert near.left_out == {FAILED: 2}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (SftConfig(least_reward=90), "least_reward=90"),
        (SftConfig(start_share=1), "start_share=1"),
        (SftConfig(start_share=0.5, lora=4), "lower lora_alpha"),
    ],
)
def test_what_cannot_be_is_said(config: SftConfig, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        config.check()


def test_what_is_for_measuring_is_refused_whatever_is_asked(small: Path, tmp_path: Path) -> None:
    heldout = Task(id="a", instruction="x", environment="miniwob", settings={"miniwob": HELDOUT_TASKS[0]})
    record(tmp_path / "heldout", task=heldout)
    record(tmp_path / "seed", task=Task(id="b", instruction="x", seed=1_000_001))
    record(tmp_path / "last", task=Task(id="c", instruction="x", seed=1_000_000))
    found = recorded(tmp_path, DialogueMaker(small), failed_too=True)
    assert [dialogue.name for dialogue in found.dialogues] == ["last/0"]
    assert found.left_out == {MEASURING: 2}


def test_a_person_s_steps_are_drawn_more_often(small: Path, tmp_path: Path) -> None:
    record(tmp_path / "a", actor="human")
    record(tmp_path / "b")
    found = recorded(tmp_path, DialogueMaker(small))
    assert found.by_person == [True, False]
    drawing = Drawing(seed=1, batch_size=300, length=512)
    names = [dialogue.name for dialogue in drawing.drawn(found.dialogues, [9.0, 1.0], 0)]
    assert 240 < names.count("a/0") < 300
    assert len(names) == 300


def test_kinds_of_tasks_can_be_drawn_alike_however_many_replies_they_have(small: Path, tmp_path: Path) -> None:
    pages = [Task(id=str(seed), instruction="x", seed=seed, settings={"miniwob": "long"}) for seed in (1, 2)]
    record(tmp_path / "a", task=pages[0], num_steps=6)
    record(tmp_path / "b", task=pages[1], num_steps=3)
    record(tmp_path / "c", actor="human")
    found = recorded(tmp_path, DialogueMaker(small))
    assert found.kinds == ["long"] * 9 + ["t"]
    assert found.shares(by_person=2.0, balance=0.0) == [1.0] * 9 + [2.0]
    assert found.shares(by_person=1.0, balance=1.0) == pytest.approx([1 / 9] * 9 + [1.0])
    assert found.shares(by_person=1.0, balance=0.5) == pytest.approx([1 / 3] * 9 + [1.0])


def test_what_a_person_marked_bad_is_not_learned_and_a_click_put_right_is(small: Path, tmp_path: Path) -> None:
    steps = load(record(tmp_path / "a", num_steps=3)).steps
    plain = recorded(tmp_path, DialogueMaker(small)).dialogues
    add(tmp_path / "a", steps[0], "bad")
    add(tmp_path / "a", steps[1], "corrected", at=Point(x=10, y=10))
    found = recorded(tmp_path, DialogueMaker(small))
    assert [dialogue.name for dialogue in found.dialogues] == ["a/1", "a/2"]
    assert (found.by_person, found.left_out) == ([True, False], {MARKED_BAD: 1})
    assert found.dialogues[0].token_ids != plain[1].token_ids
    assert found.dialogues[1].token_ids == plain[2].token_ids


@pytest.mark.slow
def test_a_run_makes_its_reply_likelier(small: Path, tmp_path: Path) -> None:
    record(tmp_path / "runs" / "one", size=(210, 160))
    figures: list[dict[str, float]] = []
    config = SftConfig(
        model=str(small),
        runs=str(tmp_path / "runs"),
        folder=str(tmp_path / "out"),
        steps=12,
        batch_size=2,
        log_every=2,
        num_workers=0,
    )
    out = sft(config, figures.append)
    assert figures[-1]["reply"] < figures[0]["reply"]
    before, after = weights.load(small).state_dict(), weights.load(out).state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)
    assert resolve(str(out)).name == f"{small.name} sft.0.12"
    lines = [json.loads(line) for line in (tmp_path / "out" / METRICS).read_text().splitlines()]
    assert lines[0]["replies"] == 1


def test_what_is_written_can_lie_between_start_and_end(small: Path, tmp_path: Path) -> None:
    record(tmp_path / "runs" / "one", size=(210, 160))
    config = SftConfig(
        model=str(small),
        runs=str(tmp_path / "runs"),
        folder=str(tmp_path / "out"),
        rate=1e-2,
        steps=1,
        batch_size=1,
        warmup_steps=0,
        num_workers=0,
    )
    start, end = weights.load(small).state_dict(), weights.load(sft(config)).state_dict()
    between = weights.load(sft(replace(config, start_share=0.25))).state_dict()  # the run goes on, from its end
    assert any(not torch.equal(start[name], end[name]) for name in start)
    for name in start:
        torch.testing.assert_close(between[name], torch.lerp(end[name], start[name], 0.25), rtol=0.02, atol=1e-4)


@pytest.mark.slow
def test_in_bfloat16_what_learns_stays_float32(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate this small moves no weight near 1 that is held in bfloat16, whose next number is 0.4% away."""
    record(tmp_path / "runs" / "one", size=(210, 160))
    monkeypatch.setattr(speed, "measured", lambda *sizes: {"float32": 1.0, "bfloat16": 0.4})  # on any machine
    losses = {}
    for bf16 in (False, True):
        figures: list[dict[str, float]] = []
        folder = tmp_path / str(bf16)
        given = {"model": str(small), "runs": str(tmp_path / "runs"), "folder": str(folder), "bf16": bf16}
        sft(SftConfig(**given, rate=1e-5, steps=2, batch_size=2, log_every=1, num_workers=0), figures.append)
        losses[bf16] = figures[0]["reply"]
    assert losses[True] == pytest.approx(losses[False], rel=0.02)
    assert losses[True] != losses[False]
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    means = [one for each in state["optimisers"] for one in each["state"].values()]
    assert {tensor.dtype for tensor in state["model"].values()} == {torch.float32}
    assert {one[name].dtype for one in means for name in ("exp_avg", "exp_avg_sq")} == {torch.float32}
    norm, before = "model.language_model.norm.weight", weights.load(small).state_dict()
    assert 0 < (state["model"][norm] - before[norm]).abs().max() < 1e-3


@pytest.mark.slow
def test_a_frozen_tower_stays_and_recomputing_changes_no_weight(small: Path, tmp_path: Path) -> None:
    record(tmp_path / "runs" / "one", num_steps=2)
    given = {"model": str(small), "runs": str(tmp_path / "runs"), "steps": 2, "batch_size": 2, "num_workers": 0}
    states = []
    for name, recompute in (("kept", False), ("again", True)):
        sft(SftConfig(**given, folder=str(tmp_path / name), tower=False, recompute=recompute))
        states.append(torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)["model"])
    before = weights.load(small).state_dict()
    assert all(torch.equal(states[0][name], states[1][name]) for name in before)
    changed = {name for name in before if not torch.equal(states[0][name], before[name])}
    assert changed
    assert not [name for name in changed if name.startswith("model.visual.")]


def test_batches_of_the_last_part_are_longer(small: Path, tmp_path: Path) -> None:
    record(tmp_path / "one", size=(192, 256), num_steps=2)
    record(tmp_path / "two", size=(512, 640), num_steps=2)
    found = recorded(tmp_path, DialogueMaker(small))
    sizes = sorted(len(dialogue.token_ids) for dialogue in found.dialogues)
    config = SftConfig(steps=10, batch_size=6, length=sizes[1], long_length=sizes[-1])
    make = ReplyBatches(found.dialogues, [1.0] * 4, str(small), config.drawing)
    assert [max(make(step).replies.lengths) > sizes[1] for step in (0, 7, 8, 9)] == [False, False, True, True]


def test_batches_depend_on_seed_and_step_alone(small: Path, tmp_path: Path) -> None:
    record(tmp_path / "one", num_steps=4)
    found = recorded(tmp_path, DialogueMaker(small))
    make = ReplyBatches(found.dialogues, [1.0] * 4, str(small), Drawing(seed=1, batch_size=2, length=512))
    assert (make(3).replies.token_ids == make(3).replies.token_ids).all()
    assert len({make(step).replies.token_ids.tobytes() for step in range(9)}) > 1


@pytest.mark.slow
@pytest.mark.parametrize("tower", [True, False])
def test_a_run_that_goes_on_comes_to_the_same_weights(small: Path, tmp_path: Path, *, tower: bool) -> None:
    record(tmp_path / "runs" / "one", num_steps=3)
    runs = str(tmp_path / "runs")
    given = {"model": str(small), "runs": runs, "steps": 4, "batch_size": 2, "save_every": 2, "tower": tower}
    whole = sft(SftConfig(**given, folder=str(tmp_path / "whole")))

    class Stopped(Exception):
        """Ends a run in its middle."""

    def stop(figures: dict[str, float]) -> None:
        if figures["step"] == 3:
            raise Stopped

    with pytest.raises(Stopped):
        sft(SftConfig(**given, folder=str(tmp_path / "cut"), log_every=1), stop)
    again = sft(SftConfig(**given, folder=str(tmp_path / "cut")))
    assert (whole / "model.safetensors").read_bytes() == (again / "model.safetensors").read_bytes()


def test_nothing_to_learn_from_is_said(small: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no step of a successful run"):
        sft(SftConfig(model=str(small), runs=str(tmp_path), folder=str(tmp_path / "out")))
    assert not (tmp_path / "out").exists()
