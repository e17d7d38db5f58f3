"""What covers a page: dialogs over a veil, open menus, context menus, the open list of a select."""

from html import escape

from agent.training.pages import blocks, controls
from agent.training.pages.frames import Makers, some
from agent.training.pages.kinds import PAGES, Kind
from agent.training.pages.writer import Writer
from agent.training.words import belongs

BEHIND = ("form", "mixed", "dashboard", "records", "article", "letters", "shop", "facts")

SHORTCUTS = (
    "Ctrl+C",
    "Ctrl+K",
    "Ctrl+N",
    "Ctrl+O",
    "Ctrl+P",
    "Ctrl+S",
    "Ctrl+V",
    "Ctrl+X",
    "Ctrl+Z",
    "Alt+F4",
    "Del",
    "F2",
    "F5",
)


def _behind(w: Writer) -> str:
    """A page that is seen and can't be reached; nothing on it has the focus."""
    taken, w.focus_taken = w.focus_taken, True
    body = PAGES[w.rng.choice(BEHIND)].write(w)
    w.focus_taken = taken
    return f"<div data-behind>{body}</div>"


def dialog(w: Writer) -> str:
    """A dialog over a page: the browser's own kind or an imitation, in the middle, at the top or at a side."""
    page = _behind(w)
    width = min(w.width - 16, max(w.width * w.rng.uniform(0.4, 0.8), w.theme.size * 16))
    place = w.rng.choice(("centre", "centre", "centre", "top", "drawer" if w.width > 400 else "centre"))
    with w.within(width - 28):
        body = _question(w) if w.chance(0.5) else _work(w)
    style = f'style="width:{round(width)}px"'
    if w.chance(0.4):
        return f'{page}<dialog class="{place}" data-modal {style}>{body}</dialog>'
    return f'{page}<div class="veil"></div><div class="dialog {place}" {style}>{body}</div>'


def _top(w: Writer) -> str:
    """The title, with an icon to close the dialog."""
    close = w.icon("icon plain", "close") if w.chance(0.4) else ""
    if close and w.widgets[-1].text == "close":
        w.widgets[-1].group = "dialog"
    title = w.shown("title", w.name(lambda: w.words.cased(w.words.phrase(w.rng.randint(1, 3))), 0.7))
    return f'<div class="b row apart level"><h3>{title}</h3>{close}</div>' if title else ""


def _question(w: Writer) -> str:
    """A sentence or two, and what can be answered."""
    lead = _top(w) if w.chance(0.75) else ""
    text = escape(w.mentioned() if w.chance(0.15) else " ".join(w.sentence(3, 9) for _ in range(w.rng.randint(1, 2))))
    extra = controls.checkbox(w) if w.chance(0.2) else ""
    return f'{lead}<p class="b">{text}</p>{extra}{controls.buttons(w)}'


def _work(w: Writer) -> str:
    """A small form."""
    makers: Makers = (
        (controls.field, 5),
        (controls.checkbox, 3),
        (controls.select, 2),
        (controls.radios, 2),
        (blocks.listing, 1),
        (controls.slider, 1),
        (blocks.tabs, 0.5),
    )
    most = 2 if w.height < 300 else 5
    return _top(w) + "".join(some(w, makers, w.rng.randint(1, most))) + controls.buttons(w)


def _panel(w: Writer, group: str = "") -> str:
    """The entries of an open menu, with lines, icons or keys beside some."""
    names = w.names(w.words.button, 3, max(4, min(9, round(w.height / (w.theme.size * 3.2)))), 0.55)
    drawn, keyed, ruled = w.chance(0.2), w.chance(0.2), w.chance(0.4)
    over = w.rng.randrange(len(names) * 2) if names else -1
    keys = [key for key in SHORTCUTS if belongs(key, heldout=w.words.heldout)]
    parts = []
    for index, name in enumerate(names):
        known = w.add("menuitem", name, group=group)
        lead = w.svg(0.8)[0] if drawn else ""
        key = f'<span class="count">{w.rng.choice(keys)}</span>' if keyed and keys and w.chance(0.5) else ""
        text = f'<span data-label="{w.last}">{escape(name)}</span>' if lead or key else escape(name)
        parts.append(f'<div class="item{" over" if index == over else ""}" {known}>{lead}{text}{key}</div>')
        if ruled and index + 1 < len(names) and w.chance(0.25):
            parts.append("<hr>")
    return f'<div class="menu">{"".join(parts)}</div>'


def menus(w: Writer) -> str:
    """A row of menus with one of them open; only the row and the menu can be reached."""
    names = w.names(w.words.label, 2, max(2, min(7, round(w.width / 75))), 0.2) or [w.words.label()]
    chosen = w.rng.randrange(len(names))
    parts = []
    for index, name in enumerate(names):
        known = w.add("menuitem", name, group="bar", open=index == chosen)
        panel = _panel(w, name) if index == chosen else ""
        look = ("entry on" if index == chosen else "entry", "rightmost" if index > len(names) / 2 else "")
        parts.append(f'<div class="hung {look[1]}"><span class="{look[0]}" {known}>{escape(name)}</span>{panel}</div>')
    return f'<header class="bar menus">{"".join(parts)}</header>{_behind(w)}'


def context(w: Writer) -> str:
    """A menu that was opened with the right button, anywhere on a page."""
    page = _behind(w)
    x, y = w.rng.uniform(0.02, 0.5) * w.width, w.rng.uniform(0.02, 0.4) * w.height
    return f'{page}<div class="pinned" style="left:{round(x)}px;top:{round(y)}px">{_panel(w)}</div>'


def opened(w: Writer) -> str:
    """A select whose list is open, drawn by the page."""
    lead = blocks.heading(w) if w.chance(0.4) else ""
    text, names = w.name(w.words.field, 0.45), w.names(w.words.label, 3, max(3, min(8, round(w.height / 40))), 0.5)
    if not text or not names:
        return lead + controls.buttons(w)
    chosen = w.rng.randrange(len(names))
    known = w.add("select", text, value=names[chosen], open=True)
    owner = w.last
    parts = [
        w.shown("option", name, "div", "item over" if i == chosen else "item", checked=i == chosen, group=text)
        for i, name in enumerate(names)
    ]
    box = f'<div class="sel open" {known}><span>{escape(names[chosen])}</span><i></i></div>'
    control = f'<div class="hung">{box}<div class="menu">{"".join(parts)}</div></div>'
    label = f'<label class="n"><span data-label="{owner}">{escape(text)}</span></label>'
    w.focus_taken = True
    rest = "".join(some(w, ((controls.field, 2), (controls.checkbox, 1), (controls.buttons, 1)), 4))
    return f'{lead}<div class="b">{label} {control}</div><div data-behind>{rest}</div>'


OVERLAYS: dict[str, Kind] = {
    "dialog": Kind(dialog, 7, modal=True),
    "menus": Kind(menus, 4, modal=True),
    "context": Kind(context, 3, modal=True),
    "opened": Kind(opened, 3),
}
"""Kinds of pages of which a part is covered."""

KINDS: dict[str, Kind] = {**PAGES, **OVERLAYS}
"""Every kind of page."""
