"""Where something is on a frame: a phrase goes to a model, a point and a box in pixels come back.

    Locate the blue Save button
    [{"label": "Save", "point_2d": [512, 300], "bbox_2d": [480, 280, 544, 320]}]

That is the compact style, which handeye-nano is trained on; `[]` says that it is not on the screen. The full style asks
in the words of Qwen3-VL's own grounding prompts (technical report, appendix on evaluation), and expects the family's
order: box, point, label. Reading takes either. It is lenient where a slip does no harm (a Markdown fence, an object
without its list, more objects than one: the first counts; corners in another order; values off the grid) and refuses
what names no place.
"""

import json
import re
from typing import Any

from pydantic import BaseModel, ConfigDict

from perception.clients.client import CUT, Completion, ImagePart, Message, ModelClient, Sampling, TextPart
from perception.clients.wording import Style, harmless
from perception.errors import GroundingInvalid
from perception.geometry import Box, Grid, Pixels, Point, Size, marks_of
from perception.observation import Frame

MAX_LABEL = 100
"""Characters of a label that a schema allows; what the model read off the screen is rarely longer."""

MAX_PIXEL = 32_766
"""The largest coordinate in pixels that a schema allows, since it does not know the frame: X11 has no longer screen."""

_KEYS: dict[Style, tuple[str, ...]] = {
    "compact": ("label", "point_2d", "bbox_2d"),
    "computer_use": ("bbox_2d", "point_2d", "label"),
}
"""What a reply holds, in the order in which it is written."""

_ASK = (
    'Locate the object that matches the description "{phrase}" in the image. Report its bbox coordinates and the point '
    'to click in JSON format: [{{"bbox_2d": [x1, y1, x2, y2], "point_2d": [x, y], "label": "what it is"}}]. '
    "If no object matches, report []."
)

