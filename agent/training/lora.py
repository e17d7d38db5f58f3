"""Low-rank adapters beside frozen weights (LoRA, arXiv 2106.09685), by peft and in peft's own files.

    python -m agent.training.lora --model FOLDER --adapter FOLDER --out FOLDER     one whole model of the two

A linear layer W gets B A * alpha / rank added, of which A and B alone are learned. Those of the decoder get one, and
with the tower those of its blocks and mergers. Our modules have the names that `transformers` gives them, so an adapter
that is learned here is read there, and the other way round. Left out: the experts of sparse models, which are no linear
layers (their attention gets adapters), the embedding table, dropout.
"""

import argparse
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import torch

from agent.errors import TrainingMissing
from agent.training.model_folder import save_like
from perception.errors import ModelError
from perception.qwen3vl import weights
from perception.qwen3vl.model import Qwen3VL

DECODER = r"model\.language_model\.layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)"
TOWER = (
    r"model\.visual\.(blocks\.\d+\.(attn\.(qkv|proj)|mlp\.linear_fc[12])"
    r"|(merger|deepstack_merger_list\.\d+)\.linear_fc[12])"
)
CONFIG_FILE, WEIGHTS_FILE = "adapter_config.json", "adapter_model.safetensors"


class Adapter:
    """The adapter of a model, which from then on computes with it; it begins as one that changes nothing."""

    def __init__(self, model: Qwen3VL, base: str | Path, *, rank: int, alpha: float, tower: bool) -> None:
        """base: the folder that the model is from, which the adapter names. A is drawn from torch's own generator.

        Raises TrainingMissing without peft.
        """
        peft = _peft()
        targets = f"{DECODER}|{TOWER}" if tower else DECODER
        config = peft.LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=0.0, bias="none", target_modules=targets)
        self._peft = peft.get_peft_model(model, config)
        config.base_model_name_or_path = str(Path(base).resolve())
        self.frozen = tuple(name for name, _ in model.named_parameters() if ".lora_" not in name)
        """Names of the parameters that are not the adapter's."""

    def save(self, out: Path) -> None:
        """Write peft's two files into a folder, which takes the place of the one that is there."""
        with _whole(out) as unfinished:
            self._peft.save_pretrained(unfinished, save_embedding_layers=False)


def merged(base: str | Path, adapter: str | Path) -> Qwen3VL:
    """The model of a folder in float32, with an adapter added to its weights; it has no trace of peft.

    Raises TrainingMissing without peft, ModelError for a folder that holds no adapter of this model.
    """
    return _with_adapter(base, adapter).merge_and_unload()


def adapted(base: str | Path, adapter: str | Path) -> Qwen3VL:
    """The same with the adapter beside the weights. Errors as there."""
    return _with_adapter(base, adapter).get_base_model()


def _with_adapter(base: str | Path, adapter: str | Path) -> Any:
    peft, folder = _peft(), Path(adapter)
    if not (folder / CONFIG_FILE).is_file() or not (folder / WEIGHTS_FILE).is_file():
        raise ModelError(f"{folder} holds no adapter ({CONFIG_FILE}, {WEIGHTS_FILE}): name a folder that does")
    model = weights.load(base, torch.float32)
    config = peft.PeftConfig.from_pretrained(str(folder))
    wrapped = peft.get_peft_model(model, _anew(config), adapter_name="default")
    try:
        found = peft.utils.load_peft_weights(str(folder), device="cpu")
        result = peft.set_peft_model_state_dict(wrapped, found)
    except Exception as error:  # safetensors' and torch's, and peft's own
        raise ModelError(f"{folder} is no adapter of {base} ({error}): use the two of one training") from error
    missing = [name for name in result.missing_keys if ".lora_" in name]
    if missing or result.unexpected_keys:
        odd = (missing or result.unexpected_keys)[0]
        raise ModelError(f"{folder} is no adapter of {base} (see {odd}): use the two of one training")
    return wrapped.eval()


def _anew(config: Any) -> Any:
    """The config without the folder that it names, which `get_peft_model` would warn of."""
    config.base_model_name_or_path, config.inference_mode = None, False
    return config


def _peft() -> Any:
    try:
        import peft
        import peft.utils
    except ImportError as error:
        raise TrainingMissing('LoRA needs peft: pip install "handeye[lora]"') from error
    return peft


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write into, which takes its place when all went well and is removed otherwise."""
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield unfinished
        unfinished.chmod(0o755)
        shutil.rmtree(out, ignore_errors=True)
        os.replace(unfinished, out)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def main(arguments: list[str] | None = None) -> None:
    """Merge an adapter into the model that it was learned beside."""
    parser = argparse.ArgumentParser(description="Make one whole model of a model and an adapter.")
    for name in ("model", "adapter", "out"):
        parser.add_argument(f"--{name}", required=True, metavar="DIR")
    given = parser.parse_args(arguments)
    save_like(given.model, merged(given.model, given.adapter), Path(given.out), version=Path(given.adapter).name)
    print(given.out)


if __name__ == "__main__":
    main()
