"""Which layouts, languages and kinds there are: fixed before anything was made to read them.

A third of the layouts is held out: `HELDOUT_LAYOUTS` is drawn by the modules `heldout_invoices` and `heldout_receipts`
alone, which whoever makes a reader of papers leaves unread, and whose papers serve for measuring only.
"""

SEEN_LAYOUTS = ("letter", "band", "grid", "airy", "margin", "boxes", "summary", "dense", "faktura", "typed")
HELDOUT_LAYOUTS = ("split", "statement", "ribbon", "docket", "columns")
"""Invoices and orders."""

SEEN_RECEIPTS = ("till", "bistro", "kiosk", "pump")
HELDOUT_RECEIPTS = ("counter", "slip")

SEEN_TABLES = ("ruled", "striped", "open", "compact", "banded", "wrapped")
HELDOUT_TABLES = ("grouped", "framed", "ledger")

REGIONS = ("en-GB", "en-US", "de-DE", "de-CH", "fr-FR", "es-ES", "it-IT", "nl-NL", "pt-PT", "pl-PL")
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl")

_LAYOUTS = {
    "invoice": (SEEN_LAYOUTS, HELDOUT_LAYOUTS),
    "order": (SEEN_LAYOUTS, HELDOUT_LAYOUTS),
    "receipt": (SEEN_RECEIPTS, HELDOUT_RECEIPTS),
    "table": (SEEN_TABLES, HELDOUT_TABLES),
}


def layouts(kind: str, choice: str = "all") -> tuple[str, ...]:
    """The layouts of a kind; choice: all, seen or heldout. Raises ValueError for a kind or choice that is none."""
    if kind not in _LAYOUTS or choice not in ("all", "seen", "heldout"):
        raise ValueError(f"There are no {choice} layouts of {kind!r}: kinds are {', '.join(_LAYOUTS)}.")
    seen, heldout = _LAYOUTS[kind]
    return {"all": seen + heldout, "seen": seen, "heldout": heldout}[choice]


def is_heldout(layout: str) -> bool:
    """Whether a layout is kept from those who make readers."""
    return layout in (*HELDOUT_LAYOUTS, *HELDOUT_RECEIPTS, *HELDOUT_TABLES)