_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*(?:```|\Z)", re.DOTALL)


class Grounding(BaseModel):
    """Something that was found, in pixels of the frame."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    """What the model calls it; empty when it gave no name."""
    point: Point
    """Where to click."""
    box: Box | None = None
    """All of it; None when the model gave no box, or one without area."""


async def locate(
    client: ModelClient,
    frame: Frame,
    phrase: str,
    *,
    style: Style,
    grid: int | None = 1000,
    sampling: Sampling | None = None,
) -> Grounding | None:
    """Where the phrase is on the frame, or None when the model says that it is not there.

    grid: the largest coordinate of the model's replies, or None when they are pixels of the frame; sampling: else the
    client's own. Raises GroundingInvalid for a reply that says neither, ClientError when there is no reply, ValueError
    for a phrase without words.
    """
    if not phrase.strip():
        raise ValueError("the phrase is empty: say in words what should be found")
    parts = (ImagePart(frame=frame), TextPart(text=request_text(phrase, style)))
    messages = [Message(role="user", parts=parts)]
    completion = await client.generate(messages, schema=schema(style, grid), sampling=sampling)
    return _read(completion, frame.size, grid)


def request_text(phrase: str, style: Style) -> str:
    """The words beside the image. Training draws its prompts with this very function."""
    return harmless(f"Locate {phrase}" if style == "compact" else _ASK.format(phrase=phrase))


def schema(style: Style, grid: int | None = 1000) -> dict[str, Any]:
    """The JSON Schema of a reply: a list of one object or none. `grid` is the largest coordinate, None any pixel's."""
    grid = MAX_PIXEL if grid is None else grid
    kinds = {
        "label": {"type": "string", "maxLength": MAX_LABEL},
        "point_2d": _integers(2, grid),
        "bbox_2d": _integers(4, grid),
    }
    keys = _KEYS[style]
    found = {
        "type": "object",
        "properties": {key: kinds[key] for key in keys},
        "required": list(keys),
        "additionalProperties": False,
    }
    return {"type": "array", "items": found, "minItems": 0, "maxItems": 1}


def parse(text: str, size: Size, grid: int | None = 1000) -> Grounding | None:
    """What a reply of either style says about a frame of this size; None when it says that it is not there.

    Without a point the middle of the box is taken; opposite corners may come in any order. Raises GroundingInvalid, one
    sentence, for a reply that is no JSON or names no place.
    """
    value = _json(text)
    if value == []:
        return None
    found = value[0] if isinstance(value, list) else value
    if not isinstance(found, dict):
        raise GroundingInvalid(f"The reply must be a JSON list of objects, not {_shown(found)}.")
    marks = marks_of(grid)
    box = _box(found.get("bbox_2d"), size, marks)
    point = _point(found.get("point_2d"), size, marks) or (box.center if box else None)
    if point is None:
        raise GroundingInvalid(f"The reply names no place, neither point_2d nor a bbox_2d with area: {_shown(found)}.")
    return Grounding(label=_label(found.get("label")), point=point, box=box)


def encode(found: Grounding | None, size: Size, grid: int | None = 1000) -> str:
    """The compact reply that says this about a frame of this size: what `parse` reads back. An unknown box is left out.

    It comes back exactly where the box is of whole pixels and the frame has up to `grid` of them each way.
    """
    if found is None:
        return "[]"
    places = marks_of(grid)
    reply: dict[str, Any] = {"label": found.label, "point_2d": places.to_grid(found.point, size)}
    if found.box is not None:
        reply["bbox_2d"] = places.to_corners(found.box, size)
    return json.dumps([reply], ensure_ascii=False)


def _read(completion: Completion, size: Size, grid: int | None) -> Grounding | None:
    if completion.finish == "refused":
        raise GroundingInvalid(f"The model would not answer: {_shown(completion.text)}.")
    try:
        return parse(completion.text, size, grid)
    except GroundingInvalid as error:
        if completion.finish not in CUT:
            raise
        raise GroundingInvalid(f"{error}{CUT[completion.finish]}") from error


def _box(value: Any, size: Size, grid: Grid | Pixels) -> Box | None:
    if value is None:
        return None
    x1, y1, x2, y2 = _numbers("bbox_2d", value, 4)
    return grid.to_box((x1, y1, x2, y2), size) if x1 != x2 and y1 != y2 else None


def _point(value: Any, size: Size, grid: Grid | Pixels) -> Point | None:
    if value is None:
        return None
    x, y = _numbers("point_2d", value, 2)
    return grid.to_pixel(x, y, size)


def _numbers(name: str, value: Any, count: int) -> list[float]:
    if not isinstance(value, list) or len(value) != count or not all(map(_is_number, value)):
        raise GroundingInvalid(f"The reply's {name} must be a list of {count} numbers, not {_shown(value)}.")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) != float("inf")


def _label(value: Any) -> str:
    if not isinstance(value, str | None):
        raise GroundingInvalid(f"The reply's label must be text, not {_shown(value)}.")
    return (value or "").encode(errors="replace").decode()  # JSON can write half a letter, which is no text


def _json(text: str) -> Any:
    bare = text.strip()
    if not bare.startswith(("[", "{")):
        bare = bare.rpartition("</think>")[2].strip()
        fenced = _FENCE.search(bare)
        bare = fenced.group(1) if fenced else bare
    try:
        return json.loads(bare, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise GroundingInvalid(f"The reply is not JSON: {error}.") from error


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def _integers(count: int, grid: int) -> dict[str, Any]:
    coordinate = {"type": "integer", "minimum": 0, "maximum": grid}
    return {"type": "array", "items": coordinate, "minItems": count, "maxItems": count}


def _shown(value: Any) -> str:
    """A value from the model as a message may quote it, on one line and short."""
    try:
        text = json.dumps(value)
    except RecursionError:
        return "a value nested too deeply"
    return text if len(text) <= 60 else f"{text[:57]}..."
