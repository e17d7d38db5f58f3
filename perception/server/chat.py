"""What a chat completion asks for: the body of the OpenAI API to turns, pictures, a form and a way of drawing.

Fields that change nothing here are left unread, as servers of this API do; those that would change the answer and that
this server cannot do are refused. Pictures come as data URLs: nothing is ever fetched from elsewhere.
"""

import base64
import binascii
import io
import json
from dataclasses import dataclass
from typing import Any, Literal

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from perception.clients.client import Sampling
from perception.clients.wording import harmless
from perception.errors import ImageError
from perception.observation import Frame
from perception.screenshot import decode_png
from perception.server.limits import Limits, Refusal


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Drawing(_Read):
    """How tokens are drawn; what is not given is as the model's own settings say."""

    temperature: float | None = Field(default=None, ge=0, le=10)
    top_p: float | None = Field(default=None, gt=0, le=1)
    top_k: int | None = Field(default=None, ge=-1)
    presence_penalty: float | None = Field(default=None, ge=-10, le=10)
    repetition_penalty: float | None = Field(default=None, gt=0, le=10)
    frequency_penalty: float | None = None
    min_p: float | None = None
    seed: int | None = None
    stop: Any = None
    regex: str | None = None
    ebnf: str | None = None

    def sampling(self, base: Sampling, max_tokens: int | None, limits: Limits) -> Sampling:
        """The settings of `base` with what was asked for. Raises Refusal for what can't be done."""
        for name in ("frequency_penalty", "min_p", "stop"):
            if getattr(self, name):
                raise Refusal(400, f"{name} is not supported by this server: leave it out")
        given = {
            name: value
            for name in ("temperature", "top_p", "presence_penalty", "repetition_penalty", "seed")
            if (value := getattr(self, name)) is not None
        }
        if self.top_k is not None:
            given["top_k"] = max(0, self.top_k)
        most = min(max_tokens or base.max_tokens, limits.max_tokens)
        return base.model_copy(update={**given, "max_tokens": most, "max_seconds": limits.seconds})


class JsonSchema(_Read):
    """The schema of a `response_format`."""

    name: str = ""
    schema_: dict[str, Any] | bool = Field(default=True, alias="schema")


class ResponseFormat(_Read):
    """What the answer has to be."""

    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: JsonSchema | None = None


class ImageUrl(_Read):
    """A picture as a data URL."""

    url: str


class Part(_Read):
    """A part of a turn."""

    type: str
    text: str = ""
    image_url: ImageUrl | None = None


class Turn(_Read):
    """One turn of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    tool_calls: list[dict[str, Any]] | None = None


class StreamOptions(_Read):
    """What a stream ends with."""

    include_usage: bool = False


class ChatBody(Drawing):
    """The body of `POST /v1/chat/completions`."""

    model: str = ""
    messages: list[Turn] = Field(min_length=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    n: int | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    response_format: ResponseFormat | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    return_token_ids: bool = False
    tools: list[dict[str, Any]] | None = None
    tool_choice: Any = None


@dataclass(frozen=True, slots=True)
class Form:
    """What the answer has to match; at most one is set."""

    schema: dict[str, Any] | None = None
    regex: str | None = None
    ebnf: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A chat completion, ready to be answered."""

    turns: list[dict[str, Any]]
    """As the model's chat template reads them."""
    frames: list[Frame]
    """The pictures, in the order in which the turns name them."""
    form: Form
    sampling: Sampling
    tools: list[dict[str, Any]]


def question_of(body: ChatBody, base: Sampling, limits: Limits) -> Question:
    """What a body asks. Decodes its pictures, so it takes a while. Raises Refusal for what can't be answered."""
    if body.n not in (None, 1):
        raise Refusal(400, "n is 1 here: ask several times")
    if body.top_logprobs:
        raise Refusal(400, "top_logprobs is 0 here: ask for logprobs of the tokens that were drawn")
    if body.tool_choice not in (None, "none", "auto"):
        raise Refusal(400, 'tool_choice is "auto" or "none" here: ask for a JSON Schema to force an answer')
    frames: list[Frame] = []
    turns = [_turn(turn, frames, limits) for turn in body.messages]
    return Question(
        turns=turns,
        frames=frames,
        form=_form(body),
        sampling=body.sampling(base, body.max_completion_tokens or body.max_tokens, limits),
        tools=[] if body.tool_choice == "none" else body.tools or [],
    )


def _form(body: ChatBody) -> Form:
    wanted = body.response_format or ResponseFormat()
    schema: dict[str, Any] | None = None
    if wanted.type == "json_object":
        schema = {"type": "object"}
    elif wanted.type == "json_schema":
        if wanted.json_schema is None:
            raise Refusal(400, "response_format has the type json_schema and no json_schema: give one")
        given = wanted.json_schema.schema_
        schema = given if isinstance(given, dict) else {}
    if sum(part is not None for part in (schema, body.regex, body.ebnf)) > 1:
        raise Refusal(400, "response_format, regex and ebnf exclude each other: give one")
    return Form(schema, body.regex, body.ebnf)


def _turn(turn: Turn, frames: list[Frame], limits: Limits) -> dict[str, Any]:
    parts = [Part(type="text", text=turn.content)] if isinstance(turn.content, str) else turn.content or []
    content = [_part(part, frames, limits) for part in parts]
    found: dict[str, Any] = {"role": "system" if turn.role == "developer" else turn.role, "content": content}
    if turn.tool_calls:
        found["tool_calls"] = [_call(call) for call in turn.tool_calls]
    return found


def _part(part: Part, frames: list[Frame], limits: Limits) -> dict[str, Any]:
    if part.type in ("text", "input_text"):
        return {"type": "text", "text": harmless(part.text)}
    if part.type == "image_url" and part.image_url is not None:
        if len(frames) >= limits.images:
            raise Refusal(413, f"a request holds at most {limits.images} images: send fewer")
        frames.append(frame_of(part.image_url.url, limits))
        return {"type": "image"}
    raise Refusal(400, f"a part of type {part.type!r} is not supported: send text and image_url")


def _call(call: dict[str, Any]) -> dict[str, Any]:
    """A call of an earlier turn with its arguments as an object, as templates write them."""
    function = call.get("function")
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise Refusal(400, "an entry of tool_calls has no function with a name: send back what was answered")
    arguments = function.get("arguments", {})
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError as error:
            raise Refusal(400, f"the arguments of the call {function['name']} are no JSON: {error}") from error
    return {"type": "function", "function": {"name": function["name"], "arguments": arguments}}


def frame_of(url: str, limits: Limits) -> Frame:
    """The picture in a data URL, or in bare base64. Raises Refusal when it is elsewhere, too large or no picture."""
    head, comma, data = url.partition(",")
    if comma and not (head.startswith("data:image/") and head.endswith(";base64")):
        raise Refusal(400, "an image is not a base64 data URL (data:image/png;base64,…)")
    if not comma:
        if "://" in url[:40]:
            raise Refusal(400, "images are not fetched from elsewhere: send a data URL (data:image/png;base64,…)")
        data = url
    try:
        content = base64.b64decode(data, validate=True)
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as image:
            width, height = image.size
    except (binascii.Error, ValueError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refusal(400, f"an image can't be read: {error}") from error
    if width * height > limits.image_pixels:
        raise Refusal(413, f"an image has {width}x{height} pixels: send at most {limits.image_pixels}")
    try:
        return decode_png(content)
    except ImageError as error:
        raise Refusal(400, str(error)) from error
