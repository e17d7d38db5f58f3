"""Style sheets in the manner of the drawn themes: native, flat, rounded, dark and more."""

import random

from agent.training.pages.css import FALLBACKS, LAYOUT, css_family, ground, rgb, rule
from agent.training.pages.surfaces import surfaces
from agent.training.screens.canvas import ink_on, mixed
from agent.training.screens.themes import BLACK, WHITE, Theme, button_colours

SPACED = (("h2,h3", 0.1), (".btn", 0.1), ("th", 0.2), (".tab", 0.1), ("label.n", 0.07), (".entry", 0.06))
"""Texts that some pages set in capitals or widely, and how many pages do."""


def sheet(rng: random.Random, theme: Theme) -> str:
    """The style sheet of a page with `theme`."""
    rules = [LAYOUT, *_page(rng, theme), *_texts(rng, theme), *surfaces(rng, theme), *_buttons(rng, theme)]
    rules += [*_fields(rng, theme), *_choices(rng, theme), *_states(rng, theme)]
    return "\n".join(rules)


def _page(rng: random.Random, theme: Theme) -> list[str]:
    palette = theme.palette
    family = css_family(theme.family) if rng.random() < 0.75 else rng.choice(FALLBACKS)
    control = css_family(theme.control_family) if rng.random() < 0.85 else rng.choice(FALLBACKS)
    paint = rgb(palette.background)
    if rng.random() < 0.08:
        other = mixed(palette.background, palette.accent, 0.12)
        paint = f"linear-gradient({rng.choice((90, 135, 180))}deg,{paint},{rgb(other)}) fixed"
    spacing = f"letter-spacing:{rng.choice((-0.2, 0.3, 0.6))}px" if rng.random() < 0.06 else ""
    font = f"font:{theme.size}px/{rng.choice(('normal', 'normal', '1.3', '1.5'))} {family}"
    margin = f"margin:{rng.choice((4, 6, 8, 8, 12))}px"
    gap = f"gap:{max(3, theme.gap // 2)}px {max(4, theme.gap)}px"
    return [
        rule("html", f"color-scheme:{'dark' if palette.dark else 'light'}"),
        rule(":where(body)", margin),  # which a page with a bar does without
        rule("body", ground(palette.background), f"background:{paint};color:{rgb(palette.ink)}", font, spacing),
        rule("main", f"padding:{rng.choice((4, 6, 8, 12))}px"),
        rule(".btn,.t,select,.sel", f"font-size:{theme.control_size}px;font-family:{control}"),
        rule(".b", f"margin:0 0 {theme.gap}px"),
        rule(".row", gap),
        rule(".tight", f"margin-bottom:{rng.choice((0, 2, 4))}px"),
    ]


def _texts(rng: random.Random, theme: Theme) -> list[str]:
    palette, size = theme.palette, theme.title_size
    aligned = f"min-width:{rng.randint(6, 10)}em;text-align:{rng.choice(('left', 'right'))}"
    muted = rgb(mixed(palette.ink, palette.background, rng.uniform(0.25, 0.45)))
    rules = [
        rule("h1", f"font-size:{size * 1.2:.1f}px"),
        rule("h2", f"font-size:{size}px"),
        rule("h3", f"font-size:{max(theme.size, size * 0.8):.1f}px"),
        rule(
            "h1,h2,h3",
            f"margin:0 0 {theme.gap}px",
            f"font-weight:{rng.choice(('bold', 'bold', '600', '500', 'normal'))}",
        ),
        rule(
            "label.n",
            f"display:{'block' if theme.label == 'above' else 'inline-block'}",
            f"font-weight:{'bold' if theme.bold_labels else 'normal'}",
            aligned if theme.label == "left" and rng.random() < 0.4 else "",
        ),
        rule("a", f"color:{rgb(palette.link)}", "" if theme.underline else "text-decoration:none"),
        rule(".hint", f"color:{muted};font-size:{max(9.0, theme.size * 0.85):.1f}px"),
        rule(".aside", f"border-left:3px solid {rgb(palette.accent)};padding-left:8px"),
    ]
    for selector, share in SPACED:
        if rng.random() < share:
            rules.append(rule(selector, f"text-transform:uppercase;letter-spacing:{rng.choice((0, 0.5, 1))}px"))
        elif rng.random() < 0.06:
            rules.append(rule(selector, f"letter-spacing:{rng.choice((0.3, 0.8, 1.5))}px"))
    return rules


def _buttons(rng: random.Random, theme: Theme) -> list[str]:
    style, palette = theme.button, theme.palette
    if style == "native":
        return []
    fill, text, border = button_colours(rng, theme, style)
    edge = "none" if style in ("flat", "shadow", "pill", "ghost") else f"1px solid {rgb(border)}"
    look = {
        "gradient": f"background:linear-gradient({rgb(mixed(fill, WHITE, 0.35))},{rgb(mixed(fill, BLACK, 0.08))})",
        "shadow": "box-shadow:0 1px 4px rgba(0,0,0,.4)",
        "pill": "border-radius:99px",
        "bevel": "border:2px outset #ddd;border-radius:0",
    }.get(style, "")
    grey = mixed(palette.surface, palette.ink, 0.12)
    second = rng.choice((f"background:{rgb(grey)};color:{rgb(ink_on(grey))}", "background:none;color:inherit"))
    bare = rule(".bar .btn,.dock .btn", "background:none;color:inherit;border:1px solid")
    return [
        rule(
            ".btn",
            f"{ground(fill)};color:{rgb(text)};border:{edge};border-radius:{theme.radius}px;text-decoration:none",
            f"padding:{rng.choice((2, 3, 4, 6, 8))}px {theme.padding}px",
            look,
            "font-weight:bold" if rng.random() < 0.15 else "",
        ),
        rule("a.btn", "display:inline-block"),
        rule(".btn:disabled", "opacity:.5"),
        rule(".second", f"{second};border:1px solid {rgb(palette.border)}"),
        rule(".danger", f"{ground((200, 40, 50))};font-weight:{rng.choice(('bold', 'normal'))}"),
        bare if style in ("outline", "ghost") else "",
    ]


