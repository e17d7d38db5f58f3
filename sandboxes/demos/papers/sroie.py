"""Scans in the form of the public SROIE data set (receipts, ICDAR 2019): folders `img`, `box` and `entities`.

`box/NAME.txt` has a line of text in each line, four corners in pixels before it, clockwise from the top left;
`entities/NAME.txt` is JSON with company, date, address and total as printed; an address that the paper does not print
is empty. The first page of a paper alone is written.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from sandboxes.demos.papers.scanning import POINTS, Scan
from sandboxes.demos.papers.truth import Place


def write_sroie(scan: Scan, folder: Path, address: Sequence[str] = ()) -> None:
    """Add one scan to a folder; address: the lines of the issuer's, which the truth about a paper does not have."""
    name, scale = Path(scan.truth.file).stem, scan.scanner.dpi / POINTS
    for part in ("img", "box", "entities"):
        (folder / part).mkdir(exist_ok=True)
    scan.images[0].convert("RGB").save(folder / "img" / f"{name}.jpg", quality=scan.scanner.quality)
    words = [word for word in scan.truth.words if word.page == 1]
    lines = [_line(part, scale) for part in _lines(words)]
    (folder / "box" / f"{name}.txt").write_text("\n".join(lines) + "\n")
    fields = scan.truth.fields
    is_printed = all(line in " ".join(word.text for word in words) for line in address)
    entities = {key: fields[ours].text for key, ours in (("company", "supplier"), ("date", "date"), ("total", "total"))}
    (folder / "entities" / f"{name}.txt").write_text(
        json.dumps({**entities, "address": " ".join(address) if is_printed else ""}, ensure_ascii=False, indent=4)
    )


def _lines(words: Sequence[Place]) -> Iterator[list[Place]]:
    """Words that follow each other closely on one line."""
    line: list[Place] = []
    for word in words:
        if line and not _follows(line[-1], word):
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _follows(before: Place, word: Place) -> bool:
    height = before.box.bottom - before.box.top
    same_line = abs(word.box.top - before.box.top) < height / 2
    return same_line and -height / 2 < word.box.left - before.box.right < height


def _line(words: list[Place], scale: float) -> str:
    left, top = min(word.box.left for word in words), min(word.box.top for word in words)
    right, bottom = max(word.box.right for word in words), max(word.box.bottom for word in words)
    corners = (left, top, right, top, right, bottom, left, bottom)
    return ",".join(str(round(edge * scale)) for edge in corners) + "," + " ".join(word.text for word in words)
