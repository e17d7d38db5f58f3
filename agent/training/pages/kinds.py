"""Kinds of pages, each a function that writes the body of one."""

from collections.abc import Callable
from html import escape
from typing import NamedTuple

from agent.training.pages import blocks, controls
from agent.training.pages.frames import ANY, Makers, columns, flow, room, shell, some
from agent.training.pages.writer import Writer


def form(w: Writer) -> str:
    """A form on its way: what comes first is filled, the field touched last has the focus."""
    number = min(14, max(1, round(w.rng.choice((1, 2, 2, 3, 3, 4)) * max(1.0, w.height / 300))))
    progress, shift = w.rng.randint(0, number), w.rng.choice((-1, 0, 0, 99))
    twin = w.width > w.theme.size * 34 and w.chance(0.5)
    parts = [blocks.heading(w) if w.chance(0.4) else "", blocks.alert(w) if w.chance(0.06) else ""]
    with w.within(w.width / 2 - 16 if twin else w.width):
        fields = [controls.field(w, i < progress, focused=i == progress + shift) for i in range(number)]
        fields += [controls.checkbox(w) for _ in range(w.rng.choice((0, 1, 1, 2)))]
        fields += [make(w) for make in (controls.radios, controls.select, controls.odd) if w.chance(0.22)]
    parts += [f'<div class="twin">{"".join(fields)}</div>'] if twin else fields
    if w.chance(0.1):
        parts.append(blocks.paragraph(w, 1))
    return _carded(w, "\n".join([*parts, controls.buttons(w, 2)]), 0.35)


def _carded(w: Writer, body: str, share: float) -> str:
    """The body on a card, in the middle, at the right edge or as it is."""
    pick = w.rng.random()
    if pick < share:
        return f'<div class="card" style="width:{w.rng.randint(60 if w.width > 500 else 80, 100)}%">{body}</div>'
    look = "middle" if pick < share + 0.1 else "right" if pick < share + 0.13 else ""
    return f'<div class="{look}">{body}</div>' if look else body


def mixed(w: Writer) -> str:
    """Blocks of any kind, in columns where the page is wide."""
    if w.width > w.theme.size * 32:
        return shell(w, columns, barred=0.35, sided=0.2)
    return _carded(w, flow(w, ANY, 1.2), 0.3)


def plain(w: Writer) -> str:
    """A few controls on an empty page; a field may have no name there, since it is the only one."""
    if w.chance(0.35):
        value = w.words.value() if w.chance(0.4) else ""
        known = w.add("field", "", value=value, focused=w.take_focus(0.4))
        lead = f"<p class=b>{escape(w.sentence(2, 7))}</p>" if w.chance(0.6) else ""
        return f'{lead}<div class="b"><input class="t" {known} value="{escape(value)}"></div>{controls.buttons(w, 1)}'
    return _carded(w, "\n".join(some(w, ANY, w.rng.randint(2, 4))), 0.2)


PANELS: Makers = (
    (blocks.chart, 3),
    (blocks.table, 3),
    (blocks.listing, 2),
    (blocks.pairs, 2),
    (controls.links, 1),
    (controls.checkbox, 2),
    (controls.select, 1),
    (blocks.tabs, 1),
    (blocks.icons, 1),
)


def dashboard(w: Writer) -> str:
    """A bar, a side bar, figures and panels."""

    def panels(w: Writer) -> str:
        number = max(1, min(3, int(w.width / (w.theme.size * 18))))
        top = blocks.tiles(w) if w.chance(0.75) else blocks.heading(w)
        with w.within(w.width / number - 28):
            many = range(number * max(1, round(w.height / 260)))
            cards = [f'<div class="card">{blocks.heading(w, "h3")}{"".join(some(w, PANELS, 2))}</div>' for _ in many]
        return f'{top}<div class="grid" style="--number:{number}">{"".join(cards)}</div>'

    return shell(w, panels, barred=0.85, sided=0.8)


def records(w: Writer) -> str:
    """A table of things with what can be done about them."""

    def main(w: Writer) -> str:
        above: Makers = (
            (blocks.search, 2),
            (controls.buttons, 2),
            (blocks.tabs, 1),
            (blocks.heading, 2),
            (blocks.icons, 1),
        )
        rows = max(3, round(room(w) * w.rng.uniform(0.4, 0.9)))
        below = blocks.pager(w) if w.chance(0.35) else controls.buttons(w) if w.chance(0.3) else ""
        return "".join(some(w, above, w.rng.randint(1, 2))) + blocks.table(w, min(16, rows)) + below

    return shell(w, main, barred=0.5, sided=0.25)