def _fields(rng: random.Random, theme: Theme) -> list[str]:
    palette, style = theme.palette, theme.field
    face, edge = palette.field, rgb(palette.border)
    around = f"border:1px solid {edge}"
    if style == "native" and not palette.dark:
        return [rule(".sel", f"background:#fff;color:#000;{around};padding:1px 4px"), _ring(rng, theme)]
    if style == "filled":
        face = mixed(face, palette.ink, 0.07)
    border = {
        "underline": f"border:none;border-bottom:1px solid {edge}",
        "filled": f"border:none;border-bottom:2px solid {edge}",
        "inset": "border:2px inset #aaa",
    }.get(style, f"{around};border-radius:{6 if style == 'rounded' else min(5, theme.radius)}px")
    padding = f"padding:{rng.choice((1, 2, 3, 5))}px 5px"
    colours = f"background-color:{rgb(face)};color:{rgb(ink_on(face))}"
    return [rule(".t,select,.sel", colours, padding, border), _ring(rng, theme)]


def _ring(rng: random.Random, theme: Theme) -> str:
    """How the control with the focus stands out, where a page changes what Chromium draws."""
    accent, pick = rgb(theme.palette.accent), rng.random()
    if pick < 0.3:
        return rule(".t:focus,select:focus", f"outline:none;border-color:{accent};box-shadow:0 0 0 2px {accent}")
    if pick < 0.4:
        return rule(":focus-visible", f"outline:2px solid {accent};outline-offset:{rng.choice((0, 1, 2))}px")
    return rule(".t:focus", f"outline:none;border:2px solid {accent}") if pick < 0.45 else ""


def _choices(rng: random.Random, theme: Theme) -> list[str]:
    """Check boxes, radio buttons, switches and sliders."""
    palette = theme.palette
    accent, edge = rgb(palette.accent), rgb(mixed(palette.background, palette.ink, 0.45))
    knob = "content:'';position:absolute;width:1em;height:1em;top:.1em;left:.1em;border-radius:50%;background:#fff"
    rules = [
        rule("input.sw", "appearance:none;width:2.2em;height:1.2em;border-radius:1em;position:relative;flex:none"),
        rule("input.sw", f"background:{edge};vertical-align:middle"),
        rule("input.sw:checked", f"background:{accent}"),
        rule("input.sw::before", knob),
        rule("input.sw:checked::before", "left:1.1em"),
        rule("input[type=range]", "height:16px;margin:0;vertical-align:middle"),
    ]
    if theme.mark != "native":
        rules.append(rule("input,progress", f"accent-color:{accent}"))
    if theme.mark not in ("bold", "plain") or rng.random() < 0.4:
        return rules
    fill, tick = (accent, rgb(ink_on(palette.accent))) if theme.mark == "bold" else (rgb(palette.field), accent)
    every = ":is([type=checkbox],[type=radio]):not(.sw)"
    return [
        *rules,
        rule(
            every, "appearance:none;width:1.15em;height:1.15em;vertical-align:-.2em", f"background:{rgb(palette.field)}"
        ),
        rule(every, f"border:{rng.choice((1, 2))}px solid {edge};border-radius:{min(4, theme.radius)}px"),
        rule(f"{every}:checked", f"background:{fill};border-color:{accent}"),
        rule(f"{every}:checked::before", f"content:'';display:block;width:100%;height:100%;background:{tick}"),
        rule(f"{every}::before", "clip-path:polygon(20% 45%,10% 58%,42% 88%,92% 28%,80% 16%,41% 64%)"),
        rule("[type=radio]", "border-radius:50%!important"),
        rule("[type=radio]::before", "clip-path:circle(30%)!important"),
    ]


def _states(rng: random.Random, theme: Theme) -> list[str]:
    """What the control under the mouse looks like, and marked text."""
    palette = theme.palette
    tint = rgb(mixed(palette.surface, palette.accent, rng.uniform(0.12, 0.3)))
    over = rng.choice((f"background:{tint};color:{rgb(palette.ink)}", f"box-shadow:inset 3px 0 {rgb(palette.accent)}"))
    pressed = rng.choice(("filter:brightness(.88)", "box-shadow:0 2px 7px rgba(0,0,0,.5)", "opacity:.8"))
    marked = rule("::selection", f"background:{rgb(palette.accent)};color:{rgb(ink_on(palette.accent))}")
    return [
        rule(".btn.hover", pressed),
        rule("a.hover", f"text-decoration:{'none' if theme.underline else 'underline'}"),
        rule(".icon.hover", "outline:1px solid;opacity:.8"),
        rule(".over,.item.hover,.entry.hover,.tab.hover", over),
        marked if rng.random() < 0.2 else "",
    ]
