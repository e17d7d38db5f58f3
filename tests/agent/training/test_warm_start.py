"""A run that begins with other weights: shared tokens keep their rows, new ones are spelled, other shapes are said."""

import shutil
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models

from agent.training import nano, vocabulary
from agent.training.initial import initialise
from agent.training.pretrain import PretrainConfig, first_model
from agent.training.warm_start import carried, warm_start
from perception.errors import ModelError
from perception.qwen3vl.model import Qwen3VL

SMALL = {"vision_depth": 1, "text_num_hidden_layers": 1, "vision_deepstack_visual_indexes": (0,)}


def made(tokenizer: Tokenizer, seed: int = 0, **changes: object) -> Qwen3VL:
    model = Qwen3VL(nano.shape(tokenizer, **(SMALL | changes)))
    initialise(model, vocabulary.number_ids(), seed)
    return model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("older")
    nano.save(made(nano.tokenizer(), seed=1), nano.tokenizer(), found, version="1")
    return found


def test_the_weights_are_those_of_the_folder(folder: Path) -> None:
    tokenizer = nano.tokenizer()
    older, begun = made(tokenizer, seed=1).state_dict(), warm_start(folder, made(tokenizer), tokenizer).state_dict()
    assert all(torch.equal(begun[name], tensor.bfloat16().float()) for name, tensor in older.items())


def test_tokens_keep_their_rows_and_new_ones_are_the_mean_of_what_spelled_them() -> None:
    before = Tokenizer(models.BPE(vocab={"a": 0, "b": 1}, merges=[]))
    after = nano.tokenizer()  # its decoder is asked what a token writes
    after = Tokenizer.from_str(after.to_str())
    after.model = models.BPE(vocab={"ab": 0, "b": 1, "a": 2}, merges=[], ignore_merges=True)
    table = torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    rows = carried(table, before, after)[:3]
    assert rows.tolist() == [[0.5, 1.5], [0.0, 3.0], [1.0, 0.0]]


def test_another_shape_is_refused_by_its_tensor(folder: Path) -> None:
    tokenizer = nano.tokenizer()
    with pytest.raises(ModelError, match=r"blocks\.1\..* is missing and in this run \["):
        warm_start(folder, made(tokenizer, vision_depth=2), tokenizer)
    with pytest.raises(ModelError, match=r"mlp\..* in this run \[.*--shape"):
        warm_start(folder, made(tokenizer, text_intermediate_size=64), tokenizer)


def test_a_folder_without_a_tokenizer_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "cut")
    (tmp_path / "cut" / "tokenizer.json").unlink()
    tokenizer = nano.tokenizer()
    with pytest.raises(ModelError, match=r"tokenizer\.json can't be read"):
        warm_start(tmp_path / "cut", made(tokenizer), tokenizer)


def test_labels_are_narrow_from_the_start() -> None:
    begun, anew = PretrainConfig(init="somewhere"), PretrainConfig()
    assert [stage.name for stage in begun.stages] == [stage.name for stage in anew.stages]
    assert begun.stages[-1].end == anew.stages[-1].end
    first, wide = begun.stages[1], anew.stages[1]
    assert first.sigma_at(first.begin) == begun.sigma < wide.sigma_at(wide.begin)


def test_the_bundled_model_can_be_gone_on_with(repository: Path) -> None:
    bundled = repository / "perception" / "nano"
    model = first_model(PretrainConfig(init=str(bundled)))
    assert model.config.text.vocab_size == nano.tokenizer().get_vocab_size()
    assert all(tensor.isfinite().all() for tensor in model.state_dict().values())
