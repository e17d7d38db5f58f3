"""The Chromium twin of the drawn screens: HTML pages of the same controls, with boxes and glyphs read from the DOM.

`make_page` writes a page; `render` shows it in a tab and gives the same `Screen` that drawing gives, so that the same
questions are asked of it. `python -m agent.training.pages --number 500 --out build/pages.zip` makes a store of them,
which `PageStore` reads by number.
"""

from agent.training.pages.archive import PageStore, read_screens, write_screens
from agent.training.pages.overlays import KINDS
from agent.training.pages.page import Page, make_page
from agent.training.pages.render import Tab, render

__all__ = ["KINDS", "Page", "PageStore", "Tab", "make_page", "read_screens", "render", "write_screens"]
