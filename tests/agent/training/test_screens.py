"""Drawn screens: boxes that hold ink, words of one side, glyphs where the text is, one screen from one seed."""

import itertools
import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.training.screens import NUM_CHARS, SIZES, Screen, dense, make_screen, questions
from agent.training.screens.canvas import Canvas
from agent.training.screens.fonts import families, fingerprint, font
from agent.training.screens.glyphs import PATCH, glyph_grid, text_of
from agent.training.screens.record import Box
from agent.training.screens.screen import GENRES
from agent.training.words import belongs

NAMED_AS_DRAWN = {"icon", "shape", "spinner", "scroller"}
"""Kinds whose name is no text on the screen."""


def _contrast(screen: Screen, box: Box) -> int:
    """The largest difference of any channel inside the box."""
    x1, y1, x2, y2 = (int(v) for v in box)
    region = screen.image[max(0, y1) : y2 + 1, max(0, x1) : x2 + 1].reshape(-1, 3).astype(int)
    return int((region.max(0) - region.min(0)).max()) if len(region) else 0


def _overlap(first: Box, second: Box) -> float:
    """Shared area as a share of the smaller box."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min((b[2] - b[0]) * (b[3] - b[1]) for b in (first, second))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**40), st.sampled_from(list(GENRES)), st.booleans())
def test_boxes_lie_on_the_screen_and_hold_something(seed: int, genre: str, heldout: bool) -> None:
    screen = make_screen(random.Random(seed), genre=genre, heldout=heldout)
    width, height = screen.size
    for widget in screen.widgets:
        for box in (widget.box, widget.aim, widget.label_box or widget.box):
            x1, y1, x2, y2 = box
            assert -0.5 <= x1 < x2 <= width + 0.5, (widget.kind, box)
            assert -0.5 <= y1 < y2 <= height + 0.5, (widget.kind, box)
        outer = (widget.box[0] - 2, widget.box[1] - 2, widget.box[2] + 2, widget.box[3] + 2)
        assert widget.disabled or _contrast(screen, outer) >= 30, (widget.kind, widget.text)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**40), st.sampled_from(list(GENRES)))
def test_places_to_click_do_not_overlap(seed: int, genre: str) -> None:
    screen = make_screen(random.Random(seed), genre=genre)
    solid = [w for w in screen.widgets if w.kind not in ("scroller", "text", "title")]
    for first, second in itertools.combinations(solid, 2):
        assert _overlap(first.aim, second.aim) < 0.12, (first, second)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**40), st.booleans())
def test_screens_show_words_of_one_side_only(seed: int, heldout: bool) -> None:
    screen = make_screen(random.Random(seed), heldout=heldout)
    for widget in screen.widgets:
        if widget.kind not in NAMED_AS_DRAWN:
            for text in (widget.text, widget.group if widget.group not in ("bar", "prose") else ""):
                assert belongs(text, heldout=heldout), widget
        if not widget.secret and len(widget.value.split()) == 1:
            assert belongs(widget.value, heldout=heldout) or widget.clipped or widget.label_box is None, widget


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**40))
def test_names_are_unique(seed: int) -> None:
    screen = make_screen(random.Random(seed))
    named = [w.text.lower() for w in screen.widgets if w.text and w.kind not in NAMED_AS_DRAWN]
    assert len(named) == len(set(named))
    marks = [(w.kind, w.text, w.colour, w.shape) for w in screen.widgets if w.kind in ("icon", "shape") and not w.scale]
    assert len(marks) == len(set(marks))


@pytest.mark.parametrize("size", SIZES)
def test_the_size_asked_for_is_the_size_drawn(size: tuple[int, int]) -> None:
    screen = make_screen(random.Random(3), size=size)
    assert screen.size == size
    assert screen.image.shape == (size[1], size[0], 3)
    assert screen.image.dtype == np.uint8
    assert screen.glyphs.shape == (size[1] // PATCH, size[0] // PATCH, 4)
    assert screen.glyphs.dtype == np.int16
    assert screen.glyphs.min() >= 0
    assert screen.glyphs.max() < NUM_CHARS


def test_bad_sizes_and_genres_are_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 32"):
        make_screen(random.Random(0), size=(300, 256))
    with pytest.raises(ValueError, match="no genre"):
        make_screen(random.Random(0), genre="poster")


def test_the_same_seed_gives_the_same_screen() -> None:
    for seed in range(12):
        first, second = (make_screen(random.Random(seed)) for _ in range(2))
        assert np.array_equal(first.image, second.image)
        assert np.array_equal(first.glyphs, second.glyphs)
        assert first.widgets == second.widgets
    assert not np.array_equal(
        make_screen(random.Random(1), size=(320, 256)).image, make_screen(random.Random(2), size=(320, 256)).image
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**40), st.booleans())
def test_patches_with_glyphs_hold_ink(seed: int, reading: bool) -> None:
    rng = random.Random(seed)
    screen = dense(rng, False, (320, 256)) if reading else make_screen(rng)
    empty = 0
    rows, columns = np.nonzero(screen.glyphs[:, :, 0])
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        box = (column * PATCH - 2, row * PATCH - 2, (column + 1) * PATCH + 1, (row + 1) * PATCH + 1)
        empty += _contrast(screen, box) < 25
    assert empty <= 0.02 * len(rows)


def test_glyphs_stand_where_the_text_was_drawn() -> None:
    canvas = Canvas(320, 64, (255, 255, 255))
    canvas.text(8, 2, "Save changes", font(families()[0].regular, 13), (0, 0, 0))
    canvas.text(8, 34, "Cancel", font(families()[0].regular, 13), (0, 0, 0))
    lines = [line for line in text_of(glyph_grid(canvas.glyphs, 320, 64)) if line]
    assert lines == ["Savechanges", "Cancel"]


def test_what_is_drawn_over_is_forgotten() -> None:
    canvas = Canvas(160, 32, (255, 255, 255))
    canvas.text(4, 4, "gone", font(families()[0].regular, 13), (0, 0, 0))
    canvas.forget((0, 0, 160, 32))
    assert canvas.glyphs == []


def test_dense_pages_are_full_of_text_and_reproducible() -> None:
    first, second = (dense(random.Random(4), True, (352, 288)) for _ in range(2))
    assert np.array_equal(first.image, second.image)
    assert first.heldout
    assert (first.glyphs > 0).sum() > 150
    assert {widget.kind for widget in first.widgets} == {"text"}
    read = [question for question in questions(first, random.Random(1), limit=60) if question.kind == "read"]
    assert {json.loads(question.reply)["text"] for question in read} <= {widget.text for widget in first.widgets}
    assert len(read) > 10


def test_the_fingerprint_names_the_fonts() -> None:
    assert len(fingerprint()) == 16
    assert fingerprint() == fingerprint()
    assert families() == tuple(sorted(families(), key=lambda family: family.name))
