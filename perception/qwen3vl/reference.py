"""`transformers`' own generation under our masks and our way of drawing, to measure our engine against.

A Qwen3-VL is shown what our engine would be shown, so that engine is held against engine; any other model gets what
its own processor makes of the messages. Needs `transformers`, which is a dependency of development only. One token a
pass, as its `generate` works; its cache between the steps of a run is `reference_steps`.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import torch
from PIL import Image
from torch import Tensor, nn

from perception.clients.client import FinishReason, Message, Sampling
from perception.errors import ModelError
from perception.qwen3vl.ending import Ending
from perception.qwen3vl.grammar import Constraint, Grammar
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.prompt import Prompt, write_prompt
from perception.qwen3vl.sampling import Sampler
from perception.qwen3vl.tokenizer import Tokenizer

FORMATS: Mapping[str, torch.dtype] = MappingProxyType({"float32": torch.float32, "bfloat16": torch.bfloat16})
"""By their names, for who does not import torch."""

Inputs = Mapping[str, Tensor]
"""What a model's `generate` takes: input_ids [1, T], attention_mask, and what its images are to it."""


class Answered(NamedTuple):
    """A reply and what it cost."""

    token_ids: list[int]
    total_ms: float
    logprobs: list[float]
    finish: FinishReason


class _Words(Protocol):
    """Between messages and a model's tokens."""

    json: str
    """Its `tokenizer.json`."""
    end_ids: list[int]

    def prompt(self, messages: Sequence[Message]) -> Prompt | Inputs: ...

    def text(self, token_ids: Sequence[int]) -> str: ...


class Reference:
    """The model of a folder, loaded by `transformers`."""

    def __init__(self, folder: str | Path, dtype: str) -> None:
        """dtype: bfloat16, float32, or int8, which is float32 with PyTorch's dynamic quantisation of linear layers.

        Raises ImportError where `transformers` is not installed, OSError or ValueError for a folder that it can't load,
        ModelError for int8 where PyTorch has no dynamic quantisation any more.
        """
        from transformers import AutoModelForImageTextToText, GenerationConfig
        from transformers.utils import logging

        logging.disable_progress_bar()
        stored = "float32" if dtype == "int8" else dtype
        self._model: Any = AutoModelForImageTextToText.from_pretrained(folder, dtype=stored).eval()
        ours = self._model.config.model_type == "qwen3_vl"
        self._words: _Words = _OurWords(folder) if ours else _TheirWords(folder, self._model.generation_config)
        self._end_ids = self._words.end_ids
        # How tokens are drawn is said with each question: the folder's own temperature and penalties do not count.
        kept = {
            name: getattr(self._model.generation_config, name) for name in ("bos_token_id", "decoder_start_token_id")
        }
        self._model.generation_config = GenerationConfig(
            do_sample=False, eos_token_id=self._end_ids, pad_token_id=self._end_ids[0], **kept
        )
        num_words = self._model.get_output_embeddings().weight.shape[0]
        self._grammar = Grammar(self._words.json, num_words=num_words, end_ids=self._end_ids)
        if dtype == "int8":
            _quantize(self._model)

    @property
    def model(self) -> Any:
        """The model of `transformers`."""
        return self._model

    @property
    def end_ids(self) -> list[int]:
        """Tokens that end a reply."""
        return self._end_ids

    def prompt(self, messages: Sequence[Message]) -> Prompt | Inputs:
        """What the model is shown. Raises ValueError or ModelError for messages that its template can't write."""
        return self._words.prompt(messages)

    def text(self, token_ids: Sequence[int]) -> str:
        """What tokens say, without those that end a reply."""
        return self._words.text([token for token in token_ids if token not in self._end_ids])

    def generate(self, prompt: Prompt, schema: Mapping[str, Any], max_tokens: int) -> Answered:
        """Answers a prompt under a schema, greedily."""
        return self.answer(prompt, schema, Sampling(max_tokens=max_tokens, max_seconds=3600))

    @torch.inference_mode()
    def answer(
        self,
        prompt: Prompt | Inputs,
        schema: Mapping[str, Any] | None,
        sampling: Sampling,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Answered:
        """Answers a prompt; the time holds all of `generate` and nothing before it.

        stopped: asked between tokens; True ends the reply there. Raises ValueError for a schema that can't be held.
        """
        begun = perf_counter()
        inputs = self.inputs(prompt)
        shown = inputs["input_ids"][0].tolist()
        constraint = None if schema is None else self._grammar.start(schema)
        drawing = _Drawing(sampling, shown, constraint, self._end_ids)
        over = _Over(lambda: bool(drawing.finish) or stopped() or perf_counter() - begun > sampling.max_seconds)
        self._model.generate(
            **inputs, max_new_tokens=sampling.max_tokens, logits_processor=[drawing], stopping_criteria=[over]
        )
        return Answered(drawing.token_ids, (perf_counter() - begun) * 1e3, drawing.logprobs, drawing.finish or "time")

    def inputs(self, prompt: Prompt | Inputs) -> dict[str, Tensor]:
        """A prompt as the model's `generate` takes it, in the model's numbers."""
        if not isinstance(prompt, Prompt):
            dtype = self._model.dtype
            return {name: value.to(dtype) if value.is_floating_point() else value for name, value in prompt.items()}
        ids = torch.tensor([prompt.token_ids])
        found: dict[str, Tensor] = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        if prompt.pictures:
            found["pixel_values"] = self.whole(prompt.pixel_values())
            found["image_grid_thw"] = torch.tensor(prompt.grids)
            found["mm_token_type_ids"] = (ids == self._model.config.image_token_id).long()
        return found

    def whole(self, pixels: Tensor) -> Tensor:
        """Patches with the frame repeated in time, which `transformers` asks for; ours may leave that out."""
        vision = self._model.config.vision_config
        frames, square = vision.temporal_patch_size, vision.patch_size**2
        if pixels.shape[1] == vision.in_channels * frames * square:
            return pixels
        return pixels.view(len(pixels), vision.in_channels, 1, square).repeat(1, 1, frames, 1).flatten(1)


def _quantize(model: nn.Module) -> None:
    """Every linear layer in 8-bit integers, its inputs as they come."""
    with warnings.catch_warnings():
        # PyTorch says that this will move to another package; until then it is what there is without one.
        warnings.simplefilter("ignore")
        try:
            from torch.ao.quantization import quantize_dynamic
        except ImportError as error:
            raise ModelError("this version of torch has no dynamic quantisation any more") from error
        quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8, inplace=True)


