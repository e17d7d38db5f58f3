"""A page of another origin in the browser of a person who is in: its forms, uploads, fetches, frames and WebSockets
change nothing at the console, and read nothing of it. On 127.0.0.1 the browser even sends the person's cookie along."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Response, expect

from agent.events import Watcher
from agent.guard.person import Person
from agent.guard.question import Questions
from tests.page_server import PageServer
from tests.ui.console.documents.shelves import library_in
from tests.ui.console.server import ConsoleServer
from tests.ui.console.shop import LAPTOP, SECONDS, entered
from tests.ui.console.test_inbox import ask
from ui.console.stage import Order

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATHS = (
    "/gradio_api/run/predict",
    "/gradio_api/queue/join",
    "/gradio_api/upload",
    "/documents/drop?name=x.pdf",
    "/enter",
)
READABLE = ("/", "/config", "/replay/one", "/gradio_api/info", "/documents/records.json")

FORMS = """async ([base, paths]) => {
  const kinds = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
  for (const path of paths) for (const kind of kinds) {
    const frame = document.createElement('iframe'), form = document.createElement('form');
    frame.name = form.target = `f${document.querySelectorAll('iframe').length}`;
    Object.assign(form, {method: 'POST', action: base + path, enctype: kind});
    const field = document.createElement('input');
    Object.assign(field, {name: '{"data": ["x", "http://127.0.0.1:1/", ""], "fn_index": 0, "x": "', value: '"}'});
    const files = document.createElement('input'), given = new DataTransfer();
    given.items.add(new File(['%PDF-1.7 x'], 'x.pdf'));
    Object.assign(files, {type: 'file', name: 'files', files: given.files});
    form.append(field, files);
    document.body.append(frame, form);
    const loaded = new Promise((resolve) => { frame.onload = resolve; });
    form.submit();
    await loaded;
  }
}"""
"""Forms of every kind that a page can send without asking, with a file in them."""
FETCHES = """async ([base, paths, readable]) => {
  const seen = [];
  const send = (path, options) => fetch(base + path, {credentials: 'include', ...options}).then(
    (answer) => seen.push(answer.type === 'opaque' ? 'opaque' : answer.status), () => seen.push('no'));
  for (const mode of ['no-cors', 'cors']) {
    for (const path of paths) for (const body of ['{"data": []}', new Blob(['%PDF-1.7 x'])])
      await send(path, {method: 'POST', mode, body});
    for (const path of readable) await send(path, {mode});
  }
  navigator.sendBeacon(base + paths[0], '{"data": []}');
  return seen;
}"""
SOCKETS = """([base, paths]) => Promise.all(paths.map((path) => new Promise((resolve) => {
  const socket = new WebSocket(base.replace('http', 'ws') + path);
  socket.onopen = () => resolve('open');
  socket.onclose = socket.onerror = () => resolve('closed');
})))"""
FRAMES = """async ([base, readable]) => {
  const seen = [];
  for (const path of readable) for (const kind of ['iframe', 'img', 'script']) {
    const part = document.createElement(kind);
    const over = new Promise((resolve) => {
      part.onload = () => resolve('loaded');
      part.onerror = () => resolve('error');
    });
    part.src = base + path;
    document.body.append(part);
    const what = await over;
    let inside = '';
    try { inside = kind === 'iframe' ? part.contentDocument.body.innerText : ''; } catch (error) { inside = ''; }
    if (kind === 'iframe' ? inside : what === 'loaded') seen.push(`${kind} ${path}: ${what} ${inside}`);
  }
  return seen;
}"""


async def _launch(order: Order, watcher: Watcher, person: Person) -> None:
    raise AssertionError("a page elsewhere began a run")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_another_page_in_the_same_browser_changes_and_reads_nothing(
    browser: Browser, page_server: PageServer, tmp_path: Path, runs_folder: Path, host: str
) -> None:
    ask(runs_folder, "one")
    library = library_in(tmp_path)
    answers: list[tuple[int, str]] = []
    with ConsoleServer(_launch, runs_folder, library=library) as console:
        own = await entered(browser, console, LAPTOP, [])
        elsewhere = await own.context.new_page()
        elsewhere.on("response", lambda answer: answers.append(_told(answer, console.url)))
        page_server.add("/evil", "<!doctype html><title>evil</title><body>")
        await elsewhere.goto(f"{page_server.url}/evil".replace("127.0.0.1", host))
        await elsewhere.evaluate(FORMS, [console.url, PATHS])
        seen = await elsewhere.evaluate(FETCHES, [console.url, PATHS, READABLE])
        assert set(seen) <= {"opaque", "no"}
        assert set(await elsewhere.evaluate(SOCKETS, [console.url, PATHS])) == {"closed"}
        assert await elsewhere.evaluate(FRAMES, [console.url, READABLE]) == []
        assert len([status for status, _ in answers if status]) >= len(PATHS) * 3, "the console was asked"
        assert [one for one in answers if one[0] not in (0, 403)] == []
        assert console.stages.all() == []
        assert library.shelf.all() == []
        assert [question.id for question in Questions(runs_folder / "one").open()] == ["q"]
        await _is_still_in(own, console.url)


def _told(answer: Response, console: str) -> tuple[int, str]:
    """The status of what the console answered; 0 for the other page's own server."""
    return (answer.status if answer.url.startswith(f"{console}/") else 0, answer.url)


async def _is_still_in(page: Page, url: str) -> None:
    """The person's own page works as before."""
    answer: Any = await page.goto(f"{url}/")
    assert answer.status == 200
    await expect(page.get_by_role("tab", name="Questions (1)")).to_be_visible(timeout=SECONDS)
