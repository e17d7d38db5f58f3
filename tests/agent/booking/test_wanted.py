"""What counts as the same value, and how values are typed."""

from __future__ import annotations

import pytest

from agent.booking.wanted import title_of, typed, wanted_of
from perception.extraction.schema import read_schema
from tests.agent.booking.drawn import SCHEMA, VALUES, wanted


def differs(path: str, seen: str, *, near: bool = False, **values: object) -> str:
    return next(one for one in wanted(**values) if one.field.path == path).differs(seen, near=near)


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("number", "INV-88555"),
        ("date", "2025-01-23"),
        ("date", "23.01.2025"),
        ("date", "January 23, 2025"),
        ("supplier", "Orłowski  & Söhne S.r.l."),
        ("net", "470"),
        ("net", "470,00 €"),
        ("total", "559.18"),
    ],
)
def test_the_same_by_meaning(path: str, seen: str) -> None:
    assert differs(path, seen) == ""


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("number", "lNV-88555"),  # one picture in most typefaces
        ("number", "INV - 88555"),
        ("number", "INV–88555"),
        ("date", "2O25-01-23"),
        ("supplier", "Orłowski&Söhne S.r.I."),
        ("supplier", "Orlowski & Sohne S.r.l."),
        ("supplier", "Orłowski & Söhne s.r.l."),
        ("net", "47O.00"),
        ("net", "470.00|"),  # the caret
        ("supplier", "Orłowski & Söhne S.r.l.|"),
    ],
)
def test_what_pixels_hardly_tell_apart_is_the_same_only_where_the_rest_is_known(path: str, seen: str) -> None:
    assert differs(path, seen) != ""
    assert differs(path, seen, near=True) == ""


@pytest.mark.parametrize(
    ("path", "seen", "why"),
    [
        ("number", "INV-88556", "something else"),
        ("number", "INV-885555", "something else"),
        ("number", "", "nothing stands there"),
        ("date", "2025-01-24", "another day"),
        ("date", "YYYY-MM-DD", "no date"),
        ("date", "2025-01-23 2025-01-23", "no date"),
        ("supplier", "Orlowski & Söhne S.r.l.", "something else"),
        ("supplier", "ORŁOWSKI & SÖHNE S.R.L.", "something else"),
        ("net", "89.18", "another number"),
        ("net", "4700.00", "another number"),
        ("net", "-470.00", "another number"),
        ("net", "470.00 559.18", "no number"),
    ],
)
def test_what_differs(path: str, seen: str, why: str) -> None:
    assert why in differs(path, seen)


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("number", "INV-88558"),
        ("number", "INV-8855"),
        ("number", "INV-B8555"),
        ("date", "2025-01-28"),
        ("supplier", "Orłowski & Söhne S.r.l"),
        ("supplier", "Orłowski Söhne S.r.l."),
        ("supplier", "Orłowski & Söhne S.r.o."),
        ("supplier", "ORŁOWSKI & SÖHNE S.R.L."),
        ("net", "470.60"),
        ("net", "470.001"),
        ("supplier", "Orłowski & Söhne S.r.l.l"),
        ("net", "4700.0"),
    ],
)
def test_what_differs_even_to_a_lenient_eye(path: str, seen: str) -> None:
    assert differs(path, seen, near=True) != ""


def test_a_day_that_may_be_read_two_ways_differs() -> None:
    assert "day or the month first" in differs("date", "03/04/2025", date="2025-04-03")
    assert differs("date", "04/04/2025", date="2025-04-04") == ""


def test_values_are_typed_as_programs_take_them() -> None:
    assert [one.text for one in wanted()] == [str(VALUES[name]) for name in ("number", "date", "supplier")] + [
        "470.00",
        "89.18",
        "559.18",
    ]
    (rate, *_) = read_schema({"type": "object", "properties": {"rate": {"type": "number"}}}).fields
    assert (typed(rate, 0.125), typed(rate, 1e6), typed(rate, 3)) == ("0.125", "1000000.00", "3.00")


def test_what_was_not_found_is_not_wanted() -> None:
    assert "net" not in [one.field.path for one in wanted_of(SCHEMA, VALUES | {"net": None})]


def test_titles() -> None:
    assert title_of(SCHEMA, "net") == "Net amount"
    assert title_of(read_schema({"type": "object", "properties": {"due_date": {}}}), "due_date") == "due date"
