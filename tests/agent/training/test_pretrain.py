"""Training runs: deterministic, resumable, and they do learn."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from agent.training import nano, vocabulary
from agent.training.initial import initialise
from agent.training.learner import CHECKPOINT, Rates
from agent.training.metrics import METRICS, read_metrics
from agent.training.mixture import EVEN_AT, weight
from agent.training.plot import plot
from agent.training.pretrain import PretrainConfig, ScreenBatches, pretrain
from agent.training.replicas import average_gradients, together
from perception.qwen3vl import weights
from perception.qwen3vl.model import Qwen3VL

SMALL = PretrainConfig(
    read_steps=2,
    steps=4,
    batch_size=1,
    num_questions=3,
    length=160,
    num_workers=0,
    bf16=False,
    log_every=1,
    save_every=1,
)


class Killed(Exception):
    """Stands for a kill after a checkpoint."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was not disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    pretrain(replace(SMALL, folder=str(folder)))
    return folder


def test_a_run_that_was_cut_ends_where_an_uncut_one_does(whole: Path, tmp_path: Path) -> None:
    """Cut after step 3 of 4, inside the second stage, and gone on with by a worker process."""

    def killer(figures: dict[str, object]) -> None:
        if figures["step"] == 4:
            raise Killed

    with pytest.raises(Killed):
        pretrain(replace(SMALL, folder=str(tmp_path)), killer)
    cut = weights.load(pretrain(replace(SMALL, folder=str(tmp_path), num_workers=1))).state_dict()
    for name, tensor in weights.load(whole / "model").state_dict().items():
        torch.testing.assert_close(cut[name], tensor, atol=2e-2, rtol=2e-2, msg=name)


def test_the_folder_loads_and_metrics_and_curves_are_there(whole: Path, tmp_path: Path) -> None:
    assert (whole / "model" / "model.safetensors").stat().st_size < 40_000_000
    for name in ("config.json", "tokenizer.json", "chat_template.jinja", "preprocessor_config.json", "handeye.json"):
        assert (whole / "model" / name).exists(), name
    assert plot(whole, tmp_path / "curves.png").stat().st_size > 1000


def test_a_torn_last_line_of_metrics_is_left_out(whole: Path, tmp_path: Path) -> None:
    (tmp_path / METRICS).write_text((whole / METRICS).read_text() + '{"step": 5, "torn')
    assert [line["step"] for line in read_metrics(tmp_path)] == [1, 2, 3, 4]


def test_a_second_call_of_a_finished_run_learns_nothing_more(whole: Path) -> None:
    pretrain(replace(SMALL, folder=str(whole)))
    assert torch.load(whole / CHECKPOINT, weights_only=True)["step"] == 4


def test_two_processes_learn_one_model(tmp_path: Path) -> None:
    """Each has its own screens, and one line a step is logged for both."""
    out = pretrain(replace(SMALL, folder=str(tmp_path), num_processes=2, read_steps=1, steps=2))
    assert weights.load(out)
    lines = read_metrics(tmp_path)
    assert [line["step"] for line in lines] == [1, 2]
    first, second = (ScreenBatches(SMALL, replica)(3) for replica in (0, 1))
    assert first.images.shape != second.images.shape or (first.images != second.images).any()


def test_gradients_are_the_mean_of_the_replicas(tmp_path: Path) -> None:
    with together(2, partial(other_replica, str(tmp_path / "other.pt"))):
        mine = averaged(1.0)
    torch.testing.assert_close(mine, torch.tensor([2.0, 0.5]))
    torch.testing.assert_close(torch.load(tmp_path / "other.pt", weights_only=True), mine)


def averaged(value: float) -> torch.Tensor:
    """Gradients after averaging: one that both replicas have, one that only the first has, and one that none has."""
    parameters = [torch.nn.Parameter(torch.zeros(1)) for _ in range(3)]
    parameters[0].grad = torch.tensor([value])
    if value == 1.0:
        parameters[1].grad = torch.tensor([1.0])
    average_gradients(parameters)
    assert parameters[2].grad is None
    return torch.cat([p.grad for p in parameters[:2] if p.grad is not None])


def other_replica(path: str) -> None:
    torch.save(averaged(3.0), path)


def test_batches_depend_on_seed_and_step_alone() -> None:
    make = ScreenBatches(replace(SMALL, seed=3, read_steps=1, steps=10, batch_size=2, num_questions=4, length=256))
    first, again, other = make(5), make(5), make(6)
    assert (first.images == again.images).all()
    assert (first.token_ids == again.token_ids).all()
    assert first.images.shape != other.images.shape or (first.images != other.images).any()


def test_the_same_seed_gives_the_same_weights() -> None:
    def made(seed: int) -> torch.Tensor:
        model = Qwen3VL(nano.shape(nano.tokenizer(), vision_depth=3, text_num_hidden_layers=1))
        initialise(model, vocabulary.number_ids(), seed)
        return model.model.language_model.embed_tokens.weight

    assert torch.equal(made(1), made(1))
    assert not torch.equal(made(1), made(2))


def test_rates_warm_up_stay_and_fall() -> None:
    rates = Rates(warmup_steps=10, decay_share=0.5, end=0.01)
    assert rates.factor(0, 100, 0) == pytest.approx(0.1)
    assert rates.factor(30, 100, 0) == 1.0
    assert rates.factor(75, 100, 0) == pytest.approx(0.505)
    assert rates.factor(100, 100, 0) == pytest.approx(0.01)


def test_requests_of_several_steps_weigh_less_than_clicks_at_first_and_more_later() -> None:
    assert weight("task", 0.0) < weight("button", 0.0)
    assert weight("task", EVEN_AT) == weight("task", 1.0) > weight("button", 1.0) > 0


def test_metrics_say_how_fast_and_how_long_data_was_waited_for(whole: Path) -> None:
    line = json.loads((whole / METRICS).read_text().splitlines()[-1])
    assert line["screens_per_s"] > 0
    assert 0 <= line["waiting_share"] <= 1
