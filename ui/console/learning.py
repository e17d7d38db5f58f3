"""Training runs, their weights and the record of promotions as HTML. All text of runs is escaped."""

import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from agent.errors import RecordError
from agent.evaluation.promotion import Decision, read_decisions
from ui.cli import exits
from ui.console.curves import WORDS, curves_html
from ui.console.live import note_html, state_html
from ui.console.promoting import Progress
from ui.console.table import table_html
from ui.datasets import datasets
from ui.measures import ago_words, date_words, figure_words, lasting_words, size_words
from ui.training_runs import changed, figures, latest, weights_of

NO_RUNS = (
    '<div class="he-screen"><p>No training run yet. <code>handeye train sft --runs runs</code> begins one: its curves '
    "are drawn here while it learns.</p></div>"
)
CHOOSE = '<div class="he-screen"><p>Choose a training run to see its curves.</p></div>'
GONE = "This training run is gone."
_FRESH_SECONDS = 120.0
"""A run whose figures are no older is taken to go on, or no older than three times what lies between two lines."""
_SHARES = ("reading_accuracy", "token_accuracy", "pointer_accuracy", "success")
_APART = ("step", "stage", "seconds")
_PARTS = {"train": "train on", "validation": "validate on"}
_MOST_DECISIONS = 50


def run_label(folder: Path) -> str:
    """A line of the list: `sft: step 200, 3 minutes ago`."""
    try:
        since = time.time() - changed(folder)
    except OSError:
        return folder.name
    return f"{folder.name}: step {latest(folder).get('step', 0)}, {ago_words(since)}"


def run_html(folder: Path) -> str:
    """How a run is: in words, in curves, and what it left."""
    try:
        lines, since = figures(folder), time.time() - changed(folder)
    except (OSError, ValueError) as error:
        return note_html(f"The figures of {folder.name} can't be read: {error}")
    if not lines:
        return state_html("busy", "No figures yet", "the first line comes after a few steps")
    last = lines[-1]
    going = since < max(_FRESH_SECONDS, 3 * _between(lines))
    said = [f"step {last.get('step', 0)}", _spent(last.get("seconds")), f"last figures {ago_words(since)}"]
    word = "Learns" if going else "Ended, or stopped"
    return (
        state_html("busy" if going else "", word, ", ".join(filter(None, [str(last.get("stage", "")), *said])))
        + curves_html(lines)
        + _latest(last)
    )


def weights_html(folder: Path) -> str:
    """What a run left: a checkpoint to go on with, models and adapters to use."""
    try:
        rows = [
            (escape(one.name), one.kind, _whole(size_words(one.num_bytes)), _whole(date_words(one.changed)))
            for one in weights_of(folder)
        ]
    except OSError as error:
        return note_html(f"What {folder.name} left can't be read: {error.strerror}")
    if not rows:
        return state_html("", "No weights yet", "a checkpoint is written every so many steps (save_every)")
    return table_html(f"Weights of {folder.name}", ("Weights", "Kind", "Size", "Written"), rows, numbers=False)


def datasets_html(folder: Path) -> str:
    """The data sets that there are, the newest first."""
    found = datasets(folder)
    if not found:
        command = f"handeye export RUNS --to trl --out {folder / 'NAME'}"
        return state_html("", "No data set yet", f"select runs under Replay and send them to one, or: {command}")
    rows = [
        (
            escape(one.name),
            escape(one.summary.format),
            str(one.summary.num_runs),
            escape(
                ", ".join(
                    f"{steps} to {_PARTS.get(part, part)}" for part, (_, steps) in one.summary.parts.items() if steps
                )
            ),
            _whole(size_words(one.num_bytes)),
            _whole(date_words(one.changed)),
        )
        for one in found
    ]
    heads = ("Name", "Format", "Runs", "Steps", "Size without pictures", "Written")
    return table_html("Data sets", heads, rows, numbers=False)


