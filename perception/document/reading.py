"""What is written on a page, from its text layer where that can be used, else from its pixels.

A text layer can't be used where it is missing (a scan), or where its letters are no letters (a font without a table of
characters). A page with some text and a large picture that hardly any words lie on is read both ways: what pixels say
counts where the text layer says nothing.
"""

import unicodedata
from collections.abc import Iterable, Sequence

from perception.document.blocks import Layout, PageSize
from perception.document.document import RENDERER, Document
from perception.document.joining import document_blocks
from perception.document.page import PageText, Word
from perception.errors import DocumentError
from perception.geometry import Box, Size
from perception.ocr import READER, Recognizer

OCR_DPI = 150.0
"""Letters of 8 points are then some 16 pixels high, what the networks read well."""
_MOST_STRANGE = 0.2
"""Share of letters that are no letters, above which a text layer is of no use."""
_LARGE = 0.12
"""Share of the page from which a picture may hold text that matters."""


def read_page(document: Document, page: int, recognizer: Recognizer | None) -> PageText:
    """The page's words from where they can be had; without a recognizer only the text layer's.

    Raises a DocumentError.
    """
    text = document.text(page)
    if recognizer is None or not needs_pixels(text):
        return text
    reader = f"{RENDERER}-{READER}-{OCR_DPI:g}"
    if document.cache is not None and (kept := document.cache.text(document.sha256, page, reader)) is not None:
        return kept
    frame = document.frame(page, OCR_DPI)
    found = [_on_page(word, text, frame.size) for word in recognizer.words(frame)]
    merged = _merged(text, found)
    if document.cache is not None:
        document.cache.keep_text(document.sha256, page, reader, merged)
    return merged


def read_layout(document: Document, pages: Sequence[int], recognizer: Recognizer | None) -> Layout:
    """The pages' blocks in reading order, tables joined over pages; a page that can't be read is a note.

    Raises the last DocumentError where no page could be read.
    """
    texts: list[tuple[int, PageText]] = []
    sizes: list[PageSize] = []
    notes: list[str] = []
    failed: DocumentError | None = None
    for page in pages:
        try:
            text = read_page(document, page, recognizer)
        except DocumentError as error:
            notes.append(str(error))
            failed = error
            continue
        texts.append((page, text))
        sizes.append(PageSize(number=page, width=text.width, height=text.height))
        if text.truncated:
            notes.append(f"page {page}: it has more than {document.limits.max_words} words; the rest is left out")
        elif recognizer is None and needs_pixels(text):
            notes.append(f"page {page}: some or all of it is pixels, which were not read")
    if failed is not None and not sizes:
        raise failed
    joined = document_blocks(texts)
    return Layout(document=document.path.name, pages=tuple(sizes), blocks=tuple(joined), notes=tuple(notes))


def needs_pixels(text: PageText) -> bool:
    """Whether the page says, or may say, more in its pixels than in its text layer."""
    return not is_usable(text) or any(_is_unread(picture, text) for picture in text.pictures)


def is_usable(text: PageText) -> bool:
    """Whether the page's text layer holds letters that are letters."""
    letters = [letter for word in text.words for letter in word.text]
    if not letters:
        return False
    strange = sum(unicodedata.category(letter) in ("Co", "Cn", "Cc", "Cs") or letter == "\ufffd" for letter in letters)
    return strange <= _MOST_STRANGE * len(letters)


def _is_unread(picture: Box, text: PageText) -> bool:
    """Whether a picture is large and no text lies on it."""
    if picture.area < _LARGE * text.width * text.height:
        return False
    return sum(picture.contains(word.box.center) for word in text.words) < 3


def _on_page(word: Word, text: PageText, size: Size) -> Word:
    across, down = text.width / size.width, text.height / size.height
    box = word.box
    placed = Box(left=box.left * across, top=box.top * down, right=box.right * across, bottom=box.bottom * down)
    return word.model_copy(update={"box": placed})


def _merged(text: PageText, found: Iterable[Word]) -> PageText:
    """The words of both; those of pixels only where no word of a usable text layer lies."""
    kept = text.words if is_usable(text) else tuple(word for word in text.words if word.source == "form")
    new = tuple(word for word in found if not any(_overlap(word.box, other.box) for other in kept))
    return text.model_copy(update={"words": (*kept, *new)})


def _overlap(one: Box, other: Box) -> bool:
    """Whether half of the smaller box lies in the other."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return width > 0 and height > 0 and width * height > 0.5 * min(one.area, other.area)
