"""The same model for inference in bfloat16 on a CPU, where a small model's time goes into everything but products.

B batch, T new tokens, S tokens attended to, N patches, L patches of a frame, H query heads, G key-value heads,
d width of a head, D width of the decoder, Dv width of the tower.

What is different from `text` and `vision`: weights lie packed as oneDNN wants them, with neighbouring layers in one
product and activation and residual in its last step; attention of the decoder runs in float32, which is the fast
kernel for few queries (and the exacter one), so the cache holds float32; score buffers are kept, since fresh memory
costs more than the softmax over it; the last layer leaves out what nobody asks for. Measured on one core of an AVX-512
BF16 machine with 11M parameters in the decoder: 4.1 -> 1.5 ms a pass.

The packed form (`packed`) needs operators that not every build of PyTorch has, and instructions that not every CPU has;
where they are missing, `accelerate` leaves the model as it is. A state dict has the plain weights under their own
names, unpacked when it is asked for.
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from perception.qwen3vl.attention import additive, attend
from perception.qwen3vl.merger import Merger
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.packed import Packed, can_pack
from perception.qwen3vl.packed_int8 import PackedInt8, can_pack_int8
from perception.qwen3vl.rope import rotate
from perception.qwen3vl.text import Cache, Decoder, RMSNorm, Tap, TextLayer, TextMLP
from perception.qwen3vl.vision import PatchEmbed, VisionBlock

_FEW = 16
"""Queries up to which float32 attention is the faster."""
_LOG2_E = 1.4426950408889634
_SAFE = (2.0**-60, 2.0**100)
_MOST_SCORES = 1 << 25
"""Scores at a time: behind a long past keys take turns, _TURN of them, so that scores stay in the CPU's caches."""
_TURN = 1024


def accelerate(model: Qwen3VL, *, int8: bool = False) -> bool:
    """Replaces the tower's blocks, the mergers and the decoder by packed ones, and says whether it did.

    It does for bfloat16 weights on a CPU with oneDNN. The model then answers as before and can't be trained; int8:
    as 8-bit integers, where the CPU can, and its answers are near to those before.
    """
    weight = model.model.language_model.embed_tokens.weight
    pack: type[Packed] = PackedInt8 if int8 else Packed
    able = can_pack_int8() if int8 else can_pack()
    # Nothing may be added behind the last layer, which answers for some places only.
    able &= len(model.config.vision.deepstack_visual_indexes) < model.config.text.num_hidden_layers
    layers = model.model.language_model.layers
    able &= all(isinstance(layer.mlp, TextMLP) for layer in layers)  # experts are not packed
    if not able or weight.device.type != "cpu" or weight.dtype != torch.bfloat16:
        return False
    with torch.no_grad():
        tower, scratch = model.model.visual, _Scratch()
        blocks = [FastVisionBlock(block, scratch, pack) for block in tower.blocks]  # type: ignore[arg-type]
        mergers = [FastMerger(merger, pack) for merger in tower.deepstack_merger_list]  # type: ignore[arg-type]
        tower.add_module("patch_embed", FastPatchEmbed(tower.patch_embed))
        tower.add_module("blocks", nn.ModuleList(blocks))
        tower.add_module("merger", FastMerger(tower.merger, pack))
        tower.add_module("deepstack_merger_list", nn.ModuleList(mergers))
        model.model.add_module("language_model", FastDecoder(model.model.language_model, scratch, pack))
    return True


def is_accelerated(model: Qwen3VL) -> bool:
    """Whether `accelerate` has replaced its parts."""
    return isinstance(model.model.language_model, FastDecoder)


def is_int8(model: Qwen3VL) -> bool:
    """Whether `accelerate` has rounded its weights to 8 bits."""
    decoder = model.model.language_model
    return isinstance(decoder, FastDecoder) and decoder.pack is PackedInt8


