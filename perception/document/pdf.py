"""PDF pages by pdfium, in a worker process only: pdfium is C++ that was not made for threads, and files may be hostile.

Coordinates that leave this file are points (1/72 inch) from the top left corner of the page as it is seen, so after its
rotation and its crop box.
"""

import ctypes
import io
import math
from collections.abc import Callable, Iterator, Sequence
from mmap import mmap
from typing import Any

import pypdfium2.raw as pdfium

from perception.document.refusal import Refusal
from perception.document.spacing import closed_up

_PASSWORD, _TOO_LARGE = pdfium.FPDF_ERR_PASSWORD, 14_400_000
_MAX_OBJECTS = 20_000
"""Page objects that are looked at for lines and pictures."""
_MAX_RULINGS, _MAX_PICTURES = 8000, 100
_THIN = 3.0
"""Points: a path no thicker is a line."""
_TEXT_FIELDS = (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)

_BREAK = "\x02"
"""A hyphen at the end of a line, which pdfium tells from others."""

_NOTHING = "\x03"
"""A space that is none."""
_KERN = 0.12
"""In heights of a letter: by how much letters of a word may be pushed together or apart."""

Rectangle = tuple[float, float, float, float]


class PdfFile:
    """One open PDF; pages are counted from 0."""

    kind = "pdf"

    def __init__(self, data: mmap | bytes, password: str) -> None:
        """Raises Refusal for what is no PDF, or locked."""
        pdfium.FPDF_InitLibrary()
        self._secret = password.encode()
        self._document = self._load(data) or self._load(self._repaired(data, password))
        if not self._document:
            raise Refusal("invalid", "it can't be read as a PDF, nor repaired")
        self.num_pages = pdfium.FPDF_GetPageCount(self._document)
        self._form_info = pdfium.FPDF_FORMFILLINFO(version=2)
        self._form = pdfium.FPDFDOC_InitFormFillEnvironment(self._document, self._form_info)

    def close(self) -> None:
        """Let the file go."""
        if self._form:
            pdfium.FPDFDOC_ExitFormFillEnvironment(self._form)
        pdfium.FPDF_CloseDocument(self._document)

    def render(self, number: int, dpi: float, max_pixels: int, target: Callable[[int, int], Any]) -> tuple[int, int]:
        """Draw a page on white as RGB into the buffer that `target(width, height)` gives; returns width and height.

        A page of more than `max_pixels` is drawn smaller.
        """
        page = self._page(number)
        try:
            points = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
            width, height = pixel_size(points, dpi, max_pixels)
            buffer = target(width, height)
            bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGR, buffer, width * 3)
            if not bitmap:
                raise MemoryError
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
            place = (bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER)
            pdfium.FPDF_RenderPageBitmap(*place)
            if self._form:
                pdfium.FPDF_FFLDraw(self._form, *place)
            pdfium.FPDFBitmap_Destroy(bitmap)
        finally:
            pdfium.FPDF_ClosePage(page)
        return width, height

    def text(self, number: int, max_words: int) -> dict[str, Any]:
        """The page's size, words, lines and pictures, in the form of `page.PageText`."""
        page = self._page(number)
        try:
            place = _placing(page)
            words = [*closed_up(list(self._words(page, place, max_words))), *self._field_words(page, place)]
            rulings, pictures = _drawn(page, place)
            return {  # of hostile numbers of lines and pictures the first ones do
                "width": pdfium.FPDF_GetPageWidthF(page),
                "height": pdfium.FPDF_GetPageHeightF(page),
                "words": words[:max_words],
                "rulings": rulings[:_MAX_RULINGS],
                "pictures": pictures[:_MAX_PICTURES],
                "truncated": len(words) > max_words,
            }
        finally:
            pdfium.FPDF_ClosePage(page)

    def _load(self, data: mmap | bytes) -> Any:
        """A document, or nothing where it can't be read. Raises Refusal where a password is missing."""
        if not len(data):
            return None
        self._data = data  # pdfium reads from it for as long as the document is open
        start: Any = data
        if isinstance(data, mmap):
            start = ctypes.addressof(ctypes.c_char.from_buffer(data))
        document = pdfium.FPDF_LoadMemDocument64(start, len(data), self._secret)
        if not document and pdfium.FPDF_GetLastError() == _PASSWORD:
            raise Refusal("locked", "it is encrypted" + (", and the password is wrong" if self._secret else ""))
        if document and pdfium.FPDF_GetPageCount(document) < 1:
            pdfium.FPDF_CloseDocument(document)
            return None
        return document

    def _repaired(self, data: mmap | bytes, password: str) -> bytes:
        """The file written anew by qpdf, which finds objects where tables are damaged."""
        import pikepdf

        repaired = io.BytesIO()
        try:
            with pikepdf.open(io.BytesIO(bytes(data)), password=password) as file:
                file.save(repaired)
        except pikepdf.PasswordError as error:
            raise Refusal("locked", "it is encrypted") from error
        except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, OverflowError, RecursionError):
            return b""
        return repaired.getvalue()

    def _page(self, number: int) -> Any:
        page = pdfium.FPDF_LoadPage(self._document, number)
        if not page:
            raise Refusal("invalid", f"page {number + 1} can't be read")
        return page

    def _words(self, page: Any, place: "Placing", max_words: int) -> Iterator[dict[str, Any]]:
        """The words of the text layer, in the file's order."""
        text = pdfium.FPDFText_LoadPage(page)
        if not text:
            return
        try:
            letters = _letters(text)
            for count, (start, end) in enumerate(_spans(letters)):
                if count > max_words:
                    return
                rectangle = _union(_letter_box(text, start), _letter_box(text, end - 1))
                if rectangle is None:
                    continue
                yield {
                    "text": letters[start:end].replace(_BREAK, "-").replace(_NOTHING, ""),
                    "box": place(rectangle),
                    "bold": _is_bold(text, start),
                    "angle": round(math.degrees(max(0.0, pdfium.FPDFText_GetCharAngle(text, start)))) % 360,
                    "source": "text",
                }
        finally:
            pdfium.FPDFText_ClosePage(text)

    def _field_words(self, page: Any, place: "Placing") -> Iterator[dict[str, Any]]:
        """What is filled into the fields of a form, which is not in the text layer."""
        if not self._form:
            return
        for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MAX_OBJECTS)):
            note = pdfium.FPDFPage_GetAnnot(page, index)
            if not note:
                continue
            if pdfium.FPDFAnnot_GetSubtype(note) == pdfium.FPDF_ANNOT_WIDGET:
                rectangle = pdfium.FS_RECTF()
                kind = pdfium.FPDFAnnot_GetFormFieldType(self._form, note)
                if kind in _TEXT_FIELDS and pdfium.FPDFAnnot_GetRect(note, rectangle):
                    corners = rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
                    yield from _spread(self._value(note), place(corners))
            pdfium.FPDFPage_CloseAnnot(note)

    def _value(self, note: Any) -> str:
        length = pdfium.FPDFAnnot_GetFormFieldValue(self._form, note, None, 0)
        if not 2 < length < 2**20:
            return ""
        buffer = ctypes.create_string_buffer(length)
        pdfium.FPDFAnnot_GetFormFieldValue(
            self._form, note, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), length
        )
        return buffer.raw[: length - 2].decode("utf-16-le", errors="replace")


