"""Random weights for a small model that has to learn on little compute.

Departures from `Qwen3VL.initialise`, each of which was seen to matter at this size: matrices are scaled by their own
width, what is added to the residual stream starts small, positions are readable from the start (a 2D sinusoid as large
as a patch's embedding), and numbers start as sinusoids of their value, so that neighbours are alike.
"""

import math
from typing import cast

import torch
from torch import Tensor, nn

from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.text import TextLayer
from perception.qwen3vl.vision import VisionBlock

EMBEDDING_STD = 0.05
NUMBER_STD = 0.07
POSITION_STD = 0.5


@torch.no_grad()
def initialise(model: Qwen3VL, numbers: tuple[int, ...], seed: int) -> None:
    """Fill every weight of the model; the same seed gives the same weights."""
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            spread = (2 / (module.in_features + module.out_features)) ** 0.5
            module.weight.normal_(std=spread, generator=generator)
            if module.bias is not None:
                module.bias.zero_()
    tower, decoder = model.model.visual, model.model.language_model
    projection = tower.patch_embed.proj
    fan_in = projection.weight[0].numel() / projection.weight.shape[2]
    projection.weight.normal_(std=fan_in**-0.5 / projection.weight.shape[2], generator=generator)
    if projection.bias is not None:
        projection.bias.zero_()
    tower.pos_embed.weight.copy_(
        POSITION_STD * sinusoids_2d(model.config.vision.grid_side, tower.pos_embed.weight.shape[1])
    )
    blocks = [cast(VisionBlock, block) for block in tower.blocks]
    layers = [cast(TextLayer, layer) for layer in decoder.layers]
    for block in blocks:
        for last in (block.attn.proj, block.mlp.linear_fc2):
            last.weight.mul_((2 * len(blocks)) ** -0.5)
    for layer in layers:
        for last in (layer.self_attn.o_proj, layer.mlp.down_proj):
            last.weight.mul_((2 * len(layers)) ** -0.5)
    table = decoder.embed_tokens.weight
    table.normal_(std=EMBEDDING_STD, generator=generator)
    table[list(numbers)] = NUMBER_STD * number_waves(len(numbers), table.shape[1])


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
