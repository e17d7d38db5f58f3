"""A run that begins with a model whose tokenizer was another: rows of the embedding go where their token is now.

A token that the older model did not have begins as the mean of the tokens that it spelled the same text with. V tokens
now, D width of the decoder.
"""

from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from perception.qwen3vl import weights
from perception.qwen3vl.model import Qwen3VL


def warm_start(folder: str | Path, wanted: Qwen3VL, tokenizer: Tokenizer) -> Qwen3VL:
    """`wanted` with the weights of a folder; all shapes but that of the embedding must be the same.

    Raises ModelError when the folder holds no readable model, ValueError when a tensor has another shape.
    """
    older = weights.load(folder)
    before = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    state = older.state_dict()
    table = state.pop("model.language_model.embed_tokens.weight")
    for name, tensor in state.items():
        if name in (own := wanted.state_dict()) and own[name].shape != tensor.shape:
            raise ValueError(f"{folder}: {name} is {list(tensor.shape)} and this run wants {list(own[name].shape)}")
    state.pop("lm_head.weight", None)
    state["model.language_model.embed_tokens.weight"] = carried(table, before, tokenizer)
    missing, surplus = wanted.load_state_dict(state, strict=False)
    if surplus or [name for name in missing if name != "lm_head.weight"]:
        raise ValueError(f"{folder} has another number of layers than this run wants")
    return wanted


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
