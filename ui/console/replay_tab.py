"""The tab of recorded runs: find them, step through one, say what was good and where a click belonged, compare two.

What a person says of a step is kept beside the record (`agent.review`), never in it. Pointing at the picture says
nothing by itself: the button that then appears does.
"""

from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

import gradio as gr

from agent import review
from agent.errors import RecordError
from perception.geometry import Point
from ui.console.dataset_folder import DatasetFolder
from ui.console.dataset_form import build_dataset_form, selection_html
from ui.console.desk import Desk, who
from ui.console.live import note_html
from ui.console.picture import SCRIPT, pointed
from ui.console.quiet import QUIET
from ui.console.reel import Reel, Run, difference_html, differs_at, head_html, other_screen_html, screen_html, step_html
from ui.console.replay_style import ARROWS, HINT, NOTHING, links_html
from ui.console.run_list import SCRIPT as LIST_SCRIPT
from ui.console.run_list import chosen, list_html
from ui.measures import number_words
from ui.run_index import PAGE_SIZE, RunIndex
from ui.run_search import Search

_ANY = "any"
_MORE_SECONDS = 0.7
_MOST_SELECTED = 10_000


class Place(NamedTuple):
    """What a page shows."""

    run: str = ""
    """Name of the run; empty without any."""
    index: int = 0
    """Of the step."""
    other: str = ""
    """The run that it is compared with."""
    at: Point | None = None
    """Where the person pointed at, to put the click right."""

    @property
    def key(self) -> str:
        """Names the step on a page."""
        return f"{self.run}/{self.index}"


class _Finding(NamedTuple):
    """The parts that find runs."""

    fields: tuple[Any, ...]
    """In the order of `Search`."""
    find: gr.Button
    note: gr.HTML
    runs: gr.HTML
    newer: gr.Button
    older: gr.Button
    all: gr.Button
    none: gr.Button


class _Showing(NamedTuple):
    """The parts that show a run."""

    note: gr.HTML
    head: gr.HTML
    steps: gr.Row
    back: gr.Button
    number: gr.Number
    on: gr.Button
    screen: gr.HTML
    step: gr.HTML
    marks: gr.Row
    good: gr.Button
    bad: gr.Button
    correct: gr.Button
    withdraw: gr.Button
    compared: gr.Column
    difference: gr.HTML
    part: gr.Button
    alone: gr.Button
    other: gr.Column
    other_screen: gr.HTML
    other_step: gr.HTML
    links: gr.HTML

    @property
    def changing(self) -> list[Any]:
        """Those that `_shown` gives values for, in its order."""
        run = [self.note, self.head, self.steps, self.number, self.back, self.on, self.screen, self.step, self.links]
        marks = [self.marks, self.correct, self.withdraw]
        return [*run, *marks, self.compared, self.difference, self.part, self.other, self.other_screen, self.other_step]


def build_replay_tab(tab: gr.Tab, desk: Desk, datasets: DatasetFolder) -> None:
    """Put the tab's parts into the tab that is being built."""
    index = RunIndex(desk.runs)
    reel = Reel(index)
    place, page, selected, sought = gr.State(Place()), gr.State(0), gr.State(()), gr.State(Search())
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=320):
            finding = _lay_out_finding()
            with gr.Accordion("Send to a data set", open=False):
                number = build_dataset_form(datasets, selected, index.folder)
        with gr.Column(scale=3, min_width=320):
            showing = _lay_out_showing()
    more = gr.Timer(1.0, active=False)
    _listen_to_finding(tab, more, index, finding, (place, page, selected, sought), number)
    _listen_to_showing(reel, finding.runs, showing, place, selected, number)


