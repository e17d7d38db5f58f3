"""What an invoice, a receipt or an order says: drawn from a seed, sums that are right to the cent."""

import datetime
import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sandboxes.demos.papers import numbers
from sandboxes.demos.papers.formats import REGIONS, Format, Region, drawn_format
from sandboxes.demos.papers.labels import drawn_labels
from sandboxes.demos.papers.parties import Party, drawn_good, drawn_party, hour

CENT = Decimal("0.01")
_FIRST_DAY = datetime.date(2023, 1, 2)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the items."""

    code: str
    description: str
    quantity: Decimal
    unit: str
    price: Decimal
    rate: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Contents:
    """A paper before it has a look. Of a receipt, prices and amounts of lines are with tax."""

    kind: str
    form: Format
    labels: dict[str, str]
    number: str
    date: datetime.date
    due: datetime.date
    time: str
    order_number: str
    customer_number: str
    supplier: Party
    buyer: Party
    lines: tuple[Line, ...]
    taxes: tuple[tuple[str, Decimal, Decimal], ...]
    """Rate, net and tax of each rate."""

    @property
    def region(self) -> Region:
        """Whose language and habits."""
        return self.form.region

    @property
    def net(self) -> Decimal:
        """Without tax."""
        return sum((net for _, net, _ in self.taxes), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """Of all rates."""
        return sum((tax for _, _, tax in self.taxes), Decimal(0))

    @property
    def total(self) -> Decimal:
        """With tax."""
        return self.net + self.tax


def drawn_contents(rng: random.Random, kind: str, region_code: str) -> Contents:
    """A paper's contents; kind: invoice, receipt or order."""
    region = REGIONS[region_code]
    form = drawn_format(rng, region)
    day = _FIRST_DAY + datetime.timedelta(days=rng.randrange(1400))
    lines = _lines(rng, kind, region)
    return Contents(
        kind=kind,
        form=form,
        labels=drawn_labels(rng, region_code),
        number=numbers.paper_number(rng, day),
        date=day,
        due=day + datetime.timedelta(days=rng.choice((7, 10, 14, 21, 30, 30, 60))),
        time=f"{rng.randint(7, 21):02}:{rng.randint(0, 59):02}",
        order_number=f"{rng.choice(('PO', 'B', '', 'AB-'))}{rng.randint(10000, 999999)}",
        customer_number=str(rng.randint(10000, 89999)),
        supplier=drawn_party(rng, region),
        buyer=drawn_party(rng, region),
        lines=lines,
        taxes=_taxes(lines, included=kind == "receipt"),
    )


def _lines(rng: random.Random, kind: str, region: Region) -> tuple[Line, ...]:
    count = rng.choice((1, 2, 2, 3, 3, 4, 5, 6, 8, 11, 16, 27, 44)) if kind != "receipt" else rng.randint(1, 9)
    is_free = kind != "receipt" and rng.random() < 0.04  # sold to another country: no tax
    rates = region.rates if rng.random() < 0.3 else region.rates[:1]
    hours = hour(region.language)
    lines = []
    for _ in range(count):
        what, unit, price = drawn_good(rng, region.language)
        quantity = Decimal(
            rng.choice((1, 1, 2, 3, 4, 5, 8, 10, 12, 25, 100) if kind != "receipt" else (1, 1, 1, 1, 2, 3))
        )
        if unit == hours and kind != "receipt":
            quantity = Decimal(rng.choice(("1.5", "2", "2.25", "4", "7.5", "8", "12.5")))
        amount = (quantity * price).quantize(CENT, ROUND_HALF_UP)
        code = f"{rng.choice('ABKMT')}{rng.randint(1000, 99999)}"
        rate = "0" if is_free else rng.choice(rates)
        lines.append(Line(code, what, quantity, unit, price, rate, amount))
    return tuple(lines)


def _taxes(lines: tuple[Line, ...], *, included: bool) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """Rate, net and tax, the highest rate first."""
    taxes = []
    for rate in sorted({line.rate for line in lines}, key=Decimal, reverse=True):
        amount = sum((line.amount for line in lines if line.rate == rate), Decimal(0))
        share = Decimal(rate) / 100
        net = (amount / (1 + share)).quantize(CENT, ROUND_HALF_UP) if included else amount
        tax = amount - net if included else (net * share).quantize(CENT, ROUND_HALF_UP)
        taxes.append((rate, net, tax))
    return tuple(taxes)
