"""What is looked for among recorded runs, and what is found."""

from datetime import date, timedelta
from typing import NamedTuple


class Search(NamedTuple):
    """Empty where anything fits."""

    task: str = ""
    """Words of the task."""
    outcome: str = ""
    """As `ui.words.headline` says it."""
    model: str = ""
    since: str = ""
    """A day, YYYY-MM-DD, in UTC as records are."""
    until: str = ""
    """A day, which still counts."""
    text: str = ""
    """Words of the steps: thoughts, actions, addresses, what was told of the screen."""


class Entry(NamedTuple):
    """A run in the list."""

    name: str
    """Of its folder."""
    started: str
    task: str
    outcome: str
    model: str
    steps: int
    seconds: float


class Page(NamedTuple):
    """What was found."""

    entries: tuple[Entry, ...]
    total: int
    """On all pages together."""


class Query(NamedTuple):
    """A search for the database of `ui.run_index`; whatever a person wrote is among the values."""

    where: str
    values: tuple[str, ...]


def query_of(search: Search) -> Query:
    """Raises ValueError for a date that is none."""
    conditions, values = ["readable = 1"], list[str]()
    for column, value in (("outcome", search.outcome), ("model", search.model)):
        if value:
            conditions.append(f"{column} = ?")
            values.append(value)
    if search.since.strip():
        conditions.append("started >= ?")
        values.append(_day(search.since).isoformat())
    if search.until.strip():
        conditions.append("started < ?")
        values.append((_day(search.until) + timedelta(days=1)).isoformat())
    words = " AND ".join(filter(None, (_matched("about", search.task), _matched("said", search.text))))
    if words:
        # Not a join: with one, SQLite may walk the runs by their time and search the words anew for each.
        conditions.append("id IN (SELECT rowid FROM words WHERE words MATCH ?)")
        values.append(words)
    return Query(" AND ".join(conditions), tuple(values))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{text.strip()[:20]!r} is no day: write it as 2026-05-31") from error


def _matched(column: str, text: str) -> str:
    """Every word of a text, as the beginning of a word in a column; a quote within a word is doubled."""
    words = ['"{}"*'.format(word.replace('"', '""')) for word in text.split() if any(map(str.isalnum, word))]
    return f"{column} : ({' AND '.join(words)})" if words else ""
