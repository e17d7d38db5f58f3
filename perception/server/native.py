"""What `/generate` asks for: token ids in, token ids out, in the fields of SGLang's own route.

For training: a conversation that grows is never cut into tokens anew, so what is learned from is what was sampled.
"""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from perception.clients.client import Sampling
from perception.observation import Frame
from perception.server.chat import Drawing, Form, frame_of
from perception.server.limits import Limits, Refusal


class SamplingParams(Drawing):
    """The `sampling_params` of a request."""

    max_new_tokens: int | None = Field(default=None, ge=1)
    sampling_seed: int | None = None
    json_schema: str | None = None


class GenerateBody(Drawing):
    """The body of `POST /generate`."""

    text: str | None = None
    input_ids: list[int] | None = None
    """One `<|image_pad|>` for each picture; it is repeated here."""
    image_data: str | list[str] | None = None
    """Data URLs, or base64."""
    sampling_params: SamplingParams = SamplingParams()
    return_logprob: bool = False
    stream: bool = False
    rid: str | None = None


@dataclass(frozen=True, slots=True)
class Continuation:
    """Tokens, or a text, to go on from."""

    text: str
    token_ids: list[int]
    frames: list[Frame]
    form: Form
    sampling: Sampling


def continuation_of(body: GenerateBody, base: Sampling, limits: Limits) -> Continuation:
    """What a body asks. Raises Refusal for what can't be answered."""
    if body.stream:
        raise Refusal(400, "stream is not supported by /generate here: use /v1/chat/completions")
    if (body.text is None) == (body.input_ids is None):
        raise Refusal(400, "give either text or input_ids")
    pictures = [body.image_data] if isinstance(body.image_data, str) else body.image_data or []
    if len(pictures) > limits.images:
        raise Refusal(413, f"a request holds at most {limits.images} images: send fewer")
    params = body.sampling_params
    if params.sampling_seed is not None:
        params = params.model_copy(update={"seed": params.sampling_seed})
    return Continuation(
        text=body.text or "",
        token_ids=body.input_ids or [],
        frames=[frame_of(picture, limits) for picture in pictures],
        form=Form(_schema(params.json_schema), params.regex, params.ebnf),
        sampling=params.sampling(base, params.max_new_tokens, limits),
    )


def _schema(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        schema = json.loads(text)
    except ValueError as error:
        raise Refusal(400, f"json_schema is no JSON: {error}") from error
    if not isinstance(schema, dict):
        raise Refusal(400, "json_schema is no JSON object")
    return schema
