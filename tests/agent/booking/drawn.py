"""Screens that are drawn: a form with labels above or beside its fields, pages that say something, a list, and a small
program of them that books what is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from actions.action import Action, Key, LeftClick, Scroll, Type
from actions.risk import Under
from agent.booking.wanted import Wanted, wanted_of
from perception.extraction.schema import RecordSchema, read_schema
from perception.geometry import Point, Size
from perception.observation import Frame, Observation
from sandboxes.environment import Transition
from sandboxes.task import Score, Task
from tests.walk.filler import INVOICE

SIZE = Size(width=900, height=420)
ROW = 40
VALUES: dict[str, Any] = {
    "number": "INV-88555",
    "date": "2025-01-23",
    "supplier": "Orłowski & Söhne S.r.l.",
    "net": 470.0,
    "tax": 89.18,
    "total": 559.18,
}
TYPED = {**VALUES, "net": "470.00", "tax": "89.18", "total": "559.18"}
LABELS = {name: part["title"] for name, part in INVOICE["properties"].items()}
SCHEMA: RecordSchema = read_schema(INVOICE)


def wanted(**values: Any) -> tuple[Wanted, ...]:
    """What the record wants, with other values in places."""
    return wanted_of(SCHEMA, VALUES | values)


def form(
    typed: Mapping[str, str],
    *,
    beside: bool = False,
    labels: Mapping[str, str] = LABELS,
    focus: str = "",
    caret: bool = False,
) -> Frame:
    """The form with what was typed; labels above the fields, two in a row, or beside them; a caret behind the text of
    the field with the focus."""
    picture, draw = _paper()
    draw.text((20, 12), "New invoice", font=_font(20), fill="black")
    for index, (name, label) in enumerate(labels.items()):
        left, top = (20, 50 + ROW * index) if beside else (20 + 430 * (index % 2), 50 + 76 * (index // 2))
        draw.text((left, top + 10 * beside), label, font=_font(13), fill="#44525f")
        box = (left + 170, top, left + 560, top + 34) if beside else (left, top + 20, left + 400, top + 56)
        draw.rectangle(box, outline="#2b7cc4" if name == focus else "#8fa0b0")
        text = typed.get(name, "")
        draw.text((box[0] + 9, box[1] + 9), text, font=_font(15), fill="black")
        if caret and name == focus:
            end = box[0] + 8 + round(_font(15).getlength(text))
            draw.line((end, box[1] + 9, end, box[1] + 24), fill="black")
    draw.text((20, 330), "Save invoice", font=_font(14), fill="black")
    return Frame(pixels=np.asarray(picture))


def page(*lines: str) -> Frame:
    """A page that says something."""
    picture, draw = _paper()
    for index, line in enumerate(lines):
        draw.text((20, 20 + ROW * index), line, font=_font(16), fill="black")
    return Frame(pixels=np.asarray(picture))


class DrawnList:
    """A list of what was entered, as a page that can be scrolled and asked for a number."""

    surface = "browser"

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self.rows, self.shown, self.first = list(rows), list(rows), 0
        self.num_resets = 0

    async def reset(self, task: Task) -> Observation:
        number = parse_qs(urlsplit(task.url).query).get("number", [""])[0]
        self.shown, self.first = [row for row in self.rows if number in ("", row[0])], 0
        self.num_resets += 1
        return await self.observe()

    async def observe(self) -> Observation:
        picture, draw = _paper()
        for index, row in enumerate(self.shown[self.first : self.first + 9]):
            for place, cell in zip((20, 170, 300, 560, 660, 760), row, strict=True):
                draw.text((place, 20 + ROW * index), cell, font=_font(14), fill="black")
        return Observation(frame=Frame(pixels=np.asarray(picture)), url="http://list")

    async def step(self, action: Action) -> Transition:
        if isinstance(action, Scroll):
            self.first = max(0, min(self.first - action.pixels // ROW, len(self.shown) - 9))
        return Transition(await self.observe())

    async def score(self) -> Score | None:
        return None

    async def close(self) -> None:
        self.shown = []


class DrawnProgram:
    """A form whose button books, a receipt, and a list at any address that does not end in `new`; the books outlive a
    run. Between the click and the booking, and between the booking and the answer, somebody may step in."""

    surface = "browser"
    browser = None

    def __init__(self) -> None:
        self.books: list[list[str]] = []
        self.cut_before: Callable[[], object] | None = None
        self.cut_after: Callable[[], object] | None = None
        self.autofills = False
        self.answers = True
        """Whether a receipt is shown; else the form is empty again, as with some programs."""
        self.places = {name: Point(x=60 + 430 * (at % 2), y=86 + 76 * (at // 2)) for at, name in enumerate(LABELS)}
        self.places["save"] = Point(x=50, y=338)
        self._typed: dict[str, str] = {}
        self._focus, self._receipt, self._is_marked = "", "", False
        self._list: DrawnList | None = None

    async def reset(self, task: Task) -> Observation:
        self._typed, self._focus, self._receipt = {}, "", ""
        self._list = None if task.url.endswith("new") else DrawnList(self.books)
        return await self.observe() if self._list is None else await self._list.reset(task)

    async def observe(self) -> Observation:
        if self._list is not None:
            return await self._list.observe()
        if self._receipt:
            number, _, supplier, *_, total = self.books[-1]
            shown = page("Invoice saved", "Receipt number", self._receipt, f"{number}, {supplier}, total {total}")
        else:
            shown = form(self._typed, focus=self._focus)
        return Observation(frame=shown, url="http://books/receipt" if self._receipt else "http://books/new")

    async def step(self, action: Action) -> Transition:
        if self._list is not None:
            return await self._list.step(action)
        names = list(LABELS)
        match action:
            case LeftClick(at=at) if at == self.places["save"] and not self._receipt:
                await self._save()
            case LeftClick(at=at):
                self._focus, self._is_marked = _named_at(at), False
            case Key(keys=("ctrl", "a")):
                self._is_marked = True
            case Type(text=text) if self._focus:
                kept = "" if self._is_marked else self._typed.get(self._focus, "")
                self._typed[self._focus], self._is_marked = kept + text, False
            case Key(keys=("tab",)):
                self._focus = names[(names.index(self._focus) + 1) % len(names)]
        if self.autofills and self._focus == "total":
            self._typed["date"] = "2019-12-31"
        return Transition(await self.observe())

    async def under(self, action: Action) -> Under:
        if isinstance(action, LeftClick) and action.at == self.places["save"]:
            return Under(role="button", texts=("Save invoice",), submits=True, url="http://books/new")
        return Under(role="field", url="http://books/new")

    async def score(self) -> Score | None:
        return None

    async def close(self) -> None:
        self._typed = {}

    async def _save(self) -> None:
        await _cut(self.cut_before)
        self.books.append([self._typed.get(name, "") for name in LABELS])
        await _cut(self.cut_after)
        self._receipt = f"R-{len(self.books):06}" if self.answers else ""
        self._typed = {}


def _named_at(at: Point) -> str:
    """The field that a click chooses: in it, or on its label above; empty where there is none."""
    column, line = (at.x - 20) // 430, (at.y - 50) // 76
    names = list(LABELS)
    is_on_it = at.x - 20 - 430 * column < 400 and at.y - 50 - 76 * line < 56 and line < len(names) / 2
    return names[2 * line + column] if is_on_it else ""


async def _cut(cut: Callable[[], object] | None) -> None:
    if cut is not None:
        cut()
        await asyncio.sleep(1)


def row(**values: str) -> list[str]:
    """A line of the list; the record's own values where no others are given."""
    return [str((TYPED | values)[name]) for name in TYPED]


def _paper() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", (SIZE.width, SIZE.height), "white")
    return picture, ImageDraw.Draw(picture)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype("LiberationSans-Regular.ttf", size)
