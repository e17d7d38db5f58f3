"""Which hosts are reached. 127.0.0.1 and localhost are one machine under two names, so what gets through is seen."""

import socket

import pytest

from actions.action import Key, LeftClick, Wait
from sandboxes.browser import BrowserEnvironment
from sandboxes.errors import PageError, SandboxError
from sandboxes.hosts import Hosts, host_of
from tests.page_server import Page
from tests.sandboxes.browsing import BUTTON, act, button, task

CLICK = LeftClick(at=BUTTON)
TRIES = """<script>(async () => {
  const other = location.origin.replace('127.0.0.1', 'localhost');
  new Image().src = other + '/image';
  navigator.sendBeacon(other + '/beacon');
  const sockets = other.replace('http', 'ws');
  const worker = `fetch('${other}/worker').catch(() => 0); new WebSocket('${sockets}/worker-socket')`;
  new Worker(URL.createObjectURL(new Blob([worker])));
  await navigator.serviceWorker.register('/service.js');
  for (const rel of ['prefetch', 'stylesheet', 'icon', 'modulepreload', 'preconnect']) {
    document.head.append(Object.assign(document.createElement('link'), { rel, href: `${other}/${rel}` }));
  }
  document.body.append(Object.assign(document.createElement('iframe'), { src: other + '/frame' }));
  const redirected = await fetch('/redirect').then(() => 'yes', () => 'no');
  const socket = await new Promise(next => {
    const opened = new WebSocket(sockets + '/socket');
    opened.onopen = () => next('yes');
    opened.onerror = () => next('no');
  });
  const native = String(WebSocket).includes('[native code]') ? 'native' : 'replaced';
  const calls = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.2:FIRST' },
    { urls: 'turn:127.0.0.2:SECOND?transport=tcp', username: 'a', credential: 'b' }] });
  calls.createDataChannel('a');
  await calls.setLocalDescription(await calls.createOffer());
  document.title = `${redirected} ${socket} ${native}`;
})()</script>"""


@pytest.mark.browser
async def test_no_request_of_any_kind_gets_past(chromium, page_server):
    datagrams, connections = socket.socket(type=socket.SOCK_DGRAM), socket.create_server(("127.0.0.2", 0))
    datagrams.bind(("127.0.0.2", 0))
    for listener in (datagrams, connections):
        listener.setblocking(False)
    browser = BrowserEnvironment(chromium=chromium, allowed_hosts=["127.0.0.1"])
    try:
        other = page_server.url.replace("127.0.0.1", "localhost")
        service = f"oninstall = () => fetch('{other}/service').catch(() => 0)"
        page_server.add("/service.js", Page(service.encode(), "text/javascript"))
        page_server.add("/redirect", Page(b"", status=302, headers={"Location": f"{other}/redirected"}))
        tries = TRIES.replace("FIRST", str(datagrams.getsockname()[1])).replace(
            "SECOND", str(connections.getsockname()[1])
        )
        await browser.reset(task(page_server.add("/", tries)))
        await browser.page.wait_for_function("document.title")
        assert (await act(browser, Wait(seconds=0.5))).title == "no no native"
        assert set(page_server.requested) <= {"/", "/service.js", "/redirect", "/favicon.ico"}
        with pytest.raises(BlockingIOError):
            datagrams.recv(100)
        with pytest.raises(BlockingIOError):
            connections.accept()
    finally:
        await browser.close()
        datagrams.close()
        connections.close()


@pytest.mark.browser
async def test_going_there_is_told_without_secrets_and_a_person_can_go_back(chromium, page_server):
    browser = BrowserEnvironment(chromium=chromium, allowed_hosts=["127.*"])
    try:
        script = 'location = location.origin.replace("127.0.0.1", "localhost") + "/login?token=secret"'
        url = page_server.add("/", "<title>Home</title>" + button(script))
        await browser.reset(task(url))
        seen = await act(browser, CLICK)
        assert seen.notes == ("localhost is not among the hosts that may be reached; it was not opened.",)
        assert (await act(browser, Key(keys=("alt", "left")))).title == "Home"
        assert "/login" not in page_server.requested
    finally:
        await browser.close()


