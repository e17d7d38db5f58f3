"""Pages that lie askew are read as if they were straight, and boxes are where things are."""

from __future__ import annotations

import pytest

from perception.document.lines import text_lines
from perception.document.page import PageText, Word
from perception.document.skew import Skew, skew_of, straightened
from perception.extraction.label_reader import read_labels
from perception.extraction.reader import ReadPage
from perception.extraction.schema import read_schema
from perception.geometry import Box

ROWS = [("Nettobetrag", "1.000,00"), ("Mehrwertsteuer", "190,00"), ("Gesamtbetrag", "1.190,00"), ("Hinweis", "bezahlt")]


def page(angle: float) -> PageText:
    """Labels at the left, values at the right edge, rows 14 points apart, as pixels of a scan that lies askew."""
    skew = Skew(angle, 595, 842)
    words = []
    for row, texts in enumerate(ROWS):
        for text, left in zip(texts, (60.0, 480.0), strict=True):
            box = Box(left=left, top=300.0 + 14 * row, right=left + 5.5 * len(text), bottom=310.0 + 14 * row)
            words.append(Word(text=text, box=skew.turned(box), source="ocr", angle=angle))
    return PageText(width=595, height=842, words=tuple(words))


@pytest.mark.parametrize("angle", [-3.0, -0.4, 1.2, 5.0])
def test_a_box_comes_back(angle: float) -> None:
    skew = Skew(angle, 595, 842)
    for left, width in ((30.0, 8.0), (300.0, 120.0)):
        box = Box(left=left, top=700.0, right=left + width, bottom=711.0)
        back = skew.straight(skew.turned(box))
        assert back.model_dump() == pytest.approx(box.model_dump(), abs=1e-6)
        assert skew.turned(box).area > box.area


@pytest.mark.parametrize("angle", [-3.0, 2.5])
def test_rows_are_rows_once_the_page_is_straight(angle: float) -> None:
    text = page(angle)
    skew = skew_of(text)
    assert skew.angle == pytest.approx(angle)
    rows = [tuple(word.text for word in line) for line in text_lines(straightened(text, skew).words)]
    assert rows == ROWS
    assert [tuple(word.text for word in line) for line in text_lines(text.words)] != ROWS


@pytest.mark.parametrize("angle", [-3.0, 0.0, 2.5])
def test_fields_of_a_page_that_lies_askew(angle: float) -> None:
    number = {"type": "number"}
    schema = read_schema({"properties": {"net": number, "tax": number, "total": number}})
    text = page(angle)
    record = read_labels("scan.pdf", [ReadPage(1, text)], schema)
    assert record.values() == {"net": 1000.0, "tax": 190.0, "total": 1190.0}
    leaf = next(leaf for leaf in record.leaves if leaf.path == "total")
    place = next(word.box for word in text.words if word.text == "1.190,00")
    assert leaf.box is not None
    assert leaf.box.iou(place) > 0.99


def test_few_letters_and_text_layers_tell_nothing() -> None:
    text = page(2.5)
    assert skew_of(text.model_copy(update={"words": text.words[:2]})).angle == 0
    layer = tuple(word.model_copy(update={"source": "text"}) for word in text.words)
    assert skew_of(text.model_copy(update={"words": layer})).angle == 0
