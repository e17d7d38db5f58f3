"""From words to blocks in reading order, by geometry alone.

A page is cut into bands from the top; bands that together have a gutter are columns, and are read one after the other
(after the recursive X-Y cut of Nagy and Seth, 1984). Tables are found first and are pieces that nothing cuts. Nothing
is learned here: a page of unusual making may come out in an odd order, but every word comes out once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from perception.document.aligned import aligned_tables
from perception.document.blocks import Block
from perception.document.lines import Phrase, body_height, hull, phrase, phrases, text_lines
from perception.document.page import PageText
from perception.document.ruled import ruled_tables
from perception.document.tables import Edges, Table
from perception.geometry import Box

_BULLET = re.compile(r"^(?:[•‣◦▪●○■–—*·-]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])$")
_GUTTER = 1.2
"""In heights of a letter: the least gap between columns."""
_MAX_PIECES = 3000
"""A page of more is no page of text, and is read from the top."""
_LARGE = 1.18
"""In heights of body text: a line that is larger is a heading."""
_SMALL_PICTURE = 0.01
"""Share of the page below which a picture is decoration."""
_NO_EDGES = Edges()


@dataclass(slots=True)
class _Piece:
    """What is ordered: a phrase, a table or a picture."""

    box: Box
    phrase: Phrase | None = None
    block: Block | None = None


def page_blocks(text: PageText, page: int, edges: Edges = _NO_EDGES) -> list[Block]:
    """The blocks of one page, in reading order; edges: the tables that go on over the page's edges, where known."""
    source = "ocr" if text.reads_pixels else "text"
    tables = ruled_tables(text, page, edges)
    inside = {word for table in tables for word in table.words}
    lines = text_lines(word for word in text.words if id(word) not in inside)
    cut = [phrases(line) for line in lines]
    tables += aligned_tables(text, cut, page, edges, tables)
    inside = {word for table in tables for word in table.words}
    free = [part for line in cut for part in line if id(part.words[0]) not in inside]
    pieces = [_Piece(part.box, phrase=part) for part in free]
    pieces += [_Piece(table.box, block=_table_block(table, page, source)) for table in tables]
    pieces += [_Piece(box, block=Block(kind="picture", page=page, box=box)) for box in _pictures(text)]
    height = body_height(lines)
    blocks = _joined(_ordered(pieces, height), height, page, source)
    turned = [word for word in text.words if not word.is_upright]
    if turned:
        whole = phrase(turned)
        blocks.append(Block(kind="paragraph", page=page, box=whole.box, text=whole.text, source=source))
    return blocks


def _table_block(table: Table, page: int, source: str) -> Block:
    return Block.model_validate(
        {"kind": "table", "page": page, "box": table.box, "cells": tuple(table.cells), "source": source}
    )


def _pictures(text: PageText) -> list[Box]:
    """Pictures that are no decoration, and no scan of the whole page under its words."""
    whole = text.width * text.height
    found = []
    for box in text.pictures:
        covered = sum(box.contains(word.box.center) for word in text.words)
        if _SMALL_PICTURE * whole < box.area and covered < 5:
            found.append(box)
    return found


def _ordered(pieces: list[_Piece], height: float) -> list[_Piece]:
    """Reading order: bands from the top, columns within them from the left."""
    if len(pieces) > _MAX_PIECES:
        return sorted(pieces, key=lambda piece: (piece.box.top, piece.box.left))
    bands = _bands(pieces)
    ordered: list[_Piece] = []
    start = 0
    while start < len(bands):
        end, gutter = _columns(bands, start, height)
        if gutter is None:
            ordered += sorted(bands[start], key=lambda piece: (piece.box.left, piece.box.top))
        else:
            together = [piece for band in bands[start:end] for piece in band]
            ordered += _ordered([piece for piece in together if piece.box.left < gutter], height)
            ordered += _ordered([piece for piece in together if piece.box.left >= gutter], height)
        start = end
    return ordered


def _columns(bands: Sequence[list[_Piece]], start: int, height: float) -> tuple[int, float | None]:
    """How far the bands from `start` on have a gutter in common (the index behind the last), and where it is."""
    together: list[_Piece] = []
    best: tuple[int, float | None] = (start + 1, None)
    for end in range(start + 1, len(bands) + 1):
        together += bands[end - 1]
        gaps = _gaps(together, _GUTTER * height)
        if not gaps and end > start + 1:
            break
        gutter = _gutter(together, gaps, height)
        if gutter is not None:
            best = end, gutter
    return best


