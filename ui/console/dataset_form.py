"""The form that sends the selected runs to a data set."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from agent.errors import AgentError
from agent.exchange.dataset import Report
from agent.exchange.formats import FORMATS
from agent.exchange.selection import Filters
from perception.errors import HandEyeError
from ui.console.dataset_folder import DEFAULT_FORMAT, DatasetFolder
from ui.console.live import note_html
from ui.console.quiet import QUIET
from ui.measures import number_words


def build_dataset_form(datasets: DatasetFolder, selected: gr.State, folder: Callable[[str], Path]) -> gr.HTML:
    """Put the form into the page that is being built, and return what says how many runs are selected.

    selected: the names of the runs; folder: where a run of that name is, which raises RecordError.
    """
    number = gr.HTML(selection_html(()))
    with gr.Row(elem_classes="he-line", equal_height=False):
        name = gr.Textbox(label="Name of the data set", placeholder="forms-1", lines=1, scale=2, min_width=140)
        layout = gr.Dropdown(choices=list(FORMATS), value=DEFAULT_FORMAT, label="Format", scale=1, min_width=150)
    approved = gr.Checkbox(label="Only steps marked good, put right or made by a person")
    failed_too = gr.Checkbox(label="Runs that failed or did not end as well")
    send = gr.Button("Send to a data set", variant="primary", elem_id="he-send")
    told = gr.HTML(elem_id="he-sent")

    def begin() -> tuple[Any, str]:
        return gr.update(interactive=False), note_html("The data set is being written.")

    def write(names: Sequence[str], name: str, layout: str, approved: bool, failed_too: bool) -> tuple[Any, str]:
        try:
            if not names:
                raise AgentError("select runs in the list first")
            filters = Filters(approved=bool(approved), failed_too=bool(failed_too))
            note = _said(datasets.send([folder(one) for one in names], name.strip(), layout, filters))
        except (HandEyeError, OSError) as error:
            note = f"Nothing was written: {error}."
        return gr.update(interactive=True), note_html(note)

    fields = [selected, name, layout, approved, failed_too]
    send.click(begin, None, [send, told], **QUIET).then(write, fields, [send, told], **QUIET)
    return number


def selection_html(names: Sequence[str]) -> str:
    """How many runs are selected, or how to select some."""
    words = f"{len(names):,} selected" if names else "None is selected: tick the boxes of the runs that you want."
    return f'<div class="he-state" id="he-selected"><span>{words}</span></div>'


def _said(report: Report) -> str:
    left = "".join(f" Left out: {number} {why}." for why, number in report.left_out.items())
    steps, runs = number_words(report.num_train, "step"), number_words(report.num_runs, "run")
    return f"Written to {report.folder}: {steps} of {runs}.{left}"