class _Norm:
    """RMSNorm by the kernel for LayerNorm, which is one pass where PyTorch's RMSNorm on a CPU is six.

    x and -x side by side have mean 0 and the variance mean(x^2), so normalising them divides x by its rms.
    """

    def __init__(self, norm: RMSNorm) -> None:
        self.weight = norm.weight.detach()
        self._weight = torch.cat([norm.weight, norm.weight])
        self._eps = norm.eps

    def __call__(self, x: Tensor) -> Tensor:
        return F.layer_norm(torch.cat([x, -x], -1), self._weight.shape, self._weight, None, self._eps)[
            ..., : x.shape[-1]
        ]


class _Scratch:
    """Two score buffers that all layers share; a larger picture makes larger ones."""

    def __init__(self) -> None:
        self._buffers = (torch.empty(0, dtype=torch.bfloat16),) * 2

    def take(self, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
        count = shape[0] * shape[1] * shape[2]
        if self._buffers[0].numel() < count:
            self._buffers = (torch.empty(count, dtype=torch.bfloat16), torch.empty(count, dtype=torch.bfloat16))
        first, second = (buffer[:count].view(shape) for buffer in self._buffers)
        return first, second


def _mixed(q: Tensor, k: Tensor, v: Tensor, scratch: _Scratch, num_causal: int = 0) -> Tensor:
    """q [N, M, d] that carries the scale and log2(e), k and v [N, S, d] -> [N, M, d].

    num_causal: M holds the same so many queries several times over, which are the last of the S and see the keys up to
    their own place.
    Softmax in its parts: the division comes after the product, on a tensor that is a sixth of the size. A row's highest
    score is subtracted only where a sum leaves the range that is safe.
    """
    if len(q) * q.shape[1] * k.shape[1] > _MOST_SCORES:
        return _mixed_in_turns(q, k, v, scratch, num_causal)
    scores, weights = scratch.take((len(q), q.shape[1], k.shape[1]))
    torch.bmm(q, k.transpose(1, 2), out=scores)
    total = _weigh(scores, weights, num_causal)
    if not _is_safe(total):
        if num_causal:
            later = torch.ones(num_causal, k.shape[1], dtype=torch.bool).triu_(1 + k.shape[1] - num_causal)
            scores.view(-1, *later.shape).masked_fill_(later, float("-inf"))
        total = _weigh(scores.sub_(scores.amax(-1, keepdim=True)), weights, num_causal)
    return torch.bmm(weights, v).div_(total)


def _mixed_in_turns(q: Tensor, k: Tensor, v: Tensor, scratch: _Scratch, num_causal: int) -> Tensor:
    """`_mixed`, of which sums and mixtures grow in float32 as keys take turns."""
    highest = None
    while True:
        mixed, total = q.new_zeros(q.shape, dtype=torch.float32), q.new_zeros((*q.shape[:2], 1), dtype=torch.float32)
        for start in range(0, k.shape[1], _TURN):
            keys = k[:, start : start + _TURN]
            scores, weights = scratch.take((len(q), q.shape[1], keys.shape[1]))
            torch.bmm(q, keys.transpose(1, 2), out=scores)
            if highest is not None:
                scores.sub_(highest)
            total += _weigh(scores, weights, num_causal, k.shape[1] - num_causal - start)
            mixed += torch.bmm(weights, v[:, start : start + _TURN])
        if highest is not None or _is_safe(total):
            return mixed.div_(total).to(q.dtype)
        highest = _highest(q, k, num_causal)


def _highest(q: Tensor, k: Tensor, num_causal: int) -> Tensor:
    """The highest score that each query may see, [N, M, 1]."""
    highest = q.new_full((*q.shape[:2], 1), float("-inf"))
    for start in range(0, k.shape[1], _TURN):
        scores = torch.bmm(q, k[:, start : start + _TURN].transpose(1, 2))
        later = torch.ones(num_causal or 1, scores.shape[-1], dtype=torch.bool)
        later.triu_(1 + k.shape[1] - num_causal - start)
        scores.view(len(q), -1, *later.shape).masked_fill_(later, float("-inf"))
        highest = torch.maximum(highest, scores.amax(-1, keepdim=True))
    return highest


def _is_safe(total: Tensor) -> bool:
    lowest, highest = total.aminmax()
    return bool(_SAFE[0] < lowest and highest < _SAFE[1])


def _weigh(scores: Tensor, weights: Tensor, num_causal: int, first: int | None = None) -> Tensor:
    """Fills `weights` with powers of two of the scores that may be seen; gives their sums, [N, M, 1].

    first: the last key here that the first of the causal queries sees.
    """
    torch.exp2(scores, out=weights)
    first = weights.shape[-1] - num_causal if first is None else first
    if num_causal and first < weights.shape[-1] - 1:
        weights.view(-1, num_causal, weights.shape[-1]).tril_(first)
    return weights.sum(-1, keepdim=True)


class FastPatchEmbed(nn.Module):
    """Answers as `PatchEmbed`; still patches meet the kernel's sum over time, which is made once."""

    def __init__(self, embed: PatchEmbed) -> None:
        super().__init__()
        kernel = embed.proj.weight
        self._whole = Packed(kernel.flatten(1), embed.proj.bias)
        self._still = Packed(kernel.sum(2).flatten(1), embed.proj.bias)
        self._width, self._shape = kernel[0].numel(), tuple(kernel.shape[1:])

    def forward(self, pixels: Tensor) -> Tensor:
        """pixels [N, C*Tp*P*P] or [N, C*P*P] -> [N, Dv]."""
        packed = self._whole if pixels.shape[1] == self._width else self._still
        return packed(pixels.to(torch.bfloat16))

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        self._whole.store(destination, f"{prefix}proj")
        destination[f"{prefix}proj.weight"] = destination[f"{prefix}proj.weight"].unflatten(1, self._shape)


class FastVisionBlock(nn.Module):
    """Answers as `VisionBlock`."""

    def __init__(self, block: VisionBlock, scratch: _Scratch, pack: type[Packed]) -> None:
        super().__init__()
        self.norm1, self.norm2 = block.norm1, block.norm2
        self.num_heads = block.attn.num_heads
        self._qkv, self._proj = pack.of(block.attn.qkv), pack.of(block.attn.proj)
        self._up, self._down = pack.of(block.mlp.linear_fc1), pack.of(block.mlp.linear_fc2)
        self._scratch = scratch

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, runs: Sequence[tuple[int, int]]) -> Tensor:
        """x [N, Dv] -> [N, Dv]; cos and sin [N, d/2]; runs: (number of frames, patches of each)."""
        qkv = self._qkv(self.norm1(x)).view(x.shape[0], 3, self.num_heads, -1)
        # Heads first, so that every product below reads whole rows.
        qk = rotate(qkv[:, :2].permute(1, 2, 0, 3), cos, sin)
        q, k, v = qk[0], qk[1], qkv[:, 2].transpose(0, 1)
        mixed, start = [], 0
        for frames, length in runs:
            for _ in range(frames):
                here = slice(start, start + length)
                mixed.append(self._attend(q[:, here], k[:, here], v[:, here]))
                start += length
        x = self._proj.add(mixed[0] if len(mixed) == 1 else torch.cat(mixed), x)
        return self._down.add(self._up.gelu(self.norm2(x), "tanh"), x)

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        self._qkv.store(destination, f"{prefix}attn.qkv")
        self._proj.store(destination, f"{prefix}attn.proj")
        self._up.store(destination, f"{prefix}mlp.linear_fc1")
        self._down.store(destination, f"{prefix}mlp.linear_fc2")

    def _attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """q, k, v [H, L, d] of one frame -> [L, H * d]."""
        mixed = _mixed(q * (_LOG2_E * q.shape[-1] ** -0.5), k, v, self._scratch)
        return mixed.transpose(0, 1).flatten(1)


