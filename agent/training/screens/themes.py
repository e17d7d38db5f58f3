"""How a page looks: colours, fonts, sizes and the style of its controls, drawn once per screen."""

import random
from dataclasses import dataclass
from typing import NamedTuple

from agent.training.screens.canvas import Colour, ink_on, luminance, mixed
from agent.training.screens.fonts import Family, Font, families, font

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
CHROMIUM_BLUE: Colour = (0, 117, 255)
CHROMIUM_GREY: Colour = (118, 118, 118)

ACCENTS: tuple[Colour, ...] = (
    CHROMIUM_BLUE,
    (26, 115, 232),
    (13, 110, 253),
    (25, 135, 84),
    (220, 53, 69),
    (111, 66, 193),
    (253, 126, 20),
    (32, 201, 151),
    (214, 51, 132),
    (33, 37, 41),
    (0, 121, 107),
    (63, 81, 181),
    (121, 85, 72),
)
BUTTONS = ("native", "native", "flat", "flat", "bordered", "gradient", "shadow", "pill", "bevel", "outline", "ghost")
FIELDS = ("native", "native", "bordered", "bordered", "rounded", "underline", "filled", "inset")
MARKS = ("native", "native", "flat", "bold", "plain")


class Palette(NamedTuple):
    """The colours of a page."""

    background: Colour
    surface: Colour
    """Cards, bars and dialogs."""
    ink: Colour
    muted: Colour
    """Second-rank text and placeholders."""
    accent: Colour
    link: Colour
    border: Colour
    field: Colour
    dark: bool


@dataclass(frozen=True, slots=True)
class Theme:
    """One look. Measures are pixels of the canvas."""

    name: str
    palette: Palette
    family: Family
    control_family: Family
    """What buttons and fields are written in: browsers don't inherit the page's font there."""
    size: float
    control_size: float
    title_size: float
    button: str
    field: str
    mark: str
    radius: int
    gap: int
    """Between controls."""
    padding: int
    """Inside buttons, left and right."""
    label: str
    """Where names of fields stand: left, above, inside (as placeholders alone)."""
    bold_labels: bool
    colon: bool
    underline: bool
    """Links are underlined."""
    ring: Colour
    """Around the control that has the focus."""
    ring_gap: int
    """Pixels between that control and its ring: browsers leave none."""

    def font(self, *, bold: bool = False) -> Font:
        """What running text and labels are set in."""
        return font(self.family.bold if bold else self.family.regular, self.size)

    def control_font(self, *, bold: bool = False) -> Font:
        """What buttons and fields are written in."""
        return font(self.control_family.bold if bold else self.control_family.regular, self.control_size)

    def title_font(self) -> Font:
        """What headings are set in."""
        return font(self.family.bold, self.title_size)


def _light(rng: random.Random) -> Palette:
    accent = rng.choice(ACCENTS)
    tone = rng.random()
    if tone < 0.45:
        background: Colour = WHITE
    elif tone < 0.75:
        base, spread = rng.randint(232, 252), rng.choice((0, 4, 8))
        background = (
            min(255, base + rng.randint(-spread, spread)),
            min(255, base + rng.randint(-spread, spread)),
            min(255, base + rng.randint(-spread, spread)),
        )
    else:
        hue = (rng.randint(0, 255), rng.randint(0, 255), rng.randint(0, 255))
        background = mixed(hue, WHITE, rng.uniform(0.6, 0.9))
    ink = rng.choice((BLACK, BLACK, (33, 37, 41), (51, 51, 51), (20, 30, 60)))
    link = rng.choice(((0, 0, 238), (0, 0, 238), (26, 13, 171), (0, 102, 204), (13, 110, 253), accent))
    surface = WHITE if rng.random() < 0.7 else mixed(background, accent, 0.08)
    border = rng.choice((CHROMIUM_GREY, (160, 160, 160), (206, 212, 218), (90, 90, 90)))
    return Palette(background, surface, ink, (117, 117, 117), accent, link, border, WHITE, dark=False)


