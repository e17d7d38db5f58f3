"""The tab about learning: training runs with their curves, what they left, the promotion of a model, and data sets.

A promotion takes two clicks on two buttons, and the second counts a moment after it was shown at the earliest. The page
asks for news only while the tab is open.
"""

import re
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr

from ui.console.learning import (
    CHOOSE,
    GONE,
    NO_RUNS,
    datasets_html,
    progress_html,
    record_html,
    run_html,
    run_label,
    weights_html,
)
from ui.console.live import note_html
from ui.console.places import Places
from ui.console.promoting import Promoting, PromotionBusy, Wish
from ui.console.quiet import QUIET
from ui.training_runs import models, training_names

_REFRESH_SECONDS = 2.0
_LOOK_SECONDS = 0.7
"""A confirmation that comes sooner is the second half of a double click."""
_MOST_RUNS = 200
_MOST_EPISODES = 1000
_TASKS = re.compile(r"\w[\w.,/-]{0,2000}")
_TITLE = "Learn"
_PAGES = ("run", "weights", "progress", "record", "datasets")
_BUSY = ("running", "stopping")


class Asked(NamedTuple):
    """What the page asks to confirm."""

    wish: Wish
    at: float
    """When it was shown, by the monotonic clock."""


class _Seen(NamedTuple):
    """What the tab shows: five pieces of the page, and what can be chosen."""

    run: str
    weights: str
    progress: str
    record: str
    datasets: str
    runs: tuple[str, ...]
    """Names, in an order that does not change while runs learn: a list that is open is left alone."""
    models: tuple[str, ...]


class _Parts(NamedTuple):
    """What a person sees of the tab."""

    runs: gr.Dropdown
    weights: gr.HTML
    model: gr.Dropdown
    tasks: gr.Textbox
    taught: gr.Textbox
    episodes: gr.Number
    ask: gr.Button
    sure: gr.Column
    question: gr.HTML
    confirm: gr.Button
    leave: gr.Button
    stop: gr.Button
    progress: gr.HTML
    run: gr.HTML
    record: gr.HTML
    datasets: gr.HTML


def build_learn_tab(tabs: gr.Tabs, places: Places, promoting: Promoting) -> None:
    """Put the tab's parts into the tab that is being built."""
    parts = _lay_out()
    asked, shown = gr.State(None), gr.State(None)
    timer = gr.Timer(_REFRESH_SECONDS, active=False)
    pages = [parts.run, parts.weights, parts.progress, parts.record, parts.datasets]
    everything = [parts.runs, parts.model, *pages, parts.ask, parts.stop, shown]
    watched = [parts.runs, parts.model, shown]
    asks = [asked, parts.sure, parts.question]

    def look(name: str | None, model: str | None, before: _Seen | None) -> tuple[Any, ...]:
        """What changed of all that is seen; the rest is left as it is."""
        now = _seen(places, promoting, name)

        def is_new(part: str) -> bool:
            return before is None or getattr(now, part) != getattr(before, part)

        chosen = gr.update(choices=_choices(places, now.runs), value=name if name in now.runs else None)
        offered = gr.update(choices=list(now.models), value=model if model in now.models else None)
        pages = {part: getattr(now, part) if is_new(part) else gr.skip() for part in _PAGES}
        phase = promoting.progress.phase
        return (
            chosen if is_new("runs") else gr.skip(),
            offered if is_new("models") else gr.skip(),
            *pages.values(),
            gr.update(interactive=phase not in _BUSY),
            gr.update(visible=phase in _BUSY, interactive=phase == "running"),
            now,
        )

    def arrive(name: str | None, model: str | None, event: gr.SelectData) -> tuple[Any, ...]:
        """The page asks for news only while this tab is open."""
        if event.value != _TITLE:
            return gr.Timer(active=False), *((gr.skip(),) * len(everything))
        return gr.Timer(active=True), *look(name, model, None)

    def ask(model: str | None, tasks: str, taught: str, episodes: float | None) -> tuple[Any, ...]:
        offered = models(places.training)
        folder = offered.get(model or "")
        if model is None or folder is None:
            told = "Choose a model to promote first." if offered else "No training run has left a whole model yet."
            return None, gr.update(visible=False), note_html(told)
        tasks, taught, number = tasks.replace(" ", ""), taught.replace(" ", ""), int(episodes or 0)
        are_names = _TASKS.fullmatch(tasks) and _TASKS.fullmatch(taught or tasks)
        if not are_names or not 1 <= number <= _MOST_EPISODES:
            told = f"Name tasks or suites, such as heldout, and 1 to {_MOST_EPISODES} episodes."
            return None, gr.update(visible=False), note_html(told)
        wish = Wish(model, folder, tasks, number, taught)
        played, better = tasks, "better beyond doubt"
        if taught:
            played = f"{tasks} and {taught}"
            better = f"better at {taught} beyond doubt, and elsewhere at most 2 points worse,"
        told = (
            f"{model} and the model in use play {number} episodes of each task of {played}. If {model} is {better} "
            f"it becomes {places.current}, and the one before stays beside it. It may take hours."
        )
        return Asked(wish, time.monotonic()), gr.update(visible=True), note_html(told)

    def confirm(binding: Asked | None, model: str | None) -> tuple[Any, ...]:
        if binding is None or time.monotonic() - binding.at < _LOOK_SECONDS:
            return (gr.skip(),) * 3
        hidden = (None, gr.update(visible=False))
        if model != binding.wish.name:
            return *hidden, note_html("Another model was chosen meanwhile: ask again.")
        try:
            promoting.start(binding.wish)
        except PromotionBusy as error:
            return *hidden, note_html(f"Not begun: {error}.")
        except OSError as error:
            return *hidden, note_html(f"Not begun: {error.strerror}.")
        return *hidden, ""

    def leave() -> tuple[Any, ...]:
        return None, gr.update(visible=False), ""

    tabs.select(arrive, [parts.runs, parts.model], [timer, *everything], **QUIET)
    timer.tick(look, watched, everything, **QUIET)
    parts.runs.input(look, watched, everything, **QUIET)
    parts.ask.click(ask, [parts.model, parts.tasks, parts.taught, parts.episodes], asks, **QUIET)
    parts.confirm.click(confirm, [asked, parts.model], asks, **QUIET).then(look, watched, everything, **QUIET)
    parts.leave.click(leave, None, asks, **QUIET)
    parts.model.input(leave, None, asks, **QUIET)
    parts.stop.click(promoting.stop, None, None, **QUIET).then(look, watched, everything, **QUIET)