@pytest.mark.browser
async def test_a_task_that_begins_elsewhere_is_an_error(chromium, page_server, tmp_path):
    browser = BrowserEnvironment(chromium=chromium, allowed_hosts=["localhost", "*.example.org"])
    try:
        with pytest.raises(PageError, match=r"not among the allowed ones \(localhost, \*\.example\.org\); add it to"):
            await browser.reset(task("http://name:secret@127.0.0.1/"))
        url = page_server.add("/", Page(b"", status=302, headers={"Location": page_server.url + "/next"}))
        with pytest.raises(PageError, match="its host is not among the allowed ones"):
            await browser.reset(task(url.replace("127.0.0.1", "localhost")))
        assert page_server.requested == ["/"]
        file = tmp_path / "page.html"
        file.write_text("<title>File</title>")
        assert (await browser.reset(task(file.as_uri()))).title == "File"
    finally:
        await browser.close()


@pytest.mark.parametrize(
    ("patterns", "url", "is_allowed"),
    [
        (None, "https://anything.org", True),
        ([], "https://anything.org", False),
        ([], "file:///page.html", True),
        (["example.org"], "https://example.org:8443/a?b", True),
        (["example.org"], "https://www.example.org/", False),
        (["*.example.org"], "https://a.b.example.org/", True),
        (["*.example.org"], "https://example.org/", False),
        (["*.example.org"], "https://a.example.org.evil.net/", False),
        (["EXAMPLE.org "], "https://Example.ORG/", True),
        (["[::1]"], "http://[::1]:80/", True),
        (["example.org"], "https://example.org@evil.net/", False),
        (["example.org"], "http://[broken/", False),
        (["example.org"], "https://example.org./", False),
        (["127.*"], "http://127.9.9.9/", True),
        (["127.*"], "http://127.example.org/", False),
        (["127.0.0.1*"], "http://127.0.0.1.example.org/", False),
    ],
)
def test_patterns(patterns, url, is_allowed):
    assert Hosts(patterns).allows(url) is is_allowed


@pytest.mark.parametrize(
    ("patterns", "host", "address", "may"),
    [
        (None, "a.org", "10.0.0.1", True),
        (["a.org"], "a.org", "93.184.216.34", True),
        (["a.org"], "a.org", "2606:2800:220:1::1", True),
        (["a.org"], "a.org", "10.0.0.1", False),
        (["a.org"], "a.org", "169.254.169.254", False),
        (["a.org"], "a.org", "100.64.0.1", False),
        (["a.org"], "a.org", "0.0.0.0", False),
        (["a.org"], "a.org", "224.0.0.251", False),
        (["a.org"], "a.org", "::1", False),
        (["a.org"], "a.org", "fd00::1", False),
        (["a.org"], "a.org", "::ffff:10.0.0.1", False),
        (["a.org"], "a.org", "64:ff9b::a9fe:a9fe", False),
        (["a.org"], "a.org", "2002:7f00:1::", False),
        (["a.org", "10.*"], "a.org", "10.0.0.1", True),
        (["a.org", "10.*"], "a.org", "::ffff:10.0.0.1", True),
        (["*"], "a.org", "10.0.0.1", True),
        (["localhost"], "localhost", "127.0.0.1", True),
        (["localhost"], "localhost", "10.0.0.1", False),
        (["127.0.0.1"], "127.0.0.1", "127.0.0.1", True),
    ],
)
def test_an_allowed_name_may_lead_to_public_addresses_and_allowed_ones(patterns, host, address, may):
    assert (Hosts(patterns).why_not(host, address) == "") is may


@pytest.mark.parametrize("pattern", ["", "http://a.org", "a.org/", "a.org:80", "a.org, EXCLUDE *", "bücher.de", "a b"])
def test_a_pattern_that_matches_nothing_is_refused(pattern):
    with pytest.raises(SandboxError, match="matches no host"):
        Hosts([pattern])


def test_a_host_is_all_that_is_told_of_an_address():
    assert host_of("https://name:secret@example.org:8443/path?token=secret#x") == "example.org"
    assert host_of("http://[broken/") == "another place"
