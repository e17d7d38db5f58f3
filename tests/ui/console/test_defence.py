"""Hundreds of requests that want files, other servers, or another's rights: the real console refuses every one.

They come with a session, so that nothing but the defence under test stands in their way, and as raw lines: a client's
own tidying of paths would hide what a server makes of them.
"""

import http.client
import json
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from agent.evaluation.results import PICTURES
from agent.events import Watcher
from agent.guard.person import Person
from tests.evaluations import LOST, evaluated
from tests.page_server import PageServer
from tests.ui.console.documents.shelves import PDF, library_in, read_sheet
from tests.ui.console.learned import places_in
from tests.ui.console.server import ConsoleServer
from tests.ui.console.test_routes import paths
from tests.ui.sample_run import record_run
from ui.console.parcels import MOST_BYTES
from ui.console.stage import Order

OTHER = "0" * 32
"""The name of a document that is none: links stand in its place."""
SECRET = "the-words-that-must-not-be-seen"
FEWEST = 300
"""Requests, all kinds together."""

UP = (
    *("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "%252e%252e%252f", "..\\", "..%5c", "....//", "..;/", "%c0%ae%c0%ae/"),
    *("./../", "x/../../", "%2e./", ".%00./"),
)
"""Ways to say: one folder up."""
SERVING = (
    *("/replay/", "/static/", "/assets/", "/svelte/", "/pwa_icon/", "/file=", "/proxy=", "/stream/", "/x/"),
    *("/gradio_api/file=", "/gradio_api/file/", "/gradio_api/%66ile=", "/gradio_api//file=", "/gradio_api/File="),
    *("/gradio_api/stream/", "/gradio_api/custom_component/", "/gradio_api/x/../file=", "//gradio_api/file="),
)
"""What files are, or were once, served under."""
SERVERS = (
    *("http://169.254.169.254/latest/meta-data/", "http://[::1]:22/", "http://0x7f.1/", "http://2130706433/"),
    *(
        "http://localhost:1/",
        "http://me@127.0.0.1:1/",
        "gopher://127.0.0.1:1/_x",
        "file:///etc/passwd",
        "//127.0.0.1:1/",
    ),
)
TOLD = (
    "run/predict",
    "run/begin",
    "run/0",
    "queue/join",
    "call/begin",
    "call/v2/begin",
    "api/predict",
    "component_server",
)
"""Gradio's ways to tell a listener something."""


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Target:
    """The console, what it must keep to itself, and a server that nobody may call."""

    console: ConsoleServer
    canary: PageServer
    outside: Path
    document: str
    """Name of the document that was read."""
    cookie: str = ""
    orders: list[Order] = field(default_factory=list)

    @property
    def own(self) -> dict[str, str]:
        """What the console's own page sends along."""
        host = f"127.0.0.1:{self.console.port}"
        return {"host": host, "origin": f"http://{host}", "cookie": self.cookie}

    def ask(self, asked: Asked) -> tuple[int, str, str]:
        """Status, body, and the cookie that is set."""
        connection = http.client.HTTPConnection("127.0.0.1", self.console.port, timeout=10)
        try:
            connection.putrequest(asked.method, asked.path, skip_host=True, skip_accept_encoding=True)
            length = {"content-length": str(len(asked.body))} if asked.body else {}
            for name, value in {**asked.headers, **length}.items():
                connection.putheader(name, value)
            connection.endheaders(asked.body or None)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace"), answer.headers.get("set-cookie", "")
        finally:
            connection.close()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("defended")
    runs, outside = folder / "runs", folder / "outside"
    record_run(runs / "sample")
    record_run(outside / "run", instruction=SECRET)
    (outside / "secret.txt").write_text(SECRET)
    (runs / "linked").symlink_to(outside / "run")
    (runs / "linked.txt").symlink_to(outside / "secret.txt")
    (runs / "sample" / "images" / "linked.png").symlink_to(outside / "secret.txt")
    document = with_documents(folder, outside)
    evaluated(folder / "evaluations" / "forms", [LOST])
    (folder / "evaluations" / "forms" / PICTURES / "linked.png").symlink_to(outside / "secret.txt")
    (folder / "evaluations" / "linked").symlink_to(outside)
    orders: list[Order] = []

    async def launch(order: Order, watcher: Watcher, person: Person) -> None:
        orders.append(order)

    library = library_in(folder)
    with PageServer() as canary, ConsoleServer(launch, runs, places_in(folder), library) as console:
        canary.add("/x", SECRET)
        made = Target(console, canary, outside, document, orders=orders)
        made.cookie = entered(made)
        yield made


def with_documents(folder: Path, outside: Path) -> str:
    """A document that was read, and links to what must not be seen in the place of another; gives the first's name."""
    shelf = library_in(folder).shelf
    (outside / "sheet.json").write_text(json.dumps({"key": OTHER, "name": SECRET}))
    read = read_sheet(shelf)
    (shelf.folder / f"{OTHER}.json").symlink_to(outside / "sheet.json")
    (shelf.folder / f"{OTHER}.pdf").symlink_to(outside / "secret.txt")
    return read.key


def entered(target: Target) -> str:
    """The cookie that the link gives; the server may take a moment to listen."""
    path = target.console.link.partition(f":{target.console.port}")[2]
    for _ in range(200):
        try:
            return target.ask(Asked("GET", path, {"host": target.own["host"]}))[2].partition(";")[0]
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError("nobody listens")


def files(target: Target) -> Iterator[Asked]:
    """Files outside, by every way up and under every route that serves any, and by links inside."""
    for under in SERVING:
        for name in outside_names(target):
            yield Asked("GET", f"{under}{name}", target.own)


def outside_names(target: Target) -> list[str]:
    """Names of files that are none of the console's, in every spelling."""
    secret = str(target.outside / "secret.txt")
    names = [f"{up * 12}{secret.lstrip('/')}" for up in UP]
    names += [secret, f"/{secret}", f"{secret}%00.png", secret.replace("/", "%2f"), f"file://{secret}", "linked"]
    names += [
        "linked.txt",
        "linked%2frun.json",
        "linked/steps.jsonl",
        "sample%2fimages%2flinked.png",
        "sample/run.json",
    ]
    names += ["sample%2f..%2flinked", "..", "%2e%2e", "~root/.bashrc", "/proc/self/environ", "*", "sample%00", "Sample"]
    return names


def shelves(target: Target) -> Iterator[Asked]:
    """The same names, and links, where documents, their pages and records, runs and evaluations are named."""
    own = target.document
    for name in (*outside_names(target), OTHER, own[:-1], own.upper(), f"{own}.json", f"{own}%00", f"{own}/../{OTHER}"):
        yield Asked("GET", f"/documents/{name}/pages/1", target.own)
        yield Asked("GET", f"/documents/{own}/pages/{name}", target.own)
        yield Asked("GET", f"/documents/records.{name}", target.own)
        for query in (f"of={name}", f"of={own}&of={name}"):
            yield Asked("GET", f"/documents/records.csv?{query}", target.own)
            yield Asked("GET", f"/documents/records.json?{query}", target.own)
        yield Asked("GET", f"/replay/sample/{name}", target.own)
        yield Asked("GET", f"/replay/{name}/replay.html", target.own)
        yield Asked("GET", f"/evaluation/{name}/linked.png", target.own)
        yield Asked("GET", f"/evaluation/forms/{name}", target.own)
    yield Asked("GET", "/evaluation/forms/linked.png", target.own)


def drops(target: Target) -> Iterator[Asked]:
    """Documents from other pages and for other hosts, and what is no document."""
    host = target.own["host"]
    foreign = ("http://evil.example", "null", f"https://{host}", f"http://localhost:{target.console.port}", "")
    for name in ("../../x.pdf", "%2e%2e%2fx.pdf", "x.pdf%00.html"):
        for origin in foreign:
            headers = {**target.own, "origin": origin, "content-type": "text/plain"}
            yield Asked("POST", f"/documents/drop?name={name}", headers, PDF)
        silent = {key: value for key, value in target.own.items() if key != "origin"}
        yield Asked("POST", f"/documents/drop?name={name}", silent, PDF)
        yield Asked("POST", f"/documents/drop?name={name}", {**target.own, "sec-fetch-site": "cross-site"}, PDF)
        yield Asked("POST", f"/documents/drop?name={name}", {**target.own, "host": "evil.example"}, PDF)
        for content in (b"MZ" * 900, b"<html>" * 900, b"#!/bin/sh\n" * 90, b"PK\x03\x04" * 900, b""):
            yield Asked("POST", f"/documents/drop?name={name}", target.own, content)
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        yield Asked(method, "/documents/drop?name=x.pdf", target.own, PDF)
        yield Asked(method, f"/documents/{target.document}", target.own, PDF)


def servers(target: Target) -> Iterator[Asked]:
    """Other servers, through Gradio's proxy, and fetched for a listener."""
    for url in (*SERVERS, f"{target.canary.url}/x"):
        for under in (
            "/gradio_api/proxy=",
            "/proxy=",
            "/gradio_api/file=",
            "/file=",
            "/replay/",
            "/gradio_api/stream/",
        ):
            yield Asked("GET", f"{under}{url}", target.own)
    for url in (f"{target.canary.url}/x", SERVERS[0]):
        yield from told(target, {"path": url, "url": url, "orig_name": "x"})


def parcels(target: Target) -> Iterator[Asked]:
    """Files of this machine, named to a listener or to an upload."""
    for path in (str(target.outside / "secret.txt"), "/etc/passwd", "../outside/secret.txt"):
        yield from told(target, {"path": path})
    sent = b'--x\r\nContent-Disposition: form-data; name="files"; filename="../../x"\r\n\r\nx\r\n--x--\r\n'
    headers = {**target.own, "content-type": "multipart/form-data; boundary=x"}
    for route in ("upload", "upload?upload_id=../x", "upload_progress", "process_recording", "vibe-edit", "deep_link"):
        yield Asked("POST", f"/gradio_api/{route}", headers, sent)
    large = b'{"data": ["' + b"x" * MOST_BYTES + b'"]}'
    yield Asked("POST", "/gradio_api/run/begin", target.own, large)
    yield Asked("POST", "/gradio_api/run/begin", target.own, b"[" * 100_000)


def told(target: Target, named: dict[str, str]) -> Iterator[Asked]:
    """A file, told to every listener in several wrappings."""
    parcel = {**named, "meta": {"_type": "gradio.FileData"}}
    headers = {**target.own, "content-type": "application/json"}
    for wrapped in ([parcel] * 4, [{"deep": [[parcel]]}, "", "", ""]):
        body = json.dumps({"data": wrapped, "fn_index": 0, "session_hash": "x"})
        for text in (body, body.replace("_type", "\\u005ftype")):
            for route in TOLD:
                yield Asked("POST", f"/gradio_api/{route}", headers, text.encode())


def others(target: Target) -> Iterator[Asked]:
    """Every registered route, with the session, for another host and from other pages."""
    assert target.console.door is not None
    foreign: tuple[dict[str, str], ...] = (
        {"host": "evil.example"},
        {"host": f"evil.example:{target.console.port}"},
        {"host": f"127.0.0.1.evil.example:{target.console.port}"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"https://127.0.0.1:{target.console.port}"},
    )
    for path in sorted(set(paths(target.console.door.app))):
        for number, changed in enumerate(foreign):
            headers = {**target.own, **changed}
            if number < 3:
                del headers["origin"]
            yield Asked("POST" if number % 2 else "GET", path, headers, b'{"data": []}' if number % 2 else b"")


KINDS = (files, servers, parcels, others, shelves, drops)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_request_is_refused_and_nothing_comes_of_it(
    target: Target, kind: Callable[[Target], Iterator[Asked]]
) -> None:
    before = seen(target)
    through: list[str] = []
    for asked in kind(target):
        status, body, cookie = target.ask(asked)
        if not 400 <= status < 500 or SECRET in body or "root:" in body or cookie:
            through.append(f"{status} {asked.method} {asked.path[:120]} {asked.body[:80]!r}: {body[:80]!r}")
    assert through == []
    assert seen(target) == before
    assert target.canary.requested == []
    assert target.orders == []
    assert target.console.stages.all() == []


def test_there_are_enough_of_them_and_the_session_is_good(target: Target) -> None:
    assert sum(1 for kind in KINDS for _ in kind(target)) >= FEWEST
    status, body, _ = target.ask(Asked("GET", "/replay/sample", target.own))
    assert status == 200
    assert "press Save" in body
    for path in (f"/documents/records.json?of={target.document}", "/documents/records.csv"):
        status, body, _ = target.ask(Asked("GET", path, target.own))
        assert (status, "RE-2024-00317" in body, SECRET in body) == (200, True, False)


def seen(target: Target) -> list[tuple[str, int]]:
    """All that is on the disk around the console; a folder that something passed through and left is as it was."""
    found = target.outside.parent.rglob("*")
    return sorted((str(path), 0 if stat.S_ISDIR(path.lstat().st_mode) else path.lstat().st_mtime_ns) for path in found)
