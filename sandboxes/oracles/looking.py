"""Solvers of tasks about drawn shapes, letters and digits."""

from collections.abc import Callable
from math import cos, pi, tan

from sandboxes.oracles.scene import Moves, Scene, Thing, click

KINDS = {"rect": "rectangle", "circle": "circle", "polygon": "triangle"}
SIZES = ("large", "small")
COLOURS = ("red", "green", "blue", "aqua", "black", "magenta", "yellow")
ROW = 20
"""Pixels."""
LARGE = 15
"""Pixels: small figures are drawn 10 px high, large ones 20."""


RADIUS, HALF_LINE = 35, 1.5
"""Pixels from the middle of a polygon to its corners, and from the middle of its line to the line's edge."""

_AREA = """selector => {
  const canvas = document.querySelector(selector), {width, height} = canvas;
  const {data} = canvas.getContext('2d').getImageData(0, 0, width, height);
  let area = 0;
  for (let y = 0; y < height; y++) {
    const inked = [...Array(width).keys()].filter(x => data[4 * (y * width + x) + 3] > 127);
    if (inked.length) area += inked.at(-1) - inked[0] + 1;
  }
  return area;
}"""
"""The pixels within an outline that is drawn on a canvas and has no dents."""


def names_of(figure: Thing) -> set[str]:
    """All that a figure may be called: its size, colour, kind and what it shows."""
    kind = KINDS.get(figure.tag)
    if kind is not None:
        side = figure.box.bottom - figure.box.top
        said = {kind, "shape"}
    else:
        side = float(figure.attributes["font-size"].removesuffix("px"))
        said = {figure.text, "digit" if figure.text.isdigit() else "letter"}
    return {*said, "item", figure.attributes["fill"], "large" if side > LARGE else "small"}


def full_name(figure: Thing) -> str:
    """Its size, colour and kind, and which letter or digit it is."""
    names = names_of(figure)
    size = "large" if "large" in names else "small"
    if figure.tag in KINDS:
        return f"{size} {figure.attributes['fill']} {KINDS[figure.tag]}"
    return f"{size} {figure.attributes['fill']} {'digit' if figure.text.isdigit() else 'letter'} {figure.text}"


def reading_order(figure: Thing) -> tuple[int, float]:
    """Its place row by row, and within a row from the left: the order of the page's source is not to be seen."""
    return int(figure.box.center.y) // ROW, figure.box.center.x


async def _figures(scene: Scene) -> list[Thing]:
    return await scene.all("#area_svg text, #area_svg rect, #area_svg circle, #area_svg polygon")


async def click_shape(scene: Scene) -> Moves:
    """The first figure that the words fit, as one reads."""
    wanted = set(scene.goal.removeprefix("Click on a ").split())
    fitting = [figure for figure in await _figures(scene) if wanted <= names_of(figure) and figure.at]
    figure = min(fitting, key=reading_order)
    yield click(figure, f"Click the {full_name(figure)}")


async def count_shape(scene: Scene) -> Moves:
    """The button with the number of figures that the words fit."""
    wanted = set(scene.goal.removeprefix("How many ").removesuffix("s are there?").split())
    number = sum(wanted <= names_of(figure) for figure in await _figures(scene))
    async for move in scene.press("#count-buttons button", text=str(number)):
        yield move


async def identify_shape(scene: Scene) -> Moves:
    """The button that says what the figure is."""
    (figure,) = await _figures(scene)
    kind = KINDS.get(figure.tag) or ("digit" if figure.text.isdigit() else "letter")
    async for move in scene.press(f"[data-type={kind}]"):
        yield move


async def count_sides(scene: Scene) -> Moves:
    """The button with the number of corners; the page keeps no record of it, but the more there are the more it
    encloses.
    """
    area: int = await scene.read(_AREA, "#c")
    number = min(range(3, 8), key=lambda sides: abs(area - enclosed(sides)))
    async for move in scene.press("#form button", text=str(number)):
        yield move


def enclosed(sides: int) -> float:
    """The pixels within a regular polygon, its line included."""
    return sides * (RADIUS * cos(pi / sides) + HALF_LINE) ** 2 * tan(pi / sides)


SOLVERS: dict[str, Callable[[Scene], Moves]] = {
    "click-shape": click_shape,
    "count-shape": count_shape,
    "count-sides": count_sides,
    "identify-shape": identify_shape,
}
