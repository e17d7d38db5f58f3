"""The fonts of this machine: found, sorted, cached, and named by a fingerprint for the record of a training run.

No font is shipped. Families that are made for screens are taken from the system's folders and from the folder in the
environment variable HANDEYE_FONTS; where there are none, Pillow's own font serves.
"""

import functools
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageFont

from agent.training.screens.glyphs import CHARS

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")

_FACES = re.compile(
    r"(DejaVuSans(Condensed|Mono)?|DejaVuSerif(Condensed)?|Liberation(Sans|Serif|Mono|SansNarrow)|OpenSans|Roboto(Condensed)?"
    r"|Lato|Inter|Cantarell|Free(Sans|Serif)|NotoSans(Display|Mono)?|NotoSerif|Ubuntu)"
    r"(-(Regular|Medium|Semibold|SemiBold|Bold))?\.(ttf|otf)"
)
_WEIGHTS = {"Medium": 1, "Semibold": 2, "SemiBold": 2, "Bold": 3}


@dataclass(frozen=True, slots=True)
class Family:
    """A font family: the files of its plain and of its bold face ("" = Pillow's own)."""

    name: str
    regular: str
    bold: str

    @property
    def style(self) -> str:
        """sans, serif or mono."""
        return "mono" if "Mono" in self.name else "serif" if "Serif" in self.name else "sans"


class Font:
    """A face at a size, with the widths of its characters measured once."""

    __slots__ = ("advance", "ascent", "face", "height", "middle")

    def __init__(self, path: str, size: float) -> None:
        if path:
            self.face = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
        else:
            self.face = _pillows_own(size)
        self.advance = {char: self.face.getlength(char) for char in CHARS}
        ascent, descent = self.face.getmetrics()
        self.ascent = ascent
        self.height = ascent + descent
        self.middle = ascent - size * 0.36
        """From the top of the line to the middle of a small letter."""

    def width(self, text: str) -> int:
        """Pixels that `text` takes, rounded up."""
        return int(sum(self.advance[char] for char in text)) + 1

    def fitting(self, text: str, width: float) -> str:
        """The longest beginning of `text` that is not wider than `width`."""
        for end, char in enumerate(text):
            width -= self.advance[char]
            if width < 0:
                return text[:end].rstrip()
        return text


def _pillows_own(size: float) -> ImageFont.FreeTypeFont:
    face = ImageFont.load_default(size)
    if not isinstance(face, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow has no FreeType here: install a Pillow wheel, or DejaVu or Liberation fonts")
    return face


@functools.cache
def families() -> tuple[Family, ...]:
    """The families found, sorted by name; never empty."""
    extra = os.environ.get("HANDEYE_FONTS")
    faces: dict[str, list[tuple[int, str]]] = {}
    for folder in (*FOLDERS, *((extra,) if extra else ())):
        for path in sorted(Path(folder).rglob("*.[to]tf")):
            if match := _FACES.fullmatch(path.name):
                weight = _WEIGHTS.get(path.stem.partition("-")[2], 0)
                faces.setdefault(match[1], []).append((weight, str(path)))
    found = [Family(name, min(paths)[1], max(paths)[1]) for name, paths in sorted(faces.items())]
    return tuple(found) or (Family("Default", "", ""),)


@functools.lru_cache(maxsize=3000)
def font(path: str, size: float) -> Font:
    """The face in `path` at `size` px, loaded once."""
    return Font(path, size)


def fingerprint() -> str:
    """Sixteen hex digits that change with the fonts found: the same seed gives the same screens where they agree."""
    digest = hashlib.sha256()
    for family in families():
        for path in (family.regular, family.bold):
            digest.update(Path(path).name.encode())
            digest.update(Path(path).read_bytes() if path else b"")
    return digest.hexdigest()[:16]
