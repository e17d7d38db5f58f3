"""The tab that starts runs and follows one of them: watched, paused, let go step by step, told something, stopped.

What is seen of the run comes by its stream (`feed`); the controls are asked for when the stream says that they changed.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import gradio as gr

from ui.console.desk import Desk
from ui.console.feed import SCRIPT, controls_mark
from ui.console.following import Following
from ui.console.live import live_html, note_html
from ui.console.quiet import QUIET
from ui.console.seat import Passed
from ui.console.stage import Order, Stage, StageBusy, View
from ui.words import headline

_IDLE = View()


class _Parts(NamedTuple):
    """What a person sees of the tab."""

    instruction: gr.Textbox
    url: gr.Textbox
    model: gr.Textbox
    start: gr.Button
    runs: gr.Radio
    pause: gr.Button
    go_on: gr.Button
    step: gr.Button
    take_over: gr.Button
    stop: gr.Button
    words: gr.Textbox
    tell: gr.Button
    told: gr.HTML
    number: gr.Textbox


def build_live_tab(page: gr.Blocks, tabs: gr.Tabs, desk: Desk, model: str, followed: gr.State) -> gr.HTML:
    """Put the tab's parts into the page that is being built; gives the one that ticks when a run of this console stands
    otherwise than before.

    model: what the model field begins with; followed: the `Following` of this page.
    """
    parts = _lay_out(model)
    shows = [parts.number, parts.runs, parts.told, parts.pause, parts.go_on, parts.step, parts.take_over, parts.stop]
    asks = [parts.instruction, parts.url, parts.model]

    def show(following: Following, note: str = "") -> tuple[Any, ...]:
        with following.lock:
            return _shown(desk, following, note)

    def choose(following: Following, name: str) -> tuple[Any, ...]:
        following.name = name
        return show(following)

    def begin(following: Following, instruction: str, url: str, model: str) -> tuple[Any, ...]:
        order = Order(instruction=instruction.strip(), url=url.strip(), model=model.strip())
        if not order.instruction or not order.url:
            return show(following, "Write an instruction and a URL.")
        try:
            return choose(following, desk.stages.start(order))
        except StageBusy as error:
            return show(following, str(error))

    def steer(what: Callable[[Stage], None]) -> Callable[[Following], tuple[Any, ...]]:
        """A listener that does this to the run that is followed."""

        def listen(following: Following) -> tuple[Any, ...]:
            stage = desk.stages.get(following.name)
            if stage is not None:
                what(stage)
            return show(following)

        return listen

    def step_once(following: Following, number: str) -> tuple[Any, ...]:
        stage = desk.stages.get(following.name)
        try:
            if stage is not None:
                stage.seat.step_once(following.held(number))
        except Passed as error:
            return show(following, str(error))
        return show(following)

    def tell(following: Following, words: str) -> tuple[Any, ...]:
        stage = desk.stages.get(following.name)
        if stage is None or not stage.view.is_busy:
            return words, *show(following, "There is no run to tell it to.")
        try:
            stage.seat.say(words)
        except ValueError as error:
            return words, *show(following, str(error))
        return "", *show(following)

    def take_over(following: Following, request: gr.Request) -> tuple[Any, ...]:
        note = desk.take_over(following.name, request)
        return gr.Tabs(selected="takeover"), *show(following, note)

    def refresh(following: Following, number: str) -> tuple[Any, ...]:
        is_late = number != str(following.number)  # The page shows an older answer, or none yet.
        if not is_late and controls_mark(desk.stages, following.name) == following.mark:
            return (gr.skip(),) * len(shows)
        return show(following)

    def arrive(following: Following) -> tuple[Any, ...]:
        """A page that is loaded anew shows the newest run, with what was asked. Without one its fields are left alone:
        a person may have begun to type."""
        stage = desk.stages.get("")
        order = stage.view.order if stage is not None else None
        asked = (order.instruction, order.url, order.model) if order else (gr.skip(),) * 3
        return *asked, *choose(following, "")

    parts.start.click(begin, [followed, *asks], shows, **QUIET)
    parts.url.submit(begin, [followed, *asks], shows, **QUIET)
    parts.runs.input(choose, [followed, parts.runs], shows, **QUIET)
    parts.pause.click(steer(lambda stage: stage.seat.pause()), [followed], shows, **QUIET)
    parts.go_on.click(steer(lambda stage: stage.seat.go_on()), [followed], shows, **QUIET)
    parts.stop.click(steer(lambda stage: stage.stop()), [followed], shows, **QUIET)
    parts.step.click(step_once, [followed, parts.number], shows, **QUIET)
    parts.take_over.click(take_over, [followed], [tabs, *shows], **QUIET)
    parts.tell.click(tell, [followed, parts.words], [parts.words, *shows], **QUIET)
    parts.words.submit(tell, [followed, parts.words], [parts.words, *shows], **QUIET)
    # What changes while an answer is on its way is asked for once it is there: nothing ticks again by itself.
    parts.told.tick(refresh, [followed, parts.number], shows, trigger_mode="always_last", **QUIET)
    page.load(arrive, [followed], [*asks, *shows], **QUIET)
    return parts.told


def _lay_out(model: str) -> _Parts:
    with gr.Row(equal_height=False, elem_classes="he-watch"):
        with gr.Column(scale=2, min_width=300):
            instruction = gr.Textbox(label="Instruction", lines=2, placeholder="What should be done on the page?")
            url = gr.Textbox(label="URL", placeholder="http://127.0.0.1:8000/form")
            name = gr.Textbox(label="Model", value=model, info="nano, or the URL of an OpenAI-compatible server")
            start = gr.Button("Start", variant="primary")
            runs = gr.Radio(choices=[], label="Runs", visible=False)
        with gr.Column(scale=3, min_width=320):
            with gr.Row(elem_classes="he-row"):
                pause = gr.Button("Pause", size="sm", min_width=84, interactive=False, elem_id="he-pause")
                step = gr.Button("Step once", size="sm", min_width=84, interactive=False, elem_id="he-step")
                go_on = gr.Button("Go on", size="sm", min_width=84, interactive=False, elem_id="he-go-on")
                take_over = gr.Button("Take over", size="sm", min_width=84, interactive=False)
                stop = gr.Button("Stop", size="sm", min_width=84, variant="stop", interactive=False)
            told = gr.HTML(_told("", "", 0, 0), js_on_load=SCRIPT, elem_classes="he-told")
            number = gr.Textbox("", label="Answer", visible="hidden")
            gr.HTML(live_html(_IDLE), elem_id="he-live")
            with gr.Row(elem_classes="he-line", equal_height=False):
                words = gr.Textbox(
                    label="Tell it something", lines=1, max_lines=4, scale=4, placeholder="Take the second one"
                )
                tell = gr.Button("Tell", scale=1, min_width=84)
    return _Parts(instruction, url, name, start, runs, pause, go_on, step, take_over, stop, words, tell, told, number)


def _shown(desk: Desk, following: Following, note: str) -> tuple[Any, ...]:
    """What the parts show of the run that is followed."""
    stages = desk.stages.all()
    name = following.name = following.name or (stages[0][0] if stages else "")
    # Before the view is looked at: what changes meanwhile is shown at the next look.
    mark = controls_mark(desk.stages, name)
    stage = desk.stages.get(name)
    view = _IDLE if stage is None else stage.view
    sitting, goes_on = view.sitting, view.is_busy and view.phase != "stopping"
    number = following.tell(mark, sitting.held)
    choices = [(_label(one, stage.view), one) for one, stage in stages]
    return (
        str(number),
        gr.update(choices=choices, value=name or None, visible=len(stages) > 1),
        _told(name, note, sitting.held, number),
        gr.update(interactive=goes_on and not sitting.paused),
        gr.update(interactive=goes_on and sitting.paused),
        gr.update(interactive=goes_on and sitting.held > 0),
        gr.update(interactive=goes_on and not (sitting.turn or sitting.wanted)),
        gr.update(interactive=goes_on),
    )


def _told(name: str, note: str, held: int, number: int) -> str:
    """What is said to the person, and to the page: which run's stream to listen to, which decision its button for a
    single step lets go, and the number of the answer."""
    return f'<i data-run="{name}" data-held="{held}" data-number="{number}" hidden></i>{note_html(note)}'


def _label(number: str, view: View) -> str:
    state = headline(view.outcome) if view.outcome else "not run" if view.error else view.phase
    asked = view.order.instruction if view.order else ""
    return f"{number}  {state}: {asked[:60]}"