def _listen_to_finding(
    tab: gr.Tab, more: gr.Timer, index: RunIndex, finding: _Finding, states: tuple[gr.State, ...], number: gr.HTML
) -> None:
    place, page, selected, sought = states
    shows = [finding.note, finding.runs, finding.newer, finding.older, page]

    def listed(search: Search, names: tuple[str, ...], shown: Place, wanted: int) -> tuple[Any, ...]:
        try:
            found = index.find(search, wanted)
        except (RecordError, ValueError) as error:
            return note_html(f"{error}."), gr.skip(), gr.skip(), gr.skip(), gr.skip()
        last = max(0, (found.total - 1) // PAGE_SIZE)
        if wanted > last:
            return listed(search, names, shown, last)
        words = f"{number_words(found.total, 'run')}, page {wanted + 1} of {last + 1}"
        note = f'<div class="he-state" id="he-found"><span>{words}</span></div>'
        newer, older = gr.update(interactive=wanted > 0), gr.update(interactive=wanted < last)
        return note, list_html(found, set(names), shown.run), newer, older, wanted

    def look(search: Search, names: tuple[str, ...], shown: Place, wanted: int) -> tuple[Any, ...]:
        """What is new is taken in for a moment; what is left then comes with the next ticks of the timer."""
        try:
            left = index.refresh(_MORE_SECONDS)
            outcomes, models = index.choices()
        except RecordError as error:
            return gr.Timer(active=False), gr.skip(), gr.skip(), note_html(f"{error}."), *(gr.skip(),) * 4
        note, *rest = listed(search, names, shown, wanted)
        reading = note_html(f"{left:,} more runs are being read.") if left else ""
        choices = gr.update(choices=[_ANY, *outcomes]), gr.update(choices=[_ANY, *models])
        return gr.Timer(active=left > 0), *choices, f"{reading}{note}", *rest

    def find(names: tuple[str, ...], shown: Place, *fields: str | None) -> tuple[Any, ...]:
        search = Search(*("" if value in (None, _ANY) else str(value)[:200] for value in fields))
        return search, *look(search, names, shown, 0)

    def turn(by: int, search: Search, names: tuple[str, ...], shown: Place, wanted: int) -> tuple[Any, ...]:
        return listed(search, names, shown, max(0, wanted + by))

    def select(every: bool, search: Search, shown: Place, wanted: int) -> tuple[Any, ...]:
        try:
            names = tuple(index.names(search, _MOST_SELECTED)) if every else ()
        except (RecordError, ValueError) as error:
            return (gr.skip(), gr.skip(), note_html(f"{error}."), *(gr.skip(),) * 4)
        return names, selection_html(names), *listed(search, names, shown, wanted)

    bound = [sought, selected, place, page]
    whole = [more, finding.fields[1], finding.fields[2], *shows]
    tab.select(look, bound, whole, **QUIET)
    more.tick(look, bound, whole, **QUIET)
    fields = finding.fields
    listeners = [finding.find.click, fields[1].input, fields[2].input]
    listeners += [fields[place_of].submit for place_of in (0, 3, 4, 5)]
    for listener in listeners:
        listener(find, [selected, place, *fields], [sought, *whole], **QUIET)
    finding.newer.click(partial(turn, -1), bound, shows, **QUIET)
    finding.older.click(partial(turn, 1), bound, shows, **QUIET)
    for every, button in ((True, finding.all), (False, finding.none)):
        button.click(partial(select, every), [sought, place, page], [selected, number, *shows], **QUIET)


def _listen_to_showing(
    reel: Reel, runs: gr.HTML, showing: _Showing, place: gr.State, selected: gr.State, number: gr.HTML
) -> None:
    shows = [place, *showing.changing]

    def show(to: Place, note: str = "") -> tuple[Any, ...]:
        return _shown(reel, to, note)

    def choose(now: Place, names: tuple[str, ...], event: gr.EventData) -> tuple[Any, ...]:
        what = chosen(event._data)
        if what is None:
            return gr.skip(), gr.skip(), *(gr.skip(),) * len(shows)
        if what.kind == "select":
            now_selected = what.added_to(names)
            return now_selected, selection_html(now_selected), *(gr.skip(),) * len(shows)
        (name,) = what.runs
        if what.kind == "open":
            return gr.skip(), gr.skip(), *show(Place(run=name))
        if not now.run or now.run == name:
            return gr.skip(), gr.skip(), *show(now, "Open one run first, then compare it with another.")
        return gr.skip(), gr.skip(), *show(now._replace(other=name, at=None))

    def go(by: int, now: Place) -> tuple[Any, ...]:
        return show(now._replace(index=max(0, now.index + by), at=None))

    def go_to(now: Place, wanted: float | None) -> tuple[Any, ...]:
        return show(now._replace(index=max(0, int(wanted or 1) - 1), at=None))

    def go_to_part(now: Place) -> tuple[Any, ...]:
        try:
            index = differs_at(reel.run(now.run), reel.run(now.other)) if now.other else None
        except RecordError as error:
            return show(now, f"{error}.")
        return show(now if index is None else now._replace(index=index, at=None))

    def point(now: Place, event: gr.EventData) -> tuple[Any, ...]:
        try:
            size = reel.run(now.run).trajectory.steps[now.index].before.size
        except (RecordError, IndexError):
            return show(now)
        what = pointed(event._data, size)
        fits = what is not None and what.of == now.key
        return show(now._replace(at=what.at if what is not None and fits else None))

    def say(now: Place, said: review.Said, request: gr.Request) -> tuple[Any, ...]:
        try:
            run = reel.run(now.run)
            at = now.at if said == "corrected" else None
            review.add(run.folder, run.trajectory.steps[now.index], said, at=at, by=who(request))
        except (RecordError, ValueError, IndexError) as error:
            return show(now, f"Nothing was marked: {error}.")
        return show(now._replace(at=None))

    # Every click counts: one that opens a run must not be lost to one that selected another just before.
    runs.click(choose, [place, selected], [selected, number, *shows], trigger_mode="multiple", **QUIET)
    for by, button in ((-1, showing.back), (1, showing.on)):
        # A key that is pressed again while a step comes counts once it is there.
        button.click(partial(go, by), [place], shows, trigger_mode="always_last", **QUIET)
    showing.number.submit(go_to, [place, showing.number], shows, **QUIET)
    showing.screen.click(point, [place], shows, **QUIET)

    def saying(said: review.Said) -> Any:
        def listener(now: Place, request: gr.Request) -> tuple[Any, ...]:
            return say(now, said, request)

        return listener

    showing.good.click(saying("good"), [place], shows, **QUIET)
    showing.bad.click(saying("bad"), [place], shows, **QUIET)
    showing.correct.click(saying("corrected"), [place], shows, **QUIET)
    showing.withdraw.click(saying("withdrawn"), [place], shows, **QUIET)
    showing.part.click(go_to_part, [place], shows, **QUIET)
    showing.alone.click(lambda now: show(now._replace(other="")), [place], shows, **QUIET)


def _shown(reel: Reel, to: Place, note: str) -> tuple[Any, ...]:
    """Values of `place` and of the parts that change."""
    try:
        run = reel.run(to.run)
        other = reel.run(to.other) if to.other else None
    except RecordError as error:
        return _nothing(note or (f"{error}." if to.run else ""))
    to = to._replace(index=run.inside(to.index))
    has_steps = run.num_steps > 0
    return (
        to,
        note_html(note),
        head_html(run, to.index),
        gr.update(visible=has_steps),
        gr.update(value=to.index + 1),
        gr.update(interactive=to.index > 0),
        gr.update(interactive=to.index + 1 < run.num_steps),
        screen_html(run, to.index, to.key, to.at) if has_steps else "",
        step_html(run, to.index),
        links_html(quote(to.run, safe="")),
        gr.update(visible=has_steps),
        gr.update(visible=to.at is not None, value=f"Put the click right: {to.at}"),
        gr.update(visible=to.index in run.reviews),
        *_compared(run, other, to.index),
    )


def _compared(run: Run, other: Run | None, index: int) -> tuple[Any, ...]:
    if other is None:
        hidden = gr.update(visible=False)
        return hidden, "", gr.skip(), hidden, "", ""
    parts = gr.update(visible=differs_at(run, other) is not None)
    screen, step = other_screen_html(other, index), step_html(other, index, asks=False)
    seen = gr.update(visible=True)
    return seen, difference_html(run, other, index), parts, seen, screen, step


def _nothing(note: str) -> tuple[Any, ...]:
    hidden = gr.update(visible=False)
    run = (note_html(note), NOTHING, hidden, gr.skip(), gr.skip(), gr.skip(), "", "", "")
    return Place(), *run, hidden, hidden, hidden, hidden, "", gr.skip(), hidden, "", ""


def _lay_out_finding() -> _Finding:
    with gr.Row(elem_classes="he-row"):
        task = gr.Textbox(label="Task", placeholder="words of it", lines=1, max_lines=1, min_width=140)
        outcome = gr.Dropdown(choices=[_ANY], value=_ANY, label="Outcome", min_width=120)
        model = gr.Dropdown(choices=[_ANY], value=_ANY, label="Model of the run", min_width=120)
    with gr.Row(elem_classes="he-row"):
        since = gr.Textbox(label="From", placeholder="2026-01-31", lines=1, max_lines=1, min_width=130)
        until = gr.Textbox(label="To", placeholder="2026-12-31", lines=1, max_lines=1, min_width=130)
        text = gr.Textbox(label="In the steps", placeholder="words", lines=1, max_lines=1, min_width=140)
    with gr.Row(elem_classes="he-row"):
        find = gr.Button("Find", variant="primary", min_width=84, elem_id="he-find")
        newer, older = gr.Button("Newer", min_width=84), gr.Button("Older", min_width=84)
    note = gr.HTML()
    runs = gr.HTML(js_on_load=LIST_SCRIPT)
    with gr.Row(elem_classes="he-row"):
        every = gr.Button("Select all that were found", size="sm", min_width=120)
        none = gr.Button("Select none", size="sm", min_width=84)
    return _Finding((task, outcome, model, since, until, text), find, note, runs, newer, older, every, none)


def _lay_out_showing() -> _Showing:
    note, head = gr.HTML(), gr.HTML(NOTHING, elem_id="he-run")
    with gr.Row(elem_classes="he-line", equal_height=False, visible=False) as steps:
        back = gr.Button("Previous", min_width=84, elem_id="he-prev")
        number = gr.Number(label="Step", precision=0, minimum=1, min_width=84)
        on = gr.Button("Next", min_width=84, elem_id="he-next")
    with gr.Column(visible=False, elem_id="he-difference") as compared:
        difference = gr.HTML()
        with gr.Row(elem_classes="he-row"):
            part = gr.Button("Go to where they part", size="sm", min_width=120)
            alone = gr.Button("Stop comparing", size="sm", min_width=120)
    with gr.Row(equal_height=False):
        with gr.Column(min_width=300):
            screen, step = gr.HTML(js_on_load=SCRIPT), gr.HTML()
            with gr.Row(elem_classes="he-row", visible=False) as marks:
                good = gr.Button("Good", min_width=84, elem_id="he-good")
                bad = gr.Button("Bad", min_width=84, elem_id="he-bad")
                correct = gr.Button(variant="primary", min_width=140, visible=False, elem_id="he-correct")
                withdraw = gr.Button("Take the mark back", min_width=120, visible=False, elem_id="he-withdraw")
        with gr.Column(min_width=300, visible=False, elem_id="he-other") as other:
            other_screen, other_step = gr.HTML(), gr.HTML()
    links = gr.HTML()
    gr.HTML(HINT, js_on_load=ARROWS)
    return _Showing(
        note, head, steps, back, number, on, screen, step, marks, good, bad, correct, withdraw, compared, difference,
        part, alone, other, other_screen, other_step, links,
    )  # fmt: skip
