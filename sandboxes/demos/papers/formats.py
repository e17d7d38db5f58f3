# ruff: noqa: E501 -- tables of words and pieces of HTML read best on a line of their own
"""How a region writes dates and amounts, and how a value is written plainly."""

import datetime
import random
from dataclasses import dataclass
from decimal import Decimal

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
}
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF", "PLN": "zł"}


@dataclass(frozen=True, slots=True)
class Region:
    """A language as one country writes it, and that country's money and taxes."""

    code: str
    country: str
    currency: str
    group: str
    """Between thousands; a paper may leave it out."""
    point: str
    before: bool
    """Whether the currency stands before the amount."""
    dates: tuple[str, ...]
    """Patterns: {d} {dd} {m} {mm} {yy} {yyyy} {month}."""
    rates: tuple[str, ...]
    """Of tax, percent, the usual one first."""

    @property
    def language(self) -> str:
        """Such as de."""
        return self.code[:2]


REGIONS: dict[str, Region] = {
    region.code: region
    for region in (
        Region("en-GB", "GB", "GBP", ",", ".", True, ("{dd}/{mm}/{yyyy}", "{d} {month} {yyyy}", "{dd} {mon} {yyyy}"), ("20", "5")),
        Region("en-US", "US", "USD", ",", ".", True, ("{mm}/{dd}/{yyyy}", "{month} {d}, {yyyy}", "{m}/{d}/{yyyy}"), ("8.25", "6.5")),
        Region("de-DE", "DE", "EUR", ".", ",", False, ("{dd}.{mm}.{yyyy}", "{d}. {month} {yyyy}", "{dd}.{mm}.{yy}"), ("19", "7")),
        Region("de-CH", "CH", "CHF", "’", ".", True, ("{dd}.{mm}.{yyyy}", "{d}. {month} {yyyy}", "{d}.{m}.{yyyy}"), ("8.1", "2.6")),
        Region("fr-FR", "FR", "EUR", "\u202f", ",", False, ("{dd}/{mm}/{yyyy}", "{d} {month} {yyyy}", "{dd}.{mm}.{yyyy}"), ("20", "5.5")),
        Region("es-ES", "ES", "EUR", ".", ",", False, ("{dd}/{mm}/{yyyy}", "{d} de {month} de {yyyy}", "{dd}-{mm}-{yyyy}"), ("21", "10")),
        Region("it-IT", "IT", "EUR", ".", ",", True, ("{dd}/{mm}/{yyyy}", "{d} {month} {yyyy}", "{dd}-{mm}-{yyyy}"), ("22", "10")),
        Region("nl-NL", "NL", "EUR", ".", ",", True, ("{dd}-{mm}-{yyyy}", "{d} {month} {yyyy}", "{d}-{m}-{yyyy}"), ("21", "9")),
        Region("pt-PT", "PT", "EUR", ".", ",", False, ("{dd}/{mm}/{yyyy}", "{d} de {month} de {yyyy}", "{yyyy}-{mm}-{dd}"), ("23", "6")),
        Region("pl-PL", "PL", "PLN", "\u00a0", ",", False, ("{dd}.{mm}.{yyyy}", "{d} {month} {yyyy}", "{yyyy}-{mm}-{dd}"), ("23", "8")),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Format:
    """How one paper writes: drawn once, so that it is the same all over the paper."""

    region: Region
    currency: str
    pattern: str
    grouped: bool
    symbol: str
    """What stands for the currency: its sign or its code."""

    def date(self, day: datetime.date) -> str:
        """As printed."""
        month = _MONTHS[self.region.language].split()[day.month - 1]
        parts = {"d": str(day.day), "dd": f"{day.day:02}", "m": str(day.month), "mm": f"{day.month:02}"}
        years = {"yy": f"{day.year % 100:02}", "yyyy": str(day.year)}
        return self.pattern.format(month=month, mon=month[:3], **parts, **years)

    def amount(self, value: Decimal) -> str:
        """As printed, without the currency."""
        plain = f"{abs(value):,.2f}" if self.grouped else f"{abs(value):.2f}"
        marks = {",": self.region.group, ".": self.region.point}
        return ("-" if value < 0 else "") + "".join(marks.get(char, char) for char in plain)

    def quantity(self, value: Decimal) -> str:
        """As printed: without a fraction where there is none."""
        return f"{value.normalize():f}".replace(".", self.region.point)

    def percent(self, rate: str) -> str:
        """As printed."""
        gap = " " if self.region.language in ("de", "fr", "es") else ""
        return rate.replace(".", self.region.point) + gap + "%"

    @property
    def spaced(self) -> bool:
        """Whether a blank parts the currency from the amount."""
        return not (self.region.before and self.symbol in "£$")


def drawn_format(rng: random.Random, region: Region) -> Format:
    """How a paper of this region writes."""
    currency = region.currency
    if rng.random() < 0.07:
        currency = rng.choice([code for code in ("EUR", "USD", "GBP", "CHF") if code != currency])
    symbol = _SYMBOLS[currency] if rng.random() < 0.7 else currency
    return Format(region, currency, rng.choice(region.dates), rng.random() < 0.92, symbol)
