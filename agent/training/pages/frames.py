"""How blocks are put together: columns, cards, a bar at the top, a side bar, and what is filled into them."""

from collections.abc import Sequence

from agent.training.pages import blocks, controls
from agent.training.pages.blocks import Block
from agent.training.pages.writer import Writer
from agent.training.words import belongs

Makers = Sequence[tuple[Block, float]]
"""Blocks and how often each comes."""

ANY: Makers = (
    (controls.buttons, 5),
    (controls.links, 4),
    (controls.checkbox, 7),
    (controls.field, 7),
    (controls.select, 3),
    (controls.radios, 3),
    (controls.slider, 2),
    (controls.odd, 2),
    (blocks.paragraph, 4),
    (blocks.heading, 3),
    (blocks.tabs, 2),
    (blocks.listing, 3),
    (blocks.table, 3),
    (blocks.icons, 3),
    (blocks.marks, 1.5),
    (blocks.details, 1),
    (blocks.alert, 1),
    (blocks.pairs, 1),
    (blocks.search, 1),
    (blocks.picture, 0.5),
)

NARROW = 260
"""A page of fewer CSS pixels has no room for a side bar."""


def some(w: Writer, makers: Makers, number: int) -> list[str]:
    """`number` blocks, or fewer where no names were found."""
    picked = w.rng.choices([make for make, _ in makers], [weight for _, weight in makers], k=number)
    return [part for make in picked if (part := make(w))]


def room(w: Writer) -> float:
    """About how many one-line controls have their place below each other."""
    return w.height / (w.theme.size * 1.6 + w.theme.gap + 6)


def flow(w: Writer, makers: Makers = ANY, share: float = 1.0) -> str:
    """Blocks below each other that fill about `share` of the window's height, or more than there is."""
    return "\n".join(some(w, makers, max(2, round(room(w) * share * w.rng.uniform(0.4, 0.95)))))


def columns(w: Writer, makers: Makers = ANY) -> str:
    """`flow` in as many columns as the width has room for, or fewer; each may be a card."""
    most = max(1, min(4, int(w.width / (w.theme.size * 15))))
    number = max(w.rng.randint(1, most), w.rng.randint(1, most))
    cards = w.chance(0.35)
    with w.within(w.width / number - 16):
        parts = [f'<div class="{"card" if cards else ""}">{flow(w, makers)}</div>' for _ in range(number)]
    return f'<div class="columns">{"".join(parts)}</div>' if number > 1 else parts[0]


def bar(w: Writer) -> str:
    """The bar at the top: a name, links or menus, a field to search in, icons. It may stay when the page scrolls."""
    parts, left = [f"<b>{w.shown('title', w.name(w.words.label, 0.25))}</b>"], w.width / (w.theme.size * 7) - 1
    kind = w.rng.choice(("link", "link", "menuitem", "tab"))
    while left > 0 and w.chance(0.85):
        if w.chance(0.7):
            known = {"group": "bar"} if kind == "menuitem" else {}
            parts.append(w.shown(kind, w.name(w.words.label, 0.2), "a", "entry", **known))
        else:
            parts.append(w.icon("icon plain", "menu", "bell", "person", "gear", "magnifier", "home"))
        left -= 1
    if w.chance(0.3) and w.width > 420:
        parts.append(blocks.search(w))
    elif w.chance(0.3):
        parts.append(controls.button(w, "small", 0.2))
    look = w.rng.choice(("", "stick", "stick", "apart", "stick apart"))
    return f'<header class="bar {look}">{" ".join(parts)}</header>'


def side(w: Writer) -> str:
    """A side bar: links with or without icons, with how many of something there are, one of them chosen."""
    parts = [f"<h3>{w.shown('title', w.name(w.words.label, 0.8))}</h3>" if w.chance(0.4) else ""]
    drawn, counted = w.chance(0.3), w.chance(0.25)
    number = min(12, max(3, round(room(w) * w.rng.uniform(0.4, 0.9))))
    chosen = w.rng.randrange(number * 2)
    for index in range(number):
        lead = w.svg(0.8)[0] if drawn else ""
        count = f' <span class="count">{_count(w)}</span>' if counted and w.chance(0.6) else ""
        name = w.shown("link", w.name(w.words.label, 0.75), "a", "entry on" if index == chosen else "entry")
        parts.append(f'<div class="line">{lead}{name}{count}</div>' if name else "")
        if w.chance(0.06):
            parts.append("<hr>")
    if w.chance(0.2):
        parts.append(controls.button(w, None, 0.8))
    return "".join(parts)


def _count(w: Writer) -> str:
    text = str(w.rng.randint(1, 99))
    return text if belongs(text, heldout=w.words.heldout) else ""


def shell(w: Writer, main: Block, *, barred: float = 0.6, sided: float = 0.5) -> str:
    """`main` with a bar above it and a side bar beside it, each with its probability."""
    top = bar(w) if w.chance(barred) else ""
    if w.width < NARROW or not w.chance(sided):
        return f"{top}<main>{main(w)}</main>"
    width = round(max(90, min(240, w.width * w.rng.uniform(0.2, 0.34))))
    with w.within(width - 16):
        aside = f'<nav class="side" style="flex:0 0 {width}px">{side(w)}</nav>'
    with w.within(w.width - width - 24):
        inner = f"<main>{main(w)}</main>"
    return f'{top}<div class="split">{inner + aside if w.chance(0.15) else aside + inner}</div>'


def banner(w: Writer) -> str:
    """A strip that stays at the window's lower edge and covers what lies below it."""
    text = w.mentioned() if w.chance(0.3) else w.sentence(3, 10)
    parts = [f"<span>{text}</span>", controls.button(w, "", 0.3), w.rng.choice(("", w.icon("icon plain", "close")))]
    return f'<div class="dock {w.rng.choice(("", "toast"))}">{" ".join(parts)}</div>'
