"""The grounds of a page's parts as CSS: bars, cards, lists, tables, tabs, menus, dialogs."""

import random

from agent.training.pages.css import ground, rgb, rule
from agent.training.screens.canvas import mixed
from agent.training.screens.themes import BLACK, Theme

NIGHT = (33, 37, 41)
"""What many pages take for a dark bar."""


def surfaces(rng: random.Random, theme: Theme) -> list[str]:
    """The rules for every part that has a ground or an edge of its own."""
    parts = (_bars, _sides, _cards, _icons, _lists, _tabs, _tables, _covers)
    return [text for part in parts for text in part(rng, theme)]


def _bars(rng: random.Random, theme: Theme) -> list[str]:
    palette = theme.palette
    shade = mixed(palette.background, palette.ink, rng.choice((0.03, 0.07, 0.1)))
    top = rng.choice((palette.accent, palette.accent, NIGHT, palette.surface, palette.surface, shade))
    line = rgb(mixed(palette.background, palette.ink, 0.2))
    below = rng.choice((f"border-bottom:1px solid {line}", "box-shadow:0 1px 4px rgba(0,0,0,.35)", ""))
    turned = (
        f"background:linear-gradient({rng.choice((0, 90, 180))}deg,{rgb(top)},{rgb(mixed(top, palette.accent, 0.5))})"
    )
    padding = f"padding:{rng.choice((2, 4, 6, 9))}px {rng.choice((4, 8, 12))}px;gap:{rng.choice((2, 6, 10))}px"
    return [
        rule(".bar", ground(top), below, padding, turned if rng.random() < 0.15 else ""),
        rule(".bar a:not(.btn),.dock a:not(.btn)", "color:inherit"),
        rule(".bar.menus", f"gap:{rng.choice((0, 2, 4))}px"),
        rule(".entry", f"padding:{rng.choice((1, 3, 5))}px {rng.choice((4, 6, 9))}px;text-decoration:none"),
        rule(".entry", f"border-radius:{theme.radius}px"),
        rule(".bar .entry.on", "background:rgba(128,128,128,.35)"),
        rule(".dock", ground(rng.choice((NIGHT, palette.accent, palette.surface))), f"border-top:1px solid {line}"),
        rule(".tools", f"background:rgba(128,128,128,.12);padding:2px 4px;border-radius:{theme.radius}px"),
        rule("hr", f"border-top:1px solid {line}"),
    ]


def _sides(rng: random.Random, theme: Theme) -> list[str]:
    palette = theme.palette
    shade = mixed(palette.background, palette.ink, rng.choice((0.03, 0.07, 0.1)))
    calm = (shade, shade, palette.surface, palette.background)
    side = rng.choice((*calm, NIGHT, mixed(palette.accent, BLACK, 0.6)))
    linked = side in calm and rng.random() < 0.4
    chosen = (f"box-shadow:inset 3px 0 {rgb(palette.accent)}", "font-weight:bold", "background:rgba(128,128,128,.3)")
    return [
        rule(".side", ground(side), f"padding:{rng.choice((4, 6, 8))}px;overflow:hidden"),
        rule(".side a:not(.btn)", f"color:{rgb(palette.link) if linked else 'inherit'}"),
        rule(".side .on", rng.choice(chosen)),
        rule(".line", f"margin:{rng.choice((0, 1, 3))}px 0"),
    ]


def _cards(rng: random.Random, theme: Theme) -> list[str]:
    palette = theme.palette
    line = rgb(mixed(palette.surface, palette.ink, 0.2))
    edge = rng.choice((f"border:1px solid {line}",) * 2 + ("box-shadow:0 1px 5px rgba(0,0,0,.3)", "border:none"))
    face = f"{ground(palette.surface)};color:{rgb(palette.ink)};border-radius:{theme.radius}px;{edge}"
    note = mixed(palette.background, palette.accent, 0.12)
    return [
        rule(".card", face, f"padding:{rng.choice((6, 10, 14))}px;margin:4px auto"),
        rule(".grid>.card,.columns>.card", "margin:0;padding:8px"),
        rule(".tile", face),
        rule(".tile *,.card .hint", "color:inherit"),
        rule(".note", f"background:{rgb(note)};padding:4px 6px"),
        rule(".alert", f"padding:5px 8px;border-radius:{theme.radius}px"),
        rule(".alert a:not(.btn)", "color:inherit"),
        rule(".pic", f"border-radius:{rng.choice((0, 0, 4, 8))}px"),
        rule("section", "margin-bottom:10px"),
        rule(
            "fieldset", f"border:1px solid {line};padding:4px 8px;margin:0 0 8px;border-radius:{rng.choice((0, 3))}px"
        ),
        rule("details", f"border:1px solid {line};padding:3px 6px" if rng.random() < 0.5 else ""),
        rule(".far", f"border-bottom:1px solid {line};padding:3px 0" if rng.random() < 0.5 else ""),
    ]


