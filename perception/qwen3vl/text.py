"""The decoder: a causal language model with QK-norm, grouped queries, interleaved MRoPE and dense or sparse layers.

B batch, T new tokens, S tokens attended to (T and what the cache holds), H query heads, G key-value heads,
d width of a head, D width of the model, V visual tokens.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from perception.qwen3vl.attention import Apart, additive, attend, compute_dtype
from perception.qwen3vl.config import TextConfig
from perception.qwen3vl.moe import SparseMLP
from perception.qwen3vl.recompute import through
from perception.qwen3vl.rope import frequencies, frequency_axes, rotate, token_angles, yarn_frequencies

Tap = Callable[[int, Tensor], None]
"""Called with a layer's index and its input [B, T, D]."""


class Cache(Protocol):
    """Keys and values of tokens that were seen before."""

    def update(self, layer_index: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Adds k, v [B, G, T, d] of a layer; gives all it has for that layer, [B, G, S, d], the new ones last."""
        ...


class RMSNorm(nn.Module):
    """x / rms(x) * weight over the last dimension (arXiv 1910.07467)."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """x [..., size] -> the same shape, in the dtype that the matrix products after it want."""
        return F.rms_norm(x, self.weight.shape, self.weight.to(x.dtype), self.eps).to(compute_dtype(x))


class TextAttention(nn.Module):
    """Attention of the decoder."""

    def __init__(self, config: TextConfig, layer_index: int) -> None:
        super().__init__()
        self.layer_index = layer_index
        self.head_dim = config.head_dim
        width, keys = config.num_attention_heads * self.head_dim, config.num_key_value_heads * self.head_dim
        self.q_proj = nn.Linear(config.hidden_size, width, bias=config.attention_bias)
        self.k_proj = nn.Linear(config.hidden_size, keys, bias=config.attention_bias)
        self.v_proj = nn.Linear(config.hidden_size, keys, bias=config.attention_bias)
        self.o_proj = nn.Linear(width, config.hidden_size, bias=config.attention_bias)
        self.q_norm = RMSNorm(self.head_dim, config.rms_norm_eps)
        self.k_norm = RMSNorm(self.head_dim, config.rms_norm_eps)

    def project(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [B, T, D], cos and sin [B, T, d/2] -> q [B, H, T, d], k and v [B, G, T, d], normalised and rotated."""
        cos, sin = cos[:, None], sin[:, None]
        q = rotate(self.q_norm(self._heads(self.q_proj(x))).transpose(1, 2), cos, sin)
        k = rotate(self.k_norm(self._heads(self.k_proj(x))).transpose(1, 2), cos, sin)
        return q, k, self._heads(self.v_proj(x)).transpose(1, 2)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | Apart | None, cache: Cache | None) -> Tensor:
        """x [B, T, D] -> [B, T, D]; mask: added to the scores, broadcast to [B, H, T, S], or None for causal."""
        q, k, v = self.project(x, cos, sin)
        if cache is not None:
            k, v = cache.update(self.layer_index, k, v)
        mixed = attend(q, k, v, mask, causal=True)
        return self.o_proj(mixed.transpose(1, 2).flatten(2))

    def _heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (-1, self.head_dim))


class TextMLP(nn.Module):
    """Gated feed-forward part (SwiGLU, arXiv 2002.05202)."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, T, D] -> [B, T, D]."""
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class TextLayer(nn.Module):
    """Attention, then feed-forward, each on a normalised copy and added back."""

    def __init__(self, config: TextConfig, layer_index: int) -> None:
        super().__init__()
        self.self_attn = TextAttention(config, layer_index)
        # TextMLP or SparseMLP; who takes a layer apart knows which.
        self.mlp: Any = SparseMLP(config) if config.is_sparse(layer_index) else TextMLP(config)
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | Apart | None, cache: Cache | None) -> Tensor:
        """x [B, T, D] -> [B, T, D]."""
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask, cache)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    """Embedding table, layers and last norm."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(TextLayer(config, index) for index in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.recompute = False
        self._turns: tuple[Tensor, Tensor] | None = None

    def angles(self, position_ids: Tensor) -> tuple[Tensor, Tensor]:
        """cos and sin, float32 [B, T, d/2], of positions [3, B, T]: what `TextAttention.project` takes."""
        config, device = self.config, position_ids.device
        if self._turns is None or self._turns[0].device != device:
            with torch.inference_mode(False):  # what is kept must be usable in training too
                axes = frequency_axes(config.head_dim, config.mrope_section, interleaved=config.mrope_interleaved)
                self._turns = torch.tensor(axes, device=device), self._frequencies(device)
        cos, sin = token_angles(position_ids, *self._turns)
        return (cos, sin) if config.yarn is None else (cos * config.yarn.scale, sin * config.yarn.scale)

    def _frequencies(self, device: torch.device) -> Tensor:
        config = self.config
        if config.yarn is None:
            return frequencies(config.head_dim, config.rope_theta, device)
        return yarn_frequencies(config.head_dim, config.rope_theta, config.yarn, device)

    def forward(
        self,
        x: Tensor,
        position_ids: Tensor,
        *,
        mask: Tensor | Apart | None = None,
        visual: tuple[Tensor, Sequence[Tensor]] | None = None,
        cache: Cache | None = None,
        tap: Tap | None = None,
        wanted: slice | None = None,
    ) -> Tensor:
        """x [B, T, D] -> [B, T, D], normalised. See `Qwen3VL.hidden`."""
        dtype = compute_dtype(x)
        cos, sin = (angle.to(dtype) for angle in self.angles(position_ids))
        scores = additive(mask, dtype) if isinstance(mask, Tensor) else mask  # once, and not in every layer
        places = None if visual is None else visual[0].flatten().nonzero().squeeze(1)
        for index, layer in enumerate(self.layers):
            if tap is not None:
                tap(index, x)
            x = through(layer, x, cos, sin, scores, cache, recompute=self.recompute)
            if visual is not None and places is not None and index < len(visual[1]):
                added = visual[1][index].to(x.dtype)
                x = x.flatten(0, 1).index_add(0, places, added).view_as(x)
        return self.norm(x if wanted is None else x[:, wanted])
