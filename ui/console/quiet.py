"""How the page's parts listen: at once, without a progress bar, and under no name that could be called from outside."""

from typing import Any

QUIET: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
"""What every listener of the page is given."""
