"""How a request tells one thing on a screen from the others: by its name, or by size, colour and form.

Things that look alike may share a description: then any of them is meant, and the first in reading order is taken.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

from agent.training.screens.colours import called
from agent.training.screens.record import Widget

SIZE_WORDS = {"small": ("small", "small", "little"), "large": ("large", "large", "big")}
FORM_WORDS = {"box": ("box", "colored box", "square", "tile"), "circle": ("circle", "circle", "dot")}


class Description(NamedTuple):
    """Words for one or more widgets of a screen."""

    words: str
    widgets: tuple[Widget, ...]
    """All that the words fit, in reading order."""


def in_order(widgets: Sequence[Widget]) -> tuple[Widget, ...]:
    """From the top down, and from left to right along a line."""
    return tuple(sorted(widgets, key=lambda w: (round((w.box[1] + w.box[3]) / 2 / 12), w.box[0])))


def shape_name(widget: Widget) -> str:
    """A coloured figure in full, as a thought names it: size, colour, form, and which letter or digit it is."""
    return " ".join(part for part in (widget.scale, widget.colour, widget.shape, widget.text) if part)


def described_shape(rng: random.Random, widget: Widget, widgets: Sequence[Widget]) -> Description:
    """Some of a figure's size, colour and form: always a form or the word "item"."""
    shapes = [w for w in widgets if w.kind == "shape"]
    plain = not any(w.scale for w in shapes)
    by_size = bool(widget.scale) and rng.random() < 0.5
    by_form = plain or rng.random() < 0.65
    by_colour = plain or rng.random() < (0.6 if by_size or by_form else 0.9)
    sign = bool(widget.text) and by_form and rng.random() < 0.4

    def fits(other: Widget) -> bool:
        same = not by_size or other.scale == widget.scale
        same &= not by_colour or other.colour == widget.colour
        same &= not by_form or other.shape == widget.shape
        return same and (not sign or other.text == widget.text)

    form = rng.choice(FORM_WORDS.get(widget.shape, (widget.shape,))) if by_form else "item"
    parts = [
        rng.choice(SIZE_WORDS[widget.scale]) if by_size else "",
        rng.choice(called(widget.colour)) if by_colour else "",
        form,
        widget.text if sign else "",
    ]
    return Description(" ".join(part for part in parts if part), in_order([w for w in shapes if fits(w)]))
