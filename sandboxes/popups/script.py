"""The init script that draws pop-ups, put together from the files beside this one."""

from functools import cache
from pathlib import Path

PARTS = ("popup", "list", "calendar", "palette", "watch")
"""In the order in which they need each other."""


@cache
def popup_script() -> str:
    """JavaScript for `BrowserContext.add_init_script`: it runs in every frame before the page's own, and leaves no
    global name behind.
    """
    folder = Path(__file__).parent
    parts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in PARTS]
    return "(() => {\n'use strict';\n" + "\n".join(parts) + "\n})();\n"
