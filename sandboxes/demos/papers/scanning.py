"""A printed paper as a scanner sees it: pixels alone, askew, with noise, stamps and folds, and its boxes carried along.

Needs pypdfium2 (`pip install "handeye[documents]"`). A box becomes the upright rectangle round what it was turned
into. Three degrees: `light` (a good flatbed), `office` (a feeder that pulls askew), `worn` (folded, stamped, dim).
"""

import io
import math
import random
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from perception.geometry import Box
from sandboxes.demos.papers.truth import Truth
from sandboxes.errors import SandboxMissing

POINTS = 72
STAMPS = {
    "en": ("PAID", "RECEIVED", "COPY"), "de": ("BEZAHLT", "EINGEGANGEN", "KOPIE"),
    "fr": ("PAYÉ", "REÇU", "COPIE"),
    "es": ("PAGADO", "RECIBIDO", "COPIA"), "it": ("PAGATO", "RICEVUTO", "COPIA"),
    "nl": ("BETAALD", "ONTVANGEN", "KOPIE"),
    "pt": ("PAGO", "RECEBIDO", "CÓPIA"), "pl": ("ZAPŁACONO", "WPŁYNĘŁO", "KOPIA"),
}  # fmt: skip
_FACES = ("DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf")


@dataclass(slots=True)
class Scanner:
    """What one paper goes through; drawn once for all its pages."""

    degree: str
    dpi: int
    skew: float
    """Degrees, at most."""
    blur: float
    noise: float
    """Standard deviation of grey levels."""
    quality: int
    """Of JPEG."""
    mode: str
    """grey, colour or fax (black and white)."""
    stamp: str
    folds: int
    shade: float
    """How much darker the far side is."""
    marks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scan:
    """A paper as images, and its truth where the boxes are on them."""

    images: list[Image.Image]
    scanner: Scanner
    truth: Truth

    def pdf(self) -> bytes:
        """One image a page, nothing else."""
        out = io.BytesIO()
        pages = [image if image.mode != "1" else image.convert("L") for image in self.images]
        options: dict[str, Any] = {"resolution": self.scanner.dpi, "quality": self.scanner.quality}
        pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], **options)
        return re.sub(rb"\(D:\d{14}", b"(D:20260101000000", out.getvalue())


def drawn_scanner(rng: random.Random, language: str) -> Scanner:
    """A scanner, and what was done to the paper before."""
    degree = rng.choice(("light", "office", "office", "worn"))
    scanner = Scanner(
        degree=degree,
        dpi=rng.choice((200, 300) if degree == "light" else (150, 200)),
        skew=rng.uniform(-1, 1) * {"light": 0.4, "office": 1.6, "worn": 3.0}[degree],
        blur=rng.uniform(0, {"light": 0.3, "office": 0.6, "worn": 1.0}[degree]),
        noise=rng.uniform(1, {"light": 3, "office": 7, "worn": 12}[degree]),
        quality=rng.randint(*{"light": (85, 95), "office": (55, 85), "worn": (35, 65)}[degree]),
        mode=rng.choice(("grey", "colour", "grey", "fax") if degree == "office" else ("grey", "colour")),
        stamp=rng.choice(STAMPS[language]) if rng.random() < {"light": 0.1, "office": 0.3, "worn": 0.6}[degree] else "",
        folds=rng.randint(1, 2) if degree == "worn" else 0,
        shade=rng.uniform(0, {"light": 0.02, "office": 0.08, "worn": 0.22}[degree]),
    )
    said = {"skew": abs(scanner.skew) > 0.3, "blur": scanner.blur > 0.4, "stamp": scanner.stamp, "fold": scanner.folds}
    scanner.marks = [scanner.mode, f"jpeg{scanner.quality}", *(name for name, is_so in said.items() if is_so)]
    return scanner


def scanned(pdf: bytes, truth: Truth) -> Scan:
    """A paper through the scanner that its seed draws. Raises SandboxMissing without pypdfium2."""
    rng = random.Random(f"scan:{truth.kind}:{truth.seed}:{truth.index}")
    scanner = drawn_scanner(rng, truth.language)
    plain = _pages(pdf, scanner.dpi)
    angles = [scanner.skew + rng.uniform(-0.2, 0.2) for _ in plain]
    images = [_through(image, angle, scanner, rng) for image, angle in zip(plain, angles, strict=True)]
    return Scan(images, scanner, _carried(truth, angles, scanner))


