"""Paper k of a seed: its kind, region and layout drawn, its HTML made. The same numbers give the same paper."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from sandboxes.demos.papers import catalog
from sandboxes.demos.papers.contents import Contents, drawn_contents
from sandboxes.demos.papers.sheet import Sheet

_MODULES = {
    "seen_invoices": catalog.SEEN_LAYOUTS,
    "heldout_invoices": catalog.HELDOUT_LAYOUTS,
    "seen_receipts": catalog.SEEN_RECEIPTS,
    "heldout_receipts": catalog.HELDOUT_RECEIPTS,
    "seen_tables": catalog.SEEN_TABLES,
    "heldout_tables": catalog.HELDOUT_TABLES,
}


@dataclass(frozen=True, slots=True)
class Order:
    """Which papers to make. layouts: all, seen or heldout; languages: of `catalog.LANGUAGES`; scans: their share."""

    seed: int
    kind: str = "invoice"
    layouts: str = "all"
    languages: Sequence[str] = catalog.LANGUAGES
    scans: float = 0.0


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that is not printed yet."""

    order: Order
    index: int
    layout: str
    region: str
    html: str
    contents: Contents | None
    """None for tables."""
    is_scan: bool

    @property
    def name(self) -> str:
        """Of its files, without an ending."""
        return f"{self.order.kind}-{self.order.seed}-{self.index:05}"


def make_paper(order: Order, index: int) -> Paper:
    """The paper of this number. Layouts and regions take turns, so that every few papers show all of them."""
    rng = random.Random(f"paper:{order.kind}:{order.seed}:{index}")
    names = catalog.layouts(order.kind, order.layouts)
    regions = [region for region in catalog.REGIONS if region[:2] in order.languages]
    layout, region = names[(index + order.seed) % len(names)], rng.choice(regions)
    is_scan = rng.random() < order.scans
    make = _makers(layout)[layout]
    if order.kind == "table":
        return Paper(order, index, layout, region, make((rng, region)), None, is_scan)
    contents = drawn_contents(rng, order.kind, region)
    return Paper(order, index, layout, region, make(Sheet(contents, rng)), contents, is_scan)


def _makers(layout: str) -> Mapping[str, Callable[..., str]]:
    module = next(name for name, layouts in _MODULES.items() if layout in layouts)
    return import_module(f"sandboxes.demos.papers.{module}").LAYOUTS
