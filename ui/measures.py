"""Sizes, times and figures for people."""

from datetime import datetime

_SIZES = ("bytes", "KB", "MB", "GB", "TB")
_TIMES = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def size_words(number: int) -> str:
    """Of a file: `12 bytes`, `4.2 MB`."""
    amount, unit = float(number), 0
    while amount >= 1000 and unit < len(_SIZES) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.0f} {_SIZES[unit]}" if unit == 0 or amount >= 99.95 else f"{amount:.1f} {_SIZES[unit]}"


def number_words(number: int, noun: str) -> str:
    """How many of something: `1 run`, `1,204 runs`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def lasting_words(seconds: float) -> str:
    """How long something took, by its largest unit: `3 minutes`."""
    for length, unit in _TIMES:
        if seconds >= length:
            return number_words(int(seconds // length), unit)
    return "no time"


def ago_words(seconds: float) -> str:
    """How long ago something was, roughly, so that a page need not change every second: `3 minutes ago`."""
    return "just now" if seconds < 20 else f"{lasting_words(max(seconds, 0))} ago" if seconds >= 60 else "a moment ago"


def date_words(epoch: float) -> str:
    """A moment in local time: `2026-05-01 14:03`."""
    return f"{datetime.fromtimestamp(epoch):%Y-%m-%d %H:%M}"


def figure_words(value: float) -> str:
    """A reading with as many digits as tell something: `0.0123`, `1,204`."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
