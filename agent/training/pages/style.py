"""Style sheets in the manner of the drawn themes: native, flat, rounded, dark and more."""

import random
import re

from agent.training.screens.canvas import Colour, ink_on, mixed
from agent.training.screens.fonts import Family
from agent.training.screens.themes import BLACK, WHITE, Theme, button_colours

GENERIC = {"sans": "sans-serif", "serif": "serif", "mono": "monospace"}


def rgb(colour: Colour) -> str:
    """A colour as CSS writes it."""
    return f"rgb({colour[0]},{colour[1]},{colour[2]})"


def css_family(family: Family) -> str:
    """A font family as CSS names it: "LiberationSans" is 'Liberation Sans'."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", family.name).replace("Deja Vu", "DejaVu")
    return f"'{name}',{GENERIC[family.style]}"


def _button_css(rng: random.Random, theme: Theme) -> str:
    style = theme.button
    if style == "native":
        return ""
    fill, text, border = button_colours(rng, theme, style)
    parts = [f"background:{rgb(fill)}", f"color:{rgb(text)}", f"border-radius:{theme.radius}px"]
    parts.append(f"padding:{rng.choice((2, 3, 4, 6, 8))}px {theme.padding}px")
    if style == "gradient":
        parts.append(f"background:linear-gradient({rgb(mixed(fill, WHITE, 0.35))},{rgb(mixed(fill, BLACK, 0.08))})")
    if style == "shadow":
        parts.append("box-shadow:0 1px 4px rgba(0,0,0,.4)")
    if style == "pill":
        parts.append("border-radius:99px")
    if style == "bevel":
        parts.append("border:2px outset #ddd;border-radius:0")
    elif style in ("flat", "shadow", "pill", "ghost"):
        parts.append("border:none")
    else:
        parts.append(f"border:1px solid {rgb(border)}")
    return f"button{{{';'.join(parts)}}}"


def _field_css(rng: random.Random, theme: Theme) -> str:
    palette, style = theme.palette, theme.field
    if style == "native" and not palette.dark:
        return ""
    face, edge = palette.field, rgb(palette.border)
    if style == "filled":
        face = mixed(face, palette.ink, 0.07)
    parts = [f"background:{rgb(face)}", f"color:{rgb(ink_on(face))}", f"padding:{rng.choice((1, 2, 3, 5))}px 5px"]
    border = {
        "underline": f"border:none;border-bottom:1px solid {edge}",
        "filled": f"border:none;border-bottom:2px solid {edge}",
        "inset": "border:2px inset #aaa",
    }.get(style, f"border:1px solid {edge};border-radius:{6 if style == 'rounded' else min(5, theme.radius)}px")
    parts.append(border)
    focus = ""
    if rng.random() < 0.4:
        accent = rgb(palette.accent)
        focus = f"input:focus{{outline:none;border-color:{accent};box-shadow:0 0 0 2px {accent}}}"
    return f"input.t,select{{{';'.join(parts)}}}{focus}"


def sheet(rng: random.Random, theme: Theme) -> str:
    """The style sheet of a page with `theme`."""
    palette = theme.palette
    label = {"left": "inline-block", "above": "block", "inside": "inline-block"}[theme.label]
    weight = "bold" if theme.bold_labels else "normal"
    rules = [
        "*{box-sizing:border-box}",
        f"html{{color-scheme:{'dark' if palette.dark else 'light'}}}",
        f"body{{margin:{rng.choice((4, 6, 8, 8, 12))}px;background:{rgb(palette.background)};color:{rgb(palette.ink)};"
        f"font:{theme.size}px {css_family(theme.family)}}}",
        f"button,input.t,select{{font-size:{theme.control_size}px;font-family:{css_family(theme.control_family)}}}",
        f".b{{margin-bottom:{theme.gap}px}} .row>*{{margin-right:{max(4, theme.gap)}px}} p{{margin:0}}",
        f"h2{{font-size:{theme.title_size}px;margin:0}} label.n{{display:{label};font-weight:{weight}}}",
        f"a{{color:{rgb(palette.link)};white-space:nowrap;{'' if theme.underline else 'text-decoration:none'}}}",
        f"td,th{{padding:{rng.choice((1, 3, 5))}px 5px;text-align:left}} table{{border-collapse:collapse}}",
        ".tab{display:inline-block;padding:3px 8px;border-bottom:2px solid transparent}",
        f".tab.on{{border-color:{rgb(palette.accent)}}}",
        f".list{{border:1px solid {rgb(palette.border)};display:inline-block}} .list div{{padding:2px 24px 2px 5px}}",
        f".list .on{{background:{rgb(mixed(palette.background, palette.accent, 0.3))}}}",
        f".card{{background:{rgb(palette.surface)};border-radius:{theme.radius}px;padding:10px;margin:4px auto;"
        f"border:1px solid {rgb(mixed(palette.surface, palette.ink, 0.2))}}}",
        f".icon{{padding:3px;line-height:0}} svg{{vertical-align:middle;color:{rgb(palette.ink)}}}",
        _button_css(rng, theme),
        _field_css(rng, theme),
    ]
    if rng.random() < 0.5:
        rules.append(f"td,th{{border:1px solid {rgb(palette.border)}}}")
    if theme.mark != "native":
        rules.append(f"input{{accent-color:{rgb(palette.accent)}}}")
    return "\n".join(rules)
