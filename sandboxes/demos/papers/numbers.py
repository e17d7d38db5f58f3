# ruff: noqa: E501 -- tables of words and pieces of HTML read best on a line of their own
"""Numbers that papers carry: of invoices, of bank accounts and of tax offices.

IBANs have right check digits over the whole; national check digits inside them, and those of tax numbers, are not
computed.
"""

import datetime
import random

_IBANS = {
    "DE": "n18", "CH": "n17", "FR": "n23", "ES": "n20", "IT": "a1n22", "NL": "a4n10", "PT": "n21", "PL": "n24", "GB": "a4n14",
}  # fmt: skip
_TAX_IDS = {
    "DE": "DEn9", "CH": "CHE-n3.n3.n3 MWST", "FR": "FRn11", "ES": "ESBn8", "IT": "ITn11", "NL": "NLn9B0n1", "PT": "PTn9",
    "PL": "PLn10", "GB": "GBn9", "US": "n2-n7",
}  # fmt: skip
_INVOICE_NUMBERS = (
    "{y}-{n4}",
    "RE{y}{n4}",
    "{y}/{n5}",
    "INV-{n5}",
    "{n6}",
    "F{yy}-{n4}",
    "{n4}/{mm}/{y}",
    "A-{n4}.{yy}",
    "{n8}",
)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def iban(rng: random.Random, country: str) -> str:
    """An account number without blanks; empty for countries that have none."""
    if country not in _IBANS:
        return ""
    inner = _drawn(rng, _IBANS[country])
    return f"{country}{98 - int(_digits(f'{inner}{country}00')) % 97:02}{inner}"


def is_iban(text: str) -> bool:
    """Whether the check digits are right; text: without blanks."""
    return text.isalnum() and text.isascii() and len(text) > 14 and int(_digits(text[4:] + text[:4])) % 97 == 1


def grouped(number: str) -> str:
    """An IBAN in groups of four."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def tax_id(rng: random.Random, country: str) -> str:
    """A number of the form that the country's tax office gives."""
    return _drawn(rng, _TAX_IDS[country])


def paper_number(rng: random.Random, day: datetime.date) -> str:
    """The number of an invoice or an order."""
    known = {f"n{count}": f"{rng.randrange(1, 10**count):0{count}}" for count in (4, 5, 6, 8)}
    return rng.choice(_INVOICE_NUMBERS).format(y=day.year, yy=f"{day.year % 100:02}", mm=f"{day.month:02}", **known)


def _digits(text: str) -> str:
    return "".join(str(int(char, 36)) for char in text)


def _drawn(rng: random.Random, pattern: str) -> str:
    """`n3` becomes three digits, `a4` four letters, the rest stays."""
    made, at = "", 0
    while at < len(pattern):
        if pattern[at] in "na":
            end = at + 1
            while end < len(pattern) and pattern[end].isdigit():
                end += 1
            choices = "0123456789" if pattern[at] == "n" else _LETTERS
            made += "".join(rng.choice(choices) for _ in range(int(pattern[at + 1 : end])))
            at = end
        else:
            made, at = made + pattern[at], at + 1
    return made
