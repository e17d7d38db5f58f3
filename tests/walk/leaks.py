"""Canary secrets are typed into a page that gives them away in every way it can; then all that was written is searched.

    python -m tests.walk.leaks --secrets 20 --runs 100 [--images 40]

A run types one secret by its placeholder, is refused where it does not belong, breaks or is stopped and resumed, and
its replay is made. The search knows the encodings by heart, and none of the code that hides secrets.
"""

import argparse
import asyncio
import base64
import html
import json
import logging
import random
import sqlite3
import string
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

from actions.action import Action, Answer, Decision, LeftClick, Terminate, Type
from actions.errors import ExecutionError
from agent.guard.rules import OPEN
from agent.history import full
from agent.policy import Choice, Identity, Situation
from agent.recorder import load
from agent.runner import resume, run
from agent.settings import RunSettings
from agent.trajectory import Reply
from perception.geometry import Point, Size
from perception.screenshot import decode_png
from sandboxes.browser import BrowserEnvironment
from sandboxes.environment import Environment, Transition
from sandboxes.task import Score, Task
from sandboxes.vault import Secret, Vault
from sandboxes.veil import veiled
from tests.page_server import PageServer
from ui.replay import write_replay

SIZE = Size(width=352, height=288)
SETTINGS = RunSettings(max_steps=12, stuck_after=12)
FIELD, BUTTON, OTHER = Point(x=100, y=20), Point(x=60, y=62), Point(x=280, y=62)
MIN_READ = 5
"""Characters of a secret in a row that must not be read in a picture."""

LOGIN = """<!doctype html><meta charset=utf-8><title>Log in</title>
<style>body{margin:0;font:16px sans-serif} input{position:absolute;left:0;top:0;width:200px;height:40px}
button{position:absolute;left:0;top:45px;width:120px;height:34px} a{position:absolute;left:240px;top:50px}
#out{position:absolute;left:4px;top:90px;width:340px;word-break:break-all}</style>
<input id=f type=TYPE><button onclick=give()>Log in</button><a href=ELSEWHERE>Elsewhere</a><div id=out></div>
<form id=h><input type=hidden name=again></form>
<script>
const b64 = text => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
const hex = text => [...new TextEncoder().encode(text)].map(b => b.toString(16).padStart(2, "0")).join("")
function give() {
  const v = f.value
  console.error(v); h.again.value = v; document.title = "Hello " + v; localStorage.v = v
  history.replaceState(0, "", "?q=" + encodeURIComponent(v) + "#" + b64("u:" + v))
  out.innerHTML = ""
  for (const text of [v, encodeURIComponent(v), b64(v), hex(v), [...v].reverse().join(""), v.toUpperCase(),
                      JSON.stringify(v).slice(1, -1)])
    out.append(text, document.createElement("br"))
  alert("Welcome, " + "x".repeat(185) + v); confirm(b64(v)); alert(JSON.stringify({v}))
  const link = document.createElement("a"); link.download = v + ".txt"; link.href = "data:text/plain,nothing"
  link.click()
  setTimeout(() => { throw Error(v) })
}
</script>"""
ELSEWHERE = LOGIN + "<script>f.focus()</script>"


class Tally(NamedTuple):
    """What came of many runs."""

    runs: int
    seconds: float
    typed: int
    """Times that a page had a secret, as it says itself."""
    refused: int
    files: int
    megabytes: float
    images: int
    """Pictures in the stores."""
    read: int
    """Pictures that were read by OCR."""
    found: tuple[str, ...]
    """Secrets that were found, and where."""


class Planned:
    """Takes the decisions one after the other, whatever came of the ones before."""

    identity = Identity(policy="planned", model="planned")

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self._decisions = decisions

    async def decide(self, situation: Situation) -> Choice:
        told = full(situation.steps)
        decision = self._decisions[min(len(situation.steps), len(self._decisions) - 1)]
        return Choice(decision, (Reply(text=decision.model_dump_json(), finish="stop"),), told)


