"""A run as one page that needs no server: to look at in a frame without rights, or to take along as a file."""

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from agent.errors import RecordError
from agent.recorder import image_store, load
from ui.replay import FILE_NAME, render
from ui.runs import run_names

_HEADERS = {
    # The page's own policy, inside it, is narrower; this one takes away its origin and lets only our page frame it.
    "Content-Security-Policy": (
        "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


def add_replay_pages(host: FastAPI, runs: Path) -> None:
    """Give the server the page of each run, and the same as a file to keep."""

    def page(name: str, headers: dict[str, str]) -> Response:
        if name not in run_names(runs):
            return PlainTextResponse("404: there is no such run\n", status_code=404)
        try:
            content = render(load(runs / name), image_store(runs / name))
        except RecordError as error:
            return PlainTextResponse(f"{error}\n", status_code=409)
        return HTMLResponse(content, headers=_HEADERS | headers)

    @host.get("/replay/{name}")
    def shown(name: str) -> Response:
        return page(name, {})

    @host.get("/replay/{name}/" + FILE_NAME)
    def kept(name: str) -> Response:
        return page(name, {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'})