Placing = Callable[[Rectangle], list[float]]
"""Left, bottom, right, top in the page's own coordinates -> left, top, right, bottom as the page is seen."""


def pixel_size(points: tuple[float, float], dpi: float, max_pixels: int) -> tuple[int, int]:
    """Width and height in pixels of a page of that size in points, at most `max_pixels` together, at least 1 each."""
    width, height = (min(max(length, 0.0), _TOO_LARGE) if math.isfinite(length) else 1.0 for length in points)
    scale = dpi / 72
    if width * height * scale * scale > max_pixels:
        scale = math.sqrt(max_pixels / (width * height))
    wide, high = max(1, math.ceil(width * scale - 1e-3)), max(1, math.ceil(height * scale - 1e-3))
    return min(wide, max(1, max_pixels // high)), min(high, max_pixels)


def _placing(page: Any) -> Placing:
    bounds = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, bounds)
    left, bottom, right, top = bounds.left, bounds.bottom, bounds.right, bounds.top
    turned = int(pdfium.FPDFPage_GetRotation(page)) % 4

    def place(rectangle: Rectangle) -> list[float]:
        x1, y1, x2, y2 = rectangle
        ways: tuple[Rectangle, ...] = (
            (x1 - left, top - y2, x2 - left, top - y1),
            (y1 - bottom, x1 - left, y2 - bottom, x2 - left),
            (right - x2, y1 - bottom, right - x1, y2 - bottom),
            (top - y2, right - x2, top - y1, right - x1),
        )
        return [round(edge, 2) for edge in ways[turned]]

    return place


def _letters(text: Any) -> str:
    """One character for each index of the text page; half a character is U+FFFD, a line's end a space."""
    count = max(0, pdfium.FPDFText_CountChars(text))
    codes = (pdfium.FPDFText_GetUnicode(text, index) for index in range(count))
    letters = [_BREAK if code in (2, 0xFFFE) else _letter(code) for code in codes]
    for start, end in _made_up(text, letters):
        letters[start:end] = [_NOTHING] * (end - start)
    return "".join(letters)


def _made_up(text: Any, letters: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Spaces that are not in the file, and not on the page: pdfium makes them where letters are set one by one."""
    index = 1
    while index < len(letters) - 1:
        start = index
        while index < len(letters) and letters[index] == " " and pdfium.FPDFText_IsGenerated(text, index) == 1:
            index += 1
        if start < index < len(letters) and letters[start - 1] != " " and letters[index] != " ":
            one, other = _letter_box(text, start - 1), _letter_box(text, index)
            if one is not None and other is not None and _follows(one, other):
                yield start, index
        index = max(index, start + 1)


def _follows(one: Rectangle, other: Rectangle) -> bool:
    """Whether a letter stands right behind another, on the same line."""
    high, low = max(one[3] - one[1], other[3] - other[1]), min(one[3] - one[1], other[3] - other[1])
    shared = min(one[3], other[3]) - max(one[1], other[1])  # the letters of a ligature have lower boxes
    return shared > 0.8 * low and low > 0.4 * high and abs(other[0] - one[2]) < _KERN * high


def _letter(code: int) -> str:
    if code < 32 or 127 <= code < 160:
        return " "
    return "\ufffd" if 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code)


def _spans(letters: str) -> Iterator[tuple[int, int]]:
    start = -1
    for index, letter in enumerate(letters):
        if letter.isspace():
            if start >= 0:
                yield start, index
            start = -1
            continue
        if start < 0:
            start = index
        if letter == _BREAK:  # the rest of the word is on the next line
            yield start, index + 1
            start = -1
    if start >= 0:
        yield start, len(letters)


def _letter_box(text: Any, index: int) -> Rectangle | None:
    rectangle = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(text, index, rectangle):
        return None
    return rectangle.left, rectangle.bottom, rectangle.right, rectangle.top


def _union(one: Rectangle | None, other: Rectangle | None) -> Rectangle | None:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _is_bold(text: Any, index: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(text, index) >= 600:
        return True
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text, index, name, 128, flags)
    known = name.value.lower()
    return b"bold" in known or b"cmbx" in known or bool(flags.value & 0x40000)


def _spread(value: str, box: list[float]) -> Iterator[dict[str, Any]]:
    """A field's words, side by side in its box as if all letters were equally wide."""
    left, top, right, bottom = box
    wide = (right - left) / max(1, len(value))
    for start, end in _spans(value):
        place = [left + start * wide, top, left + end * wide, bottom]
        yield {"text": value[start:end], "box": place, "bold": False, "angle": 0, "source": "form"}


def _drawn(page: Any, place: Placing) -> tuple[list[list[float]], list[list[float]]]:
    """Straight lines and pictures among the page's objects, as boxes."""
    rulings: list[list[float]] = []
    pictures: list[list[float]] = []
    edges = [ctypes.c_float() for _ in range(4)]
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MAX_OBJECTS)):
        part = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(part)
        if kind not in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE):
            continue
        if not pdfium.FPDFPageObj_GetBounds(part, *edges):
            continue
        left, bottom, right, top = (edge.value for edge in edges)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures.append(place((left, bottom, right, top)))
        elif pdfium.FPDFPath_CountSegments(part) <= 8:
            rulings += [place(line) for line in _lines((left, bottom, right, top), shaded=_is_shade(part))]
    return rulings, pictures


def _is_shade(path: Any) -> bool:
    """Whether a path is filled and has no line round it."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    return bool(fill.value) and not stroke.value


def _lines(rectangle: Rectangle, *, shaded: bool) -> list[Rectangle]:
    """A thin rectangle is one line, another one its four edges; the sides of a shade part no columns."""
    left, bottom, right, top = rectangle
    if right - left <= _THIN or top - bottom <= _THIN:
        return [rectangle]
    flat = [(left, top, right, top), (left, bottom, right, bottom)]
    return flat if shaded else [*flat, (left, bottom, left, top), (right, bottom, right, top)]
