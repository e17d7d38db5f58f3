"""The shape of a model, read from and written to a Hugging Face `config.json`.

Only what changes the computation is kept; keys that do not are dropped on reading and written back with fixed values.
Switches that no released model turns (for ablations) are written only where they differ from their default. Left out:
rope types other than the default one and YaRN (they are refused, not ignored).
"""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from perception.errors import ModelError

CONFIG_FILE = "config.json"
DENSE, SPARSE = "qwen3_vl", "qwen3_vl_moe"


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
    """Layers whose output also goes to the decoder (first to its layer 0, second to its layer 1, …); none: no
    DeepStack."""
    initializer_range: float = 0.02
    rope_theta: float = 10000.0
    interpolated_positions: bool = True
    """Whether learned positions, interpolated to the grid, are added to patches. Without, rotary ones alone tell where
    a patch is, and the table is there but idle."""

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
class Yarn:
    """How a decoder reads further than it was trained to (YaRN, arXiv 2309.00071); the released models go from 256K to
    1M tokens with factor 2 or 3, as positions grow more slowly than tokens where there are images."""

    factor: float
    original_max_position_embeddings: int
    """Tokens that the model was trained on."""
    attention_factor: float | None = None
    """What cos and sin are multiplied by; None: 0.1 ln(factor) + 1."""
    beta_fast: float = 32.0
    """Frequencies that turn more often than this in the original length stay as they are."""
    beta_slow: float = 1.0
    """Frequencies that turn less often than this are divided by the factor; between the two it goes gradually."""
    truncate: bool = True
    """Whether the two borders are moved outwards to whole frequencies."""

    def __post_init__(self) -> None:
        _require(self.factor >= 1, f"the yarn factor {self.factor} is below 1")
        _require(self.original_max_position_embeddings > 0, "yarn original_max_position_embeddings is not positive")
        _require(self.beta_fast >= self.beta_slow > 0, "yarn beta_fast is below beta_slow")

    @property
    def scale(self) -> float:
        """What cos and sin are multiplied by."""
        return 0.1 * math.log(self.factor) + 1.0 if self.attention_factor is None else self.attention_factor


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
    num_experts: int = 0
    """Experts of a sparse layer; 0: every layer is dense."""
    num_experts_per_tok: int = 0
    """Experts that compute a token."""
    moe_intermediate_size: int = 0
    """Inner width of one expert (`intermediate_size` is that of dense layers)."""
    norm_topk_prob: bool = True
    """Whether the shares of a token's experts are scaled to add up to 1."""
    decoder_sparse_step: int = 1
    """Every so manieth layer is sparse."""
    mlp_only_layers: tuple[int, ...] = ()
    """Layers that are dense all the same."""
    mrope_interleaved: bool = True
    """Whether time, height and width get every third frequency (t h w t h w …) or a run each (t t … h h … w w …)."""
    yarn: Yarn | None = None

    def __post_init__(self) -> None:
        groups = self.num_attention_heads % self.num_key_value_heads
        _require(groups == 0, "num_attention_heads is not a multiple of num_key_value_heads")
        _require(self.head_dim % 2 == 0, "head_dim is odd")
        _require(len(self.mrope_section) == 3, "mrope_section does not have three numbers")
        whole = self.mrope_interleaved or 2 * sum(self.mrope_section) == self.head_dim
        _require(whole, "mrope_section does not add up to half of head_dim, and mrope_interleaved is false")
        _require(self.decoder_sparse_step > 0, "decoder_sparse_step is not positive")
        if self.num_experts:
            chosen = 0 < self.num_experts_per_tok <= self.num_experts
            _require(chosen, "num_experts_per_tok is not between 1 and num_experts")
            _require(self.moe_intermediate_size > 0, "moe_intermediate_size is not positive")

    def is_sparse(self, layer_index: int) -> bool:
        """Whether a layer's feed-forward part is a mixture of experts."""
        due = (layer_index + 1) % self.decoder_sparse_step == 0
        return self.num_experts > 0 and due and layer_index not in self.mlp_only_layers


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
    text_timestamps: bool = True
    """Whether a video's times stand in the text before each of its temporal groups, or in the groups' temporal
    positions, two a second (as in Qwen2.5-VL)."""

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
        model_type = values.get("model_type", DENSE)
        _require(model_type in (DENSE, SPARSE), f"model_type is {model_type!r} and not {DENSE!r} or {SPARSE!r}")
        text, vision = dict(values.get("text_config") or {}), dict(values.get("vision_config") or {})
        _require(text.get("hidden_act", "silu") == "silu", "text hidden_act is not 'silu'")
        _require(
            vision.get("hidden_act", "gelu_pytorch_tanh") == "gelu_pytorch_tanh",
            "vision hidden_act is not 'gelu_pytorch_tanh'",
        )
        own = {name: values[name] for name in _names(cls) if name in values}
        own["vision"] = _build(VisionConfig, vision | _vision_rope(vision))
        own["text"] = _build(TextConfig, _experts(text, model_type) | _text_rope(text))
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
        if own["text_timestamps"]:
            del own["text_timestamps"]
        name = "Qwen3VLMoeForConditionalGeneration" if self.text.num_experts else "Qwen3VLForConditionalGeneration"
        return {
            "architectures": [name],
            "model_type": self._model_type,
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

    @property
    def _model_type(self) -> str:
        return SPARSE if self.text.num_experts else DENSE

    def _text_dict(self) -> dict[str, Any]:
        values = {name: getattr(self.text, name) for name in _names(TextConfig)}
        section = list(values.pop("mrope_section"))
        rope: dict[str, Any] = {"mrope_interleaved": values.pop("mrope_interleaved"), "mrope_section": section}
        yarn: Yarn | None = values.pop("yarn")
        rope |= {"rope_type": "default"} if yarn is None else {"rope_type": "yarn"} | _changed(yarn)
        values["mlp_only_layers"] = list(values["mlp_only_layers"])
        if not self.text.num_experts:
            values = {name: value for name, value in values.items() if name not in _MIXTURE}
        fixed = {
            "model_type": f"{self._model_type}_text",
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
        if values["interpolated_positions"]:
            del values["interpolated_positions"]
        return {"model_type": self._model_type, "hidden_act": "gelu_pytorch_tanh"} | values


_MIXTURE = (
    "num_experts",
    "num_experts_per_tok",
    "moe_intermediate_size",
    "norm_topk_prob",
    "decoder_sparse_step",
    "mlp_only_layers",
)


def _experts(text: Mapping[str, Any], model_type: str) -> dict[str, Any]:
    """The text section with what only models of the other type say taken out."""
    if model_type == DENSE:
        return {name: value for name, value in text.items() if name not in _MIXTURE}
    found = {"num_experts": text.get("num_local_experts"), **text}
    _require(bool(found["num_experts"]), f"model_type is {SPARSE!r} and num_experts is missing")
    if found.get("head_dim") is None and found.get("hidden_size") and found.get("num_attention_heads"):
        found["head_dim"] = found["hidden_size"] // found["num_attention_heads"]
    return found


def _text_rope(text: Mapping[str, Any]) -> dict[str, Any]:
    """Rope settings from `rope_parameters` (newer files) or `rope_scaling` and `rope_theta` (the released ones)."""
    rope = dict(text.get("rope_parameters") or text.get("rope_scaling") or {})
    kind = rope.get("rope_type", rope.get("type", "default"))
    _require(kind in ("default", "mrope", "yarn"), f"rope type {kind!r} is not supported")
    theta = rope.get("rope_theta", text.get("rope_theta"))
    found = {"rope_theta": theta} | {name: rope.get(name) for name in ("mrope_section", "mrope_interleaved")}
    if kind == "yarn":
        found["yarn"] = _yarn(rope, text.get("max_position_embeddings", TextConfig.max_position_embeddings))
    return {name: value for name, value in found.items() if value is not None}


def _yarn(rope: Mapping[str, Any], longest: int) -> Yarn:
    """YaRN as `rope_scaling` describes it; longest: tokens that the model is to read now."""
    original = rope.get("original_max_position_embeddings") or longest
    factor = rope.get("factor") or longest / original
    attention = rope.get("attention_factor")
    upper, lower = rope.get("mscale"), rope.get("mscale_all_dim")
    if attention is None and upper and lower:
        attention = (0.1 * upper * math.log(factor) + 1) / (0.1 * lower * math.log(factor) + 1)
    named = {"factor": factor, "original_max_position_embeddings": original, "attention_factor": attention}
    return _build(Yarn, {**rope, **named})


def _vision_rope(vision: Mapping[str, Any]) -> dict[str, Any]:
    rope = vision.get("rope_parameters") or {}
    return {"rope_theta": float(rope["rope_theta"])} if "rope_theta" in rope else {}


def _build(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """Builds a section from the keys it knows; lists become tuples, null means the default."""
    known = {name: values[name] for name in _names(kind) if values.get(name) is not None}
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in known.items()})


def _changed(section: Any) -> dict[str, Any]:
    """The fields of a section that do not have their default."""
    values = {field.name: (getattr(section, field.name), field.default) for field in fields(section)}
    return {name: value for name, (value, default) in values.items() if value != default}


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise ModelError(f"{problem}: this program does not run such a model")
