"""Weights in and out, as safetensors with the names of the released checkpoints.

What is stored is bfloat16 (float32 on request); what is computed in is a choice at load time. One file, or several with
an index, as the larger checkpoints have them, is read, one tensor after the other, so that only one is ever there
twice; one file is written. A file is written beside its place, brought to the disk and then renamed, so that a full
disk or a kill leaves the old one.

Experts lie turned in files, [experts, in, out], as the released models have them; files that hold them as the model
does, [experts, out, in], are read too.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from perception.errors import ModelError
from perception.qwen3vl.config import Config
from perception.qwen3vl.fast import is_int8
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.quantized import quantize

WEIGHTS_FILE = "model.safetensors"
INDEX_FILE = "model.safetensors.index.json"
LM_HEAD = "lm_head.weight"
"""The output layer, which files may hold even where it is the embedding table."""
_EXPERTS = (".mlp.experts.gate_up_proj", ".mlp.experts.down_proj")


def load(
    folder: str | Path, dtype: torch.dtype | Literal["int8"] = torch.float32, device: torch.device | str = "cpu"
) -> Qwen3VL:
    """The model of a folder, ready to use (`eval`), in a dtype.

    "int8": the decoder's linear layers hold 8-bit integers, all else (experts too) float32; for a CPU, and not for
    training. Raises
    ModelError, naming file and tensor, when a file is missing or corrupt or a tensor is missing or of the wrong shape.
    """
    folder = Path(folder)
    config = Config.load(folder)
    with torch.device("meta"):
        model = Qwen3VL(config)
    wanted = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    kind = torch.float32 if dtype == "int8" else dtype
    found = {name: placed(tensor, wanted[name], kind, device) for name, tensor in _read(folder, wanted, config)}
    model.load_state_dict(found, assign=True)
    if dtype == "int8":
        quantize(model.model.language_model)
    return model.eval()


def save(model: Qwen3VL, folder: str | Path, dtype: torch.dtype = torch.bfloat16) -> None:
    """Writes `model.safetensors` and `config.json` into a folder, which is made when it is not there.

    Raises ModelError when the disk does not take them, or the model was loaded as int8.
    """
    folder = Path(folder)
    state = model.state_dict()
    if is_int8(model) or any(not tensor.is_floating_point() for tensor in state.values()):
        raise ModelError(f"an int8 model is not stored: load it in bfloat16 or float32 to write {folder}")
    state = {name: _turned(name, tensor.detach().to("cpu", dtype)).contiguous() for name, tensor in state.items()}
    path, beside = folder / WEIGHTS_FILE, folder / f".{WEIGHTS_FILE}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(state, beside, metadata={"format": "pt"})
        beside.chmod(0o644)  # the library makes files that only their owner may read
        _to_disk(beside)
        model.config.save(folder)
        beside.replace(path)
    except (OSError, SafetensorError) as error:
        with suppress(OSError):
            beside.unlink()
        raise ModelError(f"{path} could not be written ({error}): free some space or name another folder") from error


def placed(
    tensor: Tensor, shape: tuple[int, ...], dtype: torch.dtype, device: torch.device | str, *, copy: bool = False
) -> Tensor:
    """A tensor that fits (see `fits`) as the model wants it; copy: also where it is that already."""
    if tuple(tensor.shape) == shape:
        return tensor.detach().to(device, dtype, copy=copy)
    return torch.empty(shape, dtype=dtype, device=device).copy_(tensor.transpose(-2, -1))


def _turned(name: str, tensor: Tensor) -> Tensor:
    """The model's tensor as a file holds it. What is square cannot be told from what is turned, and stays."""
    return tensor.transpose(-2, -1) if name.endswith(_EXPERTS) and tensor.shape[-2] != tensor.shape[-1] else tensor


def _read(folder: Path, wanted: dict[str, tuple[int, ...]], config: Config) -> Iterator[tuple[str, Tensor]]:
    """The wanted tensors, one by one, after checking that each is there in its shape."""
    places = _places(folder)
    for name in wanted:
        if name not in places:
            raise ModelError(
                f"{folder} has no tensor {name}: its config.json belongs to another model, or a file is cut"
            )
    surplus = set(places) - set(wanted) - ({LM_HEAD} if config.tie_word_embeddings else set())
    if surplus:
        raise ModelError(
            f"{folder} has a tensor {min(surplus)} that its config.json has no place for: fetch both again"
        )
    for path in sorted({places[name] for name in wanted}):
        with _opened(path) as file:
            for name in (name for name in wanted if places[name] == path):
                yield name, _tensor(file, name, wanted[name], path)


def _tensor(file: Any, name: str, shape: tuple[int, ...], path: Path) -> Tensor:
    found = tuple(file.get_slice(name).get_shape())
    if not fits(name, shape, found):
        raise ModelError(
            f"{path}: tensor {name} is {list(found)} and config.json asks for {list(shape)}: use the files of one model"
        )
    tensor = file.get_tensor(name)
    if not tensor.is_floating_point():
        raise ModelError(f"{path}: tensor {name} holds {tensor.dtype}: use a checkpoint that is not quantized")
    return tensor


def fits(name: str, wanted: tuple[int, ...], found: tuple[int, ...]) -> bool:
    """Whether a tensor in a file can be the model's: experts lie there with their two widths the other way round."""
    return found == wanted or (name.endswith(_EXPERTS) and found == (*wanted[:-2], *wanted[:-3:-1]))


def _places(folder: Path) -> dict[str, Path]:
    """Which file holds each tensor: from the single file, or from the index of several."""
    single, index = folder / WEIGHTS_FILE, folder / INDEX_FILE
    if single.is_file():
        with _opened(single) as file:
            return dict.fromkeys(file.keys(), single)
    if not index.is_file():
        raise ModelError(f"{single} is missing: name a folder that holds a model's weights")
    try:
        listed: dict[str, str] = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        places = {name: folder / Path(file).name for name, file in listed.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{index} cannot be read ({error!r}): fetch it again") from error
    for path in sorted(set(places.values())):
        with _opened(path) as file:
            present = set(file.keys())
        for name, place in places.items():
            if place == path and name not in present:
                raise ModelError(f"{path} has no tensor {name}, which {INDEX_FILE} promises: fetch both again")
    return places


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except FileNotFoundError as error:
        raise ModelError(f"{path} is missing: fetch the whole model again") from error
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path} is corrupt or cut ({error}): fetch it again") from error


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def num_parameters(model: nn.Module) -> int:
    """How many numbers a model learns; tied tables count once."""
    return sum(parameter.numel() for parameter in model.parameters())