class Clumsy:
    """A browser that breaks at some steps: once with the text in its error, and once as if the process had died."""

    def __init__(self, inner: BrowserEnvironment, *, breaks: bool) -> None:
        self._inner = inner
        self._breaks = breaks
        self.surface, self.hide, self.focused_url = inner.surface, inner.hide, inner.focused_url
        self.reset, self.observe = inner.reset, inner.observe

    async def step(self, action: Action) -> Transition:
        transition = await self._inner.step(action)
        if isinstance(action, Type):
            log.debug("a step was taken")
            if self._breaks:
                self._breaks = False
                raise KeyError(f"no {action.text} in {[action]}")
            raise ExecutionError(f"type: {action.text!r} was taken and {action.text[:9]} broke.")
        return transition

    async def score(self) -> Score:
        value = await self._inner.evaluate("f.value")
        return Score(reward=0.0, success=False, facts={"kept": value, "all": [value, {"of": value}]})

    async def close(self) -> None:
        pass


log = logging.getLogger(__name__)


def canaries(number: int, chance: random.Random) -> dict[str, str]:
    """Secrets that nothing else holds, with signs that encodings change."""
    letters = string.ascii_letters + string.digits
    return {
        f"S{n}": "".join(chance.choices(letters, k=7))
        + chance.choice('&"<+ %/é')
        + "".join(chance.choices(letters, k=6))
        for n in range(number)
    }


def forms(value: str) -> Iterator[bytes]:
    """A value in the encodings that are searched for."""
    data = value.encode()
    for text in (value, value.upper(), value.lower(), value[::-1], html.escape(value), quote(value, safe="")):
        yield text.encode()
    yield quote_plus(value).encode()
    yield quote(value, safe="").lower().encode()
    for is_ascii in (True, False):
        once = json.dumps(value, ensure_ascii=is_ascii)[1:-1]
        yield from (once.encode(), json.dumps(once)[1:-1].encode())
    yield from (data.hex().encode(), data.hex().upper().encode(), value.encode("utf-16-le"))
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + data)
        stem = encoded[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
        yield from (stem, stem.replace(b"+", b"-").replace(b"/", b"_"), quote(stem, safe="").encode())
    for half in (value[:7], value[-6:]):  # A part is a leak as well.
        yield half.encode()


async def walk(secrets: dict[str, str], runs: int, folder: Path, chromium: Path | None = None) -> tuple[int, int, int]:
    """All runs; how many there were, how often a page had a secret, and how often typing was refused."""
    browser = BrowserEnvironment(viewport=SIZE, chromium=chromium, downloads=folder / "downloads", dialogs="accept")
    typed = refused = done = 0
    with PageServer() as server:
        elsewhere = server.add("/elsewhere", ELSEWHERE.replace("TYPE", "text")).replace("127.0.0.1", "localhost")
        for name, value in secrets.items():
            vault = Vault([Secret(other, text, ["127.0.0.1"]) for other, text in secrets.items()])
            for number in range(runs):
                kind = ("text", "password")[number % 2]
                url = server.add("/login", LOGIN.replace("TYPE", kind).replace("ELSEWHERE", elsewhere))
                one = folder / "runs" / f"{name}-{number}"
                had, told = await _run(f"secret:{name}", browser, vault, url, one, number)
                typed, refused, done = typed + (had == value), refused + told, done + 1
    await browser.close()
    return done, typed, refused


async def _run(
    word: str, browser: BrowserEnvironment, vault: Vault, url: str, folder: Path, number: int
) -> tuple[str, int]:
    """One run; what the page had in its field in the end, and how often typing was refused."""
    task = Task(id="login", instruction=f"Log in with {word}.", url=url)
    decisions = [
        Decision(thought="Focus", action=LeftClick(at=FIELD)),
        Decision(thought=f"Type {word}", action=Type(text=word)),
        Decision(thought="Log in", action=LeftClick(at=BUTTON)),
    ]
    if number % 4 == 2:
        decisions += [Decision(thought="Go on", action=LeftClick(at=OTHER))]
        decisions += [Decision(thought=f"Type {word} there", action=Type(text=word))]
    if number % 4 == 3:
        decisions += [Decision(thought="Say it", action=Answer(text=word))]
    decisions += [Decision(thought="Finished", action=Terminate(status="success"))]
    inner: Environment = Clumsy(browser, breaks=number % 8 == 5) if number % 4 == 1 else browser
    environment = veiled(inner, vault)
    had: list[str] = []

    def watch(event) -> None:
        log.debug("%s", event)
        if number % 8 == 6 and event.type == "step" and event.step.index == 1 and not had:
            had.append("")
            running.cancel()

    policy = Planned(decisions)
    running = asyncio.ensure_future(run(task, environment, policy, folder, SETTINGS, watch, rules=OPEN))
    try:
        outcome = await running
    except RuntimeError:
        log.exception("the run broke")
        outcome = None
    if outcome is None or outcome.kind == "interrupted":
        outcome = await resume(folder, environment, policy, SETTINGS, watch, rules=OPEN)
    trajectory = load(folder)
    log.debug("run %s: %s", number, outcome)
    write_replay(trajectory, folder)
    told = sum("was not typed" in step.error for step in trajectory.steps)
    return str(await browser.evaluate("document.title")).removeprefix("Hello "), told


def search(secrets: dict[str, str], folder: Path) -> tuple[int, int, list[str]]:
    """Files, their bytes, and which secret was found where: in names, in contents, and in the rows of databases."""
    found: list[str] = []
    wanted = [(form, name) for name, value in secrets.items() for form in set(forms(value))]
    files = [path for path in folder.rglob("*") if path.is_file()]
    num_bytes = 0
    for path in files:
        content = path.read_bytes() if path.suffix != ".png" else b""
        num_bytes += path.stat().st_size
        if path.suffix == ".sqlite":
            content += _rows(path)
        content += str(path.relative_to(folder)).encode()
        found += [f"{name} in {path.relative_to(folder)}" for form, name in wanted if form in content]
    return len(files), num_bytes, found


def _rows(path: Path) -> bytes:
    """What a database holds, where a value may be broken over pages of the file."""
    with sqlite3.connect(path) as database:
        tables = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        cells = [cell for table in tables for row in database.execute(f"select * from {table}") for cell in row]
    return b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)


