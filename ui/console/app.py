"""The console's application: Gradio's page, the replay route, and the door in front of both."""

from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from gradio.themes import Base
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from agent.errors import RecordError
from agent.recorder import image_store, load
from ui.console.door import Door
from ui.console.live import STYLE
from ui.console.run_tab import build_run_tab
from ui.console.runs_tab import build_runs_tab
from ui.console.stage import Stage
from ui.replay import render
from ui.runs import run_names

_REPLAY_HEADERS = {
    # The page's own policy, inside it, is narrower; this one takes away its origin and lets only our page frame it.
    "Content-Security-Policy": (
        "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


def build_app(stage: Stage, runs: Path, *, port: int, model: str = "nano") -> Door:
    """Everything that the console's server answers, behind its door."""
    host = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @host.get("/replay/{name}")
    def replay(name: str) -> Response:
        if name not in run_names(runs):
            return PlainTextResponse("404: there is no such run\n", status_code=404)
        try:
            page = render(load(runs / name), image_store(runs / name))
        except RecordError as error:
            return PlainTextResponse(f"{error}\n", status_code=409)
        return HTMLResponse(page, headers=_REPLAY_HEADERS)

    page = _build_page(stage, runs, model)
    gr.mount_gradio_app(
        host,
        page,
        path="/",
        server_name="127.0.0.1",
        server_port=port,
        footer_links=[],
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        max_file_size=1,
        theme=_theme(),
        css=STYLE,
    )
    return Door(host, port=port)


def _build_page(stage: Stage, runs: Path, model: str) -> gr.Blocks:
    with gr.Blocks(title="HandEye", analytics_enabled=False) as page:
        gr.Markdown("## HandEye")
        with gr.Tab("Run"):
            build_run_tab(page, stage, model)
        with gr.Tab("Replay") as tab:
            build_runs_tab(tab, runs)
    return page


def _theme() -> Base:
    """Calm colours and the system's own fonts: Gradio's default ones would be fetched."""
    return Base(
        primary_hue="teal",
        neutral_hue="stone",
        radius_size="lg",
        font=["system-ui", "DejaVu Sans", "sans-serif"],
        font_mono=["ui-monospace", "DejaVu Sans Mono", "monospace"],
    )