def _icons(rng: random.Random, theme: Theme) -> list[str]:
    palette = theme.palette
    line = f"border:1px solid {rgb(mixed(palette.surface, palette.ink, 0.2))}"
    face = rng.choice(("border:none", line, f"{ground(palette.surface)};color:{rgb(palette.ink)};{line}"))
    disc = f"{ground(palette.accent)};border-radius:50%"
    look = rng.choice((face, face, face if palette.dark else disc, f"color:{rgb(palette.link)}"))
    return [
        rule(".icon", f"border-radius:{rng.choice((0, 3, theme.radius, 40))}px", look),
        rule(".icon.plain", "background:none;border:none;color:inherit;--ground:inherit"),
    ]


def _lists(rng: random.Random, theme: Theme) -> list[str]:
    palette = theme.palette
    edge, line = rgb(palette.border), rgb(mixed(palette.background, palette.ink, 0.2))
    chosen = rng.choice((mixed(palette.background, palette.accent, 0.3), palette.accent))
    width = "auto" if rng.random() < 0.3 else "fit-content"
    above, side, below = rng.choice((1, 2, 4, 6)), rng.choice((12, 24)), rng.choice((1, 2, 4))
    return [
        rule(".list", f"border:1px solid {edge};width:{width};min-width:9em;max-width:100%"),
        rule(".list .item+.item", f"border-top:1px solid {line}" if rng.random() < 0.35 else ""),
        rule(".item", f"padding:{above}px {side}px {below}px 6px"),
        rule(".list .on", ground(chosen)),
        rule(".letter", f"padding:{rng.choice((2, 4, 6))}px 4px;border-bottom:1px solid {line}"),
        rule(".page", f"padding:1px 6px;border-radius:{theme.radius}px", rng.choice(("", f"border:1px solid {edge}"))),
        rule(".page.on", f"background:{line}"),
    ]


def _tabs(rng: random.Random, theme: Theme) -> list[str]:
    palette = theme.palette
    edge, accent = f"1px solid {rgb(palette.border)}", rgb(palette.accent)
    looks = (
        (rule(".tab", "border-bottom:2px solid transparent"), rule(".tab.on", f"border-color:{accent}")),
        (
            rule(".tabs", f"border-bottom:{edge}"),
            rule(".tab.on", f"border:{edge};border-bottom:none;border-radius:4px 4px 0 0;font-weight:bold"),
        ),
        (
            rule(".tab", f"border:{edge}"),
            rule(".tab+.tab", "border-left:none"),
            rule(".tab.on", ground(palette.accent)),
        ),
        (
            rule(".tab", "border-radius:99px;margin-right:3px"),
            rule(".tab.on", ground(mixed(palette.surface, palette.accent, 0.25))),
        ),
    )
    padding = f"padding:{rng.choice((2, 3, 5))}px {rng.choice((6, 8, 12))}px"
    return [rule(".tab", "display:inline-block", padding), *rng.choice(looks)]


def _tables(rng: random.Random, theme: Theme) -> list[str]:
    palette = theme.palette
    line = rgb(mixed(palette.background, palette.ink, 0.25))
    edge = rng.choices((f"border:1px solid {line}", f"border-bottom:1px solid {line}", ""), (4, 3, 3))[0]
    head = ground(rng.choice((mixed(palette.surface, palette.ink, 0.12), palette.accent)))
    muted = f"color:{rgb(mixed(palette.ink, palette.background, 0.35))};text-align:{rng.choice(('left', 'right'))}"
    return [
        rule("td,th", f"padding:{rng.choice((1, 3, 5, 8))}px {rng.choice((5, 8, 11))}px;text-align:left", edge),
        rule("table", "border-collapse:collapse"),
        rule("tr:nth-child(even)", "background:rgba(128,128,128,.1)" if rng.random() < 0.3 else ""),
        rule("table:not(.pairs) th", head if rng.random() < 0.4 else ""),
        rule(".pairs th", "font-weight:normal", muted if rng.random() < 0.4 else ""),
    ]


def _covers(rng: random.Random, theme: Theme) -> list[str]:
    palette = theme.palette
    line = f"border:1px solid {rgb(mixed(palette.surface, palette.ink, 0.3))}"
    face = f"{ground(palette.surface)};color:{rgb(palette.ink)};{line}"
    shadow = rng.choice(("box-shadow:0 3px 12px rgba(0,0,0,.4)", "box-shadow:2px 2px 5px rgba(0,0,0,.35)", ""))
    black, white, blue = "rgba(0,0,0,.5)", "rgba(255,255,255,.45)", "rgba(20,25,60,.45)"
    veil = f"background:{rng.choice((black, black, 'rgba(0,0,0,.35)', 'rgba(0,0,0,.15)', white, blue))}"
    return [
        rule(".menu", face, shadow, f"padding:{rng.choice((0, 2, 4))}px 0;border-radius:{min(6, theme.radius)}px"),
        rule("dialog,.dialog", face, "box-shadow:0 4px 18px rgba(0,0,0,.45)"),
        rule("dialog,.dialog", f"padding:{rng.choice((8, 12, 14))}px;border-radius:{theme.radius}px"),
        rule(".veil", veil),
        rule("dialog::backdrop", veil),
    ]
