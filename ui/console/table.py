"""A table that can be scrolled sideways, by keys too, where the screen is narrow."""

from collections.abc import Iterable, Sequence
from html import escape


def table_html(label: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = True) -> str:
    """label: what it is a table of, for those who hear it; rows: cells of HTML, the first of which names its row;
    numbers: whether the other columns are set to the right."""
    first, *rest = heads
    named = "".join(f'<th scope="col">{escape(head)}</th>' for head in (first, *rest))
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    return (
        f'<div class="he-wide" role="region" tabindex="0" aria-label="{escape(label)}">'
        f'<table class="he-table{" he-numbers" * numbers}"><thead><tr>{named}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