def _seen(places: Places, promoting: Promoting, name: str | None) -> _Seen:
    """All that there is to see now, with the run of that name."""
    names = training_names(places.training)
    run, weights = CHOOSE if names else NO_RUNS, ""
    if name and name not in names:
        run = note_html(GONE)
    elif name:
        run, weights = run_html(places.training / name), weights_html(places.training / name)
    return _Seen(
        run=run,
        weights=weights,
        progress=progress_html(promoting.progress),
        record=record_html(places.current),
        datasets=datasets_html(places.datasets),
        runs=tuple(sorted(names[:_MOST_RUNS])),
        models=tuple(models(places.training)),
    )


def _choices(places: Places, names: Sequence[str]) -> list[tuple[str, str]]:
    """Label and name of training runs, the one that was written to last first."""
    ordered = [one for one in training_names(places.training) if one in names]
    return [(run_label(places.training / one), one) for one in ordered]


def _lay_out() -> _Parts:
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300):
            runs = gr.Dropdown(choices=[], label="Training run", filterable=True, value=None)
            weights = gr.HTML()
            gr.HTML('<h2 class="he-h">Promote a model</h2>')
            model = gr.Dropdown(choices=[], label="Model to promote", filterable=True, value=None)
            with gr.Row():
                tasks = gr.Textbox(label="Compared on", value="heldout", min_width=120)
                taught = gr.Textbox(label="Taught tasks", placeholder="any may count", min_width=120)
                episodes = gr.Number(label="Episodes of each", value=20, precision=0, minimum=1, min_width=120)
            ask = gr.Button("Promote …", elem_id="he-promote")
            question = gr.HTML()
            with gr.Column(visible=False) as sure, gr.Row(elem_classes="he-row"):
                leave = gr.Button("Leave it", min_width=100)
                confirm = gr.Button("Yes, compare them", variant="primary", min_width=140, elem_id="he-promote-yes")
            progress = gr.HTML()
            stop = gr.Button("Stop comparing", variant="stop", visible=False)
        with gr.Column(scale=3, min_width=320):
            run = gr.HTML(NO_RUNS)
    gr.HTML('<h2 class="he-h">Promotions</h2>')
    record = gr.HTML()
    gr.HTML('<h2 class="he-h">Data sets</h2>')
    data = gr.HTML()
    asked = (model, tasks, taught, episodes, ask, sure, question, confirm, leave)
    return _Parts(runs, weights, *asked, stop, progress, run, record, data)
