"""Controls as HTML: each function gives one block or part of one, or "" when no new name was found for it."""

from html import escape

from agent.training.pages.marks import shape_svg
from agent.training.pages.writer import Writer
from agent.training.screens.canvas import Colour
from agent.training.screens.colours import COLOURS, NEAR, distance
from agent.training.screens.marks import SHAPES
from agent.training.words import belongs

CLASSES = ("", "", "", "second", "second", "danger", "small", "large")


def button(w: Writer, cls: str | None = None, share: float = 0.45) -> str:
    """A button: an element of that name mostly, else an input or a link that looks like one."""
    text = w.name(w.words.button, share)
    if not text:
        return ""
    cls = "btn " + (w.rng.choice(CLASSES) if cls is None else cls)
    off = w.chance(0.05)
    known = f"{w.add('button', text, disabled=off, focused=not off and w.take_focus(0.04))}{' disabled' if off else ''}"
    pick = w.rng.random()
    if pick < 0.06:
        return f'<input type="button" class="{cls}" {known} value="{escape(text)}">'
    if pick < 0.14 and not off and w.theme.button != "native":
        return f'<a href="#" class="{cls}" {known}>{escape(text)}</a>'
    lead = f"{w.svg(0.8)[0]} " if pick > 0.9 else ""
    return f'<button class="{cls}" {known}>{lead}{escape(text)}</button>'


def buttons(w: Writer, most: int = 3) -> str:
    """One to `most` buttons in a row: the first one often stands out."""
    ranked = w.chance(0.5)
    parts = [button(w, ("" if i == 0 else "second") if ranked else None) for i in range(w.rng.randint(1, most))]
    cls = w.rng.choice(("row", "row", "row", "row end", "row middle", "row apart"))
    return f'<div class="b {cls}">{" ".join(parts)}</div>' if any(parts) else ""


def link(w: Writer, share: float = 0.45, cls: str = "") -> str:
    """A link; its name may be a few words."""
    make = w.words.button if w.chance(0.7) else lambda: w.words.phrase(w.rng.randint(1, 3))
    text = w.name(make, share)
    known = w.add("link", text, focused=w.take_focus(0.01)) if text else ""
    return text and f'<a href="#" class="{cls}" {known}>{escape(text)}</a>'


def links(w: Writer, most: int = 3) -> str:
    """One to `most` links in a row."""
    parts = [part for _ in range(w.rng.randint(1, most)) if (part := link(w))]
    between = w.rng.choice((" ", " ", " | ", " - ", " / "))
    return f'<div class="b row">{between.join(parts)}</div>'


def field(w: Writer, filled: bool | None = None, focused: bool | None = None) -> str:
    """A text field with its name beside it, above it or in it."""
    rng, inside = w.rng, w.theme.label == "inside"
    text = w.name(w.words.field, 0.5)
    if not text:
        return ""
    kind = rng.choices(("text", "password", "number", "email", "search", "textarea"), (76, 7, 5, 3, 3, 6))[0]
    value = content(w, kind) if (w.chance(0.4) if filled is None else filled) else ""
    wanted = w.chance(0.25) if focused is None else focused
    focused = wanted and w.take_focus(1.0)
    selected, secret = bool(value) and focused and w.chance(0.15), kind == "password"
    known = {"value": value, "focused": focused, "selected": selected, "secret": secret}
    attributes = w.add("field", text, hidden=inside and bool(value), **known)
    attributes += f' placeholder="{escape(text if inside else w.words.value() if w.chance(0.12) else "")}"'
    attributes += f' style="{_extent(w, kind)}"'
    if kind == "textarea":
        control = f'<textarea class="t" rows="{rng.randint(2, 4)}" {attributes}>{escape(value)}</textarea>'
    else:
        control = f'<input class="t" type="{kind}" {attributes} value="{escape(value)}">'
    return f'<div class="b">{control}</div>' if inside else labelled(w, text, control)


def content(w: Writer, kind: str) -> str:
    """What somebody typed into a field of `kind`."""
    if kind == "number":
        return number(w)
    return w.words.email() if kind == "email" else w.words.value()


def number(w: Writer) -> str:
    """Digits alone, of the page's side of the held-out rule."""
    while True:
        text = str(w.rng.randint(0, 10 ** w.rng.randint(1, 4)))
        if belongs(text, heldout=w.words.heldout):
            return text


