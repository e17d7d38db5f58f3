"""`transformers`' own generation with our prompts and masks, to measure our engine against.

Needs `transformers`, which is a dependency of development only. Greedy, one token a pass, as its `generate` works.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch import Tensor

from perception.clients.client import Message
from perception.qwen3vl.grammar import Constraint, Grammar
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.prompt import Prompt, write_prompt
from perception.qwen3vl.tokenizer import Tokenizer


class Answered(NamedTuple):
    """A reply and what it cost."""

    token_ids: list[int]
    total_ms: float


class Reference:
    """The model of a folder, loaded by `transformers`."""

    def __init__(self, folder: str | Path, dtype: str) -> None:
        """dtype: bfloat16 or float32. Raises ImportError where `transformers` is not installed."""
        from transformers import Qwen3VLForConditionalGeneration
        from transformers.utils import logging

        logging.disable_progress_bar()
        self._model: Any = Qwen3VLForConditionalGeneration.from_pretrained(folder, dtype=dtype).eval()
        self._tokenizer, self._processor = Tokenizer.load(folder), ImageProcessor.load(folder)
        tokenizer = self._tokenizer
        self._end_ids = sorted(tokenizer.end_ids)
        num_words = self._model.config.text_config.vocab_size
        self._grammar = Grammar(tokenizer.backend.to_str(), num_words=num_words, end_ids=self._end_ids)

    def prompt(self, messages: Sequence[Message]) -> Prompt:
        """The prompt that our engine would answer."""
        return write_prompt(messages, self._tokenizer, self._processor)

    def text(self, token_ids: Sequence[int]) -> str:
        """What tokens say, without those that end a reply."""
        return self._tokenizer.decode([token for token in token_ids if token not in self._end_ids])

    @torch.inference_mode()
    def generate(self, prompt: Prompt, schema: Mapping[str, Any], max_tokens: int) -> Answered:
        """Answers a prompt under a schema; the time holds all of `generate` and nothing before it."""
        begun = perf_counter()
        ids = torch.tensor([prompt.token_ids])
        images: dict[str, Tensor] = {}
        if prompt.pixel_values is not None:
            image_token = self._model.config.image_token_id
            images = {
                "pixel_values": self._whole(prompt.pixel_values),
                "image_grid_thw": torch.tensor(prompt.grids),
                "mm_token_type_ids": (ids == image_token).long(),
            }
        output = self._model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=max_tokens,
            do_sample=False,
            eos_token_id=self._end_ids,
            pad_token_id=self._end_ids[0],
            logits_processor=[_Masks(self._grammar.start(schema), len(prompt.token_ids))],
            **images,
        )
        return Answered(output[0, len(prompt.token_ids) :].tolist(), (perf_counter() - begun) * 1e3)

    def _whole(self, pixels: Tensor) -> Tensor:
        """Patches with the frame repeated in time, which `transformers` asks for; ours may leave that out."""
        vision = self._model.config.vision_config
        frames, square = vision.temporal_patch_size, vision.patch_size**2
        if pixels.shape[1] == vision.in_channels * frames * square:
            return pixels
        return pixels.view(len(pixels), vision.in_channels, 1, square).repeat(1, 1, frames, 1).flatten(1)


class _Masks:
    """A logits processor that lets through what the schema allows."""

    def __init__(self, constraint: Constraint, num_prompt: int) -> None:
        self._constraint = constraint
        self._num_seen = num_prompt

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        for token in input_ids[0, self._num_seen :].tolist():
            self._constraint.accept(token)
        self._num_seen = input_ids.shape[1]
        allowed = torch.from_numpy(self._constraint.allowed())
        return scores.masked_fill(~allowed, float("-inf"))
