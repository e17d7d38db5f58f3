"""Drawings of openly licensed icons, read from the archive that the environment variable HANDEYE_ICONS names.

Without the variable there are none, whatever lies around, and screens are drawn by our own pen alone. An archive is
made by `python -m agent.training.pages.icon_sets`. It holds the packages' licence texts, a PNG for each drawing (8-bit,
255 = ink), and `index.json`:

    {"schema_version": 1, "sets": {"lucide": {"package": "lucide-static", "version": "1.62.0", "licence": "ISC"}},
     "icons": {"gear": ["gear/lucide-settings.png", "gear/lucide-cog.png"]}}
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

VARIABLE = "HANDEYE_ICONS"
SCHEMA_VERSION = 1
INDEX = "index.json"
SIDE = 64
"""Width and height of a drawing in the archive, pixels."""

STORED_NAMES = (
    *("calendar", "clock", "camera", "cart", "phone", "printer", "share", "link", "upload", "copy", "save", "eye"),
    *("filter", "flag", "globe", "help", "info", "key", "map pin", "microphone", "music", "bookmark", "tag"),
    *("thumbs up", "thumbs down", "unlock", "people", "volume", "warning", "wifi", "zoom in", "zoom out", "stop"),
    *("send", "paperclip", "image", "chat", "cloud", "battery", "bluetooth", "gift", "moon", "sun", "book", "code"),
    *("credit card", "document", "video", "scissors", "truck", "shield", "wrench", "lightning", "headphones"),
    *("power", "undo", "redo", "log out", "chart", "light bulb"),
)
"""Names that only an archive can draw. Their order numbers the classes of `naming`: new ones go to the end."""

Icons = dict[str, tuple["Image", ...]]
"""Drawings by name, SIDE px wide and high, mode L."""


def stored_icons() -> Icons:
    """The drawings of HANDEYE_ICONS, read once per process; empty where it is not set. Raises ValueError as reading."""
    path = os.environ.get(VARIABLE, "")
    return _cached(path) if path else {}


def stored_mask(name: str, number: int, size: int) -> Image:
    """An L mask of `size` px of a name's drawing."""
    return _resized(os.environ.get(VARIABLE, ""), name, number, size)


def fingerprint() -> str:
    """Sixteen hex digits that change with the drawings; empty where there are none."""
    digest = hashlib.sha256()
    for name, drawings in sorted(stored_icons().items()):
        digest.update(name.encode())
        for drawing in drawings:
            digest.update(drawing.tobytes())
    return digest.hexdigest()[:16] if stored_icons() else ""


def read_icons(path: Path) -> Icons:
    """The archive at `path`. Raises ValueError where there is none, or none of this schema version."""
    advice = "make one with `python -m agent.training.pages.icon_sets`"
    try:
        with zipfile.ZipFile(path) as store:
            index = json.loads(store.read(INDEX))
            version = index["schema_version"]
            if version == SCHEMA_VERSION:
                return {name: tuple(_mask(store.read(f)) for f in files) for name, files in index["icons"].items()}
    except FileNotFoundError as error:
        raise ValueError(f"{VARIABLE}: there is no archive of icons at {path}; {advice}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise ValueError(f"{VARIABLE}: {path} is no archive of icons; {advice}") from error
    raise ValueError(f"{VARIABLE}: {path} has schema version {version}, not {SCHEMA_VERSION}; {advice}")


def write_icons(
    path: Path,
    icons: Mapping[str, Mapping[str, Image]],
    sets: Mapping[str, Mapping[str, str]],
    texts: Mapping[str, str],
) -> int:
    """Write a new archive to `path`; gives how many drawings. It appears when all is written.

    `icons` holds the masks by name and by SET-FILE; `sets` what is said of each set; `texts` its licence, where it
    carries one.
    """
    index: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "sets": sets}
    index["icons"] = {name: [f"{name}/{file}.png" for file in drawings] for name, drawings in icons.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as store:
        store.writestr(_entry(INDEX, zipfile.ZIP_DEFLATED), json.dumps(index, indent=1))
        for name, text in texts.items():
            store.writestr(_entry(f"licences/{name}.txt", zipfile.ZIP_DEFLATED), text)
        for name, drawings in icons.items():
            for file, mask in drawings.items():
                picture = io.BytesIO()
                mask.save(picture, "PNG", optimize=True)
                store.writestr(_entry(f"{name}/{file}.png"), picture.getvalue())
    partial.replace(path)
    return sum(len(files) for files in index["icons"].values())


def _entry(name: str, how: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    """A file of the archive without the time of day, so that the same drawings give the same archive."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = how
    return entry


def _mask(picture: bytes) -> Image:
    from PIL import Image

    return Image.open(io.BytesIO(picture)).convert("L")


@functools.cache
def _cached(path: str) -> Icons:
    return read_icons(Path(path))


@functools.lru_cache(maxsize=4000)
def _resized(path: str, name: str, number: int, size: int) -> Image:
    from PIL.Image import Resampling

    # Hamming keeps thin lines even at sizes that do not divide the drawing's, where a box filter breaks them up.
    return _cached(path)[name][number].resize((size, size), Resampling.HAMMING)