def _dark(rng: random.Random) -> Palette:
    base = rng.randint(15, 50)
    background = (base, base + rng.randint(0, 6), base + rng.randint(0, 16))
    accent = mixed(rng.choice(ACCENTS[:9]), WHITE, 0.25)
    surface = mixed(background, WHITE, rng.uniform(0.04, 0.12))
    link = rng.choice(((138, 180, 248), (120, 160, 255), (158, 158, 255), (100, 210, 190)))
    field = mixed(background, WHITE, rng.choice((0.02, 0.1, 1.0)))
    border = mixed(background, WHITE, rng.uniform(0.3, 0.5))
    return Palette(background, surface, (235, 235, 235), (160, 160, 165), accent, link, border, field, dark=True)


def _family(rng: random.Random) -> Family:
    """Sans mostly, and the stand-in for Arial more often than others, as it is what browsers fall back to."""
    found = families()
    pick = rng.random()
    if pick < 0.25 and (arial := [f for f in found if f.name == "LiberationSans"]):
        return arial[0]
    style = "serif" if pick < 0.4 else "mono" if pick < 0.46 else "sans"
    return rng.choice([f for f in found if f.style == style] or list(found))


def _step(size: float) -> float:
    """`size` in thirds of a pixel, so that loaded fonts are met again; 8 px are the least that can be read."""
    return max(8.0, round(round(size * 3) / 3, 2))


def make_theme(rng: random.Random, scale: float) -> Theme:
    """A look at `scale`: 1 stands for text of 11 to 16 px."""
    palette = _dark(rng) if rng.random() < 0.13 else _light(rng)
    native = rng.random() < 0.3 and not palette.dark
    family = _family(rng)
    size = rng.choice((11, 12, 13, 13.33, 14, 14, 15, 16))
    control_size = 13.33 if native else size if rng.random() < 0.7 else rng.choice((11, 12, 13, 13.33, 14))
    sans = [f for f in families() if f.style == "sans"] or [family]
    control_family = family if rng.random() < 0.6 and not native else rng.choice(sans)
    if native:
        control_family = next((f for f in sans if f.name == "LiberationSans"), control_family)
        if rng.random() < 0.4:
            family = next((f for f in families() if f.name in ("LiberationSerif", "DejaVuSerif")), family)
    ring = rng.choice((mixed(palette.accent, palette.background, 0.2), (16, 16, 16), CHROMIUM_BLUE, (255, 165, 0)))
    if native or rng.random() < 0.3:
        ring = (16, 16, 16)
    if palette.dark and luminance(ring) < 60:
        ring = WHITE
    return Theme(
        name=("native" if native else "styled") + ("-dark" if palette.dark else ""),
        palette=palette,
        family=family,
        control_family=control_family,
        size=_step(size * scale),
        control_size=_step(control_size * scale),
        title_size=_step(min(26.0, size * rng.uniform(1.15, 1.8)) * scale),
        button="native" if native else rng.choice(BUTTONS),
        field="native" if native else rng.choice(FIELDS),
        mark="native" if native else rng.choice(MARKS),
        radius=rng.choice((0, 2, 3, 4, 6, 8)),
        gap=max(2, round(rng.choice((3, 4, 6, 8, 10, 14)) * scale)),
        padding=max(4, round(rng.choice((6, 6, 8, 10, 12, 16)) * scale)),
        label=rng.choice(("left", "left", "above", "above", "above", "inside")),
        bold_labels=rng.random() < 0.15,
        colon=rng.random() < 0.35,
        underline=rng.random() < 0.75,
        ring=ring,
        ring_gap=0 if native else rng.choice((0, 0, 1)),
    )


def button_colours(rng: random.Random, theme: Theme, style: str) -> tuple[Colour, Colour, Colour]:
    """(fill, text, border) of a button in `style`; text always readable on the fill."""
    palette = theme.palette
    if style == "native":
        fill = (239, 239, 239) if not palette.dark else (107, 107, 107)
        return fill, ink_on(fill), CHROMIUM_GREY
    if style in ("outline", "ghost"):
        text = palette.link if rng.random() < 0.5 else palette.ink
        return palette.background, text, mixed(text, palette.background, 0.3)
    if style == "bevel":
        return (212, 208, 200), BLACK, (128, 128, 128)
    pick = rng.random()
    if pick < 0.45:
        fill = palette.accent
    elif pick < 0.75:
        shade = rng.randint(200, 245)
        fill = (shade, shade, shade)
    else:
        fill = mixed(rng.choice(ACCENTS), rng.choice((WHITE, BLACK)), rng.uniform(0, 0.45))
    return fill, ink_on(fill), mixed(fill, BLACK, 0.3)
