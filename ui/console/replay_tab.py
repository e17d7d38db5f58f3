"""The tab that lists recorded runs and replays one of them, in a frame that has no rights of its own."""

from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr

from agent.trajectory import RunRecord
from ui.console.quiet import QUIET
from ui.runs import run_records
from ui.words import headline

_NOTHING = '<div class="he-screen"><p>Choose a run to replay it.</p></div>'


def build_replay_tab(tab: gr.Tab, runs: Path) -> None:
    """Put the tab's parts into the tab that is being built."""
    chosen = gr.Dropdown(choices=[], label="Run", filterable=True, value=None)
    replay = gr.HTML(_NOTHING)

    def list_runs() -> Any:
        return gr.update(choices=[(_label(record), folder.name) for folder, record in run_records(runs)])

    def show(name: str | None) -> str:
        if not name:
            return _NOTHING
        return (
            f'<iframe class="he-replay" sandbox="allow-scripts" title="Replay" src="/replay/{escape(quote(name))}">'
            "</iframe>"
        )

    tab.select(list_runs, None, [chosen], **QUIET)
    chosen.change(show, [chosen], [replay], **QUIET)


def _label(record: RunRecord) -> str:
    return f"{record.started[:16].replace('T', ' ')}  {headline(record.outcome)}: {record.task.instruction[:90]}"
