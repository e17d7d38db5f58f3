"""Secrets in a real Chromium: typed only where they belong, and seen by nobody."""

import traceback

import numpy as np
import pytest
import pytest_asyncio

from actions.action import Action, Key, Type, Wait
from actions.errors import ExecutionError, SecretRefused
from perception.geometry import Box
from perception.observation import Frame
from sandboxes.browser import BrowserEnvironment
from sandboxes.environment import Transition
from sandboxes.vault import vault
from sandboxes.veil import veiled
from tests.sandboxes.browsing import click, task

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

VALUE = "hunter2-Ω&word"
STYLE = "<!doctype html><meta charset=utf-8><style>body{margin:0;background:#fff}*{box-sizing:border-box}"
FIELD = "#f{position:absolute;left:0;top:0;width:200px;height:40px;border:0;font:20px sans-serif}</style>"
INPUT = f"{STYLE}{FIELD}<input id=f>"
CORNER = "style='position:absolute;left:0;top:0;border:0'"
FOCUS = click(100, 20)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium):
    environment = BrowserEnvironment(chromium=chromium)
    yield environment
    await environment.close()


@pytest.fixture
def kept(browser):
    return veiled(browser, vault({"SHOP": (VALUE, ["127.0.0.1"]), "BANK": ("other-value", ["bank.example"])}))


