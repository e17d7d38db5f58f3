"""Targets on pictures of screens, read from the public annotation formats and from our own.

    screenspot        screenspot_{desktop,mobile,web}.json, screenspot_imgs/; "bbox" is [x, y, width, height]
    screenspot-v2     screenspot_{desktop,mobile,web}_v2.json, screenspotv2_image/; the same
    screenspot-pro    annotations/*.json, images/; "bbox" is [x1, y1, x2, y2]
    osworld-g         OSWorld-G.json, images/; "box_type" says what "box_coordinates" are: bbox [x, y, width, height],
                      polygon [x1, y1, x2, y2, ...], or refusal, where nothing on the screen fits
    osworld-g-refined the same with OSWorld-G_refined.json
    boxes             boxes.json of anybody's own: [{"image": "a.png", "instruction": "the Save button",
                      "box": [x1, y1, x2, y2], "kind": "button"}]; a box of null says that it is not there

All are in pixels of the picture. Only annotations are read here; pictures must be there, and are opened when one is
asked about.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from agent.errors import BenchmarkError
from perception.geometry import Box, Point, Size

CATEGORIES = "classification_result.json"
"""OSWorld-G's capabilities, of which an entry may have several."""


@dataclass(frozen=True, slots=True)
class Polygon:
    """An area between corners; it closes itself."""

    corners: tuple[tuple[float, float], ...]

    def touches(self, point: Point) -> bool:
        """Whether the middle of the point's pixel lies inside (even-odd rule)."""
        x, y, inside = point.x + 0.5, point.y + 0.5, False
        for (x1, y1), (x2, y2) in zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
        return inside


class Target(NamedTuple):
    """One thing to find on one picture."""

    image: Path
    instruction: str
    row: str
    """Where the report counts it, such as `web/icon`."""
    area: Box | Polygon | None
    """Where it is; None where nothing on the picture fits."""
    size: Size | None = None
    """The picture's size as the annotation has it, where it has one."""

    def is_hit(self, point: Point | None) -> bool:
        """Whether a pixel that was pointed at touches the area with its edges, or nothing was and nothing is there.

        Public scripts compare a point in fractions of a pixel with closed boxes; for whole pixels it is this.
        """
        if point is None or self.area is None:
            return point is None and self.area is None
        if isinstance(self.area, Polygon):
            return self.area.touches(point)
        box = self.area
        return box.left - 1 < point.x <= box.right and box.top - 1 < point.y <= box.bottom


def read_targets(folder: Path, name: str = "") -> list[Target]:
    """All targets of a folder in the format of this name, or in the one that its files show.

    Raises BenchmarkError, one sentence with file, entry and key, for what can't be read.
    """
    if not folder.is_dir():
        raise BenchmarkError(f"{folder} is no folder: name one that holds annotations and pictures")
    layout = _layout(folder, name)
    rows = _categories(folder / CATEGORIES)
    targets = [
        layout.read(entry, file.stem, rows)
        for file in layout.files(folder)
        for entry in _entries(file, folder / layout.images)
    ]
    if not targets:
        raise BenchmarkError(f"{folder} holds no entry in the format {layout.name}")
    return targets


class _Entry:
    """One entry of a file, which says where it stands when something is wrong with it."""

    def __init__(self, value: Any, where: str, images: Path) -> None:
        self._where, self._images = where, images
        if not isinstance(value, dict):
            raise BenchmarkError(f"{where} must be an object, not {_shown(value)}")
        self._value: dict[str, Any] = value

    def wrong(self, key: str, wanted: str) -> BenchmarkError:
        """What is to be raised for a key."""
        found = f"not {_shown(self._value[key])}" if key in self._value else "and is missing"
        return BenchmarkError(f'{self._where}: "{key}" must be {wanted}, {found}')

    def get(self, key: str) -> Any:
        """Whatever the key has; None when it is missing."""
        return self._value.get(key)

    def has(self, key: str) -> bool:
        """Whether the key is there at all."""
        return key in self._value

    def words(self, key: str) -> str:
        """Text that is not empty."""
        value = self.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "text")
        return value.strip()

    def image(self, key: str) -> Path:
        """A picture in the folder of pictures."""
        path = self._images / self.words(key)
        if not path.resolve().is_relative_to(self._images.resolve()) or not path.is_file():
            raise self.wrong(key, f"a picture in {self._images}")
        return path

    def numbers(self, key: str, meaning: str) -> list[float]:
        """Finite numbers."""
        value = self.get(key)
        if not isinstance(value, list) or not all(map(_is_number, value)):
            raise self.wrong(key, meaning)
        return value

    def box(self, key: str, *, extent: bool) -> Box:
        """A box with area, from a corner and its extent or from two corners."""
        meaning = "[x, y, width, height] with area" if extent else "[x1, y1, x2, y2] with x1 < x2 and y1 < y2"
        numbers = self.numbers(key, meaning)
        if len(numbers) != 4:
            raise self.wrong(key, meaning)
        left, top, right, bottom = numbers
        if extent:
            right, bottom = left + right, top + bottom
        if right <= left or bottom <= top:
            raise self.wrong(key, meaning)
        return Box(left=left, top=top, right=right, bottom=bottom)

    def polygon(self, key: str) -> Polygon:
        """Three corners or more."""
        meaning = "[x1, y1, x2, y2, ...] of at least three corners"
        numbers = self.numbers(key, meaning)
        if len(numbers) < 6 or len(numbers) % 2:
            raise self.wrong(key, meaning)
        return Polygon(tuple(zip(numbers[::2], numbers[1::2], strict=True)))

    def size(self, key: str) -> Size | None:
        """Width and height, where they are given."""
        if self.get(key) is None:
            return None
        numbers = self.numbers(key, "[width, height]")
        if len(numbers) != 2 or min(numbers) < 1:
            raise self.wrong(key, "[width, height]")
        return Size(width=int(numbers[0]), height=int(numbers[1]))


