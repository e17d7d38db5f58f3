"""The console's application: Gradio's page, our own routes, and the door in front of both."""

from collections.abc import Callable
from html import escape

import gradio as gr
from fastapi import FastAPI
from gradio.themes import Base

from ui.console.benchmarks_tab import build_benchmarks_tab
from ui.console.chart_style import CHART_STYLE
from ui.console.checkup import Checkup
from ui.console.dataset_folder import DatasetFolder
from ui.console.desk import Desk
from ui.console.doctor_tab import build_doctor_tab
from ui.console.documents.library import Library
from ui.console.documents.routes import add_routes
from ui.console.documents.style import DOCUMENTS_STYLE
from ui.console.documents.tab import build_documents_tab
from ui.console.door import Door, link_to
from ui.console.feed import add_feed
from ui.console.fit_style import FIT_STYLE
from ui.console.following import Following
from ui.console.keys import LINK_SECONDS, Keys
from ui.console.learn_tab import build_learn_tab
from ui.console.live import note_html
from ui.console.live_tab import build_live_tab
from ui.console.pictures import add_pictures
from ui.console.places import Places
from ui.console.promoting import Promoting, closing
from ui.console.questions_tab import REFRESH_SECONDS, build_questions_tab
from ui.console.quiet import QUIET
from ui.console.replay_page import add_replay_pages
from ui.console.replay_style import REPLAY_STYLE
from ui.console.replay_tab import build_replay_tab
from ui.console.shortcuts import KEYS_HTML, SHORTCUTS
from ui.console.stages import Stages
from ui.console.style import STYLE
from ui.console.takeover_tab import build_takeover_tab

_MOST_PAGES = 64
"""Pages whose states are kept: Gradio would keep those of 10,000, for ever, at some hundred kB each. Of more pages, the
one that was silent for longest begins anew."""


def build_app(
    stages: Stages, places: Places, *, port: int, model: str = "nano", library: Library | None = None
) -> Door:
    """Everything that the console's server answers, behind its door; without a library there is no tab of documents."""
    runs, promoting = places.runs, Promoting(places)
    host = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=closing(promoting))
    add_feed(host, stages)
    add_pictures(host, places.evaluations)
    add_replay_pages(host, runs)
    if library is not None:
        add_routes(host, library)
    keys = Keys()
    page = _build_page(Desk(stages, runs), places, promoting, model, library, lambda: link_to(port, keys.invite()))
    gr.mount_gradio_app(
        host,
        page,
        path="/",
        server_name="127.0.0.1",
        server_port=port,
        footer_links=[],
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        mcp_server=False,
        max_file_size=1,
        theme=_theme(),
        css=STYLE + CHART_STYLE + REPLAY_STYLE + DOCUMENTS_STYLE + FIT_STYLE,
    )
    return Door(host, port=port, keys=keys)


def _build_page(
    desk: Desk,
    places: Places,
    promoting: Promoting,
    model: str,
    library: Library | None,
    invite: Callable[[], str],
) -> gr.Blocks:
    with gr.Blocks(title="HandEye", analytics_enabled=False) as page:
        page.state_session_capacity = _MOST_PAGES
        gr.HTML("<h1>HandEye</h1>", elem_classes="he-head", js_on_load=SHORTCUTS)
        followed, timer = gr.State(Following()), gr.Timer(REFRESH_SECONDS)
        with gr.Tabs(overflow_behavior="wrap") as tabs:
            with gr.Tab("Live", id="live"):
                told = build_live_tab(page, tabs, desk, model, followed)
            with gr.Tab("Questions", id="questions") as tab:
                build_questions_tab(tab, tabs, desk, followed, told, timer)
            with gr.Tab("Takeover", id="takeover"):
                build_takeover_tab(desk, followed)
            if library is not None:
                with gr.Tab("Documents", id="documents"):
                    build_documents_tab(desk, library, model, followed)
            with gr.Tab("Replay", id="replay") as tab:
                build_replay_tab(tab, desk, DatasetFolder(places.datasets, places.secrets))
            with gr.Tab("Learn", id="learn"):
                build_learn_tab(tabs, places, promoting)
            with gr.Tab("Benchmarks", id="benchmarks") as tab:
                build_benchmarks_tab(tab, places)
            with gr.Tab("Doctor", id="doctor"):
                build_doctor_tab(tabs, Checkup(places, model))
        with gr.Accordion("Another browser, and keys", open=False):
            _build_more(invite)
    return page


def _build_more(invite: Callable[[], str]) -> None:
    gr.HTML(KEYS_HTML)
    ask, link = gr.Button("A link for another browser", size="sm"), gr.HTML()

    def give() -> str:
        try:
            minutes = round(LINK_SECONDS / 60)
            return f'<p class="he-link">{escape(invite())}<br>It works once, within {minutes} minutes.</p>'
        except ValueError as error:
            return note_html(str(error))

    ask.click(give, None, [link], **QUIET)


def _theme() -> Base:
    """Calm colours, dark enough to be read, and the system's own fonts: Gradio's default ones would be fetched."""
    theme = Base(
        primary_hue="teal",
        neutral_hue="stone",
        radius_size="lg",
        font=["system-ui", "DejaVu Sans", "sans-serif"],
        font_mono=["ui-monospace", "DejaVu Sans Mono", "monospace"],
    )
    return theme.set(
        color_accent="*primary_700",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_label_text_color="*neutral_700",
        block_title_text_color="*neutral_700",
        block_info_text_color="*neutral_600",
        checkbox_border_color_dark="*neutral_400",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_300",
    )
