"""One row of what the doctor says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What a row is about, what was found, and what to do."""

    part: str
    state: str
    """ok, missing (needed) or absent (optional)."""
    found: str
    advice: str = ""
    """What to do, empty when there is nothing to do."""
