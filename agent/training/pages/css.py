"""Style sheets as text: a rule, a colour, a ground with text that can be read on it."""

import re

from agent.training.screens.canvas import Colour, ink_on
from agent.training.screens.fonts import Family

GENERIC = {"sans": "sans-serif", "serif": "serif", "mono": "monospace"}
FALLBACKS = ("sans-serif", "serif", "monospace", "system-ui")
"""What a page gets from Chromium when it names no font."""


def rule(selector: str, *declarations: str) -> str:
    """One rule; empty declarations are left out."""
    return f"{selector}{{{';'.join(part for part in declarations if part)}}}"


def rgb(colour: Colour) -> str:
    """A colour as CSS writes it."""
    return f"rgb({colour[0]},{colour[1]},{colour[2]})"


def ground(colour: Colour) -> str:
    """A ground with text that can be read on it; icons show it by the variable where something is cut out of them."""
    return f"--ground:{rgb(colour)};background:{rgb(colour)};color:{rgb(ink_on(colour))}"


def css_family(family: Family) -> str:
    """A font family as CSS names it: "LiberationSans" is 'Liberation Sans'."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", family.name).replace("Deja Vu", "DejaVu")
    return f"'{name}',{GENERIC[family.style]}"


LAYOUT = """
* { box-sizing: border-box }
body:has(>.bar, >.split) { margin: 0 }
body:has(>.bar, >.split) > p { padding: 3px 6px }
body:has(>.split) { display: flex; flex-direction: column; min-height: 100vh }
.split { display: flex; flex: 1 }
.split > main { flex: 1; min-width: 0; overflow: hidden }
.columns { display: flex; gap: 14px }
.columns > div { flex: 1; min-width: 0; overflow: hidden }
.grid { display: grid; grid-template-columns: repeat(var(--number), minmax(0, 1fr)); gap: 10px }
.grid > * { overflow: hidden }
.twin { display: grid; grid-template-columns: 1fr 1fr; gap: 0 16px }
.twin > * { min-width: 0 }

p, ul { margin: 0 }
ul { padding-left: 1.5em }
.row { display: flex; flex-wrap: wrap; align-items: center }
.row.end { justify-content: flex-end }
.apart { justify-content: space-between }
.level { flex-wrap: nowrap }
.grow { flex: 1; min-width: 3em }
.right { text-align: right }
.middle { text-align: center }
.middle .row, .row.middle { justify-content: center }
.beside { float: left; margin-right: 8px }
.beside.end { float: right; margin: 0 0 0 8px }
.justify { text-align: justify }
.wide .btn { width: 100% }

.choice { display: inline-block }
.far { display: flex; justify-content: space-between; align-items: center; gap: 12px }
.t, select { max-width: 100% }
.sel { display: inline-flex; justify-content: space-between; align-items: center; gap: 10px; min-width: 8em }
.sel i { border: 4px solid transparent; border-top-color: currentColor; margin-top: 4px }
.star { color: rgb(210, 40, 40) }
.icon { display: inline-flex; padding: 3px; line-height: 0; text-decoration: none; border: none; background: none }
.icon { color: inherit }
.rule { width: 1px; height: 1.4em; background: currentColor; opacity: .3 }
svg { vertical-align: middle }

.pic { display: inline-block; max-width: 100%; vertical-align: middle }
.chart { display: block }
.tiles { display: flex; gap: 8px }
.tile { flex: 1; min-width: 0; overflow: hidden; padding: 6px 8px }
.tile b { font-size: 1.4em }
.alert { display: flex; justify-content: space-between; align-items: center; gap: 8px; color: rgb(30, 30, 30) }
.big { font-size: 1.2em }
.btn.small { font-size: .85em; padding: 1px 6px }
.btn.large { font-size: 1.15em }

.cut { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0 }
.letter { display: flex; align-items: center; gap: 7px; white-space: nowrap }
.letter .cut { flex: 1 }
.letter .sender { flex: 0 0 8em }
.letter input { margin: 0 }
.new { font-weight: bold }
.thing.across { display: flex; gap: 10px; align-items: center }
.across > div { flex: 1; min-width: 0 }
.scrolls { overflow: hidden; padding-right: 12px }
.line { display: flex; gap: 5px; align-items: center }
.side .entry { flex: 1 }
.count { margin-left: auto; padding-left: 14px; font-size: .85em }
hr { border: none; margin: 4px 0; width: 100% }

.bar { display: flex; align-items: center }
.bar > .b { margin: 0 }
.stick { position: sticky; top: 0; z-index: 5 }
.menus { position: relative; z-index: 9 }
.hung { position: relative; display: inline-block }
.menu { position: absolute; z-index: 9; white-space: nowrap; min-width: 7em }
.menu .item { display: flex; gap: 8px; align-items: center }
.hung > .menu { left: 0; top: 100% }
.hung.rightmost > .menu { left: auto; right: 0 }
.pinned { position: fixed; z-index: 9 }

.dock { position: fixed; left: 0; right: 0; bottom: 0; z-index: 6; padding: 6px 10px }
.dock { display: flex; gap: 8px; align-items: center; justify-content: space-between }
.toast { left: auto; right: 8px; bottom: 8px; max-width: 92vw; border-radius: 5px }
.veil { position: fixed; inset: 0; pointer-events: none; z-index: 6 }
dialog, .dialog { max-height: 96vh; overflow: hidden; height: fit-content }
.dialog { position: fixed; z-index: 7 }
.centre, .top { inset: 0; margin: auto }
.top { margin-top: 6px }
dialog.drawer, .dialog.drawer { inset: 0 0 0 auto; margin: 0; height: 100%; max-height: 100vh }
dialog h3, .dialog h3, .side h3 { margin: 0 }
"""
"""What stands where; the same on every page."""