def record_html(current: Path) -> str:
    """Which model is in use, and every decision about it, the newest first."""
    try:
        decisions = read_decisions(current)
    except RecordError as error:
        return note_html(str(error))
    used = (
        state_html("good", "In use", f"{current}, since {date_words(current.stat().st_mtime)}")
        if current.is_dir()
        else state_html(
            "", "No model was promoted yet", f"the first one becomes {current}; until then that of the settings is used"
        )
    )
    if not decisions:
        return used
    rows = [_decision(one) for one in reversed(decisions[-_MOST_DECISIONS:])]
    heads = ("When", "Candidate", "Came to", "Before", "Change, 95% interval", "Promoted")
    return used + table_html("Decisions", heads, rows, numbers=False)


def progress_html(progress: Progress) -> str:
    """How the promotion is that was asked for; nothing without one."""
    if progress.wish is None:
        return ""
    if progress.is_busy:
        since = lasting_words(time.time() - progress.began) if time.time() - progress.began >= 60 else "a moment"
        word = "Stopping" if progress.phase == "stopping" else "Comparing"
        state = state_html("busy", word, f"{progress.wish.name} and the model in use, for {since}")
        return state + _said(progress.lines)
    return state_html(*_came_to(progress)) + (_said(progress.lines) if progress.code not in (0, 1) else "")


def _came_to(progress: Progress) -> tuple[str, str, str]:
    """Colour, word and reason of an ended promotion."""
    code, reason = progress.code, str(progress.decision.get("reason", ""))
    last = progress.lines[-1].removeprefix("handeye: ") if progress.lines else "it said nothing"
    if progress.decision.get("promoted"):
        return "good", "Promoted", reason
    if progress.decision:
        return "open", "Not promoted", reason
    if code == exits.INTERRUPTED or (code is not None and code < 0):
        return "open", "Stopped", "nothing was changed; ask again, and it goes on where it was"
    return "bad", "Not compared", last


def _whole(words: str) -> str:
    """Words of a cell that stay on one line."""
    return f'<span class="he-nowrap">{escape(words)}</span>'


def _said(lines: Sequence[str]) -> str:
    return f'<pre class="he-said">{escape(chr(10).join(lines))}</pre>' if lines else ""


def _spent(seconds: object) -> str:
    if not isinstance(seconds, int | float) or seconds <= 0:
        return ""
    return f"{lasting_words(float(seconds))} since it was begun or gone on with"


def _between(lines: Sequence[dict[str, Any]]) -> float:
    """Seconds from the last line but one to the last; 0 where they do not say."""
    known = [value for line in lines[-2:] if isinstance(value := line.get("seconds"), int | float)]
    return max(0.0, known[1] - known[0]) if len(known) == 2 else 0.0


def _latest(line: dict[str, Any]) -> str:
    """The latest figures, a row each; shares of tasks below them."""
    rows: list[tuple[str, str]] = []
    for name, value in line.items():
        if name not in _APART and isinstance(value, int | float | str):
            rows.append((WORDS.get(name, name.replace("_", " ").replace("per s", "a second")), _value(name, value)))
    tasks = line.get("tasks")
    if isinstance(tasks, dict):
        rows += [(f"{task}", _value("success", share)) for task, share in tasks.items()]
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f'<h3 class="he-h">Latest figures</h3><dl class="he-facts">{listed}</dl>'


def _value(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:.1%}" if name in _SHARES else figure_words(value)


def _decision(one: Decision) -> tuple[str, ...]:
    low, high = one.ci95
    return (
        _whole(one.time[:16].replace("T", " ")),
        f"{escape(one.candidate.name)}<br><small>{escape(one.candidate.folder)}</small>",
        f"{one.candidate.success:.1%}",
        f"{one.before.success:.1%}",
        f"{one.change:+.1%} ({low:+.1%} to {high:+.1%})",
        f"yes; the one before: {escape(one.kept or one.before.folder)}"
        if one.promoted
        else escape(f"no: {one.reason}"),
    )
