"""The tab that says what is installed, running and listening, by the same rows as `handeye doctor`."""

import time
from html import escape
from typing import Any

import gradio as gr

from ui.console.checkup import Checked, Checkup
from ui.console.live import note_html, state_html
from ui.console.quiet import QUIET
from ui.console.table import table_html
from ui.doctor.finding import Finding
from ui.measures import ago_words

_REFRESH_SECONDS = 0.7
_TITLE = "Doctor"
_STATES = {"ok": ("good", "ok"), "missing": ("bad", "missing"), "absent": ("open", "absent, not needed")}
_EMPTY = '<div class="he-screen"><p>Press the button to see what is installed, running and listening.</p></div>'


def build_doctor_tab(tabs: gr.Tabs, checkup: Checkup) -> None:
    """Put the tab's parts into the tab that is being built."""
    look = gr.Button("Look now", elem_id="he-look")
    found = gr.HTML(_EMPTY)
    shown = gr.State("")
    timer = gr.Timer(_REFRESH_SECONDS, active=False)
    shows = [look, found, shown]

    def begin() -> tuple[Any, ...]:
        checkup.start()
        return show("")

    def show(before: str) -> tuple[Any, ...]:
        checked = checkup.checked
        page = findings_html(checked)
        if page == before:
            return (gr.skip(),) * len(shows)
        return gr.update(interactive=not checked.is_busy), page, page

    def follow(event: gr.SelectData) -> Any:
        return gr.Timer(active=event.value == _TITLE)

    look.click(begin, None, shows, **QUIET)
    tabs.select(follow, None, [timer], **QUIET)
    timer.tick(show, [shown], shows, **QUIET)


def findings_html(checked: Checked) -> str:
    """What was found so far; what is missing comes first."""
    if not checked.findings and not checked.is_busy and not checked.error:
        return _EMPTY
    missing = [one.part for one in checked.findings if one.state == "missing"]
    if checked.is_busy:
        state = state_html("busy", "Looking", "it takes some seconds")
    elif missing:
        state = state_html("bad", f"Missing: {', '.join(missing)}", f"looked {ago_words(time.time() - checked.ended)}")
    else:
        state = state_html("good", "All that is needed is here", f"looked {ago_words(time.time() - checked.ended)}")
    wrong = note_html(f"It was not looked to the end: {checked.error}") if checked.error else ""
    ordered = sorted(checked.findings, key=lambda one: one.state != "missing")
    heads = ("Part", "State", "Found")
    return wrong + state + table_html("What the doctor found", heads, map(_row, ordered), numbers=False)


def _row(finding: Finding) -> tuple[str, ...]:
    colour, word = _STATES.get(finding.state, ("", finding.state))
    advice = f"<br><code>{escape(finding.advice)}</code>" if finding.advice else ""
    state = f'<span class="he-mark"><i class="he-dot {colour}"></i>{escape(word)}</span>'
    return escape(finding.part), state, f"{escape(finding.found)}{advice}"
