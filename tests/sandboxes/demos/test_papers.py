import datetime
import random
from decimal import Decimal

import pytest

from sandboxes.demos.papers import catalog, numbers
from sandboxes.demos.papers.contents import drawn_contents
from sandboxes.demos.papers.formats import REGIONS, Format
from sandboxes.demos.papers.labels import WORDINGS, drawn_labels
from sandboxes.demos.papers.paper import Order, make_paper
from sandboxes.demos.papers.parties import drawn_good, drawn_party
from sandboxes.demos.papers.truth import SIX_FIELDS
from sandboxes.demos.papers.truths import values_of

KINDS = ("invoice", "receipt", "order", "table")


@pytest.mark.parametrize("kind", KINDS)
def test_a_third_of_the_layouts_is_held_out(kind: str):
    every, seen, heldout = (catalog.layouts(kind, choice) for choice in ("all", "seen", "heldout"))
    assert set(every) == set(seen) | set(heldout)
    assert set(seen).isdisjoint(heldout)
    assert len(heldout) * 3 == len(every)
    assert all(map(catalog.is_heldout, heldout))
    assert not any(map(catalog.is_heldout, seen))


def test_a_kind_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no all layouts of 'novel'"):
        catalog.layouts("novel")
    with pytest.raises(ValueError, match="no best layouts"):
        catalog.layouts("invoice", "best")


@pytest.mark.parametrize("kind", KINDS)
def test_papers_of_seen_layouts_need_no_module_that_is_held_out(kind: str):
    order = Order(3, kind, "seen")
    papers = [make_paper(order, index) for index in range(len(catalog.layouts(kind, "seen")))]
    assert {paper.layout for paper in papers} == set(catalog.layouts(kind, "seen"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_always_gives_the_same_paper(kind: str):
    order = Order(11, kind)
    every = [make_paper(order, index) for index in range(9)]
    assert [make_paper(order, index) for index in (8, 2)] == [every[8], every[2]]
    assert len({paper.html for paper in every}) == 9
    assert make_paper(Order(12, kind), 2).html != every[2].html


def test_all_languages_come_up_or_those_that_are_asked_for():
    assert {make_paper(Order(0), index).region[:2] for index in range(120)} == set(catalog.LANGUAGES)
    assert {make_paper(Order(0, languages=("pl",)), index).region for index in range(5)} == {"pl-PL"}
    assert set(REGIONS) == set(catalog.REGIONS)
    assert set(WORDINGS) == set(catalog.LANGUAGES)


@pytest.mark.parametrize("kind", ["invoice", "receipt", "order"])
def test_sums_are_right_to_the_cent(kind: str):
    for seed in range(150):
        contents = drawn_contents(random.Random(seed), kind, catalog.REGIONS[seed % len(catalog.REGIONS)])
        lines = sum(line.amount for line in contents.lines)
        assert contents.net + contents.tax == contents.total
        assert lines == (contents.total if kind == "receipt" else contents.net)
        for rate, net, tax in contents.taxes:
            assert abs(net * Decimal(rate) / 100 - tax) <= Decimal("0.01")
        values = values_of(contents)
        assert all(values[name] for name in SIX_FIELDS)
        assert datetime.date.fromisoformat(values["date"]) <= datetime.date.fromisoformat(values["due"])


@pytest.mark.parametrize(
    ("region", "date", "amount"),
    [
        ("en-GB", "05/03/2026", "1,234.50"),
        ("en-US", "03/05/2026", "1,234.50"),
        ("de-DE", "05.03.2026", "1.234,50"),
        ("de-CH", "05.03.2026", "1’234.50"),
        ("fr-FR", "05/03/2026", "1\u202f234,50"),
        ("es-ES", "05/03/2026", "1.234,50"),
        ("it-IT", "05/03/2026", "1.234,50"),
        ("nl-NL", "05-03-2026", "1.234,50"),
        ("pt-PT", "05/03/2026", "1.234,50"),
        ("pl-PL", "05.03.2026", "1\u00a0234,50"),
    ],
)
def test_each_region_writes_in_its_way(region: str, date: str, amount: str):
    form = Format(REGIONS[region], "EUR", REGIONS[region].dates[0], True, "€")
    assert form.date(datetime.date(2026, 3, 5)) == date
    assert form.amount(Decimal("1234.5")) == amount
    assert form.amount(Decimal("-0.4")).startswith("-0")


def test_months_are_written_out():
    form = Format(REGIONS["pl-PL"], "PLN", "{d} {month} {yyyy}", True, "zł")
    assert form.date(datetime.date(2026, 3, 5)) == "5 marca 2026"
    assert form.quantity(Decimal("7.50")) == "7,5"
    assert form.quantity(Decimal("100")) == "100"


def test_no_language_lacks_a_word_or_a_good():
    for code, region in REGIONS.items():
        assert all(drawn_labels(random.Random(0), code).values())
        assert len({drawn_good(random.Random(seed), region.language)[0] for seed in range(200)}) == 16
        assert drawn_party(random.Random(0), region).name


def test_account_numbers_have_right_check_digits():
    assert numbers.is_iban("DE89370400440532013000")
    assert not numbers.is_iban("DE89370400440532013001")
    assert not numbers.is_iban("DE8937ü400440532013000")
    for seed in range(40):
        for region in REGIONS.values():
            made = numbers.iban(random.Random(seed), region.country)
            assert numbers.is_iban(made) if region.country != "US" else made == ""
            assert numbers.grouped(made).replace(" ", "") == made
