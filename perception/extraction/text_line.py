"""A line of a page as text, from any stretch of which one comes back to the words and the box."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from perception.document.lines import hull, text_lines
from perception.document.page import PageText, Source, Word
from perception.extraction.spelling import mended_value
from perception.geometry import Box

COLUMN_GAP = 1.3
"""In heights of a letter: words further apart are parted by a tab."""


@dataclass(frozen=True)
class TextLine:
    """Words side by side; a tab where a column may begin, else a space."""

    page: int
    words: tuple[Word, ...]
    text: str
    starts: tuple[int, ...]
    """Where each word begins in the text."""

    @cached_property
    def box(self) -> Box:
        """Around all words."""
        return hull(word.box for word in self.words)

    @cached_property
    def reads_pixels(self) -> bool:
        """Whether any of it was read from pixels."""
        return any(word.source == "ocr" for word in self.words)

    @property
    def height(self) -> float:
        """Of the line."""
        return self.box.bottom - self.box.top

    def words_in(self, start: int, end: int) -> list[Word]:
        """The words that a stretch of the text touches."""
        return [
            word for word, at in zip(self.words, self.starts, strict=True) if at < end and start < at + len(word.text)
        ]

    def box_of(self, start: int, end: int) -> Box:
        """Around a stretch of the text; within a word, letters count as equally wide."""
        parts = []
        for word, at in zip(self.words, self.starts, strict=True):
            if not (at < end and start < at + len(word.text)):
                continue
            wide = (word.box.right - word.box.left) / max(1, len(word.text))
            first, last = max(0, start - at), min(len(word.text), end - at)
            left, right = word.box.left + first * wide, word.box.left + last * wide
            parts.append(word.box.model_copy(update={"left": left, "right": right}))
        return hull(parts)

    def source_of(self, start: int, end: int) -> Source:
        """Where a stretch of the text was read: from pixels where any of it was."""
        sources = {word.source for word in self.words_in(start, end)}
        return "ocr" if "ocr" in sources else "form" if "form" in sources else "text"

    def phrase_end(self, start: int) -> int:
        """Where the column of a place in the text ends."""
        end = self.text.find("\t", start)
        return len(self.text) if end < 0 else end


def page_lines(text: PageText, page: int) -> list[TextLine]:
    """The lines of a page from the top."""
    return [_line([_mended(word) for word in words], page) for words in text_lines(text.words)]


def _mended(word: Word) -> Word:
    text = mended_value(word.text) if word.source == "ocr" else word.text
    return word if text == word.text else word.model_copy(update={"text": text})


def _line(words: Sequence[Word], page: int) -> TextLine:
    text, starts = "", []
    for word in words:
        if starts:
            before = words[len(starts) - 1].box
            gap = word.box.left - before.right
            height = min(word.box.bottom - word.box.top, before.bottom - before.top)
            text += "\t" if gap > COLUMN_GAP * height else " "
        starts.append(len(text))
        text += word.text
    return TextLine(page, tuple(words), text, tuple(starts))
