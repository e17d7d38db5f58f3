"""Evaluations as Markdown: the same as the page, with links to the pictures of what failed."""

import html
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from agent.evaluation.account import Account, Failure
from ui.report_words import (
    Compared,
    caption,
    cells,
    chance,
    changes,
    compared,
    counted,
    ending,
    facts,
    faults,
    plain,
    remarks,
    span,
)

_SIMPLE = re.compile(r"[\w./-]+")
_MARKS = re.compile(r"([\\`*_{}\[\]#|~])")


def markdown(accounts: Sequence[Account], folder: Path) -> str:
    """The same in words and tables, with links to pictures as they are seen from the folder."""
    lines: list[str] = []
    for each in accounts:
        lines += _account_text(each, folder)
    for pair in compared(accounts):
        lines += _comparison_text(pair)
    return "\n".join(lines) + "\n"


def _account_text(account: Account, folder: Path) -> list[str]:
    report = account.report
    heads = ["task", "success", "95% interval", "episodes", "crashed", "solved before", "retried"]
    repeated = account.deviation is not None
    heads += [*(["between repeats"] if repeated else []), "steps", "seconds", "tokens"]
    lines = [f"# {_cell(report.suite)}, {_cell(report.model)}", ""]
    for fault in account.faults:
        lines += [f"**{_cell(fault)}**", ""]
    lines += [f"Success: **{report.success:.1%}**, 95% interval {span(report.ci95)}, {counted(report)} episodes."]
    lines += ["", ", ".join(f"{name}: {value}" for name, value in facts(account)), ""]
    lines += [*(f"- {remark}" for remark in remarks(account)), ""]
    rows = (cells(name, row, account) for name, row in report.tasks.items())
    keys = ("name", "success", "interval", "episodes", "crashed", "solved_before", "retried")
    keys += (*(("spread",) if repeated else ()), "steps", "seconds", "tokens")
    lines += _table(heads, ([row[key] for key in keys] for row in rows))
    lines += ["", "## Failures", ""] if account.failures else []
    for kind in account.failures:
        lines += [f"### {kind.number}: {_cell(ending(kind.kind))}", ""]
        lines += [_failure_text(each, folder) for each in kind.examples]
        more = kind.number - len(kind.examples)
        lines += [f"- and {more} more", ""] if more else [""]
    lines += ["## What it was of", ""]
    return [*lines, *_table(("what", "as it was"), account.pins().items()), ""]


def _comparison_text(pair: Compared) -> list[str]:
    rows = [(*changes(row).values(), "yes" * row.is_sure) for row in pair.rows]
    heads = ("task", "before", "now", "change", "95% interval", "leaves out 0")
    lines = [f"# {_cell(pair.now.folder)} beside {_cell(pair.before.folder)}", ""]
    for fault in faults(pair):
        lines += [f"**{_cell(fault)}**", ""]
    lines += [chance(pair), ""]
    lines += [*_table(heads, rows), ""]
    if pair.differs:
        lines += ["What else differs:", "", *(f"- {_cell(line)}" for line in pair.differs), ""]
    return lines


def _failure_text(failure: Failure, folder: Path) -> str:
    line = f"- {_cell(caption(failure))}"
    if failure.reason:
        line += f": {_cell(failure.reason)}"
    if failure.picture is not None:
        line += f" ([last screen]({_target(os.path.relpath(failure.picture, folder))}))"
    return line


def _target(path: str) -> str:
    """A path as the target of a link, in angle brackets where it would not stand without."""
    shown = plain(path.replace(">", "%3E").replace("<", "%3C"))
    return shown if _SIMPLE.fullmatch(shown) else f"<{shown}>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join('---' for _ in heads)} |"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: object) -> str:
    """Foreign text that Markdown shows as it is."""
    return _MARKS.sub(r"\\\1", html.escape(plain(text), quote=False))
