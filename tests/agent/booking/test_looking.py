"""Whether a record is where entered ones are shown: yes, no, and what nobody can tell from the pixels."""

from __future__ import annotations

import re

import pytest

from agent.booking.looking import Listing, check_address, confirmed
from agent.errors import SettingsError
from perception.ocr import Recognizer
from sandboxes.task import Task
from tests.agent.booking.drawn import SCHEMA, TYPED, DrawnList, form, page, row, wanted

pytestmark = pytest.mark.slow

TASK = Task(id="t", instruction="")
OTHER = {"number": "2024/77110", "date": "2024-02-02", "supplier": "Lowther Ltd", "net": "1.00", "total": "1.19"}
CONTROL = wanted(**{name: float(value) if name in ("net", "total") else value for name, value in OTHER.items()})


def listing(*rows: list[str], url: str = "http://list", eye: Recognizer) -> Listing:
    return Listing(url, DrawnList(rows), TASK, eye)


@pytest.mark.parametrize("url", ["http://list", "http://list/?number={number}"])
async def test_what_is_listed_is_there(eye: Recognizer, url: str) -> None:
    glance = await listing(row(**OTHER), row(), url=url, eye=eye).look(wanted(), CONTROL)
    assert glance.there is True
    assert "559.18" in glance.said


@pytest.mark.parametrize("url", ["http://list", "http://list/?number={number}"])
async def test_what_is_not_listed_is_not_there_where_another_is(eye: Recognizer, url: str) -> None:
    assert (await listing(row(**OTHER), url=url, eye=eye).look(wanted(), CONTROL)).there is False


async def test_nothing_is_said_without_another_that_is_known_to_be_there(eye: Recognizer) -> None:
    assert (await listing(row(**OTHER), eye=eye).look(wanted(), ())).there is None
    assert (await listing(eye=eye).look(wanted(), CONTROL)).there is None


async def test_a_line_that_is_like_it_leaves_it_open(eye: Recognizer) -> None:
    alike = row(number="INV-88556", date="2025-02-23")  # the month after: only number and date differ
    assert (await listing(row(**OTHER), alike, eye=eye).look(wanted(), CONTROL)).there is None


async def test_a_long_list_is_read_to_its_end(eye: Recognizer) -> None:
    rows = [
        row(number=f"A-{n}", date="2024-05-05", supplier="Another", net="7.00", tax="1.00", total="8.00")
        for n in range(20)
    ]
    assert (await listing(*rows, row(), eye=eye).look(wanted(), CONTROL)).there is True
    assert (await listing(*rows, row(**OTHER), eye=eye).look(wanted(), CONTROL)).there is False


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://list/?q={order}", "names 'order', which the schema does not have: it has number"),
        ("http://list/?q={", "write a field as {number}"),
        ("list.html", "begins with http"),
    ],
)
def test_an_address_names_fields_of_the_schema(url: str, said: str) -> None:
    check_address("http://list/?q={number}&d={date}", SCHEMA)
    with pytest.raises(SettingsError, match=re.escape(said)):
        check_address(url, SCHEMA)


async def test_a_record_without_what_the_list_is_asked_for_is_left_open(eye: Recognizer) -> None:
    look = listing(row(), url="http://list/?q={number}", eye=eye).look(wanted(number=None), CONTROL)
    assert (await look).there is None


def test_a_receipt_confirms(eye: Recognizer) -> None:
    seen = page("Invoice saved", "Receipt number", "R-000001", "INV-88555, Orłowski & Söhne S.r.l., total 559.18")
    glance = confirmed(seen, wanted(), eye)
    assert glance.there is True
    assert "R-000001" in glance.said


@pytest.mark.parametrize(
    "lines",
    [
        ("Possible duplicate", "Invoice INV-88555 of Orłowski & Söhne S.r.l.", "is already booked as R-000001."),
        ("Invoice saved", "Receipt number", "R-000001"),
        ("Invoice saved", "Receipt number", "R-000001", "INV-88556, Orłowski & Söhne S.r.l., total 559.18"),
        ("Server error", "INV-88555 was not saved"),
        ("INV-88555",),
    ],
)
def test_what_does_not_name_it_or_says_otherwise_confirms_nothing(eye: Recognizer, lines: tuple[str, ...]) -> None:
    assert confirmed(page(*lines), wanted(), eye).there is None


def test_a_form_that_is_still_there_confirms_nothing(eye: Recognizer) -> None:
    assert confirmed(form({**TYPED, "supplier": "Saved"}), wanted(), eye).there is None
