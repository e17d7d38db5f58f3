"""What is written on a page: words with boxes, the lines and pictures between them.

Boxes are in points (1/72 inch) from the top left corner of the page as it is seen, which are pixels of a frame at 72
dpi; a pixel of a picture file is a point. `on_frame` turns them into pixels of a frame of another size.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from perception.geometry import Box, Size

Source = Literal["text", "form", "ocr"]
"""text: the file's own text layer; form: a field that was filled in; ocr: read from pixels."""


def _box(value: object) -> object:
    if isinstance(value, list) and len(value) == 4:
        return dict(zip(("left", "top", "right", "bottom"), value, strict=True))
    return value


PlainBox = Annotated[Box, BeforeValidator(_box)]
"""A box that may come as a list of left, top, right, bottom."""


class Word(BaseModel):
    """What stands between two spaces."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    box: PlainBox
    source: Source = "text"
    bold: bool = False
    angle: float = 0
    """Degrees clockwise that it is turned by; of a word read from pixels, its line."""
    confidence: float | None = None
    """Of a word read from pixels: the network's own, which is no probability. None where nothing was guessed."""

    @property
    def is_upright(self) -> bool:
        """Whether it stands on a line that runs from left to right, or nearly."""
        return self.angle % 360 < 20 or self.angle % 360 >= 340


class PageText(BaseModel):
    """A page's words, in the order of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    width: float = Field(gt=0)
    """Points."""
    height: float = Field(gt=0)
    words: tuple[Word, ...]
    rulings: tuple[PlainBox, ...] = ()
    """Straight lines, thin boxes."""
    pictures: tuple[PlainBox, ...] = ()
    truncated: bool = False
    """Whether there were more words than are allowed."""

    @property
    def reads_pixels(self) -> bool:
        """Whether any of it was read from pixels."""
        return any(word.source == "ocr" for word in self.words)


def on_frame(box: Box, page: PageText, size: Size) -> Box:
    """A page's box in pixels of a frame that shows the whole page."""
    across, down = size.width / page.width, size.height / page.height
    return Box(left=box.left * across, top=box.top * down, right=box.right * across, bottom=box.bottom * down)