def settings(w: Writer) -> str:
    """Sections with many check boxes, switches, radio buttons and selects."""
    rows: Makers = (
        (lambda w: controls.checkbox(w, "far"), 5),
        (controls.checkbox, 4),
        (controls.radios, 2),
        (controls.select, 2),
        (controls.slider, 1),
        (controls.odd, 1),
        (lambda w: f'<div class="b hint">{escape(w.sentence(3, 8))}</div>', 1),
    )

    def section(w: Writer) -> str:
        body = "".join(some(w, rows, w.rng.randint(2, 6)))
        return f'<section class="{w.rng.choice(("", "card"))}">{blocks.heading(w, "h3")}{body}</section>'

    def main(w: Writer) -> str:
        parts = [section(w) for _ in range(max(1, round(room(w) / 7)))]
        lead = blocks.tabs(w) if w.chance(0.25) else blocks.heading(w)
        wide = w.width > w.theme.size * 40 and w.chance(0.5)
        body = f'<div class="grid" style="--number:2">{"".join(parts)}</div>' if wide else "".join(parts)
        return lead + body + controls.buttons(w, 2)

    return shell(w, main, barred=0.3, sided=0.4)


def login(w: Writer) -> str:
    """A card in the middle to sign in or to sign up with."""
    with w.within(min(w.width - 16, w.theme.size * w.rng.uniform(17, 25))):
        number = w.rng.choice((1, 2, 2, 2, 3, 4))
        progress = w.rng.randint(0, number)
        parts = [
            f'<div class="middle b">{w.svg(1.5, "person", "lock")[0]}</div>' if w.chance(0.3) else "",
            blocks.heading(w),
        ]
        parts += [controls.field(w, i < progress, focused=i == progress) for i in range(number)]
        parts += [controls.checkbox(w) if w.chance(0.6) else "", _wide_button(w)]
        parts += [controls.links(w, 2) if w.chance(0.7) else "", _wide_button(w) if w.chance(0.3) else ""]
        top = w.rng.randint(0, max(0, round(w.height / 2 - w.theme.size * 8)))
        return f'<div class="card" style="width:{round(w.width)}px;margin-top:{top}px">{"".join(parts)}</div>'


def _wide_button(w: Writer) -> str:
    return f'<div class="b {w.rng.choice(("wide", "wide", ""))}">{controls.button(w, "", 0.6)}</div>'


def article(w: Writer) -> str:
    """Prose with links in it, under headings, with pictures."""

    def main(w: Writer) -> str:
        parts = [blocks.crumbs(w) if w.chance(0.3) else "", blocks.heading(w, "h1")]
        if w.chance(0.4):
            parts.append(f'<div class="b hint">{escape(w.words.name())} - {escape(w.words.date())}</div>')
        makers: Makers = ((blocks.paragraph, 8), (lambda w: blocks.heading(w, "h3"), 2), (_figure, 1), (_points, 1))
        return "".join(parts) + flow(w, makers, 0.7)

    return shell(w, main, barred=0.5, sided=0.3)


def _figure(w: Writer) -> str:
    return f'<div class="beside {w.rng.choice(("", "end"))}">{blocks.picture(w, round(w.width * 0.35))}</div>'


def _points(w: Writer) -> str:
    parts = [f"<li>{controls.link(w, 0.8) if w.chance(0.3) else escape(w.sentence(2, 8))}</li>" for _ in range(3)]
    return f'<ul class="b">{"".join(parts)}</ul>'


def results(w: Writer) -> str:
    """What a search found: links, each with an address and a sentence."""

    def found(w: Writer) -> str:
        name = w.shown("link", w.name(lambda: w.words.cased(w.words.phrase(w.rng.randint(1, 4)))), "a", "big")
        address = f'<div class="hint">{w.shown("text", w.name(w.words.email, 0.7))}</div>'
        return f'<div class="b found">{name}{address}<div>{escape(w.sentence(5, 16))}</div></div>'

    def main(w: Writer) -> str:
        hits = [found(w) for _ in range(max(2, round(room(w) / 2.6)))]
        return blocks.search(w) + (blocks.tabs(w) if w.chance(0.3) else "") + "".join(hits) + blocks.pager(w)

    return shell(w, main, barred=0.3, sided=0.2)


def letters(w: Writer) -> str:
    """A list as of e-mails: a sender, a subject, a beginning that is cut off, a day."""
    boxed, starred, lines = (
        w.chance(0.6),
        w.svg(0.8, "star", "heart", "bell")[0] if w.chance(0.4) else "",
        w.chance(0.5),
    )

    def letter(w: Writer) -> str:
        subject = w.shown("item", w.name(w.words.button if w.chance(0.5) else w.words.value, 0.45), cls="subject")
        sender = f"{escape(w.words.name())} {escape(w.words.name())}"
        lead = ('<input type="checkbox">' if boxed else "") + starred
        more = f'<span class="cut hint">{escape(w.sentence(5, 12))}</span>'
        new = " new" if w.chance(0.3) else ""
        day = f'<span class="hint">{escape(w.words.date())}</span>' if w.width > w.theme.size * 24 else ""
        if lines or w.width < w.theme.size * 30:
            return f'<div class="letter{new}">{lead}<div class="cut">{sender}<br>{subject}<br>{more}</div>{day}</div>'
        return f'<div class="letter{new}">{lead}<span class="sender cut">{sender}</span>{subject} {more} {day}</div>'

    def main(w: Writer) -> str:
        rows = [letter(w) for _ in range(max(3, round(room(w) * (0.5 if lines else 0.9))))]
        return (blocks.icons(w) if w.chance(0.7) else "") + "".join(rows)

    return shell(w, main, barred=0.6, sided=0.8)


