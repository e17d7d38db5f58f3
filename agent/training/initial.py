"""Random weights for a small model that has to learn on little compute.

Departures from `Qwen3VL.initialise`, each of which was seen to matter at this size: matrices are scaled by their own
width, what is added to the residual stream starts small, positions are readable from the start (a 2D sinusoid as large
as a patch's embedding), and numbers start as sinusoids of their value, so that neighbours are alike.

The tower begins with what a convolution would know (`docs/training.md` has the figures): a patch is first seen as the
coefficients of its cosine transform, and each head first looks at one neighbour of its patch, by the biases of its
queries and keys alone, which rotary angles turn into a distance. Both are starting points: every weight is learned.
"""

import math
from typing import cast

import torch
from torch import Tensor, nn

from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.rope import frequencies
from perception.qwen3vl.text import TextLayer
from perception.qwen3vl.vision import PatchEmbed, VisionAttention, VisionBlock

EMBEDDING_STD = 0.05
NUMBER_STD = 0.07
POSITION_STD = 0.5
COLOUR_STD = 0.3
"""What a patch's embedding begins with beside the cosines of its brightness: random weights, for its colours."""
LUMA = (0.299, 0.587, 0.114)
NEIGHBOURS = ((0, -1), (0, 1), (0, 0), (0, -2), (0, 2), (-1, 0), (1, 0), (0, 0))
"""Row and column, in patches, of where heads first look: along the line mostly, as text runs."""
LOCALITY = 1.0
"""Score that each of LOCAL_TURNS frequencies gives for looking at exactly that neighbour."""
LOCAL_TURNS = 5


@torch.no_grad()
def initialise(model: Qwen3VL, numbers: tuple[int, ...], seed: int, *, near: bool = True) -> None:
    """Fill every weight of the model; the same seed gives the same weights. Without `near` the tower starts without
    waves and neighbours."""
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            spread = (2 / (module.in_features + module.out_features)) ** 0.5
            module.weight.normal_(std=spread, generator=generator)
            if module.bias is not None:
                module.bias.zero_()
    tower, decoder = model.model.visual, model.model.language_model
    _see_waves(tower.patch_embed, generator, share=float(near))
    tower.pos_embed.weight.copy_(
        POSITION_STD * sinusoids_2d(model.config.vision.grid_side, tower.pos_embed.weight.shape[1])
    )
    blocks = [cast(VisionBlock, block) for block in tower.blocks]
    layers = [cast(TextLayer, layer) for layer in decoder.layers]
    for index, block in enumerate(blocks):
        if near:
            _look_near(block.attn, index, model.config.vision.rope_theta)
        for last in (block.attn.proj, block.mlp.linear_fc2):
            last.weight.mul_((2 * len(blocks)) ** -0.5)
    for layer in layers:
        for last in (layer.self_attn.o_proj, layer.mlp.down_proj):
            last.weight.mul_((2 * len(layers)) ** -0.5)
    table = decoder.embed_tokens.weight
    table.normal_(std=EMBEDDING_STD, generator=generator)
    table[list(numbers)] = NUMBER_STD * number_waves(len(numbers), table.shape[1])


def _see_waves(embed: PatchEmbed, generator: torch.Generator, share: float) -> None:
    """Make a patch's embedding the lowest waves of its brightness, mixed by a rotation so that no feature is one wave,
    and random weights beside them, or these alone at full size where `share` is 0. Frames of a patch share equally."""
    weight = embed.proj.weight
    width, channels, frames, side, _ = weight.shape
    waves = cosine_waves(side)[:width]
    waves = torch.cat([waves, torch.zeros(width - len(waves), side, side)])
    rotation = torch.linalg.qr(torch.randn(width, width, generator=generator))[0]
    luma = torch.tensor(LUMA[:channels] if channels == len(LUMA) else [1.0] * channels)
    seen = share * torch.einsum("ow,wyx,c->ocyx", rotation, waves, luma / luma.norm())
    seen += (
        (COLOUR_STD if share else 1.0) * (channels * side * side) ** -0.5 * torch.randn(seen.shape, generator=generator)
    )
    weight.copy_(seen[:, :, None].expand_as(weight) / frames)
    if embed.proj.bias is not None:
        embed.proj.bias.zero_()


def _look_near(attention: VisionAttention, layer: int, theta: float) -> None:
    """Set the biases of queries and keys so that each head's score is highest at one neighbour of its patch.

    A query's bias at row r turns by r * f and a key's by (r + distance) * f: with the key's bias turned back by
    distance * f beforehand, every frequency f agrees there, and nowhere else do all of them.
    """
    heads, bias = attention.num_heads, attention.qkv.bias
    width = len(bias) // 3 // heads
    turns = frequencies(width // 2, theta)
    count = len(turns)
    size = torch.zeros(count)
    size[:LOCAL_TURNS] = (LOCALITY * width**0.5) ** 0.5
    queries, keys, _ = bias.view(3, heads, 2, 2, count)  # halves of a pair, then row and column
    for head in range(heads):
        for axis, distance in enumerate(NEIGHBOURS[(head + heads * layer) % len(NEIGHBOURS)]):
            queries[head, 0, axis] = size
            keys[head, 0, axis], keys[head, 1, axis] = size * (turns * distance).cos(), -size * (turns * distance).sin()


def cosine_waves(side: int) -> Tensor:
    """[side * side, side, side]: the two-dimensional cosine transform's waves (DCT-II, orthonormal), low ones first."""
    steps = torch.arange(side).float()
    waves = torch.cos(math.pi * (steps[None] + 0.5) * steps[:, None] / side) * (2 / side) ** 0.5
    waves[0] *= 0.5**0.5
    both = torch.einsum("ay,bx->abyx", waves, waves).flatten(0, 1)
    height = (steps[:, None] + steps[None]).flatten()
    return both[height.argsort(stable=True)]


def sinusoids_2d(side: int, width: int) -> Tensor:
    """[side * side, width]: sines and cosines of row and column at width / 4 wavelengths, geometric."""
    count = width // 4
    turns = 40.0 ** (-torch.arange(count).float() / (count - 1))
    row = torch.arange(side).float().repeat_interleave(side)
    column = torch.arange(side).float().repeat(side)
    return torch.cat([wave(axis[:, None] * turns) for axis in (row, column) for wave in (torch.sin, torch.cos)], 1)


def number_waves(count: int, width: int) -> Tensor:
    """[count, width]: sines and cosines of i / count, from half a wave to twenty over the whole range."""
    half = width // 2
    turns = 2 * math.pi * 0.5 * 40.0 ** (torch.arange(half).float() / (half - 1))
    place = torch.arange(count).float()[:, None] / (count - 1)
    return torch.cat((torch.sin(place * turns), torch.cos(place * turns)), 1)
