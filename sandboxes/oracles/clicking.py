"""Solvers of tasks that are done by clicking what is named."""

import re
from collections.abc import Callable

from sandboxes.oracles.scene import FIELD, Moves, Scene, at, click, told


def quoted(goal: str) -> str:
    """The first words between quotation marks in a goal."""
    (name,) = told(r'"(.*?)"', goal)
    return name


def _one(selector: str, thought: str = "") -> Callable[[Scene], Moves]:
    """Click the one thing that a selector finds."""

    def solver(scene: Scene) -> Moves:
        return scene.press(selector, thought=thought)

    return solver


def _named(selector: str, pattern: str = r'"(.*?)"') -> Callable[[Scene], Moves]:
    """Click the thing that the goal names; the pattern says where."""

    async def solver(scene: Scene) -> Moves:
        (name,) = told(pattern, scene.goal)
        async for move in scene.press(selector, text=name):
            yield move

    return solver


close_dialog = _one(".ui-dialog-titlebar-close", "Click the close icon")


async def click_dialog_2(scene: Scene) -> Moves:
    """A button of the dialog, or the x of its title bar."""
    name = quoted(scene.goal)
    moves = close_dialog(scene) if name == "x" else scene.press(".ui-dialog-buttonset button", text=name)
    async for move in moves:
        yield move


async def click_color(scene: Scene) -> Moves:
    """The box of a colour."""
    (colour,) = told(r"Click on the (\w+) colored box", scene.goal)
    async for move in scene.press(f"#area .color[data-color={colour}]", thought=f"Click the {colour} box"):
        yield move


async def click_shades(scene: Scene) -> Moves:
    """All shades of a colour, row by row."""
    (colour,) = told(r"shades of (\w+)", scene.goal)
    boxes = await scene.all("#area span")
    rows = sorted({each.box.center.y for each in boxes})
    columns = sorted({each.box.center.x for each in boxes})
    for thing in boxes:
        if thing.attributes["data-color"] == colour:
            place = at(rows.index(thing.box.center.y), columns.index(thing.box.center.x))
            yield click(thing, f"Click the {colour} box in {place}")
    yield click(await scene.one("#submit"))


async def click_widget(scene: Scene) -> Moves:
    """A widget of a kind."""
    kind = quoted(scene.goal)
    async for move in scene.press(f"[data-type={kind}]", thought=f"Click the {kind}"):
        yield move


async def click_button_sequence(scene: Scene) -> Moves:
    """One button, then the other. Where they overlap, an edge of the covered one is left."""
    yield click(await scene.one("#subbtn"))
    yield click(await scene.one("#subbtn2"))


async def grid_coordinate(scene: Scene) -> Moves:
    """The point of a coordinate."""
    (wanted,) = told(r"(\(-?\d,-?\d\))", scene.goal)
    (point,) = [thing for thing in await scene.all("circle") if thing.attributes["id"] == wanted]
    yield click(point, f"Click {wanted}")


async def focus_text_2(scene: Scene) -> Moves:
    """The n-th text box."""
    (number,) = told(r"the (\d)", scene.goal)
    name = ("first", "second", "third")[int(number) - 1]
    async for move in scene.press(f"#tt{number}", thought=f"Focus the {name} text field"):
        yield move


async def ascending_numbers(scene: Scene) -> Moves:
    """Five numbers in their order; after the first click the others are covered."""
    yield click(await scene.one("svg text", text="1"))
    for number in range(2, 6):
        yield click(await scene.one(f"svg rect[data-index='{number}']"), f'Click "{number}"')


async def odd_or_even(scene: Scene) -> Moves:
    """Mark every number."""
    numbers = await scene.all(".display-number")
    for row, number in enumerate(numbers):
        async for move in scene.press(".odd" if int(number.text) % 2 else ".even", number=row):
            yield move
    async for move in scene.press("#submit"):
        yield move


async def buy_ticket(scene: Scene) -> Moves:
    """The cheapest or dearest, shortest or longest."""
    goal = scene.goal
    reading, key = (".buy-ticket", "data-price") if "cost" in goal else (".time-duration", "data-duration")
    values = [int(thing.attributes[key]) for thing in await scene.all(reading)]
    least = "cheapest" in goal or "shortest" in goal
    number = values.index(min(values) if least else max(values))
    async for move in scene.press(".buy-ticket", number=number):
        yield move


async def phone_book(scene: Scene) -> Moves:
    """Turn pages to the person, then click what is asked for."""
    name, wanted = told(r"Find (.+) in the .* click on their (\w+)", scene.goal)
    while (await scene.one("#contact .name")).text != name:
        async for move in scene.press("#pagination .next a"):
            yield move
    async for move in scene.press(f"#contact .{wanted}"):
        yield move


async def generate_number(scene: Scene) -> Moves:
    """Draw numbers until one fits."""
    bound = re.search(r"(less|greater) than (\d+)", scene.goal)
    fits: Callable[[int], bool]
    if bound is None:
        parity = 1 if "odd" in scene.goal else 0
        fits = lambda number: number % 2 == parity  # noqa: E731
    elif bound[1] == "less":
        fits = lambda number: number < int(bound[2])  # noqa: E731
    else:
        fits = lambda number: number > int(bound[2])  # noqa: E731
    shown = "-"
    while shown == "-" or not fits(int(shown)):
        yield click(await scene.one("#generate"))
        shown = (await scene.one("#display-number")).text
    yield click(await scene.one("#submit"))


SOLVERS: dict[str, Callable[[Scene], Moves]] = {
    "ascending-numbers": ascending_numbers,
    "buy-ticket": buy_ticket,
    "click-button": _named("#area button"),
    "click-button-sequence": click_button_sequence,
    "click-color": click_color,
    "click-dialog": close_dialog,
    "click-dialog-2": click_dialog_2,
    "click-link": _named("#area .alink"),
    "click-shades": click_shades,
    "click-tab": _named("#area ul a", r"(Tab #\d)"),
    "click-test": _one("#subbtn"),
    "click-test-2": _one("#subbtn"),
    "click-test-transfer": _named("#area button", r"Click button (\w+)\."),
    "click-widget": click_widget,
    "focus-text": _one("#tt", f"Focus {FIELD}"),
    "focus-text-2": focus_text_2,
    "generate-number": generate_number,
    "grid-coordinate": grid_coordinate,
    "odd-or-even": odd_or_even,
    "phone-book": phone_book,
    "unicode-test": _named("#area button"),
}
