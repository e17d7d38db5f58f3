"""Qwen3-VL: the vision tower and the decoder, joined.

B batch, T tokens, S tokens attended to, D width of the decoder, N patches, Dv width of the tower, V visual tokens.
Images and videos go in through tokens of their own (`image_token_id`, `video_token_id`), and once more in the first
layers (DeepStack). Their patches and grids come in the order in which they stand in the text, whichever they are.

    model = Qwen3VL(Config.load(folder))
    features = model.encode_images(pixel_values, grid_thw)
    visual_mask = model.visual_mask(input_ids)
    x = model.embed(input_ids, visual_mask, features)
    h = model.hidden(x, model.position_ids(input_ids, grid_thw), visual=(visual_mask, features.deepstack))
    logits = model.logits(h)
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from perception.qwen3vl import rope
from perception.qwen3vl.attention import Apart
from perception.qwen3vl.config import Config
from perception.qwen3vl.rope import Grid
from perception.qwen3vl.text import Cache, Decoder, Tap
from perception.qwen3vl.vision import ImageFeatures, VisionTower


class Backbone(nn.Module):
    """Tower and decoder under the names that checkpoints give them."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.visual = VisionTower(config.vision)
        self.language_model = Decoder(config.text)


class Qwen3VL(nn.Module):
    """The whole model. Names in `state_dict()` are those of the released checkpoints."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.model = Backbone(config)
        text = config.text
        tied = config.tie_word_embeddings
        self.lm_head = None if tied else nn.Linear(text.hidden_size, text.vocab_size, bias=False)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.model.language_model.embed_tokens.weight.device

    def initialise(self, generator: torch.Generator | None = None) -> None:
        """Random weights: matrices and tables normal (initializer_range), biases 0, norms 1."""
        for name, parameter in self.named_parameters():
            config = self.config.vision if name.startswith("model.visual.") else self.config.text
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=config.initializer_range, generator=generator)
            elif name.endswith(".bias"):
                nn.init.zeros_(parameter)
            else:
                nn.init.ones_(parameter)

    def recompute(self, on: bool = True) -> None:
        """Whether layers are computed anew in the backward pass, which takes less memory and more time."""
        self.model.visual.recompute = self.model.language_model.recompute = on

    def encode_images(self, pixel_values: Tensor, grid_thw: Sequence[Grid] | Tensor) -> ImageFeatures:
        """All images and videos of a call in one pass.

        pixel_values [N, C*Tp*P*P], or [N, C*P*P] for still images whose frame is not repeated; grid_thw: temporal
        groups, rows and columns of each, in patches. Raises ValueError when the two do not fit together.
        """
        return self.model.visual(pixel_values, rope.as_grids(grid_thw))

    def position_ids(
        self,
        input_ids: Tensor,
        grid_thw: Sequence[Grid] | Tensor | None,
        attention_mask: Tensor | None = None,
        *,
        seconds: Sequence[Sequence[float]] | None = None,
    ) -> Tensor:
        """Positions [3, B, T]; see `rope.position_ids`.

        seconds: of each video those of its temporal groups; for models without text timestamps alone, which raise
        ValueError where they are missing.
        """
        config = self.config
        if not config.text_timestamps and seconds is None and (input_ids == config.video_token_id).any():
            raise ValueError("this model has no text timestamps: give the seconds of each video's temporal groups")
        return rope.position_ids(
            input_ids,
            grid_thw,
            attention_mask,
            image_token_id=config.image_token_id,
            video_token_id=config.video_token_id,
            merge_size=config.vision.spatial_merge_size,
            seconds=None if config.text_timestamps else seconds,
        )

    def visual_mask(self, input_ids: Tensor) -> Tensor:
        """Which of the tokens stand for parts of images and videos, bool in the shape of input_ids."""
        return (input_ids == self.config.image_token_id) | (input_ids == self.config.video_token_id)

    def embed(
        self, input_ids: Tensor, visual_mask: Tensor | None = None, features: ImageFeatures | None = None
    ) -> Tensor:
        """Token embeddings [B, T, D], with visual tokens at the places that visual_mask [B, T] says, in their order.

        Raises ValueError when there are not as many places as visual tokens.
        """
        x = self.model.language_model.embed_tokens(input_ids)
        if features is None or visual_mask is None:
            return x
        places = visual_mask.flatten().nonzero().squeeze(1)
        if len(places) != len(features.tokens):
            raise ValueError(f"input_ids has {len(places)} image tokens for {len(features.tokens)} visual tokens")
        return x.flatten(0, 1).index_copy(0, places, features.tokens.to(x.dtype)).view_as(x)

    def hidden(
        self,
        inputs_embeds: Tensor,
        position_ids: Tensor,
        *,
        mask: Tensor | Apart | None = None,
        visual: tuple[Tensor, Sequence[Tensor]] | None = None,
        cache: Cache | None = None,
        tap: Tap | None = None,
        wanted: slice | None = None,
    ) -> Tensor:
        """Hidden states [B, T, D] after the last norm, or those of the `wanted` places of T alone.

        inputs_embeds [B, T, D]; position_ids [3, B, T]; mask: bool, broadcast to [B, 1, T, S], True where a token may
        look, or None for causal, or `Apart` for several texts in a row (not in an accelerated model); visual: where
        visual tokens are, bool [B, T], and their DeepStack features, each [V, D]; cache: keys and values seen before;
        tap: called with (i, input of layer i).
        """
        decoder = self.model.language_model
        return decoder(inputs_embeds, position_ids, mask=mask, visual=visual, cache=cache, tap=tap, wanted=wanted)

    def logits(self, hidden: Tensor) -> Tensor:
        """hidden [..., D] -> scores of the next token [..., vocabulary]."""
        if self.lm_head is not None:
            return self.lm_head(hidden)
        return F.linear(hidden, self.model.language_model.embed_tokens.weight)

    def forward(
        self,
        input_ids: Tensor,
        position_ids: Tensor | None = None,
        pixel_values: Tensor | None = None,
        grid_thw: Sequence[Grid] | Tensor | None = None,
        attention_mask: Tensor | None = None,
        *,
        seconds: Sequence[Sequence[float]] | None = None,
    ) -> Tensor:
        """Logits [B, T, vocabulary] of whole sequences, padded ones included (attention_mask [B, T], 0 is padding)."""
        visual, features, visual_mask = None, None, None
        if pixel_values is not None and grid_thw is not None:
            features = self.encode_images(pixel_values, grid_thw)
            visual_mask = self.visual_mask(input_ids)
            visual = (visual_mask, features.deepstack)
        if position_ids is None:
            position_ids = self.position_ids(input_ids, grid_thw, attention_mask, seconds=seconds)
        mask = None if attention_mask is None else padded_causal(attention_mask)
        x = self.embed(input_ids, visual_mask, features)
        return self.logits(self.hidden(x, position_ids, mask=mask, visual=visual))


def padded_causal(attention_mask: Tensor) -> Tensor:
    """Mask [B, 1, T, T] for rows with padding: what is before and is no padding, and always the token itself.

    The token itself stays visible so that a padded place has something to look at; without it the softmax is 0 / 0.
    """
    length = attention_mask.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool, device=attention_mask.device).tril()
    itself = torch.eye(length, dtype=torch.bool, device=attention_mask.device)
    return (causal & attention_mask.bool()[:, None, None, :]) | itself
