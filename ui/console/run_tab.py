"""The tab that starts, watches and stops a run."""

from typing import Any

import gradio as gr

from ui.console.live import live_html
from ui.console.stage import Order, Stage, StageBusy, View

_REFRESH_SECONDS = 0.4
_HIDDEN: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}


def build_run_tab(page: gr.Blocks, stage: Stage, model: str) -> None:
    """Put the tab's parts into the page that is being built; `model` is what the model field begins with."""
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
    shown = gr.State(-1)
    shows = [live, start, stop, shown]

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
        """A page that is loaded anew shows the run that is under way, with what was asked."""
        order = stage.view.order or Order("", "", model)
        return order.instruction, order.url, order.model, *_shown(stage.view)

    start.click(begin, [instruction, url, name], shows, **_HIDDEN)
    stop.click(end, None, shows, **_HIDDEN)
    gr.Timer(_REFRESH_SECONDS).tick(refresh, [shown], shows, **_HIDDEN)
    page.load(arrive, None, [instruction, url, name, *shows], **_HIDDEN)


def _shown(view: View, note: str = "") -> tuple[Any, ...]:
    """What the four parts show: the live HTML under a note, the two buttons, and which version that is."""
    can_stop = view.is_busy and view.phase != "stopping"
    start, stop = gr.update(interactive=not view.is_busy), gr.update(interactive=can_stop)
    return live_html(view, note), start, stop, view.version
