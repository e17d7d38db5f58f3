"""The routes of documents: one comes in with each request, pages are looked at, records are taken away.

All of them are behind the door, and what changes something came from the console's own page. What a request names is
looked up among what is there.
"""

import asyncio
from collections.abc import Sequence

from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from perception.errors import DocumentError, HandEyeError
from ui.console.documents.library import Library
from ui.console.documents.records import as_csv, as_json
from ui.console.documents.sheet import DocumentUnknown, Sheet
from ui.console.documents.shelf import NotTaken, too_large

UPLOAD = "/documents/drop"
_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
_PICTURE_HEADERS = {
    # The same page is shown again and again while it is worked on; nobody else's cache may hold it.
    "Cache-Control": "private, max-age=600",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


def add_routes(host: FastAPI, library: Library) -> None:
    """Put the routes in front of what is mounted on the host later."""

    @host.post(UPLOAD)
    async def drop(request: Request) -> Response:
        try:
            return await _dropped(request, library)
        except NotTaken as error:
            return PlainTextResponse(f"{error}\n", status_code=error.status)
        except ClientDisconnect:
            return PlainTextResponse("it did not come whole\n", status_code=400)
        except OSError as error:
            return PlainTextResponse(f"it can't be kept: {error.strerror}; free some space\n", status_code=507)

    @host.get("/documents/{key}/pages/{number}")
    def page(key: str, number: int) -> Response:
        try:
            picture = library.room.page(key, number).picture
        except DocumentUnknown as error:
            return PlainTextResponse(f"404: {error}\n", status_code=404)
        except (DocumentError, ImportError) as error:
            return PlainTextResponse(f"409: this page can't be shown: {error}\n", status_code=409)
        return Response(picture, media_type="image/jpeg", headers=_PICTURE_HEADERS)

    @host.get("/documents/records.{form}")
    def records(request: Request, form: str) -> Response:
        if form not in _TYPES:
            return PlainTextResponse("404: there are records.json and records.csv\n", status_code=404)
        try:
            sheets = _asked(library, request.query_params.getlist("of"))
            content = as_json(sheets) if form == "json" else as_csv(sheets)
        except HandEyeError as error:
            return PlainTextResponse(f"404: {error}\n", status_code=404)
        headers = {"Content-Disposition": f'attachment; filename="records.{form}"'}
        return Response(content, media_type=_TYPES[form], headers=headers)


async def _dropped(request: Request, library: Library) -> Response:
    """Take one document in, piece by piece: the whole of it is the request's body, its name a word of the address."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > library.shelf.most_bytes:
        raise too_large(library.shelf.most_bytes)
    with library.shelf.arrival() as arrival:
        async for piece in request.stream():
            arrival.take(piece)
        sheet = await asyncio.to_thread(arrival.keep, request.query_params.get("name", ""))
    return JSONResponse({"key": sheet.key, "name": sheet.name}, status_code=201)


def _asked(library: Library, keys: Sequence[str]) -> list[Sheet]:
    """The sheets of these names, all that were read without any. Raises DocumentUnknown."""
    if keys:
        return [library.shelf.get(key) for key in dict.fromkeys(keys)]
    return [sheet for sheet in library.shelf.all() if sheet.record is not None]
