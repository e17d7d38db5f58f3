"""Adapters: the weights beside them stay as they are, and who reads peft's files computes what we do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from agent.recorder import load
from agent.training.dialogue import DialogueMaker
from agent.training.estimate import of_sft
from agent.training.lora import CONFIG_FILE, WEIGHTS_FILE, Adapter, adapted, main, merged
from agent.training.packing import pack, reply_logits
from agent.training.sft import SftConfig, sft
from perception.errors import ModelError
from perception.qwen3vl import speed, weights
from perception.qwen3vl.model import Qwen3VL
from tests.agent.training.played import record
from tests.tiny_model import SMALL, write_folder
from ui.cli import exits

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random model in a folder."""
    return write_folder(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run to learn from."""
    return record(tmp_path_factory.mktemp("runs") / "one", num_steps=2).parent


def config(small: Path, runs: Path, folder: Path, **given) -> SftConfig:
    fields = {"steps": 4, "batch_size": 2, "num_workers": 0, "lora": 4, **given}
    return SftConfig(model=str(small), runs=str(runs), folder=str(folder), **fields)


@pytest.fixture(scope="module")
def learned(small: Path, runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter of four steps, of decoder and tower."""
    return sft(config(small, runs, tmp_path_factory.mktemp("learned")))


@torch.no_grad()
def scores(model: Qwen3VL, small: Path, runs: Path) -> Tensor:
    maker, trajectory = DialogueMaker(small), load(runs / "one")
    found = [maker.dialogue(runs / "one", trajectory, step) for step in trajectory.steps]
    return reply_logits(model, pack(found, model.config, maker.look))


def test_merged_logits_are_the_adapter_s_and_not_the_base_s(small: Path, runs: Path, learned: Path) -> None:
    base, beside, whole = (
        scores(model, small, runs) for model in (weights.load(small), adapted(small, learned), merged(small, learned))
    )
    assert torch.allclose(beside, whole, atol=1e-4)
    assert (base - whole).abs().max() > 100 * (beside - whole).abs().max()


def test_the_base_stays_as_it_is(small: Path, runs: Path, learned: Path) -> None:
    before = weights.load(small).state_dict()
    after = adapted(small, learned).state_dict()
    plain = {name.replace(".base_layer", ""): tensor for name, tensor in after.items() if ".lora_" not in name}
    assert plain.keys() == before.keys()
    assert all(torch.equal(plain[name], before[name]) for name in before)
    kept = torch.load(learned.parent / "checkpoint.pt", weights_only=True)["model"]
    assert kept
    assert all(".lora_" in name for name in kept), "a checkpoint holds the adapter alone"
    assert any(name.endswith("lora_B.default.weight") and tensor.any() for name, tensor in kept.items())


def test_a_new_adapter_changes_nothing(small: Path, runs: Path) -> None:
    model = weights.load(small)
    before = scores(model, small, runs)
    Adapter(model, small, rank=2, alpha=4.0, tower=True)
    assert torch.equal(scores(model, small, runs), before)


# peft asks transformers by a name that the latter gives up.
@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
def test_transformers_with_peft_reads_it_and_gives_the_same(small: Path, learned: Path) -> None:
    from peft import PeftModel
    from transformers import Qwen3VLForConditionalGeneration

    theirs = Qwen3VLForConditionalGeneration.from_pretrained(small, dtype=torch.float32).eval()
    ids = torch.arange(5, 60)[None]
    with torch.no_grad():
        bare = theirs(input_ids=ids).logits
        with_adapter = PeftModel.from_pretrained(theirs, str(learned)).eval()(input_ids=ids).logits
        ours = adapted(small, learned)(ids)
    assert torch.allclose(with_adapter, ours, atol=1e-3)
    assert (with_adapter - bare).abs().max() > 10 * (with_adapter - ours).abs().max()
    assert json.loads((learned / CONFIG_FILE).read_text())["base_model_name_or_path"] == str(small)


def test_a_frozen_tower_gets_no_adapter(small: Path, runs: Path, tmp_path: Path) -> None:
    from safetensors import safe_open

    out = sft(config(small, runs, tmp_path, tower=False, steps=1))
    with safe_open(out / WEIGHTS_FILE, framework="pt") as file:
        names = list(file.keys())
    assert names
    assert not [name for name in names if ".visual." in name]


def test_merging_when_asked_writes_a_whole_model(small: Path, runs: Path, learned: Path, tmp_path: Path) -> None:
    out = sft(config(small, runs, tmp_path / "sft", merge=True))
    assert out.name == "model"
    again = weights.load(out)
    assert again.state_dict().keys() == weights.load(small).state_dict().keys()
    # The file holds bfloat16.
    assert torch.allclose(scores(again, small, runs), scores(merged(small, learned), small, runs), atol=0.2)
    main(["--model", str(small), "--adapter", str(learned), "--out", str(tmp_path / "by hand")])
    name = weights.WEIGHTS_FILE
    assert (tmp_path / "by hand" / name).read_bytes() == (out / name).read_bytes()


def test_in_bfloat16_the_adapter_alone_is_float32(
    small: Path, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "measured", lambda *sizes: {"float32": 1.0, "bfloat16": 0.4})  # on any machine
    out = sft(config(small, runs, tmp_path, bf16=True))
    state = torch.load(out.parent / "checkpoint.pt", weights_only=True)
    assert {tensor.dtype for tensor in state["model"].values()} == {torch.float32}
    assert any(tensor.any() for name, tensor in state["model"].items() if "lora_B" in name)


def test_a_stopped_run_goes_on_to_the_same_adapter(small: Path, runs: Path, learned: Path, tmp_path: Path) -> None:
    class Stopped(Exception):
        """Ends a run in its middle."""

    def stop(figures: dict[str, float]) -> None:
        if figures["step"] == 3:
            raise Stopped

    with pytest.raises(Stopped):
        sft(config(small, runs, tmp_path, save_every=2, log_every=1), stop)
    again = sft(config(small, runs, tmp_path, save_every=2))
    assert (again / WEIGHTS_FILE).read_bytes() == (learned / WEIGHTS_FILE).read_bytes()


def test_a_checkpoint_of_other_settings_is_refused(small: Path, runs: Path, learned: Path) -> None:
    for given in ({"lora": 0}, {"lora": 8}, {"tower": False}):
        with pytest.raises(ModelError, match=r"checkpoint\.pt is of another model or of other settings"):
            sft(config(small, runs, learned.parent, steps=5, **given))


def test_an_estimate_counts_what_the_adapter_learns(small: Path, runs: Path, tmp_path: Path) -> None:
    whole, beside = (of_sft(config(small, runs, tmp_path, lora=rank)) for rank in (0, 4))
    assert whole.learned == whole.parameters
    assert 0 < beside.learned < whole.learned / 4
    assert beside.parameters == whole.parameters + beside.learned


def test_without_peft_it_says_what_to_install(small: Path, runs: Path, tmp_path: Path) -> None:
    words = [
        "train",
        "sft",
        "--model",
        str(small),
        "--runs",
        str(runs),
        "--folder",
        str(tmp_path / "out"),
        "--lora",
        "4",
    ]
    code = f"import sys; sys.modules['peft'] = None; from ui.cli.main import main; sys.exit(main({words!r}))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == exits.MISSING
    assert 'the package peft is missing; install it: pip install "handeye[lora]"' in ended.stderr
    assert not (tmp_path / "out").exists()


def test_what_is_no_adapter_of_the_model_is_said(small: Path, learned: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no adapter"):
        merged(small, tmp_path)
    other = write_folder(tmp_path / "other", SMALL._replace(text_width=128))
    with pytest.raises(ModelError, match="is no adapter of"):
        merged(other, learned)
    deeper = write_folder(tmp_path / "deeper", SMALL._replace(text_depth=3))
    with pytest.raises(ModelError, match="is no adapter of"):
        merged(deeper, learned)
