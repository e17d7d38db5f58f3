"""Colours by name, as people and style sheets call them."""

from agent.training.screens.canvas import Colour

COLOURS: dict[str, Colour] = {
    "red": (220, 30, 30),
    "green": (30, 160, 50),
    "blue": (30, 70, 220),
    "yellow": (240, 220, 30),
    "orange": (245, 140, 20),
    "purple": (130, 40, 170),
    "black": (10, 10, 10),
    "pink": (250, 130, 190),
    "cyan": (30, 210, 220),
    "gray": (128, 128, 128),
    "white": (250, 250, 250),
    "brown": (140, 80, 35),
    "magenta": (240, 20, 220),
    "lime": (60, 240, 40),
    "olive": (128, 128, 10),
    "navy": (10, 10, 120),
    "teal": (10, 128, 128),
    "maroon": (128, 10, 20),
}
"""The middle of each colour; what is drawn lies near it."""

ALSO_CALLED: dict[str, tuple[str, ...]] = {"cyan": ("aqua",), "magenta": ("fuchsia",), "gray": ("grey",)}
"""Other names of a colour."""

NEAR = 150
"""Two colours whose red, green and blue differ by less in all are not told apart by name on one screen."""


def called(name: str) -> tuple[str, ...]:
    """Every name of a colour, its usual one first."""
    return (name, *ALSO_CALLED.get(name, ()))


def distance(first: Colour, second: Colour) -> int:
    """Sum of the differences of red, green and blue."""
    return sum(abs(a - b) for a, b in zip(first, second, strict=True))


def name_of(colour: Colour) -> str:
    """The name of the nearest colour; empty where none is near."""
    nearest = min(COLOURS, key=lambda name: distance(COLOURS[name], colour))
    return nearest if distance(COLOURS[nearest], colour) < NEAR / 2 else ""
