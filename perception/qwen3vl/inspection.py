"""What a model's folder is, from its config and the headers of its files; no weight is read."""

from dataclasses import dataclass
from math import prod
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from perception.errors import ModelError
from perception.qwen3vl import shapes, weights
from perception.qwen3vl.config import Config
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.tokenizer import Tokenizer

_NAMED = 3
"""Tensors that a complaint names."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One folder."""

    size: str
    """The released model that it has the shape of, such as 8B; empty for another shape."""
    sparse: bool
    num_parameters: int
    num_files: int
    num_bytes: int
    context: int
    """Tokens of prompt and reply together."""
    trained_context: int
    """The same without YaRN."""
    problems: tuple[str, ...]
    """What stands in the way of loading it, one sentence each."""
    processor: ImageProcessor | None

    @property
    def summary(self) -> str:
        """One line for a person."""
        kind = "mixture of experts" if self.sparse else "dense"
        name = f"Qwen3-VL-{self.size}" if self.size else "a Qwen3-VL of its own shape"
        files = "1 file" if self.num_files == 1 else f"{self.num_files} files"
        return f"{name}, {kind}, {_count(self.num_parameters)} parameters, {_bytes(self.num_bytes)} in {files}"


def inspect(folder: Path) -> Inspection:
    """What a folder holds. Raises ModelError when its config is missing, corrupt, or of another family."""
    config = Config.load(folder)
    with torch.device("meta"):
        wanted = {name: tuple(tensor.shape) for name, tensor in Qwen3VL(config).state_dict().items()}
    problems: list[str] = []
    processor = None
    try:
        Tokenizer.load(folder)
        processor = ImageProcessor.load(folder)
    except ModelError as error:
        problems.append(str(error))
    files = sorted(folder.glob("*.safetensors"))
    found: dict[str, tuple[int, ...]] = {}
    for path in files:
        try:
            with safe_open(path, framework="pt") as file:
                found |= {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            problems.append(f"{path.name} is corrupt or cut ({error}): fetch it again")
    if config.tie_word_embeddings:
        found.pop("lm_head.weight", None)
    problems += _differences(wanted, found)
    text = config.text
    trained = text.yarn.original_max_position_embeddings if text.yarn else text.max_position_embeddings
    return Inspection(
        size=next((name for name in shapes.NAMES if _same_shape(shapes.shape(name), config)), ""),
        sparse=text.num_experts > 0,
        num_parameters=sum(map(prod, wanted.values())),
        num_files=len(files),
        num_bytes=sum(path.stat().st_size for path in files),
        context=text.max_position_embeddings,
        trained_context=trained,
        problems=tuple(problems),
        processor=processor,
    )


def _differences(wanted: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]]) -> list[str]:
    """What is missing, surplus, or of another shape."""
    missing = sorted(wanted.keys() - found.keys())
    surplus = sorted(found.keys() - wanted.keys())
    other = sorted(name for name in wanted.keys() & found.keys() if not weights.fits(name, wanted[name], found[name]))
    problems = []
    if missing:
        problems.append(f"{len(missing)} of {len(wanted)} tensors are missing: {_list(missing)}")
    if surplus:
        problems.append(f"{len(surplus)} tensors have no place in this config: {_list(surplus)}")
    if other:
        first = other[0]
        shown = f"{first} is {list(found[first])} and should be {list(wanted[first])}"
        problems.append(f"{len(other)} tensors have another shape than config.json says: {shown}")
    return problems


def _same_shape(released: Config, config: Config) -> bool:
    names = ("hidden_size", "num_hidden_layers", "intermediate_size", "num_experts", "vocab_size")
    return all(getattr(released.text, name) == getattr(config.text, name) for name in names)


def _list(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _bytes(number: int) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


def _count(number: int) -> str:
    return f"{number / 1e9:.1f}B" if number >= 1e9 else f"{number / 1e6:.1f}M"
