"""The route that gives the last screens of failed episodes: both of its names are looked up in listings."""

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response

from agent.evaluation.results import PICTURES
from ui.console.benchmark import ROUTE
from ui.evaluations import evaluation_names, picture_names

_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, max-age=600"}
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def add_pictures(host: FastAPI, evaluations: Path) -> None:
    """Let the server answer for the pictures of the evaluations in a folder."""

    @host.get(ROUTE)
    def picture(name: str, picture: str) -> Response:
        if name not in evaluation_names(evaluations) or picture not in picture_names(evaluations / name):
            return PlainTextResponse("404: there is no such picture\n", status_code=404)
        try:
            content = (evaluations / name / PICTURES / picture).read_bytes()
        except OSError:
            return PlainTextResponse("404: the picture is gone\n", status_code=404)
        if not content.startswith(_SIGNATURE):
            return PlainTextResponse("409: this is no picture\n", status_code=409)
        return Response(content, media_type="image/png", headers=_HEADERS)
