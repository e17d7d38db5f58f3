"""What an action would meet on a page: in frames and shadow trees, whatever the page says about itself."""

from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import pytest_asyncio

from actions.action import Action, Key, LeftClick
from actions.risk import Role, Under
from perception.geometry import Point, Size
from sandboxes.browser import BrowserEnvironment
from sandboxes.task import Task

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
AT = Point(x=50, y=20)
PLACED = "position:absolute;left:0;top:0;width:120px;height:40px"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def env(chromium: Path) -> AsyncIterator[BrowserEnvironment]:
    made = BrowserEnvironment(chromium=chromium, viewport=Size(width=300, height=200))
    yield made
    await made.close()


async def met(env: BrowserEnvironment, folder: Path, body: str, action: Action | None = None) -> Under:
    page = folder / "page.html"
    page.write_text(f"<!doctype html><title>Shop</title>{body}")
    await env.reset(Task(id="t", instruction="", url=page.as_uri()))
    return await env.under(action or LeftClick(at=AT))


@pytest.mark.parametrize(
    ("element", "role", "texts", "submits"),
    [
        (f"<form method=post><button style='{PLACED}'>Pay <b>now</b></button></form>", "button", ("Pay now",), True),
        (f"<form method=post><input type=submit style='{PLACED}'></form>", "button", ("Submit",), True),
        (f"<form><input type=submit value=Go style='{PLACED}'></form>", "button", ("Go",), True),
        (f"<form action=/find><button style='{PLACED}'>Search</button></form>", "button", ("Search",), False),
        (f"<form method=post><button type=button style='{PLACED}'>Help</button></form>", "button", ("Help",), False),
        (f"<button style='{PLACED}' aria-label='Delete'><svg></svg></button>", "button", ("Delete",), False),
        (f"<button style='{PLACED}'><img alt='Trash' width=9 height=9></button>", "button", ("Trash",), False),
        (f"<div role=button style='{PLACED}'>Send</div>", "button", ("Send",), False),
        (f"<div onclick='1' style='{PLACED}'>Send</div>", "button", ("Send",), False),
        (f"<div style='cursor:pointer;{PLACED}'><span>Send</span></div>", "button", ("Send",), False),
        (f"<label style='{PLACED}'><input type=checkbox>Agree</label>", "toggle", ("Agree",), False),
        (f"<label>Name <input style='{PLACED}'></label>", "field", ("Name",), False),
        (f"<input type=password name=pin style='{PLACED}'>", "password", ("pin",), False),
        (f"<input type=file style='{PLACED}'>", "file", (), False),
        (f"<select style='{PLACED}'><option>Red<option>Blue</select>", "toggle", ("Red",), False),
        (f"<p style='{PLACED}'>Just words</p>", "text", ("Just words",), False),
    ],
)
async def test_kinds(
    env: BrowserEnvironment, tmp_path: Path, element: str, role: Role, texts: tuple[str, ...], submits: bool
) -> None:
    under = await met(env, tmp_path, element)
    assert (under.role, under.texts, under.submits) == (role, texts, submits)


async def test_links_and_their_ends(env: BrowserEnvironment, tmp_path: Path) -> None:
    under = await met(env, tmp_path, f"<a href='http://evil.example/x?y' style='{PLACED}'>Next</a>")
    assert (under.role, under.leads_to) == ("link", "http://evil.example/x?y")
    under = await met(env, tmp_path, f"<form action=//evil.example><button style='{PLACED}'>OK</button></form>")
    assert under.leads_to.endswith("//evil.example") or under.leads_to.endswith("//evil.example/")


async def test_enter_meets_what_has_the_focus(env: BrowserEnvironment, tmp_path: Path) -> None:
    body = "<form method=post action=/pay>Card number <input autofocus name=card></form>"
    under = await met(env, tmp_path, body, Key(keys=("enter",)))
    assert (under.role, under.submits) == ("field", True)
    assert "Card number" in under.around
    assert under.leads_to.endswith("/pay")


@pytest.mark.parametrize(("fields", "is_blank"), [("<input>", True), ("<input value=a><input>", False), ("", False)])
async def test_whether_anything_is_filled_in(
    env: BrowserEnvironment, tmp_path: Path, fields: str, is_blank: bool
) -> None:
    box = "<input type=checkbox><input type=hidden value=x>"
    form = f"<form method=post>{box}<button style='{PLACED}'>Save</button><p style='margin-top:80px'>{fields}</form>"
    assert (await met(env, tmp_path, form)).is_blank is is_blank


async def test_shadow_trees_are_looked_into(env: BrowserEnvironment, tmp_path: Path) -> None:
    script = (
        "<x-a></x-a><script>document.querySelector('x-a').attachShadow({mode:'open'}).innerHTML = "
        f'"<button style=\\"{PLACED}\\">Delete</button>"</script>'
    )
    under = await met(env, tmp_path, script)
    assert (under.role, under.texts) == ("button", ("Delete",))


async def test_a_page_can_not_lie_about_it(env: BrowserEnvironment, tmp_path: Path) -> None:
    lie = (
        "<script>document.elementFromPoint = () => document.getElementById('cancel');"
        "Object.defineProperty(HTMLElement.prototype, 'innerText', {get: () => 'Cancel'});"
        "Element.prototype.getAttribute = () => 'Cancel'; globalThis.handeyeFrame = 1;</script>"
    )
    button = f"<button id=cancel hidden>Cancel</button><form method=post><button style='{PLACED}'>Pay</button></form>"
    under = await met(env, tmp_path, lie + button)
    assert (under.texts, under.submits) == (("Pay",), True)


class _Framed(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f"<form method=post><button style='{PLACED}'>Buy</button></form>".encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize("nested", [False, True])
async def test_frames_are_followed_to_other_sites(env: BrowserEnvironment, tmp_path: Path, nested: bool) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Framed)
    Thread(target=server.serve_forever, daemon=True).start()
    frame = (
        f"<iframe src='http://127.0.0.1:{server.server_port}/' style='{PLACED};left:20px;border:3px solid'></iframe>"
    )
    try:
        if nested:
            frame = f'<iframe style="{PLACED};width:250px;height:150px" srcdoc="{frame}"></iframe>'
        under = await met(env, tmp_path, frame)
    finally:
        server.shutdown()
        server.server_close()
    assert (under.role, under.texts, under.submits) == ("button", ("Buy",), True)


async def test_what_the_picture_scales_is_scaled_back(chromium: Path, tmp_path: Path) -> None:
    env = BrowserEnvironment(chromium=chromium, viewport=Size(width=300, height=200), device_scale=2)
    body = "<button style='position:absolute;left:100px;top:100px;width:40px;height:20px'>Far</button>"
    try:
        assert (await met(env, tmp_path, body, LeftClick(at=Point(x=240, y=220)))).texts == ("Far",)
    finally:
        await env.close()
