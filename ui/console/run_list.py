"""The list of runs as HTML: a box to select each, the run itself to open, and a button to compare it.

What a browser tells of it are names, which the index looks up; nothing else of it is believed.
"""

from collections.abc import Collection, Sequence
from html import escape
from typing import Any, Literal, NamedTuple

from ui.measures import number_words
from ui.run_index import PAGE_SIZE
from ui.run_search import Entry, Page

_LONGEST_NAME = 255
_COLOURS = {"done": "good", "ended": "good", "failed": "bad"}

SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-run]');
  if (!button) return;
  if (button.dataset.kind === 'open') {
    element.querySelectorAll('[aria-current]').forEach((one) => one.removeAttribute('aria-current'));
    button.setAttribute('aria-current', 'true');
    if (innerWidth < 800) document.querySelector('#he-run')?.scrollIntoView();
  }
  trigger('click', {kind: button.dataset.kind, runs: [button.dataset.run]});
});
element.addEventListener('change', (event) => {
  if (!event.target.matches('input[data-run]')) return;
  const boxes = [...element.querySelectorAll('input[data-run]')], name = (box) => box.dataset.run;
  trigger('click', {kind: 'select', runs: boxes.filter((box) => box.checked).map(name), shown: boxes.map(name)});
});
"""
"""Listens on the HTML component around the list. All boxes of the page are told at once, so none of two quick clicks is
lost."""

Kind = Literal["open", "compare", "select"]


class Chosen(NamedTuple):
    """What a person did in the list."""

    kind: Kind
    runs: tuple[str, ...]
    """One to open or compare; all of the page that are selected."""
    shown: tuple[str, ...] = ()
    """All of the page, where they were selected from."""

    def added_to(self, selected: Sequence[str]) -> tuple[str, ...]:
        """What is selected now, on this page and on others."""
        return tuple(dict.fromkeys((*(one for one in selected if one not in self.shown), *self.runs)))


def list_html(page: Page, selected: Collection[str], opened: str) -> str:
    """A page of runs; opened: the name of the one that is shown."""
    if not page.entries:
        return (
            '<div class="he-screen"><p>No run is here. Start one under Live, or ask for less in the fields above.'
            "</p></div>"
        )
    rows = "".join(_row(entry, entry.name in selected, entry.name == opened) for entry in page.entries)
    return f'<ul class="he-runs" aria-label="Runs">{rows}</ul>'


def chosen(data: Any) -> Chosen | None:
    """What a browser says of the list; None for what no page of ours would say."""
    try:
        kind, runs, shown = data["kind"], _names(data["runs"]), _names(data.get("shown", []))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if kind not in ("open", "compare", "select") or (kind != "select" and len(runs) != 1):
        return None
    return Chosen(kind, runs, shown)


def _names(told: Any) -> tuple[str, ...]:
    fits = isinstance(told, list) and len(told) <= PAGE_SIZE
    if not fits or not all(isinstance(one, str) and len(one) <= _LONGEST_NAME for one in told):
        raise ValueError("these are no names of runs")
    return tuple(told)


def _row(entry: Entry, selected: bool, opened: bool) -> str:
    name, task = escape(entry.name), escape(entry.task[:160])
    when = escape(entry.started[:16].replace("T", " "))
    box = (
        f'<input type="checkbox" data-run="{name}" aria-label="Select {task}, {when}"{" checked" if selected else ""}>'
    )
    current = ' aria-current="true"' if opened else ""
    dot = f'<i class="he-dot {_COLOURS.get(entry.outcome, "open")}"></i>'
    facts = escape(f"{entry.outcome}, {number_words(entry.steps, 'step')}, {entry.model}")
    return (
        f'<li>{box}<button type="button" class="he-open" data-kind="open" data-run="{name}"{current}>'
        f"{dot}<span>{task}<br><small>{when}, {facts}</small></span></button>"
        f'<button type="button" data-kind="compare" data-run="{name}" aria-label="Compare with {task}, {when}">'
        "Compare</button></li>"
    )
