"""What a model's folder holds, read from its files' headers without loading a weight."""

import json
import struct
from math import prod
from pathlib import Path

_NEEDED = ("config.json", "tokenizer.json", "preprocessor_config.json")
_LONGEST_HEADER = 100_000_000
"""Bytes; the safetensors format's own limit."""


RESTORE = "restore the folder: git checkout -- perception/nano, or install HandEye again"


def describe_model(folder: Path, advice: str = RESTORE) -> tuple[str, str, str]:
    """State (ok or missing), what was found, and what to do: `advice`, or nothing."""
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    weights = sorted(folder.glob("*.safetensors"))
    if missing or not weights:
        lacking = ", ".join([*missing, *([] if weights else ["*.safetensors"])])
        return "missing", f"{folder} lacks {lacking}", advice
    try:
        count = sum(num_parameters(path) for path in weights)
        kind = json.loads((folder / "config.json").read_text())["model_type"]
        card = folder / "handeye.json"
        version = json.loads(card.read_text()).get("version", "") if card.is_file() else ""
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return "missing", f"{folder} is corrupt: {error}", advice
    size = sum(path.stat().st_size for path in weights) / 1e6
    named = f", version {version}" if version else ""
    return "ok", f"{kind}, {count / 1e6:.1f}M parameters, {size:.0f} MB{named} ({folder})", ""


def num_parameters(path: Path) -> int:
    """Parameters in a safetensors file, from its header. Raises ValueError when the file is not whole."""
    with path.open("rb") as file:
        head = file.read(8)
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
        if not 0 < length <= _LONGEST_HEADER:
            raise ValueError(f"{path.name} is not a safetensors file")
        header = json.loads(file.read(length))
    tensors = [entry for name, entry in header.items() if name != "__metadata__"]
    end = max((entry["data_offsets"][1] for entry in tensors), default=0)
    if path.stat().st_size != 8 + length + end:
        raise ValueError(f"{path.name} is cut or longer than its header says")
    return sum(prod(entry["shape"]) for entry in tensors)
