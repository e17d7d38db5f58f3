"""Models that know nothing: a real one's files with random weights, other sizes or a longer context.

Time, memory and formats of replies don't depend on what a model knows, so they can be measured with these.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from perception.errors import ModelError
from perception.qwen3vl import weights
from perception.qwen3vl.config import CONFIG_FILE, Config
from perception.qwen3vl.model import Qwen3VL

SIZES: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = MappingProxyType(
    {
        "nano": ({}, {}),
        "240m": (
            {
                "hidden_size": 768,
                "intermediate_size": 3072,
                "num_hidden_layers": 12,
                "num_attention_heads": 12,
                "num_key_value_heads": 4,
                "head_dim": 64,
            },
            {
                "hidden_size": 768,
                "intermediate_size": 3072,
                "depth": 12,
                "num_heads": 12,
                "out_hidden_size": 768,
                "deepstack_visual_indexes": (3, 6, 9),
            },
        ),
    }
)
"""Changes of the decoder and of the tower that make a size of the folder that is taken as the pattern."""


def make(pattern: Path, size: str = "nano", *, context: int = 0, seed: int = 0) -> Qwen3VL:
    """A model with the vocabulary of a folder and random weights; context: tokens, 0 for the pattern's.

    Raises ModelError for a size that there is not, and when the folder's config can't be read.
    """
    if size not in SIZES:
        raise ModelError(f"there is no size {size!r}: take one of {', '.join(SIZES)}")
    config = Config.load(pattern)
    text, vision = SIZES[size]
    wide = {"max_position_embeddings": context or config.text.max_position_embeddings}
    config = replace(config, text=replace(config.text, **text, **wide), vision=replace(config.vision, **vision))
    model = Qwen3VL(config)
    model.initialise(torch.Generator().manual_seed(seed))
    return model.eval()


def write(folder: Path, pattern: Path, size: str, *, context: int = 0, seed: int = 0) -> Path:
    """The same as a folder, with the other files of the pattern; errors also as in `weights.save`."""
    _link(folder, pattern, (CONFIG_FILE, weights.WEIGHTS_FILE))
    weights.save(make(pattern, size, context=context, seed=seed), folder)
    return folder


def written(folder: Path, pattern: Path, size: str) -> Path:
    """The folder of `write`, which is called where there is none yet; errors as there."""
    return folder if (folder / weights.WEIGHTS_FILE).exists() else write(folder, pattern, size)


def widen(folder: Path, pattern: Path, context: int) -> Path:
    """A folder with the pattern's weights that takes more tokens than it was trained for."""
    _link(folder, pattern, (CONFIG_FILE,))
    config = Config.load(pattern)
    replace(config, text=replace(config.text, max_position_embeddings=context)).save(folder)
    return folder


def _link(folder: Path, pattern: Path, but: tuple[str, ...]) -> None:
    """The files of the pattern as links."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in pattern.iterdir():
        place = folder / file.name
        if file.is_file() and file.name not in but and not place.exists():
            place.symlink_to(file.resolve())