def turned(box: Box, angle: float, width: float, height: float) -> Box:
    """The upright rectangle round a box that is turned with its page by `angle` degrees, clockwise, round the page's
    middle; cut at the page's edges."""
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    corners = [(x - width / 2, y - height / 2) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    xs = [min(max(x * cosine - y * sine + width / 2, 0), width) for x, y in corners]
    ys = [min(max(x * sine + y * cosine + height / 2, 0), height) for x, y in corners]
    return Box(left=round(min(xs), 2), top=round(min(ys), 2), right=round(max(xs), 2), bottom=round(max(ys), 2))


def _carried(truth: Truth, angles: list[float], scanner: Scanner) -> Truth:
    """The truth with every box where it is on the scan."""

    def carried(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [carried(each) for each in value]
        if not isinstance(value, dict):
            return value
        plain = {name: carried(each) for name, each in value.items() if name != "box"}
        if "box" in value:
            page = truth.pages[value["page"] - 1]
            plain["box"] = turned(Box(**value["box"]), angles[value["page"] - 1], page.width, page.height).model_dump()
        return plain

    update = {"scan": scanner.degree, "scan_marks": scanner.marks}
    return Truth.model_validate({**carried(truth.model_dump()), **update})


def _pages(pdf: bytes, dpi: int) -> list[Image.Image]:
    try:
        import pypdfium2
    except ImportError as error:
        raise SandboxMissing('Scans need pypdfium2: pip install "handeye[documents]"') from error
    document = pypdfium2.PdfDocument(pdf)
    try:
        scale: Any = dpi / POINTS  # pypdfium2 says int and means any number
        return [page.render(scale=scale).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def _through(image: Image.Image, angle: float, scanner: Scanner, rng: random.Random) -> Image.Image:
    """One page through the scanner; its size stays."""
    if scanner.stamp:
        _stamp(image, scanner, rng)
    if scanner.mode != "colour":
        image = image.convert("L")
    # Pillow turns the other way round; what comes into view beside the paper is the scanner's lid.
    lid = 236 if image.mode == "L" else (236, 236, 233)
    image = image.rotate(-angle, Image.Resampling.BICUBIC, fillcolor=lid)
    if scanner.blur > 0.2:
        image = image.filter(ImageFilter.GaussianBlur(scanner.blur * scanner.dpi / 200))
    values = _lit(np.asarray(image, dtype=np.float32), scanner, rng)
    image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    if scanner.mode == "fax":
        return image.point([0] * 150 + [255] * 106)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=scanner.quality)
    return Image.open(out).convert(image.mode)


def _lit(values: np.ndarray, scanner: Scanner, rng: random.Random) -> np.ndarray:
    """Ink that is not quite black on paper that is not quite white, with shade, folds and noise."""
    noise = np.random.default_rng(rng.randrange(2**32))
    height, width = values.shape[:2]
    values = 18 + values * (rng.uniform(236, 253) - 18) / 255
    if values.ndim == 3:
        values = values * np.array([1.0, rng.uniform(0.975, 1.0), rng.uniform(0.93, 0.99)], np.float32)
    light = np.ones((height, width), np.float32)
    light *= 1 - scanner.shade * np.linspace(0, 1, width, dtype=np.float32)[:: rng.choice((1, -1))]
    for fold in range(scanner.folds):
        at = height * (fold + 1) / (scanner.folds + 1) + rng.uniform(-0.01, 0.01) * height
        away = (np.arange(height, dtype=np.float32) - at) / (scanner.dpi / 40)
        light *= (1 - 0.16 * np.exp(-(away**2)) + 0.05 * np.exp(-((away - 2.2) ** 2)))[:, None]
    grain = noise.standard_normal((height, width), dtype=np.float32) * scanner.noise
    light, grain = (light[..., None], grain[..., None]) if values.ndim == 3 else (light, grain)
    return values * light + grain


def _stamp(image: Image.Image, scanner: Scanner, rng: random.Random) -> None:
    """A rubber stamp across the lower half, through which the print shows."""
    size = int(scanner.dpi * rng.uniform(0.2, 0.3))
    font = _face(size)
    left, top, right, bottom = font.getbbox(scanner.stamp)
    width, height = int(right - left) + size, int(bottom - top) + size
    ink = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(ink)
    draw.rounded_rectangle((3, 3, width - 4, height - 4), size // 3, outline=255, width=max(2, size // 10))
    draw.text((size / 2 - left, size / 2 - top), scanner.stamp, font=font, fill=255)
    worn = np.random.default_rng(rng.randrange(2**32)).random((height, width)) < 0.12
    ink = Image.fromarray(np.where(worn, 0, np.asarray(ink) // 4 * 3).astype(np.uint8))
    ink = ink.rotate(rng.uniform(-18, 18), Image.Resampling.BICUBIC, expand=True)
    at = (
        int(rng.uniform(0.05, 0.9) * max(1, image.width - ink.width)),
        int(rng.uniform(0.45, 0.85) * max(1, image.height - ink.height)),
    )
    image.paste(Image.new("RGB", ink.size, rng.choice(((176, 32, 40), (38, 64, 150), (40, 110, 60)))), at, ink)


def _face(size: int) -> Any:
    for name in _FACES:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
