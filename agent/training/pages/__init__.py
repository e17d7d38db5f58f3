"""The Chromium twin of the drawn screens: HTML pages of the same controls, with boxes and glyphs read from the DOM.

`page.make_page` writes a page; `render.render` shows it in a tab and gives the same `Screen` that drawing gives, so the
same questions are asked of it. `python -m agent.training.pages --number 500 --out build/pages.zip` makes a store of
them, which `archive.PageStore` reads by number.
"""