class FastMerger(nn.Module):
    """Answers as `Merger`."""

    def __init__(self, merger: Merger, pack: type[Packed]) -> None:
        super().__init__()
        self.norm, self.norm_joined, self.width = merger.norm, merger.norm_joined, merger.width
        self._up, self._down = pack.of(merger.linear_fc1), pack.of(merger.linear_fc2)

    def forward(self, patches: Tensor) -> Tensor:
        """patches [N, Dv] -> visual tokens [V, D]."""
        joined = self.norm(patches.view(-1, self.width)) if self.norm_joined else self.norm(patches)
        return self._down(self._up.gelu(joined.view(-1, self.width), "none"))

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        self._up.store(destination, f"{prefix}linear_fc1")
        self._down.store(destination, f"{prefix}linear_fc2")


class _FastLayer:
    """Answers as `TextLayer`, from angles and a mask that are made once a pass."""

    def __init__(self, layer: TextLayer, scratch: _Scratch, pack: type[Packed]) -> None:
        self._scratch = scratch
        attention, mlp = layer.self_attn, layer.mlp
        self._index, self._width = attention.layer_index, attention.head_dim
        self._qkv, self._out = (
            pack.of(attention.q_proj, attention.k_proj, attention.v_proj),
            pack.of(attention.o_proj),
        )
        self._gate, self._up = pack.of(mlp.gate_proj), pack.of(mlp.up_proj)
        self._down = pack.of(mlp.down_proj)
        self._norm, self._mlp_norm = _Norm(layer.input_layernorm), _Norm(layer.post_attention_layernorm)
        self._head_norms = attention.q_norm.weight.detach(), attention.k_norm.weight.detach()
        self._eps = attention.q_norm.eps
        self._num_queries = attention.q_proj.out_features // self._width
        self._num_keys = attention.k_proj.out_features // self._width
        # The norms' weights, one row a head; the queries' carry the scale of attention.
        queries = attention.q_norm.weight.float() * self._width**-0.5
        rows = [queries] * self._num_queries + [attention.k_norm.weight.float()] * self._num_keys
        self._head_weights = torch.stack(rows)

    def __call__(
        self,
        x: Tensor,
        cos: Tensor,
        sin: Tensor,
        mask: Tensor | None,
        cache: Cache | None,
        wanted: slice | None = None,
    ) -> Tensor:
        """x [B, T, D] -> [B, T, D]; cos and sin [B, T, 1, d], sin with its first half negated; wanted: of the T, those
        that are answered, while the others give keys and values alone."""
        heads = self._qkv(self._norm(x)).float().unflatten(-1, (-1, self._width))
        num_turned = self._num_queries + self._num_keys
        turned = F.rms_norm(heads[:, :, :num_turned], (self._width,), None, self._eps) * self._head_weights
        turned = torch.addcmul(turned * cos, turned.roll(self._width // 2, -1), sin)
        q = turned[:, :, : self._num_queries].transpose(1, 2)
        k, v = turned[:, :, self._num_queries :].transpose(1, 2), heads[:, :, num_turned:].transpose(1, 2)
        if cache is not None:
            k, v = cache.update(self._index, k, v)
        if wanted is not None:
            mask = _causal(wanted, x.shape[1], k.shape[2]) if mask is None else mask[:, :, wanted]
            q, x = q[:, :, wanted], x[:, wanted]
        mixed = _attend(q, k, v, mask, self._scratch)
        x = self._out.add(mixed.transpose(1, 2).flatten(2).to(x.dtype), x)
        normed = self._mlp_norm(x)
        return self._down.add(self._up.mul(normed, self._gate.swish(normed)), x)

    def store(self, state: dict[str, Any], prefix: str) -> None:
        """Writes its weights into a state dict, under the names of a `TextLayer`."""
        self._qkv.store(state, *(f"{prefix}self_attn.{name}_proj" for name in "qkv"))
        self._out.store(state, f"{prefix}self_attn.o_proj")
        for name, packed in (("gate", self._gate), ("up", self._up), ("down", self._down)):
            packed.store(state, f"{prefix}mlp.{name}_proj")
        state[f"{prefix}self_attn.q_norm.weight"], state[f"{prefix}self_attn.k_norm.weight"] = self._head_norms
        state[f"{prefix}input_layernorm.weight"] = self._norm.weight
        state[f"{prefix}post_attention_layernorm.weight"] = self._mlp_norm.weight


def _causal(places: slice, num_new: int, total: int) -> Tensor:
    """bool [1, 1, T, S]: some places of the new tokens, which are the last of all, and what they may look at."""
    seen = total - num_new
    return torch.arange(total) <= torch.arange(seen + places.start, seen + places.stop)[None, None, :, None]


def _attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scratch: _Scratch) -> Tensor:
    """q [B, H, T, d], scaled, k and v [B, G, S, d] -> [B, H, T, d]; without a mask the T are the last of the S."""
    (num_new, width), total = q.shape[2:], k.shape[2]
    if num_new <= _FEW:
        if mask is None and num_new > 1:
            mask = _causal(slice(0, num_new), num_new, total)
        # Queries that share a key-value head are stacked, so that keys are read once.
        shared = q.shape[1] // k.shape[1]
        q2 = q.reshape(q.shape[0], k.shape[1], -1, width)
        mask = None if mask is None else mask.repeat(1, 1, shared, 1)
        return F.scaled_dot_product_attention(q2, k, v, mask, scale=1.0).view(q.shape)
    if mask is None:
        return _attend_past(q, k, v, scratch)
    q, k, v = (heads.to(torch.bfloat16) for heads in (q * width**0.5, k, v))
    return attend(q, k, v, additive(mask, q.dtype))


def _attend_past(q: Tensor, k: Tensor, v: Tensor, scratch: _Scratch) -> Tensor:
    """`_attend` for many queries that are the last of the S, and all that lie before them."""
    num_rows, _, num_new, width = q.shape
    # Queries that share a key-value head are stacked, so that keys need not be repeated.
    stacked = (num_rows * k.shape[1], -1, width)
    k2, v2 = (heads.reshape(stacked).to(torch.bfloat16) for heads in (k, v))
    q2 = (q * _LOG2_E).to(torch.bfloat16).reshape(stacked)
    return _mixed(q2, k2, v2, scratch, num_new).view(q.shape)


class FastDecoder(nn.Module):
    """Answers as `Decoder`."""

    def __init__(self, decoder: Decoder, scratch: _Scratch, pack: type[Packed]) -> None:
        super().__init__()
        self.embed_tokens, self._norm = decoder.embed_tokens, _Norm(decoder.norm)
        with torch.device("meta"):  # angles need no weights, and those of `decoder` are to be let go
            self._angles = Decoder(decoder.config).angles
        self.pack = pack
        self._layers = [_FastLayer(layer, scratch, pack) for layer in decoder.layers]  # type: ignore[arg-type]

    def forward(
        self,
        x: Tensor,
        position_ids: Tensor,
        *,
        mask: Tensor | None = None,
        visual: tuple[Tensor, Sequence[Tensor]] | None = None,
        cache: Cache | None = None,
        tap: Tap | None = None,
        wanted: slice | None = None,
    ) -> Tensor:
        """x [B, T, D] -> [B, T, D], normalised. See `Qwen3VL.hidden`."""
        cos, sin = (angle[:, :, None] for angle in self._angles(position_ids))
        cos, sin = torch.cat([cos, cos], -1), torch.cat([-sin, sin], -1)
        places = None if visual is None else visual[0].flatten().nonzero().squeeze(1)
        for index, layer in enumerate(self._layers[:-1]):
            if tap is not None:
                tap(index, x)
            x = layer(x, cos, sin, mask, cache)
            if visual is not None and places is not None and index < len(visual[1]):
                x = x.flatten(0, 1).index_add(0, places, visual[1][index]).view_as(x)
        if tap is not None:
            tap(len(self._layers) - 1, x)
        return self._norm(self._layers[-1](x, cos, sin, mask, cache, wanted))

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        for index, layer in enumerate(self._layers):
            layer.store(destination, f"{prefix}layers.{index}.")
        destination[f"{prefix}norm.weight"] = self._norm.weight