def black_share(frame: Frame, box: Box) -> float:
    """Part of the pixels in a box that are black or the grey and white of a label on it."""
    part = frame.pixels[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
    return float((part == 0).all(axis=2).mean())


def at(left: float, top: float, right: float, bottom: float) -> Box:
    return Box(left=left, top=top, right=right, bottom=bottom)


async def test_a_secret_is_typed_and_the_picture_is_black_there(browser, kept, page_server):
    await kept.reset(task(page_server.add("/", INPUT)))
    await kept.step(FOCUS)
    seen = (await kept.step(Type(text="secret:shop"))).observation
    assert await browser.evaluate("f.value") == VALUE
    assert black_share(seen.frame, at(0, 0, 200, 40)) > 0.8
    assert not black_share(seen.frame, at(0, 60, 300, 280))


@pytest.mark.parametrize("text", ["secret:BANK", "secret:NOPE", "ada\tsecret:SHOP", "secret:SHOP\n"])
async def test_what_may_not_be_typed_is_refused_before_a_key_is_pressed(browser, kept, page_server, text):
    await kept.reset(task(page_server.add("/", INPUT)))
    await kept.step(FOCUS)
    with pytest.raises(SecretRefused) as refused:
        await kept.step(Type(text=text))
    assert "other-value" not in str(refused.value)
    assert await browser.evaluate("f.value") == ""


async def test_a_page_that_went_to_another_host_gets_nothing(browser, kept, page_server):
    """The model saw the first page; the second has come since."""
    elsewhere = page_server.add("/other", INPUT + "<script>f.focus()</script>").replace("127.0.0.1", "localhost")
    await kept.reset(
        task(page_server.add("/", f"{INPUT}<script>setTimeout(() => location = '{elsewhere}', 300)</script>"))
    )
    await kept.step(Wait(seconds=1))
    with pytest.raises(SecretRefused, match="http://localhost"):
        await kept.step(Type(text="secret:SHOP"))
    assert await browser.evaluate("f.value") == ""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_the_frame_with_the_focus_counts(browser, kept, page_server, host):
    """A page may show a frame of another host, which lives in another process."""
    inner = page_server.add("/in", INPUT).replace("127.0.0.1", host)
    placed = "style='position:absolute;left:20px;top:30px;border:5px solid red'"
    outer = f"{STYLE}</style><iframe src='{inner}' {placed}></iframe>"
    await kept.reset(task(page_server.add("/", outer)))
    await kept.step(click(100, 50))
    if host == "localhost":
        with pytest.raises(SecretRefused, match="http://localhost"):
            await kept.step(Type(text="secret:SHOP"))
        return
    seen = (await kept.step(Type(text="secret:SHOP"))).observation
    assert black_share(seen.frame, at(25, 35, 225, 75)) > 0.8


async def test_a_page_can_not_lie_about_its_focus(kept, page_server):
    inner = page_server.add("/in", INPUT).replace("127.0.0.1", "localhost")
    lies = "<script>Document.prototype.hasFocus = () => true; document.hasFocus = () => true;"
    lies += "Object.defineProperty(document, 'activeElement', {get: () => document.body})</script>"
    outer = f"{STYLE}</style>{lies}<form name=hasFocus></form><iframe src='{inner}' {CORNER}></iframe>"
    await kept.reset(task(page_server.add("/", outer)))
    await kept.step(FOCUS)
    with pytest.raises(SecretRefused, match="localhost"):
        await kept.step(Type(text="secret:SHOP"))


async def test_a_sandboxed_frame_has_no_host(kept, page_server):
    inner = page_server.add("/in", INPUT)
    outer = f"{STYLE}</style><iframe sandbox=allow-scripts src='{inner}' {CORNER}></iframe>"
    await kept.reset(task(page_server.add("/", outer)))
    await kept.step(FOCUS)
    with pytest.raises(SecretRefused):
        await kept.step(Type(text="secret:SHOP"))


SHOWN = {
    "text": "<p id=t>VALUE</p>",
    "upper case": "<p id=t style='text-transform:uppercase'>VALUE</p>",
    "letters in elements": "<p id=t>" + "".join(f"<b>{c}</b>" for c in "hunter2-Ω") + "&amp;word</p>",
    "letters in fields": "<div id=t>" + "".join(f"<input size=1 value='{c}'>" for c in "hunter2-Ω&word") + "</div>",
    "a style": "<style>#t::before{content:'VALUE'}</style><p id=t></p>",
    "a closed shadow": "<div id=t></div><script>t.attachShadow({mode:'closed'}).innerHTML='<p>VALUE</p>'</script>",
    "a text area": "<textarea id=t>VALUE</textarea>",
    "a list": "<select id=t><option>VALUE</select>",
    "a drawing": "<svg id=t width=300 height=40><text x=5 y=25>VALUE</text></svg>",
    "turned": "<p id=t style='transform:rotate(3deg) scale(0.8)'>VALUE</p>",
    "scrolled": "<div style='height:900px'></div><p>VALUE</p><p style='height:900px'><script>scrollTo(0,800)</script>",
    "zoomed": "<div style='zoom:1.5'><p id=t>VALUE</p></div>",
    "base64": "<p id=t>aHVudGVyMi3OqSZ3b3Jk</p>",
    "an address": "<p id=t>hunter2-%CE%A9%26word</p>",
    "a frame": "<iframe srcdoc='<p>VALUE</p>'></iframe>",
    "a turned frame": "<iframe id=t style='transform:scale(0.7)' srcdoc='<p>VALUE</p>'></iframe>",
    "a password": "<input id=t type=password value=unknown>",
    "a shown password": "<input id=t type=password value=unknown><script>setTimeout(() => t.type = '', 900)</script>",
    "a disc": "<input id=t style='-webkit-text-security:disc' value=unknown>",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[1.0, 2.0])
async def scaled(request, chromium):
    environment = BrowserEnvironment(chromium=chromium, device_scale=request.param)
    yield environment
    await environment.close()


@pytest.mark.parametrize("how", list(SHOWN))
async def test_where_a_page_shows_a_secret_the_picture_is_black(scaled, page_server, how):
    is_script = how in ("a closed shadow", "a style")
    shown = SHOWN[how].replace("VALUE", VALUE if is_script else VALUE.replace("&", "&amp;"))
    style = "<style>body{margin:40px;font:20px sans-serif;background:#fff} *{color:#00f;fill:#00f}</style>"
    page = page_server.add("/", f"<!doctype html><meta charset=utf-8>{style}{shown}")
    kept = veiled(scaled, vault({"SHOP": (VALUE, ["127.0.0.1"])}))
    seen = await kept.reset(task(page))
    if how == "a shown password":
        seen = (await kept.step(Wait(seconds=1))).observation
    covered = (seen.frame.pixels == 0).all(axis=2)
    assert covered.sum() > 200
    assert not letters(seen.frame).any(), "letters can be seen"


async def test_what_is_no_secret_is_left_to_be_seen(kept, page_server):
    body = (
        "<style>*{color:#00f}</style><p>hunter and word</p><input type=password placeholder=unknown><input value=plain>"
    )
    seen = await kept.reset(task(page_server.add("/", f"<!doctype html>{body}")))
    assert not (seen.frame.pixels == 0).all(axis=2).any()
    assert letters(seen.frame).sum() > 100


async def test_words_that_come_back_hold_the_placeholder(browser, kept, page_server):
    script = (
        "f.oninput = () => { document.title = f.value; history.pushState(0, '', '?q=' + encodeURIComponent(f.value)) }"
    )
    await kept.reset(task(page_server.add("/", f"{INPUT}<script>{script}; f.onchange = () => alert(f.value)</script>")))
    await kept.step(FOCUS)
    seen = (await kept.step(Type(text="secret:SHOP"))).observation
    assert seen.title == "secret:SHOP"
    assert seen.url.endswith("/?q=secret:SHOP")
    seen = (await kept.step(Key(keys=("enter",)))).observation
    assert seen.notes == ('A message box said "secret:SHOP" and was closed.',)


async def test_a_word_that_is_cut_off_in_a_note_shows_no_part_of_a_secret(browser, kept, page_server):
    script = "f.onchange = () => alert('x'.repeat(192) + f.value)"
    await kept.reset(task(page_server.add("/", f"{INPUT}<script>{script}</script>")))
    await kept.step(FOCUS)
    await kept.step(Type(text="secret:SHOP"))
    (note,) = (await kept.step(Key(keys=("enter",)))).observation.notes
    assert "hun" not in note


async def test_errors_and_their_causes_hold_no_part_of_it(browser, page_server):
    kept = veiled(Breaking(browser), vault({"SHOP": (VALUE, ["127.0.0.1"])}))
    await kept.reset(task(page_server.add("/", INPUT)))
    for words in ("secret:SHOP", "again secret:SHOP"):
        with pytest.raises((ExecutionError, RuntimeError)) as caught:
            await kept.step(Type(text=words))
        told = "".join(traceback.format_exception(caught.value))
        assert "hunt" not in told
        assert "&wo" not in told
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None


class Breaking:
    """An environment that says in its errors what it was to type, cut as Pydantic and logs cut it."""

    surface = "browser"

    def __init__(self, inner: BrowserEnvironment) -> None:
        self.hide, self.reset, self.observe = inner.hide, inner.reset, inner.observe
        self.score, self.close, self.focused_url = inner.score, inner.close, inner.focused_url

    async def step(self, action: Action) -> Transition:
        assert isinstance(action, Type)
        try:
            int(action.text)
        except ValueError as error:
            if "again" in action.text:
                raise KeyError(f"input_value='{action.text[:-2]}'") from error
            raise ExecutionError(f"type: the page did not take {action.text[:8]}.") from error
        raise AssertionError


def letters(frame: Frame) -> np.ndarray:
    """Where the page's blue ink is."""
    red, blue = frame.pixels[..., 0].astype(int), frame.pixels[..., 2].astype(int)
    return blue - red > 60