def read_images(secrets: dict[str, str], images: Sequence[Path]) -> list[str]:
    """What OCR reads of secrets in pictures: any `MIN_READ` characters in a row, in any case."""
    from rapidocr import RapidOCR

    engine, found = RapidOCR(params={"Global.log_level": "error"}), []
    parts = {value[at : at + MIN_READ].lower(): name for name, value in secrets.items() for at in range(len(value) - 4)}
    for path in images:
        frame = decode_png(path.read_bytes())
        read: Any = engine(frame.pixels.repeat(2, axis=0).repeat(2, axis=1))
        words = "".join(read.txts or ()).lower().replace(" ", "")
        found += [f"{name} in {path.name}" for part, name in parts.items() if part in words]
    return found


def measure(num_secrets: int, num_runs: int, num_images: int, folder: Path, chromium: Path | None = None) -> Tally:
    """Run, search, read. Everything that is written goes below the folder, temporary files and logs too."""
    chance, began = random.Random(7), time.perf_counter()
    secrets = canaries(num_secrets, chance)
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "tmp")
    (folder / "tmp").mkdir(parents=True)
    handler = logging.FileHandler(folder / "debug.log")
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        runs, typed, refused = asyncio.run(walk(secrets, num_runs, folder, chromium))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()
        tempfile.tempdir = before
    seconds = time.perf_counter() - began
    images = sorted((folder / "runs").rglob("images/*.png"))
    num_files, num_bytes, found = search(secrets, folder)
    sample = chance.sample(images, min(num_images, len(images)))
    found += read_images(secrets, sample)
    return Tally(
        runs, seconds, typed, refused, num_files, num_bytes / 1e6, len(images), len(sample), tuple(dict.fromkeys(found))
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--secrets", type=int, default=20)
    parser.add_argument("--runs", type=int, default=100, help="of each secret")
    parser.add_argument("--images", type=int, default=40, help="pictures that are read")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = measure(arguments.secrets, arguments.runs, arguments.images, Path(folder))
    print(tally._replace(found=tally.found[:20]))
    sys.exit(1 if tally.found else 0)


if __name__ == "__main__":
    main()