class _OurWords:
    """The prompts of our own engine."""

    def __init__(self, folder: str | Path) -> None:
        self._tokenizer, self._processor = Tokenizer.load(folder), ImageProcessor.load(folder)
        self.json = self._tokenizer.backend.to_str()
        self.end_ids = sorted(self._tokenizer.end_ids)

    def prompt(self, messages: Sequence[Message]) -> Prompt:
        return write_prompt(messages, self._tokenizer, self._processor)

    def text(self, token_ids: Sequence[int]) -> str:
        return self._tokenizer.decode(list(token_ids))


class _TheirWords:
    """What a model's own processor makes of messages; they hold no videos."""

    def __init__(self, folder: str | Path, generation: Any) -> None:
        from transformers import AutoProcessor

        self._processor: Any = AutoProcessor.from_pretrained(folder)
        tokenizer = self._processor.tokenizer
        self.json = tokenizer.backend_tokenizer.to_str()
        said = generation.eos_token_id if isinstance(generation.eos_token_id, list) else [generation.eos_token_id]
        self.end_ids = sorted({token for token in (*said, tokenizer.eos_token_id) if token is not None})

    def prompt(self, messages: Sequence[Message]) -> Inputs:
        conversation = [
            {"role": message.role, "content": [_content(part) for part in message.parts]} for message in messages
        ]
        return self._processor.apply_chat_template(
            conversation, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
        )

    def text(self, token_ids: Sequence[int]) -> str:
        return self._processor.tokenizer.decode(
            list(token_ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )


def _content(part: Any) -> dict[str, Any]:
    if part.type == "text":
        return {"type": "text", "text": part.text}
    return {"type": "image", "image": Image.fromarray(part.frame.pixels)}


class _Drawing:
    """A logits processor that draws the token itself, and ends the reply, as our engine does; `generate` is left that
    token alone."""

    def __init__(
        self, sampling: Sampling, shown: Sequence[int], constraint: Constraint | None, end_ids: Sequence[int]
    ) -> None:
        """shown: the prompt's tokens."""
        self._sampler, self._ending = Sampler(sampling, shown), Ending(sampling)
        self._constraint, self._end_ids = constraint, end_ids
        self._forced = self._force()
        self._num_looked = 0
        self.token_ids: list[int] = []
        self.logprobs: list[float] = []
        self.finish: FinishReason | None = None

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        token, logprob = (self._forced.pop(0), 0.0) if self._forced else self._draw(scores[0].float().cpu())
        self.token_ids.append(token)
        self.logprobs.append(logprob)
        self.finish = self._finish(token)
        alone = torch.full_like(scores, float("-inf"))
        alone[0, token] = 0.0
        return alone

    def _draw(self, scores: Tensor) -> tuple[int, float]:
        allowed = None if self._constraint is None else self._ending.mask(self._constraint, len(self.token_ids))
        token, logprob = self._sampler.draw(scores, allowed)
        if self._constraint is not None and token not in self._end_ids:
            self._constraint.accept(token)
            self._forced = self._force()
        return token, logprob

    def _finish(self, token: int) -> FinishReason | None:
        if token in self._end_ids:
            return self._ending.ended()
        if self._forced:
            return None
        before, self._num_looked = self._num_looked, len(self.token_ids)
        return self._ending.cut(self.token_ids, before, formed=self._constraint is not None)

    def _force(self) -> list[int]:
        """What the form leaves no choice about, cut as our engine cuts it; each still takes a pass here."""
        forced = [] if self._constraint is None else self._constraint.forced()
        self._sampler.note(forced)
        return forced


class _Over:
    """A stopping criterion that asks whether a reply is over."""

    def __init__(self, is_over: Callable[[], bool]) -> None:
        self._is_over = is_over

    def __call__(self, input_ids: Tensor, scores: Any, **options: Any) -> Tensor:
        return torch.full((len(input_ids),), self._is_over(), device=input_ids.device)
