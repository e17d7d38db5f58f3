"""Solvers of tasks that are done by ticking boxes, choosing options and picking dates."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from perception.geometry import Point
from sandboxes.oracles.scene import FIELD, Moves, Scene, after, at, click, click_at, select_text, told, type_text

MONTHS: Sequence[str] = "January February March April May June July August September October November December".split()


async def _labels(scene: Scene) -> list[str]:
    return [thing.text for thing in await scene.all("#area label")]


async def _tick(scene: Scene, labels: Sequence[str], wanted: Iterable[str], verb: str = "Tick") -> Moves:
    """Tick the boxes that have these of the labels, in the order of the goal, then submit. Of a mapping the values are
    what is said first, as in `after`.
    """
    seen = wanted if isinstance(wanted, Mapping) else dict.fromkeys(wanted, "")
    for label, why in seen.items():
        async for move in scene.press(f"#ch{labels.index(label)}", thought=after(why, f'{verb} "{label}"')):
            yield move
    async for move in scene.press("#subbtn"):
        yield move


async def click_checkboxes(scene: Scene) -> Moves:
    """The boxes that the goal lists, or none."""
    (words,) = told(r"Select (.*) and click Submit", scene.goal)
    labels = await _labels(scene)
    async for move in _tick(scene, labels, [word for word in words.split(", ") if word in labels]):
        yield move


async def click_checkboxes_soft(scene: Scene) -> Moves:
    """Boxes whose words mean the same as those that are listed; the page knows which do."""
    (words,) = told(r"Select words similar to (.*) and click", scene.goal)
    groups: list[list[str]] = await scene.read("SYNONYMS")
    labels, wanted = await _labels(scene), dict[str, str]()
    for word in words.split(", "):
        alike = {each for group in groups if word in group for each in group}
        for label in labels:
            if label in alike:
                wanted.setdefault(label, f'Like "{word}"')
    async for move in _tick(scene, labels, wanted):
        yield move


async def click_option(scene: Scene) -> Moves:
    """One option."""
    (name,) = told(r"Select (.*) and click Submit", scene.goal)
    async for move in _tick(scene, await _labels(scene), [name], verb="Choose"):
        yield move


async def number_checkboxes(scene: Scene) -> Moves:
    """Draw a digit with boxes, in the page's own pattern."""
    (digit,) = told(r"(\d)", scene.goal)
    pattern: list[list[int]] = await scene.read("number => PATTERNS[number]", int(digit))
    boxes = await scene.all("#area input[type=checkbox]")
    for row, values in enumerate(pattern):
        for column, value in enumerate(values):
            if value:
                yield click(boxes[4 * row + column], after(digit, f"Tick {at(row, column)}"))
    async for move in scene.press("#subbtn"):
        yield move


async def choose_date(scene: Scene) -> Moves:
    """Open the calendar, turn to the month, click the day."""
    month, day, year = map(int, told(r"(\d+)/(\d+)/(\d+)", scene.goal))
    name = MONTHS[month - 1]
    async for move in scene.press("#datepicker", thought=f"Focus {FIELD}"):
        yield move
    while True:
        shown_month = MONTHS.index((await scene.one(".ui-datepicker-month")).text) + 1
        shown_year = int((await scene.one(".ui-datepicker-year")).text)
        if (shown_year, shown_month) == (year, month):
            break
        way, side = ("next", "right") if (year, month) > (shown_year, shown_month) else ("prev", "left")
        seen = f"{MONTHS[shown_month - 1]}, not {name}"
        async for move in scene.press(f".ui-datepicker-{way}", thought=after(seen, f"Click the {side} arrow")):
            yield move
    thought = after(name, f'Click "{day}"')
    async for move in scene.press(".ui-datepicker-calendar a", text=str(day), thought=thought):
        yield move
    async for move in scene.press("#subbtn"):
        yield move


async def use_colorwheel(scene: Scene) -> Moves:
    """A colour by its name."""
    (name,) = told(r"Select (\w+) with", scene.goal)
    async for move in _coloured(scene, await scene.read("name => ui_utils.colorNameToHex(name)", name)):
        yield move


async def use_colorwheel_2(scene: Scene) -> Moves:
    """The colour of a small square."""
    shown: str = await scene.read("getComputedStyle(document.querySelector('#query .cc')).backgroundColor")
    red, green, blue = map(int, told(r"(\d+), (\d+), (\d+)", shown))
    async for move in _coloured(scene, f"#{red:02x}{green:02x}{blue:02x}"):
        yield move


async def _coloured(scene: Scene, colour: str) -> Moves:
    """Type a colour into the field. Its wheel opens over the button below, and closes with a click beside it."""
    field = await scene.one("#col")
    yield select_text(field)
    yield type_text(colour.removeprefix("#"))
    yield click_at(Point(x=int(field.box.left) + 12, y=int(field.box.top) - 6), '"Color:"')
    async for move in scene.press("#subbtn"):
        yield move


SOLVERS: dict[str, Callable[[Scene], Moves]] = {
    "choose-date": choose_date,
    "choose-date-easy": choose_date,
    "choose-date-medium": choose_date,
    "choose-date-nodelay": choose_date,
    "click-checkboxes": click_checkboxes,
    "click-checkboxes-large": click_checkboxes,
    "click-checkboxes-soft": click_checkboxes_soft,
    "click-checkboxes-transfer": click_checkboxes,
    "click-option": click_option,
    "number-checkboxes": number_checkboxes,
    "use-colorwheel": use_colorwheel,
    "use-colorwheel-2": use_colorwheel_2,
}
