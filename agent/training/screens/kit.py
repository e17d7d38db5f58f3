"""What every control is drawn from: the screen's random numbers, words and look, and what was already used up.

A control is first a `Piece`: it knows its size, and paints itself where a layout puts it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.training.screens.canvas import Canvas, Colour, ink_on, luminance
from agent.training.screens.fonts import Font
from agent.training.screens.record import Widget
from agent.training.screens.themes import Theme
from agent.training.words import Words

Paint = Callable[[Canvas, int, int], list[Widget]]


@dataclass(slots=True)
class Piece:
    """Something of a known size that can be painted with its top left corner at (x, y)."""

    width: int
    height: int
    paint: Paint


@dataclass(slots=True)
class Kit:
    """The means of one screen."""

    rng: random.Random
    words: Words
    theme: Theme
    used: set[str] = field(default_factory=set)
    """Names given on this screen, lower case: no two controls are called the same."""
    focus_taken: bool = False
    ground: Colour = (255, 255, 255)
    """What lies behind the controls being made: the page, a card or a bar."""

    @property
    def ink(self) -> Colour:
        """The colour of text on the ground."""
        return readable(self.theme.palette.ink, self.ground, ink_on(self.ground))

    @property
    def muted(self) -> Colour:
        """The colour of second-rank text on the ground."""
        return readable(self.theme.palette.muted, self.ground, self.ink)

    @property
    def link(self) -> Colour:
        """The colour of links on the ground."""
        return readable(self.theme.palette.link, self.ground, self.ink)

    def px(self, size: float) -> int:
        """`size` px of a 13 px page in this page's scale."""
        return max(1, round(size * self.theme.size / 13.5))

    def chance(self, probability: float) -> bool:
        """True with `probability`."""
        return self.rng.random() < probability

    def name(self, make: Callable[[], str], font: Font, width: float) -> str | None:
        """A text from `make` that is new on this screen and not wider than `width` px; None after 12 tries."""
        for _ in range(12):
            text = make()
            if text.lower() not in self.used and font.width(text) <= width:
                self.used.add(text.lower())
                return text
        return None

    def take_focus(self, probability: float) -> bool:
        """Whether the control asking gets the focus: at most one does."""
        if self.focus_taken or not self.chance(probability):
            return False
        self.focus_taken = True
        return True


def stacked(pieces: list[Piece], gap: int, *, across: bool = False) -> Piece:
    """`pieces` one below the other, or `across` in a row with their middles level."""
    if across:
        width = sum(p.width for p in pieces) + gap * (len(pieces) - 1)
        height = max(p.height for p in pieces)
    else:
        width = max(p.width for p in pieces)
        height = sum(p.height for p in pieces) + gap * (len(pieces) - 1)

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        widgets: list[Widget] = []
        for piece in pieces:
            top = y + (height - piece.height) // 2 if across else y
            widgets += piece.paint(canvas, x, top)
            if across:
                x += piece.width + gap
            else:
                y += piece.height + gap
        return widgets

    return Piece(width, height, paint)


def text_piece(text: str, font: Font, colour: Colour, kind: str = "text") -> Piece:
    """Plain text on one line."""
    width, height = font.width(text), font.height

    def paint(canvas: Canvas, x: int, y: int) -> list[Widget]:
        canvas.text(x, y, text, font, colour)
        return [Widget(kind, (x, y, x + width, y + height), text)]

    return Piece(width, height, paint)


def readable(colour: Colour, ground: Colour, otherwise: Colour, distance: int = 70) -> Colour:
    """`colour` where it is `distance` brighter or darker than `ground`, else `otherwise`."""
    return colour if abs(luminance(colour) - luminance(ground)) > distance else otherwise
