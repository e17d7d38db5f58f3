"""Messages to the JSON of a chat completion: turns, images, the form of the reply, and how tokens are drawn.

Every image travels with every question. SGLang 0.5.23 takes a `content_hash` and vLLM a `uuid` beside an image, but
both are keys to a cache that may have dropped it, and neither says so before the question fails; so pictures are sent
whole, and encoded once: an agent's history shows each of them several times. A video travels as its frames, each
behind its time, which every server takes that takes images.
"""

import base64
import io
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import Any, Literal, NamedTuple

from PIL import Image

from perception.clients.capabilities import Kind
from perception.clients.client import ImagePart, Message, Sampling, TextPart
from perception.errors import ClientError
from perception.observation import Frame

RECORDS: dict[Kind, tuple[str, ...]] = {
    "HandEye": ("logprobs", "return_token_ids"),
    "SGLang": ("logprobs", "return_token_ids", "return_meta_info"),
    "vLLM": ("logprobs", "return_token_ids"),
    "llama.cpp": ("logprobs",),
    "unknown": ("logprobs",),
}
"""What is asked for beside the text, for training. Servers that are strict refuse fields that they do not know."""

FormKind = Literal["schema", "regex", "ebnf"]
FORM_NAMES: dict[FormKind, str] = {"schema": "JSON Schema", "regex": "regular expression", "ebnf": "EBNF"}
FORM_FIELDS = ("response_format", "regex", "ebnf", "structured_outputs")
"""All that a form can be sent in."""
_WITH_GRAMMARS: tuple[Kind, ...] = ("HandEye", "SGLang", "vLLM")


class Form(NamedTuple):
    """What a reply has to match."""

    kind: FormKind
    content: Any
    """A schema, or the text of a regular expression or a grammar."""


def form_of(schema: dict[str, Any] | None, regex: str | None, ebnf: str | None) -> Form | None:
    """The one form that is given. Raises ClientError for more than one."""
    forms = (Form("schema", schema), Form("regex", regex), Form("ebnf", ebnf))
    given = [form for form in forms if form.content is not None]
    if len(given) > 1:
        raise ClientError(f"A reply has one form, and {' and '.join(form.kind for form in given)} is given: give one.")
    return given[0] if given else None


def takes(kind: Kind, form: Form) -> bool:
    """Whether a server of this kind has a field for the form, as far as its kind tells.

    A schema is part of the OpenAI API. llama.cpp's `grammar` is of a dialect of its own, and servers that ignore fields
    that they do not know would answer as if there were no form.
    """
    return form.kind == "schema" or kind in _WITH_GRAMMARS


def form_fields(form: Form, kind: Kind) -> dict[str, Any]:
    """The fields that hold replies to a form; those of vLLM are of version 0.12 and later."""
    if form.kind == "schema":
        named = {"name": "reply", "strict": True, "schema": unbounded(form.content)}
        return {"response_format": {"type": "json_schema", "json_schema": named}}
    if kind == "vLLM":
        return {"structured_outputs": {"grammar" if form.kind == "ebnf" else form.kind: form.content}}
    return {form.kind: form.content}


class PngCache:
    """The data URLs of the frames that were sent last; used from several threads."""

    def __init__(self, num_bytes: int = 64 * 2**20) -> None:
        """num_bytes: how much of them is kept; a page of 1280x720 takes about 0.1 MB, a photograph 2 MB."""
        self._num_bytes = num_bytes
        self._size = 0
        self._urls: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def url(self, frame: Frame) -> str:
        """The frame as a PNG in a data URL."""
        digest = frame.digest
        with self._lock:
            if digest in self._urls:
                self._urls.move_to_end(digest)
                return self._urls[digest]
        url = png_url(frame)
        with self._lock:
            self._size += len(url) - len(self._urls.get(digest, ""))
            self._urls[digest] = url
            while self._size > self._num_bytes:
                self._size -= len(self._urls.popitem(last=False)[1])
        return url


def png_url(frame: Frame) -> str:
    """The frame as a data URL."""
    buffer = io.BytesIO()
    Image.fromarray(frame.pixels).save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def unbounded(schema: Any) -> Any:
    """The schema without limits on the length of strings; the number of tokens is the limit instead.

    xgrammar, which SGLang and vLLM use by default, knows no escapes in a string of limited length (0.2.8): a reply
    could not hold a quotation mark or a new line.
    """
    if isinstance(schema, list):
        return [unbounded(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    bounds = ("minLength", "maxLength") if schema.get("type") == "string" else ()
    return {name: unbounded(part) for name, part in schema.items() if name not in bounds}


def chat_payload(
    model: str, messages: list[Message], form: Form | None, sampling: Sampling, kind: Kind, images: PngCache
) -> dict[str, Any]:
    """The body of a question, without `RECORDS`. Takes milliseconds for each new image."""
    turns = [{"role": message.role, "content": _content(message, images)} for message in stills(messages)]
    return {
        "model": model,
        "messages": turns,
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        **_drawing(sampling, kind),
        **(form_fields(form, kind) if form else {}),
    }


def _drawing(sampling: Sampling, kind: Kind) -> dict[str, Any]:
    """The rest of the sampling, as far as the server is known to take it."""
    penalty = sampling.repetition_penalty
    found: dict[str, Any] = {}
    if sampling.presence_penalty or kind != "unknown":
        found["presence_penalty"] = sampling.presence_penalty
    if sampling.seed is not None:
        found["seed"] = sampling.seed
    if kind in ("HandEye", "SGLang", "vLLM"):
        # What is left out, the latter two take from the model's generation_config.json (Qwen3-VL's says top_k 20), and
        # our own from the preset that it serves with.
        return found | {"top_k": sampling.top_k or -1, "min_p": 0.0, "repetition_penalty": penalty}
    if kind == "llama.cpp":  # its own default is top_k 40, min_p 0.05
        return found | {"top_k": sampling.top_k, "min_p": 0.0, "repeat_penalty": penalty}
    # Hosted servers refuse fields that they do not know, so those that say nothing are left out.
    if sampling.top_k:
        found["top_k"] = sampling.top_k
    if penalty != 1.0:
        found["repetition_penalty"] = penalty
    return found


def stills(messages: list[Message]) -> list[Message]:
    """The messages with every video as its frames, each behind its time: `<1.5 seconds>`, as Qwen3-VL writes it."""
    return [message.model_copy(update={"parts": tuple(_stills(message))}) for message in messages]


def _stills(message: Message) -> Iterator[TextPart | ImagePart]:
    for part in message.parts:
        if part.type == "video":
            for frame, seconds in zip(part.frames, part.seconds, strict=True):
                yield TextPart(text=f"<{seconds:.1f} seconds>")
                yield ImagePart(frame=frame)
        else:
            yield part


def _content(message: Message, images: PngCache) -> str | list[dict[str, Any]]:
    if all(part.type == "text" for part in message.parts):
        return "".join(part.text for part in message.parts if part.type == "text")
    return [
        {"type": "image_url", "image_url": {"url": images.url(part.frame)}}
        if part.type == "image"
        else {"type": "text", "text": part.text}
        for part in message.parts
        if part.type != "video"
    ]
