"""The shape of a model, read from and written to a Hugging Face `config.json`.

Only what changes the computation is kept; keys that do not are dropped on reading and written back with fixed values.
Left out: mixture of experts, YaRN and other rope types (they are refused, not ignored).
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from perception.errors import ModelError

CONFIG_FILE = "config.json"


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """Shape of the vision tower. Sizes in features unless named otherwise."""

    depth: int = 27
    hidden_size: int = 1152
    intermediate_size: int = 4304
    num_heads: int = 16
    in_channels: int = 3
    patch_size: int = 16
    """Edge of a patch in pixels."""
    spatial_merge_size: int = 2
    """Edge, in patches, of the square that becomes one visual token."""
    temporal_patch_size: int = 2
    """Frames per patch; a still image is repeated this often."""
    out_hidden_size: int = 3584
    """Width of a visual token; equals the decoder's `hidden_size`."""
    num_position_embeddings: int = 2304
    """Entries of the square table of learned positions (48 x 48 in the released models)."""
    deepstack_visual_indexes: tuple[int, ...] = (8, 16, 24)
    """Layers whose output also goes to the decoder (first to its layer 0, second to its layer 1, …)."""
    initializer_range: float = 0.02
    rope_theta: float = 10000.0

    def __post_init__(self) -> None:
        side = round(self.num_position_embeddings**0.5)
        _require(side * side == self.num_position_embeddings, "vision num_position_embeddings is not a square")
        _require(
            self.hidden_size % (4 * self.num_heads) == 0,
            "vision hidden_size is not a multiple of 4 num_heads",
        )
        taps = self.deepstack_visual_indexes
        _require(all(0 <= i < self.depth for i in taps), "deepstack_visual_indexes names a layer that is not there")
        _require(tuple(sorted(set(taps))) == taps, "deepstack_visual_indexes is not in ascending order")

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.num_heads

    @property
    def grid_side(self) -> int:
        """Edge of the square table of learned positions."""
        return round(self.num_position_embeddings**0.5)

    @property
    def patch_dim(self) -> int:
        """Numbers per patch in `pixel_values`: channels x frames x pixels x pixels."""
        return self.in_channels * self.temporal_patch_size * self.patch_size**2

    @property
    def token_pixels(self) -> int:
        """Edge, in pixels, of the square that one visual token stands for (32 in the released models)."""
        return self.patch_size * self.spatial_merge_size


@dataclass(frozen=True, slots=True)
class TextConfig:
    """Shape of the decoder."""

    vocab_size: int = 151936
    hidden_size: int = 4096
    intermediate_size: int = 22016
    num_hidden_layers: int = 32
    num_attention_heads: int = 32
    num_key_value_heads: int = 32
    head_dim: int = 128
    rms_norm_eps: float = 1e-6
    rope_theta: float = 5_000_000.0
    mrope_section: tuple[int, int, int] = (24, 20, 20)
    """How many of the head_dim / 2 frequencies turn with time, height and width."""
    max_position_embeddings: int = 262_144
    attention_bias: bool = False
    initializer_range: float = 0.02
    bos_token_id: int | None = None
    eos_token_id: int | None = None
    pad_token_id: int | None = None

    def __post_init__(self) -> None:
        groups = self.num_attention_heads % self.num_key_value_heads
        _require(groups == 0, "num_attention_heads is not a multiple of num_key_value_heads")
        _require(self.head_dim % 2 == 0, "head_dim is odd")
        _require(len(self.mrope_section) == 3, "mrope_section does not have three numbers")


