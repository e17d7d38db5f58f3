"""The tab that starts, watches and stops a run."""

from typing import Any, NamedTuple

import gradio as gr

from ui.console.live import live_html
from ui.console.stage import Order, Stage, StageBusy, View

_REFRESH_SECONDS = 0.4
_HIDDEN: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}


class _Parts(NamedTuple):
    """What a person sees of the tab."""

    instruction: gr.Textbox
    url: gr.Textbox
    model: gr.Textbox
    start: gr.Button
    stop: gr.Button
    live: gr.HTML


def build_run_tab(page: gr.Blocks, stage: Stage, model: str) -> None:
    """Put the tab's parts into the page that is being built; `model` is what the model field begins with."""
    parts = _lay_out(stage, model)
    shown = gr.State(-1)
    asks, shows = list(parts[:3]), [parts.live, parts.start, parts.stop, shown]

    def begin(instruction: str, url: str, model: str) -> tuple[Any, ...]:
        order = Order(instruction=instruction.strip(), url=url.strip(), model=model.strip())
        if not order.instruction or not order.url:
            return _shown(stage.view, "Write an instruction and a URL.")
        try:
            stage.start(order)
        except StageBusy as error:
            return _shown(stage.view, str(error))
        return _shown(stage.view)

    def end() -> tuple[Any, ...]:
        stage.stop()
        return _shown(stage.view)

    def refresh(version: int) -> tuple[Any, ...]:
        view = stage.view
        return (gr.skip(),) * 4 if view.version == version else _shown(view)

    def arrive() -> tuple[Any, ...]:
        """A page that is loaded anew shows the run that is under way, with what was asked. Without one its fields are
        left alone: a person may have begun to type."""
        order = stage.view.order
        asked = (order.instruction, order.url, order.model) if order else (gr.skip(),) * 3
        return *asked, *_shown(stage.view)

    parts.start.click(begin, asks, shows, **_HIDDEN)
    parts.stop.click(end, None, shows, **_HIDDEN)
    gr.Timer(_REFRESH_SECONDS).tick(refresh, [shown], shows, **_HIDDEN)
    page.load(arrive, None, [*asks, *shows], **_HIDDEN)


def _lay_out(stage: Stage, model: str) -> _Parts:
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300):
            instruction = gr.Textbox(label="Instruction", lines=3, placeholder="What should be done on the page?")
            url = gr.Textbox(label="URL", placeholder="http://127.0.0.1:8000/form")
            name = gr.Textbox(label="Model", value=model, info="nano, or the URL of an OpenAI-compatible server")
            with gr.Row():
                start = gr.Button("Start", variant="primary")
                stop = gr.Button("Stop", variant="stop", interactive=False)
        with gr.Column(scale=3, min_width=420):
            live = gr.HTML(live_html(stage.view))
    return _Parts(instruction, url, name, start, stop, live)


def _shown(view: View, note: str = "") -> tuple[Any, ...]:
    """What the four parts show: the live HTML under a note, the two buttons, and which version that is."""
    can_stop = view.is_busy and view.phase != "stopping"
    start, stop = gr.update(interactive=not view.is_busy), gr.update(interactive=can_stop)
    return live_html(view, note), start, stop, view.version
