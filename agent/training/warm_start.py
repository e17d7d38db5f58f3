"""A run that begins with a model whose tokenizer was another: rows of the embedding go where their token is now.

A token that the older model did not have begins as the mean of the tokens that it spelled the same text with. V tokens
now, D width of the decoder.
"""

from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from perception.errors import ModelError
from perception.qwen3vl import weights
from perception.qwen3vl.model import Qwen3VL

TABLE = "model.language_model.embed_tokens.weight"


def warm_start(folder: str | Path, wanted: Qwen3VL, tokenizer: Tokenizer) -> Qwen3VL:
    """`wanted` with the weights of a folder; all shapes but that of the embedding must be the same.

    Raises ModelError when the folder holds no readable model, or one of another shape.
    """
    state, own = weights.load(folder).state_dict(), wanted.state_dict()
    state[TABLE] = carried(state[TABLE], _tokenizer(Path(folder) / "tokenizer.json"), tokenizer)
    for name in sorted(state.keys() | own.keys()):
        shapes = [list(tensors[name].shape) if name in tensors else "missing" for tensors in (state, own)]
        if shapes[0] != shapes[1]:
            raise ModelError(
                f"{folder}: {name} is {shapes[0]} and in this run {shapes[1]}: begin with a model of the run's shape, "
                "or change the run's with --shape"
            )
    wanted.load_state_dict(state)
    return wanted


def _tokenizer(path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing more special
        raise ModelError(f"{path} can't be read ({error}): name a folder that holds a whole model") from error


def carried(table: Tensor, before: Tokenizer, after: Tokenizer) -> Tensor:
    """The embedding [V, D] of `after` out of that of `before`."""
    known = before.get_vocab()
    rows = []
    for token, _ in sorted(after.get_vocab().items(), key=lambda item: item[1]):
        if token in known:
            rows.append(table[known[token]])
        else:
            spelled = before.encode(after.decoder.decode([token]), add_special_tokens=False).ids
            rows.append(table[spelled].mean(0))
    return torch.stack(rows)
