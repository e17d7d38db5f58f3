"""Rendered screens in one zip file: a PNG and a JSON record each. A few kilobytes a screen."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from agent.training.screens.glyphs import NUM_SLOTS, PATCH
from agent.training.screens.record import Screen, Widget

SCHEMA_VERSION = 1


def write_screens(path: Path, screens: Iterable[Screen]) -> int:
    """Write `screens` to a new zip file at `path`; gives how many. The file appears when all are written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    number = 0
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as store:
        for number, screen in enumerate(screens, start=1):
            picture = io.BytesIO()
            Image.fromarray(screen.image).save(picture, "PNG", optimize=True)
            store.writestr(f"{number - 1:06d}.png", picture.getvalue())
            store.writestr(f"{number - 1:06d}.json", json.dumps(_record(screen)), zipfile.ZIP_DEFLATED)
    partial.replace(path)
    return number


def _record(screen: Screen) -> dict[str, Any]:
    cells = np.nonzero(screen.glyphs)
    return {
        "schema_version": SCHEMA_VERSION,
        "heldout": screen.heldout,
        "layout": screen.layout,
        "theme": screen.theme,
        "widgets": [asdict(widget) for widget in screen.widgets],
        "glyphs": np.stack([*cells, screen.glyphs[cells]], axis=1).tolist(),
    }


def read_screens(path: Path) -> Iterator[Screen]:
    """The screens in the zip file at `path`, in order. Raises ValueError for a file of another schema version."""
    with zipfile.ZipFile(path) as store:
        for name in sorted(n for n in store.namelist() if n.endswith(".json")):
            record = json.loads(store.read(name))
            if record["schema_version"] != SCHEMA_VERSION:
                version = record["schema_version"]
                raise ValueError(f"{path}: {name} has schema version {version}, not {SCHEMA_VERSION}: make it anew")
            picture = store.read(name.replace(".json", ".png"))
            yield _screen(record, np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).copy())


def _screen(record: dict[str, Any], image: np.ndarray) -> Screen:
    grid = np.zeros((image.shape[0] // PATCH, image.shape[1] // PATCH, NUM_SLOTS), np.int16)
    for row, column, slot, char in record["glyphs"]:
        grid[row, column, slot] = char
    widgets = [_widget(widget) for widget in record["widgets"]]
    return Screen(image, widgets, grid, record["heldout"], record["layout"], record["theme"])


def _widget(record: dict[str, Any]) -> Widget:
    """A widget from plain data: JSON knows no tuples."""
    for name in ("box", "mark", "label_box", "track"):
        record[name] = record[name] and tuple(record[name])
    return Widget(**record)
