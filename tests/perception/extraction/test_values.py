"""Amounts, dates and numbers of accounts, as many countries write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perception.extraction.values import amount, day, is_iban, is_month_first, is_vat_id


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56 €", "1234.56"), ("EUR 1 234,56", "1234.56"), ("$1,234.50", "1234.50"), ("1'234.50", "1234.50"),
        ("-12,00", "-12"), ("45,00-", "-45"), ("(45.00)", "-45"), ("1.234", "1234"), ("3,5", "3.5"), ("12", "12"),
        ("€ 1.000.000,00", "1000000"), ("7\u202f197,92", "7197.92"), ("Total: 99,90 EUR", "99.90"),
    ],
)  # fmt: skip
def test_amounts(text: str, value: str) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize("text", ["19%", "12.03.2024", "abc", "", "A12.5b"])
def test_what_is_no_amount(text: str) -> None:
    assert amount(text) is None


@given(st.decimals(min_value=0, max_value=9_999_999, places=2))
def test_amounts_come_back_from_either_form(value: Decimal) -> None:
    english = f"{value:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert amount(english) == value
    assert amount(german) == value


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("3. März 2024", date(2024, 3, 3)), ("03/04/2024", date(2024, 4, 3)),
        ("March 5, 2024", date(2024, 3, 5)),
        ("2024-03-05", date(2024, 3, 5)), ("5 de marzo de 2024", date(2024, 3, 5)), ("5-Mar-24", date(2024, 3, 5)),
        ("12/31/2023", date(2023, 12, 31)), ("1er août 2024", date(2024, 8, 1)),
        ("31.02.2024", None), ("7 cats 2024", None),
    ],
)  # fmt: skip
def test_days(text: str, known: date | None) -> None:
    assert day(text) == known


def test_which_comes_first_month_or_day() -> None:
    assert day("03/04/2024", month_first=True) == date(2024, 3, 4)
    assert is_month_first("due 04/25/2024 of 03/04/2024")
    assert not is_month_first("due 25/04/2024 of 03/04/2024, in $")
    assert is_month_first("03/04/2024, Boise, ID 83702, $12.00")
    assert not is_month_first("03/04/2024, 12,00 €")


def test_check_digits() -> None:
    assert is_iban("DE89 3704 0044 0532 0130 00")
    assert not is_iban("DE89 3704 0044 0532 0130 01")
    assert not is_iban("no account")
    assert is_vat_id("DE136695976")
    assert not is_vat_id("DE136695975")
    assert is_vat_id("FR83 404 833 048")
    assert not is_vat_id("XX123")
