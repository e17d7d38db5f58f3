"""Small documents that tests make themselves: PDF by hand, byte for byte, and pictures by PIL."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def pdf_bytes(
    pages: Sequence[str], *, size: tuple[float, float] = (595, 842), extra: str = "", rotate: int = 0
) -> bytes:
    """A PDF whose pages have these content streams; fonts /F1 (Helvetica) and /F2 (bold)."""
    kids = " ".join(f"{5 + 2 * index} 0 R" for index in range(len(pages)))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R " + extra.encode() + b">>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for index, content in enumerate(pages):
        number = 5 + 2 * index
        packed = zlib.compress(content.encode("cp1252"))
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Rotate {rotate} "
            f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {number + 1} 0 R >>".encode()
        )
        bodies.append(f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode() + packed + b"\nendstream")
    return assembled(bodies)


def assembled(bodies: Sequence[bytes]) -> bytes:
    """Objects 1 and on, with a table of where they are."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def line(x: float, y: float, text: str, *, size: float = 10, bold: bool = False) -> str:
    """Text with its baseline at x, y, counted from the bottom left."""
    safe = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{'F2' if bold else 'F1'} {size} Tf {x} {y} Td ({safe}) Tj ET\n"


def rule(x1: float, y1: float, x2: float, y2: float) -> str:
    """A thin line."""
    return f"0.5 w {x1} {y1} m {x2} {y2} l S\n"


def picture(path: Path, lines: Sequence[str], *, size: tuple[int, int] = (1000, 500), points: int = 26) -> Path:
    """A white picture with lines of text; the format goes by the name."""
    image = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(FONT, points)
    for number, text in enumerate(lines):
        draw.text((60, 40 + number * points * 2), text, font=font, fill="black")
    image.save(path, resolution=144)  # which a PDF takes note of
    return path