class _Layout(NamedTuple):
    """How a format lays out its folder, and how it writes an entry."""

    name: str
    patterns: tuple[str, ...]
    """Of annotation files, in the order of the report."""
    images: str
    """The folder of pictures; empty where they lie beside the annotations."""
    read: Callable[[_Entry, str, Mapping[str, str]], Target]
    """Reads an entry; is also told the file's name without its ending, and rows of entries that are known by "id"."""

    def files(self, folder: Path) -> list[Path]:
        """The annotation files that are there."""
        return [file for pattern in self.patterns for file in sorted(folder.glob(pattern))]


def _screenspot(entry: _Entry, file: str, rows: Mapping[str, str]) -> Target:
    platform = file.removeprefix("screenspot_").removesuffix("_v2")
    row = f"{platform}/{entry.words('data_type')}"
    return Target(entry.image("img_filename"), entry.words("instruction"), row, entry.box("bbox", extent=True))


def _screenspot_pro(entry: _Entry, file: str, rows: Mapping[str, str]) -> Target:
    box = None if entry.get("gt_type") == "negative" else entry.box("bbox", extent=False)
    row = f"{entry.words('group')}/{entry.words('ui_type')}"
    return Target(entry.image("img_filename"), entry.words("instruction"), row, box, entry.size("img_size"))


def _osworld_g(entry: _Entry, file: str, rows: Mapping[str, str]) -> Target:
    kind, area = entry.get("box_type"), None
    if kind == "bbox":
        area = entry.box("box_coordinates", extent=True)
    elif kind == "polygon":
        area = entry.polygon("box_coordinates")
    elif kind != "refusal":
        raise entry.wrong("box_type", "bbox, polygon or refusal")
    row = rows.get(entry.words("id"), kind)
    return Target(entry.image("image_path"), entry.words("instruction"), row, area, entry.size("image_size"))


def _boxes(entry: _Entry, file: str, rows: Mapping[str, str]) -> Target:
    absent = entry.has("box") and entry.get("box") is None
    area = None if absent else entry.box("box", extent=False)
    row = entry.words("kind") if entry.has("kind") else "absent" if absent else "present"
    return Target(entry.image("image"), entry.words("instruction"), row, area)


_PLATFORMS = ("desktop", "mobile", "web")

LAYOUTS = {
    layout.name: layout
    for layout in (
        _Layout("screenspot", tuple(f"screenspot_{p}.json" for p in _PLATFORMS), "screenspot_imgs", _screenspot),
        _Layout(
            "screenspot-v2", tuple(f"screenspot_{p}_v2.json" for p in _PLATFORMS), "screenspotv2_image", _screenspot
        ),
        _Layout("screenspot-pro", ("annotations/*.json",), "images", _screenspot_pro),
        _Layout("osworld-g", ("OSWorld-G.json",), "images", _osworld_g),
        _Layout("osworld-g-refined", ("OSWorld-G_refined.json",), "images", _osworld_g),
        _Layout("boxes", ("boxes.json",), "", _boxes),
    )
}
"""Every format by its name."""


def _layout(folder: Path, name: str) -> _Layout:
    if name:
        if name not in LAYOUTS:
            raise BenchmarkError(f"there is no format {name!r}; one of: {', '.join(LAYOUTS)}")
        if not LAYOUTS[name].files(folder):
            raise BenchmarkError(f"{folder} has no {' or '.join(LAYOUTS[name].patterns)}, which {name} is read from")
        return LAYOUTS[name]
    fitting = [layout for layout in LAYOUTS.values() if layout.files(folder)]
    if not fitting:
        known = ", ".join(f"{layout.name} ({layout.patterns[0]})" for layout in LAYOUTS.values())
        raise BenchmarkError(f"{folder} has no annotations in a format that is known: {known}")
    return fitting[0]  # where both wordings of OSWorld-G lie, the first is the original one


def _entries(file: Path, images: Path) -> Iterator[_Entry]:
    value = _json(file)
    if not isinstance(value, list):
        raise BenchmarkError(f"{file} must hold a list of entries, not {_shown(value)}")
    for number, entry in enumerate(value, start=1):
        yield _Entry(entry, f"{file}, entry {number}", images)


def _categories(file: Path) -> dict[str, str]:
    """The row of each entry of OSWorld-G: its capabilities, in the file's order, joined; none without the file."""
    if not file.is_file():
        return {}
    value = _json(file)
    classified = value.get("classified") if isinstance(value, dict) else None
    if not isinstance(classified, dict) or not all(isinstance(entries, list) for entries in classified.values()):
        raise BenchmarkError(f'{file}: "classified" must be an object with a list of entries for each capability')
    rows: dict[str, str] = {}
    for capability, entries in classified.items():
        for entry in entries:
            known = str(entry.get("id") if isinstance(entry, dict) else entry)
            rows[known] = f"{rows[known]}+{capability}" if known in rows else capability
    return rows


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BenchmarkError(f"{file} can't be read as JSON: {error}") from error


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _shown(value: Any) -> str:
    """A value on one line, short."""
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