def shop(w: Writer) -> str:
    """Things to buy that look alike but for their names: a picture, a link, a price, the same button under each."""
    act, side = w.name(w.words.button, 0.2), w.rng.randint(40, 90)
    in_rows = w.chance(0.4)

    def thing(w: Writer) -> str:
        text = w.name(w.words.label, 0.9)
        name = w.shown(w.rng.choice(("link", "link", "item")), text, "a")
        price = f"<b>{escape(w.words.number())}</b>"
        press = (
            f'<button class="btn small" {w.add("button", act, row=text)}>{escape(act)}</button>' if act and text else ""
        )
        picture = blocks.picture(w, side, side) if in_rows else blocks.picture(w, round(w.width), side)
        cls = "card thing" + (" across" if in_rows else "")
        return f'<div class="{cls}">{picture}<div>{name}<div>{price}</div></div>{press}</div>' if text else ""

    def main(w: Writer) -> str:
        number = 1 if in_rows else max(2, min(5, int(w.width / (w.theme.size * 11))))
        deep = max(1, round(w.height / (side + w.theme.size * (3 if in_rows else 7))))
        with w.within(w.width / number - 24):
            things = [thing(w) for _ in range(number * deep)]
        lead = "".join(some(w, ((blocks.heading, 2), (controls.select, 1), (blocks.search, 1)), 1))
        return f'{lead}<div class="grid" style="--number:{number}">{"".join(things)}</div>'

    return shell(w, main, barred=0.6, sided=0.3)


def facts(w: Writer) -> str:
    """One thing and all that is known of it, by names."""

    def main(w: Writer) -> str:
        lead = blocks.crumbs(w) if w.chance(0.3) else blocks.tabs(w) if w.chance(0.3) else ""
        return (
            lead
            + blocks.heading(w)
            + blocks.pairs(w)
            + controls.buttons(w)
            + (flow(w, ANY, 0.4) if w.chance(0.4) else "")
        )

    return _carded(w, main(w), 0.3) if w.chance(0.5) else shell(w, main)


def editor(w: Writer) -> str:
    """Menus, a tool bar of icons and a large field to write in."""
    names = w.names(w.words.label, 2, max(3, min(7, round(w.width / 80))), 0.2)
    menus = "".join(w.shown("menuitem", name, cls="entry", group="bar") for name in names)
    tools = "".join(blocks.icons(w) for _ in range(w.rng.randint(1, 2)))
    lines = "\n".join(w.sentence(3, 12) for _ in range(w.rng.randint(1, max(2, round(room(w) / 2)))))
    height = round(w.height * w.rng.uniform(0.35, 0.6))
    paper = f'<textarea class="t" style="width:100%;height:{height}px">{escape(lines)}</textarea>'
    foot = f'<div class="hint">{escape(w.sentence(2, 5))}</div>' if w.chance(0.4) else controls.buttons(w, 2)
    return f'<header class="bar">{menus}</header><main>{tools}{paper}{foot}</main>'


def strips(w: Writer) -> str:
    """Tab strips with what the tab in front shows."""

    def main(w: Writer) -> str:
        return blocks.tabs(w) + f'<div class="{w.rng.choice(("", "card"))}">{flow(w, ANY, 0.6)}</div>'

    return shell(w, lambda w: main(w) + (main(w) if w.height > 400 and w.chance(0.4) else ""), barred=0.3, sided=0.15)


class Kind(NamedTuple):
    """One kind of page."""

    write: Callable[[Writer], str]
    weight: float
    modal: bool = False


PAGES: dict[str, Kind] = {
    "form": Kind(form, 20),
    "mixed": Kind(mixed, 20),
    "plain": Kind(plain, 4),
    "dashboard": Kind(dashboard, 6),
    "records": Kind(records, 7),
    "settings": Kind(settings, 7),
    "login": Kind(login, 6),
    "article": Kind(article, 5),
    "results": Kind(results, 4),
    "letters": Kind(letters, 5),
    "shop": Kind(shop, 5),
    "facts": Kind(facts, 4),
    "editor": Kind(editor, 4),
    "strips": Kind(strips, 4),
}
"""Kinds of pages and how often each comes."""