def _bands(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Pieces in groups that no horizontal line could part."""
    bands: list[list[_Piece]] = []
    bottom = float("-inf")
    for piece in sorted(pieces, key=lambda piece: (piece.box.top, piece.box.left)):
        inset = min(2.0, (piece.box.bottom - piece.box.top) / 4)  # lines set tight share a little of their height
        if bands and piece.box.top + inset < bottom:
            bands[-1].append(piece)
        else:
            bands.append([piece])
        bottom = max(bottom, piece.box.bottom - inset) if len(bands[-1]) > 1 else piece.box.bottom - inset
    return bands


def _gaps(pieces: Sequence[_Piece], least: float) -> list[tuple[float, float]]:
    """Vertical strips without ink: how wide, the widest first, and where what is to their right begins."""
    spans: list[list[float]] = []
    for left, right in sorted((piece.box.left, piece.box.right) for piece in pieces):
        if spans and left <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], right)
        else:
            spans.append([left, right])
    gaps = [(right[0] - left[1], right[0]) for left, right in pairwise(spans)]
    return sorted((gap for gap in gaps if gap[0] >= least), reverse=True)


def _gutter(pieces: Sequence[_Piece], gaps: Sequence[tuple[float, float]], height: float) -> float | None:
    """The first of the strips that parts two columns of several lines."""
    for _, at in gaps:
        sides = [p for p in pieces if p.box.left < at], [p for p in pieces if p.box.left >= at]
        if all(_is_column(side, height) for side in sides):
            return at
    return None


def _is_column(pieces: Sequence[_Piece], height: float) -> bool:
    """Whether pieces are a column to be read by itself: three lines, or something large."""
    box = hull(piece.box for piece in pieces)
    lines = len(_bands(list(pieces)))
    return (lines >= 3 and box.right - box.left > 6 * height) or any(piece.block is not None for piece in pieces)


def _joined(pieces: Sequence[_Piece], height: float, page: int, source: str) -> list[Block]:
    """Blocks of ordered pieces: lines that belong together are one paragraph."""
    blocks: list[Block] = []
    group: list[Phrase] = []

    def finish() -> None:
        if group:
            blocks.append(_prose(group, height, page, source))
            group.clear()

    for piece in pieces:
        if piece.phrase is None:
            finish()
            assert piece.block is not None
            blocks.append(piece.block)
            continue
        if group and not _goes_with(group[-1], piece.phrase, height):
            finish()
        group.append(piece.phrase)
    finish()
    return blocks


def _goes_with(above: Phrase, below: Phrase, height: float) -> bool:
    """Whether a line goes on the paragraph of the line above it."""
    if _marker(below) is not None:
        return False
    same_line = abs(above.box.top - below.box.top) < 0.5 * above.height and below.box.left >= above.box.right - 1
    gap = below.box.top - above.box.bottom
    near = -0.6 * above.height < gap < 0.75 * min(above.height, below.height)
    slack = 0.3 if above.words[0].source == "ocr" else 0.08  # read from pixels, words are as high as their letters
    alike = abs(above.height - below.height) < slack * height and above.bold == below.bold
    shares = min(above.box.right, below.box.right) > max(above.box.left, below.box.left)
    return same_line or (near and alike and shares)


def _prose(lines: Sequence[Phrase], height: float, page: int, source: str) -> Block:
    text = ""
    for line in lines:
        text += line.text if not text else f" {line.text}"
        if re.search(r"[a-zäöüß]-$", text):
            text = text[:-1] + "\x00"
    text = re.sub("\x00 ?", "", text)
    box = hull(line.box for line in lines)
    largest = max(line.height for line in lines) / height
    is_heading = len(lines) <= 3 and len(text) < 160 and sum(letter.isalpha() for letter in text) >= 3
    marker = _marker(lines[0])
    kind, level = "paragraph", 0
    if is_heading and (largest >= _LARGE or (all(line.bold for line in lines) and len(lines) == 1 and len(text) < 80)):
        kind, level = "heading", 1 if largest >= 1.7 else 2 if largest >= 1.35 else 3
    elif marker is not None:
        kind, text = "item", text[len(marker) :].strip() if not marker[:1].isalnum() else text
    return Block.model_validate(
        {"kind": kind, "page": page, "box": box, "text": text, "level": level, "source": source}
    )


def _marker(line: Phrase) -> str | None:
    """The mark of a list item that a line begins with."""
    first = line.words[0].text
    return first if len(line.words) > 1 and _BULLET.match(first) else None
