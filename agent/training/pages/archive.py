"""Rendered screens in one zip file: a PNG each, with the record of its widgets and characters in a text chunk.

A few kilobytes a screen. An entry is named by its number and its size, so that a store knows the size of every screen
without opening any.
"""

import base64
import dataclasses
import io
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from agent.training.screens.glyphs import NUM_SLOTS, PATCH
from agent.training.screens.record import Screen, Size, Widget

SCHEMA_VERSION = 2
CHUNK = "handeye"
"""Keyword of the text chunk that holds the record."""

_NAME = re.compile(r"(\d+)-(\d+)x(\d+)\.png")
_DEFAULTS = {f.name: f.default for f in dataclasses.fields(Widget)}


class PageStore(Sequence[Screen]):
    """The screens in a zip file, by number. The file is opened in each process that reads, on first use; only its path
    travels between them.

    Raises FileNotFoundError where there is no such file, ValueError for one of another schema version.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._names: list[str] = []
        self._file: zipfile.ZipFile | None = None
        self._owner = 0

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["path"])

    def __len__(self) -> int:
        self._opened()
        return len(self._names)

    def __getitem__(self, index: int) -> Screen:  # type: ignore[override]  # a slice of screens would be read whole
        file = self._opened()
        return decoded(file.read(self._names[index]), f"{self.path}: {self._names[index]}")

    def of_size(self, size: Size) -> list[int]:
        """The numbers of the screens of `size`, (width, height) in pixels."""
        self._opened()
        end = f"-{size[0]}x{size[1]}.png"
        return [index for index, name in enumerate(self._names) if name.endswith(end)]

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def _opened(self) -> zipfile.ZipFile:
        """The file, opened anew where this process is a fork of the one that opened it."""
        if self._file is None or self._owner != os.getpid():
            self._file, self._owner = zipfile.ZipFile(self.path), os.getpid()
            names = self._file.namelist()
            if wrong := [name for name in names if not _NAME.fullmatch(name)]:
                raise ValueError(f"{self.path}: {wrong[0]} is not of schema version {SCHEMA_VERSION}: make it anew")
            self._names = names
        return self._file


def write_screens(path: Path, screens: Iterable[Screen]) -> int:
    """Write `screens` to a new zip file at `path` as they come; gives how many. See `write_entries`."""
    return write_entries(path, ((screen.size, encoded(screen)) for screen in screens))


def write_entries(path: Path, entries: Iterable[tuple[Size, bytes]]) -> int:
    """Write screens that are encoded already, each with its size. The file appears when all are written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    number = 0
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as store:
        for (width, height), entry in entries:
            store.writestr(f"{number:06d}-{width}x{height}.png", entry)
            number += 1
    partial.replace(path)
    return number


def read_screens(path: Path) -> Iterator[Screen]:
    """The screens in the zip file at `path`, in order. Raises what `PageStore` raises."""
    store = PageStore(path)
    try:
        yield from (store[index] for index in range(len(store)))
    finally:
        store.close()


def encoded(screen: Screen) -> bytes:
    """A screen as a PNG that holds its record."""
    record = {
        "schema_version": SCHEMA_VERSION,
        "heldout": screen.heldout,
        "layout": screen.layout,
        "theme": screen.theme,
        "modal": screen.modal,
        "busy": screen.busy,
        "widgets": [_plain(widget) for widget in screen.widgets],
        "glyphs": base64.b64encode(screen.glyphs.astype(np.uint8).tobytes()).decode(),
    }
    chunk = PngImagePlugin.PngInfo()
    chunk.add_text(CHUNK, json.dumps(record), zip=True)
    picture = io.BytesIO()
    Image.fromarray(screen.image).save(picture, "PNG", pnginfo=chunk, compress_level=6)
    return picture.getvalue()


def decoded(entry: bytes, where: str = "a screen") -> Screen:
    """The screen in a PNG that `encoded` made. Raises ValueError, naming `where`, for another schema version."""
    picture = Image.open(io.BytesIO(entry), formats=("PNG",))
    record = json.loads(picture.info.get(CHUNK, "{}"))
    if record.get("schema_version") != SCHEMA_VERSION:
        version = record.get("schema_version")
        raise ValueError(f"{where} has schema version {version}, not {SCHEMA_VERSION}: make it anew")
    image = np.array(picture.convert("RGB"))
    shape = (image.shape[0] // PATCH, image.shape[1] // PATCH, NUM_SLOTS)
    glyphs = np.frombuffer(base64.b64decode(record["glyphs"]), np.uint8).reshape(shape).astype(np.int16)
    widgets = [_widget(widget) for widget in record["widgets"]]
    known = {name: record[name] for name in ("heldout", "layout", "theme", "modal", "busy")}
    return Screen(image, widgets, glyphs, **known)


def _plain(widget: Widget) -> dict[str, Any]:
    """A widget as plain data, without what says nothing; places to a hundredth of a pixel."""
    record: dict[str, Any] = {}
    for name, default in _DEFAULTS.items():
        value = getattr(widget, name)
        if value != default:
            record[name] = [round(side, 2) for side in value] if isinstance(value, tuple) else value
    return record


def _widget(record: dict[str, Any]) -> Widget:
    """A widget from plain data: JSON knows no tuples."""
    known: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in record.items()}
    return Widget(**known)
