"""The tab about measurements: the table of an evaluation, its difference to another one, and what failed."""

from typing import Any

import gradio as gr

from agent.errors import RecordError
from agent.evaluation.account import account, failures_of
from ui.console.benchmark import (
    CHOOSE,
    NO_EVALUATIONS,
    comparison_html,
    evaluation_html,
    failures_html,
    line_words,
)
from ui.console.live import note_html
from ui.console.places import Places
from ui.console.quiet import QUIET
from ui.evaluations import evaluation_lines, evaluation_names
from ui.report_words import compared, plain

_EVERY = ("All tasks", "")
_NO_OTHER = ("None", "")


def build_benchmarks_tab(tab: gr.Tab, places: Places) -> None:
    """Put the tab's parts into the tab that is being built."""
    with gr.Row():
        chosen = gr.Dropdown(choices=[], label="Evaluation", filterable=True, value=None, min_width=260)
        other = gr.Dropdown(
            choices=[_NO_OTHER], label="Compared with an earlier one", filterable=True, value="", min_width=260
        )
    difference, table = gr.HTML(), gr.HTML(NO_EVALUATIONS)
    task = gr.Dropdown(choices=[_EVERY], label="Failures of", filterable=True, value="", visible=False)
    failures = gr.HTML()
    folder = places.evaluations

    def list_them(name: str | None, before: str | None) -> tuple[Any, ...]:
        choices = [(line_words(line), line.name) for line in evaluation_lines(folder)]
        names = [one for _, one in choices]
        name, before = name if name in names else None, before if before in names else ""
        return (
            gr.update(choices=choices, value=name),
            gr.update(choices=[_NO_OTHER, *choices], value=before),
            gr.skip() if name else CHOOSE if names else NO_EVALUATIONS,
        )

    def show(name: str | None, before: str | None) -> tuple[Any, ...]:
        """The difference, the table, the tasks to choose from and their failures."""
        if not name:
            return "", CHOOSE, gr.update(visible=False), ""
        try:
            found = account(_place(name))
            pairs = compared([account(_place(before)), found]) if before and before != name else ()
        except RecordError as error:
            return "", note_html(str(error)), gr.update(visible=False), ""
        tasks = [_EVERY, *((plain(one), one) for one in found.report.tasks)]
        return (
            "".join(comparison_html(pair) for pair in pairs),
            evaluation_html(found),
            gr.update(choices=tasks, value="", visible=bool(found.failures)),
            failures_html(name, found, found.failures),
        )

    def narrow(name: str | None, row: str | None) -> str:
        """The failures of one task, or of all."""
        if not name:
            return ""
        try:
            found = account(_place(name))
            return failures_html(name, found, failures_of(found.folder, row) if row else found.failures)
        except RecordError as error:
            return note_html(str(error))

    def _place(name: str) -> Any:
        if name not in evaluation_names(folder):
            raise RecordError("This evaluation is gone.")
        return folder / name

    shows = [difference, table, task, failures]
    tab.select(list_them, [chosen, other], [chosen, other, table], **QUIET)
    for one in (chosen, other):
        one.input(show, [chosen, other], shows, **QUIET)
    task.input(narrow, [chosen, task], [failures], **QUIET)
