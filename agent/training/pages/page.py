"""`make_page`: a random HTML page of the controls that drawn screens have, with what is known of each."""

import random
from dataclasses import dataclass, field
from html import escape

from agent.training.pages.marks import icon_svg, shape_svg
from agent.training.pages.style import rgb, sheet
from agent.training.screens.canvas import Colour
from agent.training.screens.icons import ICONS
from agent.training.screens.marks import COLOURS, SHAPES
from agent.training.screens.record import SIZES, Size, Widget
from agent.training.screens.themes import Theme, make_theme
from agent.training.words import Words

NOWHERE = (0.0, 0.0, 0.0, 0.0)
"""The box of a widget before the page was rendered."""


@dataclass(slots=True)
class Page:
    """A page before it is rendered. The element of widget i carries data-box="i"; others data-mark, data-label."""

    html: str
    widgets: list[Widget]
    size: Size
    """(width, height) of the finished frame in pixels."""
    zoom: float
    """How much the page is enlarged into the frame: its window is `size / zoom`."""
    heldout: bool
    layout: str
    theme: str

    @property
    def window(self) -> Size:
        """(width, height) of the browser's window in CSS pixels."""
        return round(self.size[0] / self.zoom), round(self.size[1] / self.zoom)


@dataclass(slots=True)
class _Writer:
    """Writes one page: each method gives the HTML of one block, or "" when no new name was found."""

    rng: random.Random
    words: Words
    theme: Theme
    width: int
    widgets: list[Widget] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    focus_taken: bool = False

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def name(self, make, longest: float = 0.9) -> str:
        """A new text that takes at most `longest` of the window's width."""
        for _ in range(10):
            text = make()
            if text.lower() not in self.used and len(text) * self.theme.size * 0.6 < self.width * longest:
                self.used.add(text.lower())
                return text
        return ""

    def add(self, kind: str, text: str = "", **known) -> str:
        """Register a widget; gives the attribute for its element."""
        self.widgets.append(Widget(kind, NOWHERE, text, **known))
        return f'data-box="{len(self.widgets) - 1}"'

    @property
    def last(self) -> int:
        return len(self.widgets) - 1

    def row(self, make, most: int = 3) -> str:
        parts = [make() for _ in range(self.rng.randint(1, most))]
        return f'<div class="b row">{" ".join(parts)}</div>'

    def button(self) -> str:
        text = self.name(self.words.button, 0.45)
        return text and f"<button {self.add('button', text)}>{escape(text)}</button>"

    def link(self, share: float = 0.45) -> str:
        text = self.name(self.words.button, share)
        return text and f'<a href="#" {self.add("link", text)}>{escape(text)}</a>'

    def heading(self) -> str:
        text = self.name(lambda: self.words.cased(self.words.phrase(self.rng.randint(1, 3))), 0.55)
        return text and f'<h2 class="b"><span {self.add("title", text)}>{escape(text)}</span></h2>'

    def paragraph(self) -> str:
        parts = []
        for _ in range(self.rng.randint(2, 7)):
            parts.append(escape(self.words.phrase(self.rng.randint(1, 4))))
            if self.chance(0.2):
                parts.append(self.link(0.4))
        return f'<p class="b">{" ".join(parts)}</p>'

    def checkbox(self) -> str:
        return self.choice("checkbox", self.name(self.words.check, 0.75), self.chance(0.33), "")

    def choice(self, kind: str, text: str, on: bool, group: str) -> str:
        if not text:
            return ""
        box = self.add(kind, text, checked=on, group=group)
        state = " checked" if on else ""
        mark = f'<input type="{kind}" data-mark="{self.last}"{state}>'
        return f'<div class="b"><label {box}>{mark} {escape(text)}</label></div>'

    def radios(self) -> str:
        group = self.name(self.words.label, 0.6) if self.chance(0.5) else ""
        names = [n for _ in range(self.rng.randint(2, 4)) if (n := self.name(self.words.label, 0.7))]
        chosen = self.rng.randrange(len(names)) if names and self.chance(0.4) else -1
        title = f"<div>{escape(group)}</div>" if group else ""
        return title + "".join(self.choice("radio", name, i == chosen, group) for i, name in enumerate(names))

    def named(self, text: str, control: str) -> str:
        """A control with its name before or above it."""
        shown = escape(text) + (":" if self.theme.colon else "")
        return f'<div class="b"><label class="n"><span data-label="{self.last}">{shown}</span></label> {control}</div>'

    def field(self, value: str | None = None, focused: bool | None = None) -> str:
        rng, inside = self.rng, self.theme.label == "inside"
        text = self.name(self.words.field, 0.4)
        if not text:
            return ""
        value = self.words.value() if value is None and self.chance(0.4) else value or ""
        focused = self.chance(0.25) if focused is None else focused
        focused = focused and not self.focus_taken
        self.focus_taken |= focused
        secret, selected = self.chance(0.08), bool(value) and focused and self.chance(0.15)
        known = {"value": value, "focused": focused, "selected": selected, "secret": secret}
        box = self.add("field", text, hidden=inside and bool(value), **known)
        width = rng.randint(80, max(90, min(190, self.width - 40 if self.theme.label == "above" else self.width // 2)))
        placeholder = text if inside else self.words.value() if self.chance(0.1) else ""
        control = (
            f'<input class="t" type="{"password" if secret else "text"}" {box} style="width:{width}px"'
            f' value="{escape(value)}" placeholder="{escape(placeholder)}">'
        )
        return f'<div class="b">{control}</div>' if inside else self.named(text, control)

    def select(self) -> str:
        text = self.name(self.words.field, 0.4)
        names = [n for _ in range(self.rng.randint(3, 6)) if (n := self.name(self.words.label, 0.4))]
        if not text or not names:
            return ""
        value = self.rng.choice(names)
        options = "".join(f"<option{' selected' if n == value else ''}>{escape(n)}</option>" for n in names)
        return self.named(text, f"<select {self.add('select', text, value=value)}>{options}</select>")

    def slider(self) -> str:
        text = self.name(self.words.field, 0.6)
        percent = self.rng.randint(0, 100)
        box = self.add("slider", text, fraction=percent / 100)
        style = f"width:{self.rng.randint(90, 150)}px;height:16px;margin:0"
        control = f'<input type="range" {box} value="{percent}" style="{style}">'
        return self.named(text, control) if text else ""

    def tabs(self) -> str:
        names = [n for _ in range(self.rng.randint(2, 4)) if (n := self.name(self.words.label, 0.28))]
        chosen = self.rng.randrange(len(names)) if names else -1
        spans = [
            f'<span class="tab{on}" {self.add("tab", n, checked=bool(on))}>{escape(n)}</span>'
            for on, n in ((" on" if i == chosen else "", name) for i, name in enumerate(names))
        ]
        return f'<div class="b">{"".join(spans)}</div>'

    def listing(self) -> str:
        names = [n for _ in range(self.rng.randint(3, 5)) if (n := self.name(self.words.label, 0.6))]
        chosen = self.rng.randrange(len(names)) if names and self.chance(0.4) else -1
        lines = [
            f"<div{' class=on' if i == chosen else ''} {self.add('item', n, checked=i == chosen)}>{escape(n)}</div>"
            for i, n in enumerate(names)
        ]
        return f'<div class="b"><div class="list">{"".join(lines)}</div></div>'

    def table(self) -> str:
        num_columns, num_rows = self.rng.randint(2, 3), self.rng.randint(2, 4)
        heads = [self.name(self.words.label, 0.28) for _ in range(num_columns)]
        lines = ["".join(f"<th {self.add('text', h)}>{escape(h)}</th>" for h in heads)]
        for _ in range(num_rows):
            cells = [self.name(self.words.name if c == 0 else self.words.value, 0.28) for c in range(num_columns)]
            known = [{"row": cells[0], "column": head} for head in heads]
            kinds = ["text"] + ["cell"] * (num_columns - 1)
            lines.append(
                "".join(
                    f"<td {self.add(kind, cell, **place)}>{escape(cell)}</td>"
                    for kind, cell, place in zip(kinds, cells, known, strict=True)
                )
            )
        return f'<table class="b"><tr>{"</tr><tr>".join(lines)}</tr></table>'

    def icon(self) -> str:
        name = self.rng.choice(list(ICONS))
        if f"icon {name}" in self.used or name in ("star", "plus", "close"):  # these would pass for shapes
            return ""
        self.used.add(f"icon {name}")
        ground = rgb(self.theme.palette.background)
        svg = icon_svg(name, self.rng.randint(14, 26), self.rng.choice((0.09, 0.11, 0.13)), ground)
        return f'<span class="icon" style="display:inline-block" {self.add("icon", name)}>{svg}</span>'

    def shape(self) -> str:
        colour, name, rng = self.rng.choice(list(COLOURS)), self.rng.choice(SHAPES), self.rng
        fill: Colour = COLOURS[colour]
        near = sum(abs(a - b) for a, b in zip(fill, self.theme.palette.background, strict=True)) < 110
        if near or f"shape {colour} {name}" in self.used:
            return ""
        self.used.add(f"shape {colour} {name}")
        size = rng.randint(12, 40)
        width, height = (round(size * 1.8), max(8, size // 2)) if name == "rectangle" else (size, size)
        return shape_svg(name, width, height, fill, self.add("shape", colour=colour, shape=name))

    def mention(self) -> str:
        """Text that speaks of the page's own controls, which were written before."""
        named = [w.text for w in self.widgets if w.text and w.kind not in ("icon", "shape") and not w.hidden]
        parts = [self.words.phrase(self.rng.randint(1, 3))]
        for name in self.rng.sample(named, min(len(named), self.rng.randint(1, 2))):
            parts += [name, self.words.phrase(self.rng.randint(1, 2))]
        colour = rgb(self.theme.palette.surface)
        return f'<p class="b" style="background:{colour}">{escape(" ".join(parts))}</p>'

    def form(self) -> list[str]:
        """The blocks of a form on its way."""
        num_fields = self.rng.choice((1, 2, 2, 3, 3, 4))
        progress, shift = self.rng.randint(0, num_fields), self.rng.choice((-1, 0, 0, 9))
        blocks = [self.heading() if self.chance(0.4) else ""]
        for index in range(num_fields):
            value = self.words.value() if index < progress else ""
            blocks.append(self.field(value, focused=index == progress + shift))
        blocks += [self.checkbox() for _ in range(self.rng.choice((0, 1, 1, 2)))]
        blocks += [self.radios() if self.chance(0.2) else "", self.select() if self.chance(0.2) else ""]
        return [*blocks, self.row(self.button, 2)]

    def mixed(self) -> list[str]:
        """Blocks of any kind."""
        makers = (
            [lambda: self.row(self.button), lambda: self.row(self.link), self.checkbox, self.checkbox, self.field] * 2
            + [self.paragraph, self.paragraph, self.heading, self.radios, self.select, self.slider, self.tabs]
            + [self.listing, self.table, lambda: self.row(self.icon, 6), lambda: self.row(self.shape, 6)]
        )
        return [self.rng.choice(makers)() for _ in range(self.rng.randint(4, 10))]


def make_page(rng: random.Random, *, heldout: bool = False, size: Size | None = None) -> Page:
    """A random page for a frame of `size` (one of SIZES when None), of words of one side of the held-out rule."""
    size = size or rng.choice(SIZES)
    zoom = 1.0 if rng.random() < 0.75 else rng.uniform(1.2, 1.5)
    theme = make_theme(rng, rng.triangular(0.85, 1.3, 1.0) / zoom)
    writer = _Writer(rng, Words(rng, heldout), theme, round(size[0] / zoom))
    layout = "form" if rng.random() < 0.5 else "mixed"
    blocks = writer.form() if layout == "form" else writer.mixed()
    body = "\n".join([writer.mention() if rng.random() < 0.2 else "", *(block for block in blocks if block)])
    frame = rng.random()
    if frame < 0.3:
        body = f'<div class="card" style="width:{rng.randint(80, 100)}%">{body}</div>'
    elif frame < 0.4:
        body = f'<div style="text-align:center">{body}</div>'
    html = f"<!doctype html><meta charset=utf-8><style>{sheet(rng, theme)}</style><body>{body}"
    return Page(html, writer.widgets, size, zoom, heldout, f"html-{layout}", theme.name)