def _extent(w: Writer, kind: str) -> str:
    """How wide a field is: all of its column, or some pixels."""
    if w.theme.label != "left" and w.chance(0.35):
        return "width:100%"
    most = max(90, min(240, w.width - 40 if w.theme.label == "above" else w.width // 2))
    return f"width:{w.rng.randint(60, 90) if kind == 'number' else w.rng.randint(80, round(most))}px"


def labelled(w: Writer, text: str, control: str) -> str:
    """The control registered last, with its name before or above it."""
    name = f'<span data-label="{w.last}">{escape(text)}{":" if w.theme.colon else ""}</span>'
    star = ' <span class="star">*</span>' if w.chance(0.07) else ""
    hint = f'<div class="hint">{escape(w.sentence(2, 6))}</div>' if w.chance(0.08) else ""
    return f'<div class="b"><label class="n">{name}{star}</label> {control}{hint}</div>'


def choice(w: Writer, kind: str, text: str, on: bool, group: str = "", look: str = "") -> str:
    """A check box or a radio button with its text; `look` "far" puts the text left and the box at the right edge."""
    if not text:
        return ""
    known = w.add(kind, text, checked=on, group=group, focused=w.take_focus(0.03))
    switch = "sw" if kind == "checkbox" and w.chance(0.6 if look == "far" else 0.08) else ""
    mark = f'<input type="{kind}" class="{switch}" data-mark="{w.last}"{" checked" if on else ""}>'
    if look == "far":
        return f'<label class="far" {known}><span data-label="{w.last}">{escape(text)}</span>{mark}</label>'
    return f'<label class="choice" {known}>{mark} {escape(text)}</label>'


def checkbox(w: Writer, look: str = "") -> str:
    """A check box on a line of its own."""
    part = choice(w, "checkbox", w.name(w.words.check, 0.75), w.chance(0.33), look=look)
    return part and f'<div class="b">{part}</div>'


def radios(w: Writer) -> str:
    """Radio buttons below each other or in a row, with or without a name for all of them."""
    group = w.name(w.words.label, 0.6) if w.chance(0.5) else ""
    names = w.names(w.words.label, 2, 4, 0.6)
    chosen = w.rng.randrange(len(names)) if names and w.chance(0.4) else -1
    parts = [choice(w, "radio", name, i == chosen, group) for i, name in enumerate(names)]
    if w.chance(0.25):
        body = f'<div class="row">{" ".join(parts)}</div>'
    else:
        body = "".join(f'<div class="tight">{part}</div>' for part in parts)
    if group and w.chance(0.4):
        return f'<fieldset class="b"><legend {w.add("text", group)}>{escape(group)}</legend>{body}</fieldset>'
    title = f"<div>{w.shown('text', group)}</div>" if group else ""
    return f'<div class="b">{title}{body}</div>'


def select(w: Writer) -> str:
    """A closed select: Chromium's own, or a page's imitation."""
    text, names = w.name(w.words.field, 0.45), w.names(w.words.label, 3, 6, 0.4)
    if not text or not names:
        return ""
    value = w.rng.choice(names)
    known = w.add("select", text, value=value, focused=w.take_focus(0.03))
    if w.chance(0.2):
        control = f'<div class="sel" tabindex="0" {known}><span>{escape(value)}</span><i></i></div>'
    else:
        options = "".join(f"<option{' selected' if n == value else ''}>{escape(n)}</option>" for n in names)
        control = f"<select {known}>{options}</select>"
    return labelled(w, text, control)


def slider(w: Writer) -> str:
    """A slider with its name."""
    text, percent = w.name(w.words.field, 0.5), w.rng.randint(0, 100)
    if not text:
        return ""
    known = w.add("slider", text, fraction=percent / 100)
    style = f"width:{w.rng.randint(90, round(max(100, min(220, w.width * 0.6))))}px"
    return labelled(w, text, f'<input type="range" {known} value="{percent}" style="{style}">')


def odd(w: Writer) -> str:
    """A control that is never asked for: a date, a colour, a meter, or one that can't be worked."""
    text = w.name(w.words.field, 0.5)
    value, share = escape(w.words.value()), w.rng.random()
    control = w.rng.choice(
        (
            f'<input class="t" type="date" value="{_date(w)}">',
            f'<input class="t" type="time" value="{_time(w)}">',
            f'<input type="color" value="#{w.rng.randrange(1 << 24):06x}">',
            f'<progress value="{share:.2f}"></progress>',
            f'<meter value="{share:.2f}"></meter>',
            f'<input class="t" value="{value}" disabled>',
            f'<input class="t" value="{value}" readonly>',
            "<select disabled><option></option></select>",
            f'<input type="checkbox" disabled{w.rng.choice(("", " checked"))}>',
            f'<input type="range" value="{round(share * 100)}" disabled>',
        )
    )
    return text and f'<div class="b"><label class="n">{w.shown("text", text)}</label> {control}</div>'


def _date(w: Writer) -> str:
    year, month, day = w.rng.randint(1950, 2030), w.rng.randint(1, 12), w.rng.randint(1, 28)
    return "" if w.chance(0.4) else f"{year}-{month:02d}-{day:02d}"


def _time(w: Writer) -> str:
    return "" if w.chance(0.4) else f"{w.rng.randint(0, 23):02d}:{w.rng.randint(0, 59):02d}"


def shape(w: Writer) -> str:
    """A coloured shape that is neither like another one, nor like an icon, nor like the ground."""
    colour, name = w.rng.choice(list(COLOURS)), w.rng.choice(SHAPES)
    fill: Colour = COLOURS[colour]
    near = distance(fill, w.theme.palette.background) < 110
    alike = any(f"colour {c}" in w.used for c in COLOURS if c != colour and distance(COLOURS[c], fill) < NEAR)
    if near or alike or not w.used.isdisjoint(("a picture", f"shape {colour} {name}", f"{name} icon")):
        return ""
    w.used |= {f"shape {colour} {name}", f"any {name}", f"colour {colour}"}
    size = w.rng.randint(12, 40)
    width, height = (round(size * 1.8), max(8, size // 2)) if name == "rectangle" else (size, size)
    return shape_svg(name, width, height, fill, w.add("shape", colour=colour, shape=name))