@dataclass(frozen=True, slots=True)
class Config:
    """A whole model: tower, decoder and the token ids that join them."""

    vision: VisionConfig
    text: TextConfig
    image_token_id: int = 151655
    video_token_id: int = 151656
    vision_start_token_id: int = 151652
    vision_end_token_id: int = 151653
    tie_word_embeddings: bool = False
    """Whether the output layer is the embedding table (2B and 4B) or has weights of its own."""

    def __post_init__(self) -> None:
        _require(
            self.vision.out_hidden_size == self.text.hidden_size,
            "out_hidden_size is not the decoder's hidden_size",
        )
        taps = len(self.vision.deepstack_visual_indexes)
        _require(taps <= self.text.num_hidden_layers, "there are more deepstack_visual_indexes than decoder layers")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reads the content of a Hugging Face `config.json`. Raises ModelError for what this model cannot compute."""
        model_type = values.get("model_type", "qwen3_vl")
        _require(model_type == "qwen3_vl", f"model_type is {model_type!r} and not 'qwen3_vl'")
        text, vision = dict(values.get("text_config") or {}), dict(values.get("vision_config") or {})
        _require(text.get("hidden_act", "silu") == "silu", "text hidden_act is not 'silu'")
        _require(
            vision.get("hidden_act", "gelu_pytorch_tanh") == "gelu_pytorch_tanh",
            "vision hidden_act is not 'gelu_pytorch_tanh'",
        )
        own = {name: values[name] for name in _names(cls) if name in values}
        own["vision"] = _build(VisionConfig, vision | _vision_rope(vision))
        own["text"] = _build(TextConfig, text | _text_rope(text))
        return cls(**own)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Reads `config.json` of a model folder. Raises ModelError when it is missing, corrupt or not supported."""
        path = Path(folder) / CONFIG_FILE
        try:
            return cls.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise ModelError(f"{path} is missing: name a folder that holds a Qwen3-VL model") from error
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ModelError(f"{path} cannot be read ({error}): restore it from the model's source") from error
        except ModelError as error:
            raise ModelError(f"{path}: {error}") from error

    def to_dict(self) -> dict[str, Any]:
        """Content of a `config.json` in the layout of the released checkpoints."""
        own = {name: getattr(self, name) for name in _names(Config) if name not in ("vision", "text")}
        return {
            "architectures": ["Qwen3VLForConditionalGeneration"],
            "model_type": "qwen3_vl",
            **own,
            "text_config": self._text_dict(),
            "vision_config": self._vision_dict(),
        }

    def save(self, folder: str | Path) -> None:
        """Writes `config.json` into a folder that exists; a failure (OSError) leaves the old one."""
        path = Path(folder) / CONFIG_FILE
        beside = path.with_name(f".{CONFIG_FILE}.{os.getpid()}")
        try:
            beside.write_text(json.dumps(self.to_dict(), indent=2) + "\n", encoding="utf-8")
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise

    def _text_dict(self) -> dict[str, Any]:
        values = {name: getattr(self.text, name) for name in _names(TextConfig)}
        section = list(values.pop("mrope_section"))
        rope = {"mrope_interleaved": True, "mrope_section": section, "rope_type": "default"}
        fixed = {
            "model_type": "qwen3_vl_text",
            "dtype": "bfloat16",
            "hidden_act": "silu",
            "attention_dropout": 0.0,
        }
        tie = {"tie_word_embeddings": self.tie_word_embeddings, "use_cache": True}
        kept = {name: value for name, value in values.items() if value is not None}
        return fixed | kept | {"rope_scaling": rope} | tie

    def _vision_dict(self) -> dict[str, Any]:
        values = {name: getattr(self.vision, name) for name in _names(VisionConfig)}
        values["deepstack_visual_indexes"] = list(self.vision.deepstack_visual_indexes)
        if values.pop("rope_theta") != VisionConfig.__dataclass_fields__["rope_theta"].default:
            values["rope_parameters"] = {"rope_type": "axial", "rope_theta": self.vision.rope_theta}
        return {"model_type": "qwen3_vl", "hidden_act": "gelu_pytorch_tanh"} | values


def _text_rope(text: Mapping[str, Any]) -> dict[str, Any]:
    """Rope settings from `rope_parameters` (newer files) or `rope_scaling` and `rope_theta` (the released ones)."""
    rope = dict(text.get("rope_parameters") or text.get("rope_scaling") or {})
    kind = rope.get("rope_type", rope.get("type", "default"))
    _require(kind in ("default", "mrope"), f"rope type {kind!r} is not supported")
    _require(rope.get("mrope_interleaved", True), "mrope_interleaved is false, as in older models")
    theta = rope.get("rope_theta", text.get("rope_theta"))
    found = {"rope_theta": theta, "mrope_section": rope.get("mrope_section")}
    return {name: value for name, value in found.items() if value is not None}


def _vision_rope(vision: Mapping[str, Any]) -> dict[str, Any]:
    rope = vision.get("rope_parameters") or {}
    return {"rope_theta": float(rope["rope_theta"])} if "rope_theta" in rope else {}


def _build(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """Builds a section from the keys it knows; lists become tuples, null means the default."""
    known = {name: values[name] for name in _names(kind) if values.get(name) is not None}
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in known.items()})


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise ModelError(f"{problem}: this program does not run such a model")
