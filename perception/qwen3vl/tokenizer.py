"""Text to token ids and back, and conversations to the text that the model was trained on.

A model's folder says how: `tokenizer.json` holds the vocabulary, `chat_template.jinja` (or the places where older
folders keep it) how a conversation is written down. An image is one `<|image_pad|>` in that text, and in the ids as
many as it has visual tokens. A video is one `<|video_pad|>`, in whose place its temporal groups come, each behind its
time and between `<|vision_start|>` and `<|vision_end|>`; the pair that templates write around it stays around them all.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer as Backend

from perception.errors import ModelError

TOKENIZER_FILE = "tokenizer.json"
TEMPLATE_FILE = "chat_template.jinja"
OLD_TEMPLATE_FILES = ("chat_template.json", "tokenizer_config.json")

IMAGE_PAD, IM_START, IM_END, END_OF_TEXT = "<|image_pad|>", "<|im_start|>", "<|im_end|>", "<|endoftext|>"
VIDEO_PAD, VISION_START, VISION_END = "<|video_pad|>", "<|vision_start|>", "<|vision_end|>"


class Clip(NamedTuple):
    """A video as text."""

    num_group_tokens: int
    """Visual tokens of one temporal group, or of the whole video where its times are not written."""
    timestamps: Sequence[str] = ()
    """What stands before each of its groups; none: the video is one block."""


class Tokenizer:
    """The vocabulary and the chat template of one model."""

    def __init__(self, backend: Backend, template: str) -> None:
        """Raises ModelError when the vocabulary lacks a token that every model of the family has, or the template is
        not valid."""
        self.backend = backend
        self._template = _compile(template)
        self.image_id = self.token_id(IMAGE_PAD)
        self.video_id = self.token_id(VIDEO_PAD)
        self.turn_end_id = self.token_id(IM_END)
        self.text_end_id = self.token_id(END_OF_TEXT)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Reads a model's folder. Raises ModelError when a file is missing or corrupt."""
        path = Path(folder) / TOKENIZER_FILE
        try:
            backend = Backend.from_str(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ModelError(f"{path} is missing: name a folder that holds a Qwen3-VL model") from error
        except Exception as error:  # the library raises bare Exception for what it cannot parse
            raise ModelError(f"{path} cannot be read ({error}): restore it from the model's source") from error
        return cls(backend, read_template(folder))

    @property
    def end_ids(self) -> frozenset[int]:
        """Tokens that end a reply."""
        return frozenset((self.turn_end_id, self.text_end_id))

    @property
    def vocab_size(self) -> int:
        """Number of ids, added tokens included."""
        return self.backend.get_vocab_size(with_added_tokens=True)

    def token_id(self, token: str) -> int:
        """Id of a token given as it is written in the vocabulary. Raises ModelError when there is none."""
        found = self.backend.token_to_id(token)
        if found is None:
            raise ModelError(f"{TOKENIZER_FILE} has no token {token}: use the one that belongs to the model")
        return found

    def encode(self, text: str) -> list[int]:
        """Ids of a text; special tokens written in it become themselves."""
        return self.backend.encode(text, add_special_tokens=False).ids

    def decode(self, ids: Sequence[int], *, keep_special: bool = False) -> str:
        """Text of ids; special tokens are left out unless they are to be kept."""
        return self.backend.decode(list(ids), skip_special_tokens=not keep_special)

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        add_generation_prompt: bool = True,
        tools: Sequence[Mapping[str, Any]] | None = None,
        **variables: Any,
    ) -> str:
        """A conversation as text, by the model's template.

        messages: `{"role", "content"}`, content a text or a list of `{"type": "text", "text"}`, `{"type": "image"}` and
        `{"type": "video"}`.
        Raises ModelError when the template refuses them.
        """
        try:
            return self._template.render(
                messages=list(messages), tools=tools, add_generation_prompt=add_generation_prompt, **variables
            )
        except jinja2.TemplateError as error:
            raise ModelError(
                f"the chat template refused the conversation ({error}): check roles and content"
            ) from error

    def encode_chat(
        self,
        messages: Sequence[Mapping[str, Any]],
        num_image_tokens: Sequence[int] = (),
        clips: Sequence[Clip] = (),
        *,
        add_generation_prompt: bool = True,
        tools: Sequence[Mapping[str, Any]] | None = None,
    ) -> list[int]:
        """Ids of a conversation whose images, in order, have this many visual tokens, and whose videos are these clips.

        Raises ValueError when there are more or fewer images than numbers, or videos than clips (`<|image_pad|>` and
        `<|video_pad|>` in a text count).
        """
        text = self.render(messages, add_generation_prompt=add_generation_prompt, tools=tools)
        parts = text.split(VIDEO_PAD)
        if len(parts) - 1 != len(clips):
            raise ValueError(f"the conversation names {len(parts) - 1} videos and {len(clips)} are given")
        text = parts[0] + "".join(_written(clip) + part for clip, part in zip(clips, parts[1:], strict=True))
        counts = [clip.num_group_tokens for clip in clips for _ in clip.timestamps or ("",)]
        return self.expand(self.encode(text), num_image_tokens, counts)

    def expand(
        self, ids: Sequence[int], num_image_tokens: Sequence[int], num_video_tokens: Sequence[int] = ()
    ) -> list[int]:
        """Repeats each image token as often as its image has visual tokens, and each video token as its group has."""
        counts = {self.image_id: iter(num_image_tokens), self.video_id: iter(num_video_tokens)}
        kinds = ((self.image_id, num_image_tokens, "images"), (self.video_id, num_video_tokens, "parts of videos"))
        for token, numbers, kind in kinds:
            if (found := list(ids).count(token)) != len(numbers):
                raise ValueError(f"the conversation names {found} {kind} and {len(numbers)} are given")
        expanded, start = [], 0
        for place, token in enumerate(ids):
            if token in counts:
                expanded += [*ids[start:place], *[token] * next(counts[token])]
                start = place + 1
        return [*expanded, *ids[start:]]


def _written(clip: Clip) -> str:
    """What comes in the place of a video's one token, each group still one token."""
    if not clip.timestamps:
        return VIDEO_PAD
    return "".join(f"{time}{VISION_START}{VIDEO_PAD}{VISION_END}" for time in clip.timestamps)


def read_template(folder: str | Path) -> str:
    """The chat template of a folder: a file of its own, or a key of a JSON file. Raises ModelError without."""
    folder = Path(folder)
    try:
        if (folder / TEMPLATE_FILE).is_file():
            return (folder / TEMPLATE_FILE).read_text(encoding="utf-8")
        for name in OLD_TEMPLATE_FILES:
            if (folder / name).is_file():
                content = json.loads((folder / name).read_text(encoding="utf-8"))
                if isinstance(content, dict) and isinstance(content.get("chat_template"), str):
                    return content["chat_template"]
    except (OSError, ValueError) as error:
        raise ModelError(f"the chat template in {folder} cannot be read ({error}): restore it") from error
    raise ModelError(f"{folder / TEMPLATE_FILE} is missing: restore it from the model's source")


def _compile(template: str) -> jinja2.Template:
    """Templates come with models, so they run in a sandbox; settings and names are those that they are written for."""
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _raise
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    try:
        return environment.from_string(template)
    except jinja2.TemplateError as error:
        raise ModelError(f"{TEMPLATE_FILE} is not a valid template ({error}): restore it") from error


def _to_json(value: Any, ensure_ascii: bool = False, indent: int | None = None, **options: Any) -> str:
    """JSON as it is; Jinja's own filter would write < and & as escapes."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, **options)


def _raise(message: str) -> None:
    raise jinja2.TemplateError(message)
