"""Evaluations as HTML: the table with its intervals, the difference of two, and failures by kind with their last
screens. The words are those of `handeye report`. All text of models and tasks is escaped."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from agent.evaluation.account import Account, Failure, FailureKind
from agent.evaluation.comparison import Difference
from agent.evaluation.report import Interval, Report, TaskReport
from agent.evaluation.results import PICTURES
from ui.console.live import note_html, state_html
from ui.console.table import table_html
from ui.evaluations import EvaluationLine, picture_names
from ui.report_words import (
    Compared,
    caption,
    cells,
    chance,
    changes,
    counted,
    ending,
    facts,
    faults,
    plain,
    remarks,
    span,
)

ROUTE = "/evaluation/{name}/{picture}"
"""Where the pictures are served (`ui.console.pictures`)."""
NO_EVALUATIONS = (
    '<div class="he-screen"><p>No evaluation yet. <code>handeye eval miniwob</code> measures a model: its table is '
    "shown here.</p></div>"
)
CHOOSE = (
    '<div class="he-screen"><p>Choose an evaluation to see its table, and another one to compare it with.</p></div>'
)
_ALL = ("all", "all together")


def line_words(line: EvaluationLine) -> str:
    """A line of the list: `2026-05-01 12:00  miniwob, nano: 16.9%`."""
    came = "not finished" if line.success is None else f"{line.success:.1%}"
    return plain(f"{line.started[:16].replace('T', ' ')}  {line.suite}, {line.model}: {came}")


def evaluation_html(account: Account) -> str:
    """The sums of an evaluation, and a row for each of its tasks."""
    report = account.report
    wrong = "".join(note_html(fault) for fault in account.faults)
    said = f"95% interval {span(report.ci95)}, {counted(report)} episodes count"
    title = f"{plain(report.suite)}, {plain(report.model)}"
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts(account))
    told = "".join(f"<li>{escape(line)}</li>" for line in remarks(account))
    rows = [_row(name, row, account) for name, row in report.tasks.items()]
    heads = ("Task", "Success", "95% interval", "", "Episodes", "Crashed", "Steps", "Seconds", "Tokens")
    return (
        f'<h2 class="he-h">{escape(title)}</h2>{wrong}{state_html("", f"{report.success:.1%}", said)}'
        f'<dl class="he-facts he-flow">{listed}</dl>{f"<ul>{told}</ul>" if told else ""}'
        f"{table_html(f'Tasks of {title}', heads, rows)}"
    )


def comparison_html(pair: Compared) -> str:
    """What the second of two evaluations came to, less the first."""
    wrong = "".join(note_html(fault) for fault in faults(pair))
    differs = "".join(f"<li>{escape(plain(line))}</li>" for line in pair.differs)
    title = f"{plain(pair.now.report.model)} less {plain(pair.before.report.model)}"
    heads = ("Task", "Before", "Now", "Change", "95% interval")
    more = f"<details><summary>What else differs</summary><ul>{differs}</ul></details>" if differs else ""
    return (
        f'<h2 class="he-h">{escape(title)}</h2>{wrong}'
        f"{table_html(f'Difference: {title}', heads, [_change(row) for row in pair.rows])}"
        f'<p class="he-remark">{escape(chance(pair))}</p>{more}'
    )


def failures_html(name: str, account: Account, kinds: Sequence[FailureKind]) -> str:
    """Failures by how they ended, with the last screens of some; name: of the evaluation's folder."""
    if not kinds:
        return state_html("good", "Nothing failed here")
    pictures = picture_names(account.folder)
    told = "".join(_kind(name, account, kind, pictures) for kind in kinds)
    return f'<h2 class="he-h">Failures</h2>{told}'


def _row(name: str, row: TaskReport, account: Account) -> tuple[str, ...]:
    found = cells(name, row, account)
    keys = ("episodes", "crashed", "steps", "seconds", "tokens")
    shown = (found["name"], found["success"], found["interval"])
    return (*map(escape, shown), _bar(row.ci95, row), *(escape(str(found[key])) for key in keys))


def _bar(ends: Interval, row: Report | TaskReport) -> str:
    """The interval and its middle as a small picture; the numbers stand beside it."""
    low, high = (100 * end for end in ends)
    middle = f'<rect class="he-at" x="{100 * row.success - 0.75:.1f}" width="1.5" height="10"/>' if counted(row) else ""
    return (
        '<svg class="he-bar" viewBox="0 0 100 10" aria-hidden="true"><rect class="he-track" width="100" height="10"/>'
        f'<rect class="he-range" x="{low:.1f}" width="{max(high - low, 1):.1f}" height="10"/>{middle}</svg>'
    )


def _change(row: Difference) -> tuple[str, ...]:
    found = {key: escape(value) for key, value in changes(row).items()}
    tone = "" if not row.is_sure else "he-better" if row.change > 0 else "he-worse"
    name = _ALL[1] if found["name"] == _ALL[0] else found["name"]
    return name, found["before"], found["now"], f'<span class="{tone}">{found["change"]}</span>', found["interval"]


def _kind(name: str, account: Account, kind: FailureKind, pictures: set[str]) -> str:
    figures = "".join(_failure(name, account, one, pictures) for one in kind.examples)
    more = kind.number - len(kind.examples)
    rest = f'<p class="he-remark">and {more} more</p>' if more else ""
    return (
        f'<h3 class="he-h">{kind.number}: {escape(ending(kind.kind))}</h3><div class="he-shots">{figures}</div>{rest}'
    )


def _failure(name: str, account: Account, failure: Failure, pictures: set[str]) -> str:
    picture, told = failure.picture, escape(caption(failure))
    reason = f"<span>{escape(plain(failure.reason))}</span>" if failure.reason else ""
    shown = '<div class="he-none">no picture</div>'
    if picture is not None and picture.parent == account.folder / PICTURES and picture.name in pictures:
        source = escape(ROUTE.format(name=quote(name, safe=""), picture=quote(picture.name, safe="")))
        shown = f'<img src="{source}" alt="Last screen of {told}" loading="lazy">'
    return f"<figure>{shown}<figcaption>{told}{reason}</figcaption></figure>"
