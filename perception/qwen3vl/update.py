"""Other weights for a model that runs, from memory: what training has learned goes on answering without a file.

All or nothing: the weights come as a new model, which shares with the old one what stays, so that whatever goes wrong
the old one is as it was. Both are in memory for a moment. What is made of weights is made of the new ones anew: packed
layers (`fast`), 8-bit layers (`quantized`).
"""

from collections.abc import Mapping
from difflib import get_close_matches

import torch
from torch import Tensor

from perception.errors import ModelError
from perception.qwen3vl.fast import accelerate, is_accelerated, is_int8
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.quantized import QuantizedLinear, quantize
from perception.qwen3vl.weights import LM_HEAD, fits, placed

Shapes = Mapping[str, tuple[int, ...]]


@torch.no_grad()
def updated(model: Qwen3VL, tensors: Mapping[str, Tensor]) -> Qwen3VL:
    """The model with some other weights, or all, in its own dtype and on its device; `model` stays as it is.

    tensors: copied; names and shapes as in the files of the released models (experts either way round, see `weights`),
    floating point of any kind, on any device. Raises ModelError naming the first tensor that does not fit.
    """
    with torch.device("meta"):
        fresh = Qwen3VL(model.config)
    shapes = {name: tuple(tensor.shape) for name, tensor in fresh.state_dict().items()}
    names = _checked(tensors, shapes, tied=model.config.tie_word_embeddings)
    state = {name: tensor for name, tensor in model.state_dict().items() if name in shapes}
    for name in names:
        dtype = state[name].dtype if state[name].is_floating_point() else torch.float32
        if is_int8(model):  # whose weights were bfloat16 before they were rounded
            dtype = torch.bfloat16
        state[name] = placed(tensors[name], shapes[name], dtype, model.device, copy=True)
    return _built(fresh, model, state)


def _built(fresh: Qwen3VL, model: Qwen3VL, state: dict[str, Tensor]) -> Qwen3VL:
    """The new model, with what was made of weights in the old one made of these."""
    quantized = any(isinstance(module, QuantizedLinear) for module in model.modules())
    # 8-bit weights that stay have no place in a plain model: they are taken over with the whole layer.
    plain = {name: tensor for name, tensor in state.items() if tensor.is_floating_point()}
    fresh.load_state_dict(plain, assign=True, strict=not quantized)
    if quantized:
        quantize(fresh.model.language_model, model.model.language_model)
    if is_accelerated(model):
        accelerate(fresh, int8=is_int8(model))
    return fresh.eval()


def _checked(tensors: Mapping[str, Tensor], shapes: Shapes, *, tied: bool) -> list[str]:
    """The names that count. Raises ModelError for a tensor that the model has no place for."""
    names = [name for name in tensors if not (tied and name == LM_HEAD)]  # files may hold it twice
    for name in names:
        if name not in shapes:
            near = get_close_matches(name, shapes, 1)
            meant = f"; did you mean {near[0]}?" if near else ": name tensors as the model's files do"
            raise ModelError(f"the model has no tensor {name}{meant}")
        found = tuple(tensors[name].shape)
        if not fits(name, shapes[name], found):
            raise ModelError(
                f"tensor {name} is {list(found)} and the model's is {list(shapes[name])}: nothing was changed"
            )
        if not tensors[name].is_floating_point():
            raise ModelError(f"tensor {name} holds {tensors[name].dtype}: give weights that are not quantized")
    return names
